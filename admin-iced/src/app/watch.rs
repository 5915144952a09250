//! One relay that is watched: what was heard of it, and the screen that shows it.

use std::time::Instant;

use iced::Task;
use iced::task::Handle;

use super::{Message, Tab};
use crate::client::{Address, Client, Heard, Pace, Trouble, live};
use crate::export::{self, Table};
use crate::keep::{Remembered, Settings};
use crate::look::Look;
use crate::model::counters::Measure;
use crate::model::{Feed, Link};
use crate::screen::{Last, health, interests, now, over_time};
use crate::words::{Word, number};

/// Everything about it. Dropped, it asks nothing more.
pub(crate) struct Watch {
    /// Tells it from those before, of which something may come late.
    number: u64,
    relay: Remembered,
    client: Client,
    pub(super) feed: Feed,
    /// Hears the relay for as long as it is held.
    listening: Handle,
    pub(super) now: now::State,
    pub(super) screen: Screen,
    kept: Kept,
    #[cfg(feature = "demo")]
    demo: Option<crate::demo::Demo>,
}

/// The screen that is shown, with the work that it has under way.
pub(super) enum Screen {
    Now,
    OverTime(Box<over_time::State>),
    Interests(interests::State),
    Health(health::State),
    Settings,
}

/// What screens knew when they were left: shown again where the relay cannot be heard.
#[derive(Default)]
struct Kept {
    choice: over_time::Choice,
    drawn: Option<Last<over_time::Drawn>>,
    shares: Option<Last<sighej_relay_api::admin::Interests>>,
    health: Option<Last<health::Answer>>,
}

impl Watch {
    /// Watches from now on.
    pub(super) fn new(number: u64, relay: Remembered, client: Client, pace: Pace) -> (Self, Task<Message>) {
        let (task, listening) = hear(number, &client, pace);
        let watch = Self {
            number,
            relay,
            client,
            feed: Feed::new(),
            listening,
            now: now::State::default(),
            screen: Screen::Now,
            kept: Kept::default(),
            #[cfg(feature = "demo")]
            demo: None,
        };
        (watch, task)
    }

    /// Keeps the demo going for as long as it is watched.
    #[cfg(feature = "demo")]
    pub(super) fn hold(&mut self, demo: crate::demo::Demo) {
        self.demo = Some(demo);
    }

    pub(super) fn is_demo(&self) -> bool {
        #[cfg(feature = "demo")]
        return self.demo.is_some();
        #[cfg(not(feature = "demo"))]
        false
    }

    pub(super) fn relay(&self) -> &Remembered {
        &self.relay
    }

    pub(super) fn address(&self) -> &Address {
        self.client.address()
    }

    pub(super) fn trouble(&self) -> Option<&Trouble> {
        match self.feed.link() {
            Link::Lost { trouble, .. } => Some(trouble),
            Link::Connecting | Link::Live => None,
        }
    }

    /// Whether what is shown is not that of now.
    pub(super) fn is_old(&self) -> bool {
        self.feed.is_lost()
    }

    /// How old what is on the screen is, in seconds, where it is old.
    pub(super) fn age(&self, now: u64) -> Option<u64> {
        let asked = match &self.screen {
            Screen::OverTime(screen) => screen.last().map(|last| last.at),
            Screen::Interests(screen) => screen.last().map(|last| last.at),
            Screen::Health(screen) => screen.last().map(|last| last.at),
            Screen::Now | Screen::Settings => None,
        };
        let age = self.feed.age(now)?;
        Some(asked.map_or(age, |at| age.max(now.saturating_sub(at))))
    }

    pub(super) fn is_moving(&self) -> bool {
        self.now.is_moving()
    }

    pub(super) fn redraw(&self) {
        self.now.redraw();
    }

    pub(super) fn tab(&self) -> Tab {
        match self.screen {
            Screen::Now => Tab::Now,
            Screen::OverTime(_) => Tab::OverTime,
            Screen::Interests(_) => Tab::Interests,
            Screen::Health(_) => Tab::Health,
            Screen::Settings => Tab::Settings,
        }
    }

    pub(super) fn title(&self, look: &Look) -> String {
        let Some(summary) = self.feed.summary() else { return "SigHej".to_owned() };
        let nudges = number(Measure::Nudges.of(&summary.today), look.lang);
        let sessions = number(summary.sessions_open, look.lang);
        let state = if self.is_old() { "(!) " } else { "" };
        let today =
            look.lang.fill(Word::Today, &[&format!("{nudges} {}", look.say(Word::Nudges).to_lowercase())]);
        format!("{state}SigHej · {today} · {sessions} {}", look.say(Word::OpenSessions).to_lowercase())
    }

    /// Hears the relay at another pace, or anew.
    pub(super) fn listen(&mut self, pace: Pace) -> Task<Message> {
        let (task, listening) = hear(self.number, &self.client, pace);
        self.listening = listening;
        task
    }

