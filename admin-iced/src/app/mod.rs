//! The app: which screen there is, and who gets what was heard.

mod keys;
mod view;
mod watch;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use iced::widget::operation;
use iced::{Size, Subscription, Task, keyboard, window};
use jiff::tz::TimeZone;

use crate::chart::FONT;
use crate::cli::{self, Start};
use crate::client::{Address, Client, Heard, Token};
use crate::keep::{KeepError, Place, Remembered, Settings, TokenKeep};
use crate::look::Look;
use crate::screen::{connect, health, interests, over_time, settings};
use crate::words::{Lang, Word};

use watch::Watch;

/// How often the age of old data is told.
const TELL_AGE_EVERY: Duration = Duration::from_secs(1);
/// How long a note stays.
const NOTE_FOR: Duration = Duration::from_secs(8);

/// Everything.
pub(crate) struct App {
    settings: Settings,
    look: Look,
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
        let look = Look { tones: settings.theme.tones(), lang: settings.lang, zone };
        let screen = Box::new(connect::State::new(false));
        Self {
            tokens: TokenKeep::new(folder.clone()),
            settings,
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

    pub(crate) fn update(&mut self, message: Message) -> Task<Message> {
        self.now = now();
        match message {
            Message::Connect(message) => self.connecting(message),
            Message::Settings(message) => self.choose(message),
            Message::Fetched(relay, Ok(Some(token))) => {
                let client = Client::new(relay.address.clone(), relay.pin, token);
                self.watch(relay, client)
            }
            Message::Fetched(relay, Ok(None)) => self.ask_again(&relay),
            Message::Fetched(relay, Err(why)) => {
                let noted = self.could_not_keep(&why);
                Task::batch([noted, self.ask_again(&relay)])
            }
            Message::Kept(Ok(place)) => {
                self.place = place.or(self.place);
                Task::none()
            }
            Message::Kept(Err(why)) => self.could_not_keep(&why),
            #[cfg(feature = "demo")]
            Message::Demo(Ok(demo)) => self.watch_demo(demo),
            #[cfg(feature = "demo")]
            Message::Demo(Err(why)) => {
                let text = self.look.lang.fill(Word::DemoFailed, &[&why]);
                Task::batch([self.connect(connect::State::new(false)), self.note(text, true)])
            }
            Message::Key(event) => keys::pressed(self, event),
            Message::Wall(is_wall) => self.wall(is_wall),
            Message::EnterAgain => self.enter_again(),
            Message::Export => self.export(),
            Message::Exported(Ok(path)) => {
                let text = self.look.lang.fill(Word::Exported, &[&path.display().to_string()]);
                self.note(text, false)
            }
            Message::Exported(Err(why)) => {
                let text = self.look.lang.fill(Word::NotExported, &[&why]);
                self.note(text, true)
            }
            Message::NoteOver(number) => {
                self.note = self.note.take().filter(|note| note.number != number);
                Task::none()
            }
            Message::Tick | Message::Nothing => Task::none(),
            Message::OverTime(_)
            | Message::Interests(_)
            | Message::Health(_)
            | Message::Heard(..)
            | Message::Frame(_)
            | Message::Go(_)
            | Message::TryNow => {
                // One that is behind another screen goes on hearing, so that it shows nothing old as new later.
                let (Stage::Watching(watch) | Stage::Connect { behind: Some(watch), .. }) = &mut self.stage
                else {
                    return Task::none();
                };
                watch.update(message, &self.settings, &self.look, self.now)
            }
        }
    }

    fn connecting(&mut self, message: connect::Message) -> Task<Message> {
        let Stage::Connect { screen, behind } = &mut self.stage else { return Task::none() };
        match screen.update(message) {
            connect::Action::None => Task::none(),
            connect::Action::Run(task) => task.map(Message::Connect),
            connect::Action::Watch(relay, client, token) => {
                self.settings.remember(relay.clone());
                let (tokens, address) = (self.tokens.clone(), relay.address.clone());
                let kept = self.keeping(move || tokens.put(&address, &token).map(Some));
                Task::batch([self.keep_settings(), kept, self.watch(relay, client)])
            }
            connect::Action::Demo => self.start_demo(),
            connect::Action::Back => {
                if let Some(watch) = behind.take() {
                    self.stage = Stage::Watching(watch);
                }
                Task::none()
            }
            connect::Action::Speak(lang) => self.choose(settings::Message::Speak(lang)),
        }
    }

    fn choose(&mut self, message: settings::Message) -> Task<Message> {
        let action = settings::update(&mut self.settings, message);
        self.dress();
        let kept = self.keep_settings();
        let then = match action {
            settings::Action::Changed => Task::none(),
            settings::Action::Pace => match &mut self.stage {
                Stage::Watching(watch) => watch.listen(self.settings.pace()),
                Stage::Waiting(_) | Stage::Connect { .. } => Task::none(),
            },
            settings::Action::Open(address) => {
                match self.settings.relays.iter().find(|relay| relay.address == address).cloned() {
                    Some(relay) => self.fetch(relay),
                    None => Task::none(),
                }
            }
            settings::Action::Forget(address) => self.forget(address),
            settings::Action::Add => self.connect(connect::State::new(true)),
        };
        Task::batch([kept, then])
    }

    /// Takes theme and language out of the settings.
    fn dress(&mut self) {
        self.look.tones = self.settings.theme.tones();
        self.look.lang = self.settings.lang;
        if let Stage::Watching(watch) = &self.stage {
            watch.redraw();
        }
    }

    fn resize(&mut self, larger: bool) -> Task<Message> {
        self.settings.resize(larger);
        self.keep_settings()
    }

    fn keep_settings(&self) -> Task<Message> {
        let (settings, folder) = (self.settings.clone(), self.folder.clone());
        self.keeping(move || settings.write(&folder).map(|()| None))
    }

    /// Waits for disk or keyring where it holds nobody up.
    fn keeping(
        &self,
        work: impl FnOnce() -> Result<Option<Place>, KeepError> + Send + 'static,
    ) -> Task<Message> {
        blocking(move || Message::Kept(work().map_err(|error| error.to_string())))
    }

    fn forget(&mut self, address: Address) -> Task<Message> {
        let (tokens, forgotten) = (self.tokens.clone(), address.clone());
        let kept = self.keeping(move || tokens.forget(&forgotten).map(|()| None));
        let is_used = matches!(&self.stage, Stage::Watching(watch) if *watch.address() == address);
        let then = if is_used { self.connect(connect::State::new(false)) } else { Task::none() };
        Task::batch([kept, then])
    }

    fn fetch(&mut self, relay: Remembered) -> Task<Message> {
        let tokens = self.tokens.clone();
        self.stage = Stage::Waiting(Word::Connecting);
        blocking(move || {
            let token = tokens.get(&relay.address).map_err(|error| error.to_string());
            Message::Fetched(relay, token)
        })
    }

    fn ask_again(&mut self, relay: &Remembered) -> Task<Message> {
        self.connect(connect::State::again(relay, None, false))
    }

    /// From the banner: the fields, with what is wrong.
    fn enter_again(&mut self) -> Task<Message> {
        let Stage::Watching(watch) = &self.stage else { return Task::none() };
        self.connect(connect::State::again(watch.relay(), watch.trouble().cloned(), true))
    }

    /// Asks for a relay; where one is watched, it is kept behind.
    fn connect(&mut self, screen: connect::State) -> Task<Message> {
        let before = std::mem::replace(&mut self.stage, Stage::Waiting(Word::Connecting));
        let behind = match before {
            Stage::Watching(watch) => Some(watch),
            Stage::Connect { behind, .. } => behind,
            Stage::Waiting(_) => None,
        };
        self.stage = Stage::Connect { screen: Box::new(screen), behind };
        operation::focus(connect::ADDRESS)
    }

    fn watch(&mut self, relay: Remembered, client: Client) -> Task<Message> {
        self.watched += 1;
        let (watch, task) = Watch::new(self.watched, relay, client, self.settings.pace());
        self.stage = Stage::Watching(Box::new(watch));
        task
    }

    #[cfg(feature = "demo")]
    fn start_demo(&mut self) -> Task<Message> {
        self.stage = Stage::Waiting(Word::DemoStarting);
        blocking(|| Message::Demo(crate::demo::Demo::start().map_err(|error| format!("{error:#}"))))
    }

    #[cfg(not(feature = "demo"))]
    fn start_demo(&mut self) -> Task<Message> {
        let text = self.look.lang.fill(Word::DemoFailed, &["built without it"]);
        self.note(text, true)
    }

    #[cfg(feature = "demo")]
    fn watch_demo(&mut self, demo: crate::demo::Demo) -> Task<Message> {
        let (relay, client) = (Remembered { address: demo.address(), pin: None }, demo.client());
        let task = self.watch(relay, client);
        if let Stage::Watching(watch) = &mut self.stage {
            watch.hold(demo);
        }
        task
    }

    fn wall(&mut self, is_wall: bool) -> Task<Message> {
        self.is_wall = is_wall;
        let mode = if is_wall { window::Mode::Fullscreen } else { window::Mode::Windowed };
        window::latest().and_then(move |id| window::set_mode(id, mode))
    }

    fn export(&mut self) -> Task<Message> {
        let Stage::Watching(watch) = &self.stage else { return Task::none() };
        let Some(table) = watch.table(&self.look) else { return Task::none() };
        let (folder, now, zone) = (self.folder.clone(), self.now, self.look.zone.clone());
        blocking(move || {
            Message::Exported(table.save(&folder, now, &zone).map_err(|error| error.to_string()))
        })
    }

    fn could_not_keep(&mut self, why: &str) -> Task<Message> {
        let text = self.look.lang.fill(Word::NotKept, &[why]);
        self.note(text, true)
    }

    fn note(&mut self, text: String, is_bad: bool) -> Task<Message> {
        self.notes += 1;
        let number = self.notes;
        self.note = Some(Note { number, text, is_bad });
        Task::perform(async { tokio::time::sleep(NOTE_FOR).await }, move |()| Message::NoteOver(number))
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Work that waits for a disk or for another program, off the threads that draw.
fn blocking(work: impl FnOnce() -> Message + Send + 'static) -> Task<Message> {
    Task::perform(async { tokio::task::spawn_blocking(work).await }, |done| done.unwrap_or(Message::Nothing))
}

#[cfg(test)]
mod tests;
