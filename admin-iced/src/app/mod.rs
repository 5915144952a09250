//! The app: which screen there is, and who gets what was heard.

mod keys;
mod relays;
mod shown;
mod update;
mod view;
mod watch;
mod work;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use iced::{Size, Subscription, Task, keyboard, window};
use jiff::tz::TimeZone;

use crate::chart::FONT;
use crate::cli::{self, Start};
use crate::client::{Client, Heard, Token};
use crate::keep::{Place, Remembered, Settings, TokenKeep};
use crate::look::Look;
use crate::screen::{connect, health, interests, over_time, settings};
use crate::words::{Lang, Word};

use watch::Watch;

/// How often the age of old data is told.
const TELL_AGE_EVERY: Duration = Duration::from_secs(1);

/// Everything.
pub(crate) struct App {
    settings: Settings,
    look: Look,
    /// The same where there is little room.
    small_look: Look,
    folder: crate::keep::Folder,
    tokens: TokenKeep,
    /// Where the last token was kept.
    place: Option<Place>,
    stage: Stage,
    is_wall: bool,
    /// Seconds since 1970.
    now: u64,
    note: Option<Note>,
    notes: u64,
    /// Relays that were watched so far.
    watched: u64,
}

/// What the window is about.
enum Stage {
    /// Nothing yet: a token is fetched, or the demo starts.
    Waiting(Word),
    /// Which relay?
    Connect { screen: Box<connect::State>, behind: Option<Box<Watch>> },
    /// A relay.
    Watching(Box<Watch>),
}

/// A sentence at the bottom, for a while.
struct Note {
    number: u64,
    text: String,
    is_bad: bool,
}

/// Names of the screens, in the order of their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Now,
    OverTime,
    Interests,
    Health,
    Settings,
}

impl Tab {
    pub(crate) const ALL: [Self; 5] =
        [Self::Now, Self::OverTime, Self::Interests, Self::Health, Self::Settings];

    pub(crate) fn word(self) -> Word {
        match self {
            Self::Now => Word::Now,
            Self::OverTime => Word::OverTime,
            Self::Interests => Word::Interests,
            Self::Health => Word::Health,
            Self::Settings => Word::Settings,
        }
    }
}

/// Whatever happens. Never printed: a token may be in it.
#[derive(Clone)]
pub(crate) enum Message {
    Connect(connect::Message),
    OverTime(over_time::Message),
    Interests(interests::Message),
    Health(health::Message),
    Settings(settings::Message),
    /// A token was fetched for a relay, or there is none.
    Fetched(Remembered, Result<Option<Token>, String>),
    /// A token was kept, or not.
    Kept(Result<Option<Place>, String>),
    #[cfg(feature = "demo")]
    Demo(Result<crate::demo::Demo, String>),
    /// By the number of the watch that hears.
    Heard(u64, Heard),
    Tick,
    Frame(Instant),
    Key(keyboard::Event),
    Go(Tab),
    TryNow,
    EnterAgain,
    Wall(bool),
    Export,
    Exported(Result<std::path::PathBuf, String>),
    NoteOver(u64),
    /// The processor draws, though a graphics card was to.
    #[cfg(feature = "gpu")]
    DrawnBySoftware,
    Nothing,
}

/// Opens the window and runs until it is closed.
pub(crate) fn run(start: Start) -> anyhow::Result<()> {
    let start = std::sync::Mutex::new(Some(start));
    let boot = move || {
        let start = start.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        start.map_or_else(App::empty, App::boot)
    };
    iced::application(boot, App::update, App::view)
        .title(App::title)
        .theme(|app: &App| app.look.tones.theme())
        .subscription(App::subscription)
        .scale_factor(App::scale)
        .settings(iced::Settings {
            id: Some("sighej-admin".into()),
            default_font: FONT,
            ..iced::Settings::default()
        })
        .window(window::Settings {
            size: Size::new(1180.0, 800.0),
            min_size: Some(Size::new(720.0, 520.0)),
            ..window::Settings::default()
        })
        .run()?;
    Ok(())
}

impl App {
    fn boot(start: Start) -> (Self, Task<Message>) {
        let (kept, damage) = match Settings::read(&start.folder) {
            Ok(kept) => (kept, None),
            Err(error) => (None, Some(error)),
        };
        let settings =
            kept.unwrap_or_else(|| Settings { lang: Lang::of_environment(), ..Settings::default() });
        let mut app = Self::new(settings, start.folder, TimeZone::system());
        let noted = damage.map_or_else(Task::none, |damage| app.could_not_keep(&damage.to_string()));
        let opened = match start.from {
            cli::From::Demo => app.start_demo(),
            cli::From::Relay { address, pin, token } => {
                let client = Client::new(address.clone(), pin, token);
                app.watch(Remembered { address, pin }, client)
            }
            cli::From::Last => match app.settings.relays.first().cloned() {
                Some(relay) => app.fetch(relay),
                None => app.connect(connect::State::new(false)),
            },
        };
        let wall = if start.wall { app.wall(true) } else { Task::none() };
        (app, Task::batch([noted, opened, wall]))
    }

    /// For a second start of the same app, which iced never does.
    fn empty() -> (Self, Task<Message>) {
        let folder = crate::keep::Folder::of_user();
        (Self::new(Settings::default(), folder, TimeZone::UTC), Task::none())
    }

    pub(crate) fn new(settings: Settings, folder: crate::keep::Folder, zone: TimeZone) -> Self {
        let look = Look { tones: settings.theme.tones(), lang: settings.lang, zone, is_small: false };
        let screen = Box::new(connect::State::new(false));
        Self {
            tokens: TokenKeep::new(folder.clone()),
            settings,
            small_look: Look { is_small: true, ..look.clone() },
            look,
            folder,
            place: None,
            stage: Stage::Connect { screen, behind: None },
            is_wall: false,
            now: now(),
            note: None,
            notes: 0,
            watched: 0,
        }
    }

    /// What stands above the window and in lists of windows: numbers of the whole event, and whether they are of now.
    fn title(&self) -> String {
        let Stage::Watching(watch) = &self.stage else { return "SigHej".to_owned() };
        watch.title(&self.look)
    }

    fn scale(&self) -> f32 {
        f32::from(self.settings.text_size) / 100.0
    }

    fn subscription(&self) -> Subscription<Message> {
        let keys = keyboard::listen().map(Message::Key);
        let Stage::Watching(watch) = &self.stage else { return keys };
        let age = if watch.is_old() {
            iced::time::every(TELL_AGE_EVERY).map(|_| Message::Tick)
        } else {
            Subscription::none()
        };
        let frames = if watch.is_moving() {
            iced::time::every(crate::chart::PULSE_EVERY).map(Message::Frame)
        } else {
            Subscription::none()
        };
        Subscription::batch([keys, age, frames])
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