    pub(super) fn update(
        &mut self,
        message: Message,
        settings: &Settings,
        look: &Look,
        now: u64,
    ) -> Task<Message> {
        let task = match message {
            Message::Heard(number, heard) if number == self.number => self.heard(heard, settings, now),
            Message::Frame(at) => {
                self.now.frame(at);
                Task::none()
            }
            Message::Go(tab) => self.go(tab, now),
            Message::TryNow => {
                let again = self.ask(now);
                Task::batch([self.listen(settings.pace()), again])
            }
            Message::OverTime(_) | Message::Interests(_) | Message::Health(_) => {
                self.tell_screen(message, now)
            }
            // What was heard by another watch is of another relay, and the rest is the app's.
            Message::Heard(..)
            | Message::Connect(_)
            | Message::Settings(_)
            | Message::Fetched(..)
            | Message::Kept(_)
            | Message::Tick
            | Message::Key(_)
            | Message::EnterAgain
            | Message::Wall(_)
            | Message::Export
            | Message::Exported(_)
            | Message::NoteOver(_)
            | Message::Nothing => Task::none(),
            #[cfg(feature = "demo")]
            Message::Demo(_) => Task::none(),
        };
        if let Screen::OverTime(screen) = &mut self.screen {
            screen.prepare(look);
        }
        task
    }

    fn heard(&mut self, heard: Heard, settings: &Settings, now: u64) -> Task<Message> {
        let was_old = self.is_old();
        let has_nudged = self.feed.hear(heard, now);
        self.now.heard(&self.feed);
        if has_nudged && settings.motion {
            self.now.nudged(Instant::now());
        }
        if was_old && !self.is_old() {
            return self.ask(now);
        }
        match &mut self.screen {
            Screen::OverTime(screen) if *self.feed.link() == Link::Live => {
                let action = screen.heard();
                self.follow(action, now)
            }
            Screen::OverTime(_)
            | Screen::Now
            | Screen::Interests(_)
            | Screen::Health(_)
            | Screen::Settings => Task::none(),
        }
    }

    /// A message for a screen that was left goes nowhere.
    fn tell_screen(&mut self, message: Message, now: u64) -> Task<Message> {
        match (&mut self.screen, message) {
            (Screen::OverTime(screen), Message::OverTime(message)) => {
                let action = screen.update(message, now);
                return self.follow(action, now);
            }
            (Screen::Interests(screen), Message::Interests(message)) => screen.update(message, now),
            (Screen::Health(screen), Message::Health(message)) => screen.update(message, now),
            (
                Screen::OverTime(_)
                | Screen::Interests(_)
                | Screen::Health(_)
                | Screen::Now
                | Screen::Settings,
                _,
            ) => {}
        }
        Task::none()
    }

    /// What the screen shows is asked for anew, as where the relay is heard again.
    fn ask(&mut self, now: u64) -> Task<Message> {
        match &mut self.screen {
            Screen::OverTime(screen) => screen.ask_anew(self.feed.relays_time(now)).map(Message::OverTime),
            Screen::Interests(screen) => screen.ask().map(Message::Interests),
            Screen::Health(screen) => screen.ask().map(Message::Health),
            Screen::Now | Screen::Settings => Task::none(),
        }
    }

    fn follow(&mut self, action: over_time::Action, now: u64) -> Task<Message> {
        match (action, &mut self.screen) {
            (over_time::Action::Ask, Screen::OverTime(screen)) => {
                screen.ask(self.feed.relays_time(now)).map(Message::OverTime)
            }
            (over_time::Action::Ask | over_time::Action::None, _) => Task::none(),
        }
    }

    fn leave(&mut self) {
        match std::mem::replace(&mut self.screen, Screen::Now) {
            Screen::OverTime(screen) => {
                self.kept.choice = screen.choice();
                self.kept.drawn = screen.into_last();
            }
            Screen::Interests(screen) => self.kept.shares = screen.into_last(),
            Screen::Health(screen) => self.kept.health = screen.into_last(),
            Screen::Now | Screen::Settings => {}
        }
    }

    /// Shows a screen; what the one before had under way ends with it.
    fn go(&mut self, tab: Tab, now: u64) -> Task<Message> {
        self.leave();
        let client = self.client.clone();
        let (screen, task) = match tab {
            Tab::Now => (Screen::Now, Task::none()),
            Tab::OverTime => {
                let (choice, drawn) = (self.kept.choice.clone(), self.kept.drawn.take());
                let now = self.feed.relays_time(now);
                let (screen, task) = over_time::State::new(client, choice, drawn, now);
                (Screen::OverTime(Box::new(screen)), task.map(Message::OverTime))
            }
            Tab::Interests => {
                let (screen, task) = interests::State::new(client, self.kept.shares.take());
                (Screen::Interests(screen), task.map(Message::Interests))
            }
            Tab::Health => {
                let (screen, task) = health::State::new(client, self.kept.health.take());
                (Screen::Health(screen), task.map(Message::Health))
            }
            Tab::Settings => (Screen::Settings, Task::none()),
        };
        self.screen = screen;
        task
    }

    /// What is shown, as a table; none where there is nothing.
    pub(super) fn table(&self, look: &Look) -> Option<Table> {
        match &self.screen {
            Screen::Now | Screen::Settings => export::now(&self.feed, &look.zone),
            Screen::OverTime(screen) => screen
                .drawn(self.is_old())
                .map(|(answer, lines)| export::over_time(answer, lines, &look.zone)),
            Screen::Interests(screen) => {
                let event = screen.shown(self.is_old())?;
                let shares = event.look.as_ref()?;
                let categories = interests::withheld_categories(shares, look.lang);
                let single = interests::withheld_interests(shares, look.lang);
                export::interests(event, [&categories, &single])
            }
            Screen::Health(screen) => {
                screen.shown(self.is_old()).map(|health| export::health(health, self.feed.summary()))
            }
        }
    }
}

fn hear(number: u64, client: &Client, pace: Pace) -> (Task<Message>, Handle) {
    let heard = Task::run(live(client.clone(), pace), move |heard| Message::Heard(number, heard));
    let (task, handle) = heard.abortable();
    (task, handle.abort_on_drop())
}
