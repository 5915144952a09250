//! One relay that is watched: what was heard of it, and the screen that shows it.

use std::time::Instant;

use iced::Task;
use iced::task::Handle;

use super::shown::{Kept, Screen};
use super::{Message, Tab};
use crate::client::{Address, Client, Heard, Pace, Trouble, live};
use crate::export::Table;
use crate::keep::{Remembered, Settings};
use crate::look::Look;
use crate::model::counters::Measure;
use crate::model::{Feed, Link};
use crate::screen::now;
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
        let age = self.feed.age(now)?;
        Some(self.screen.answered_at().map_or(age, |at| age.max(now.saturating_sub(at))))
    }

    pub(super) fn is_moving(&self) -> bool {
        self.now.is_moving()
    }

    pub(super) fn redraw(&self) {
        self.now.redraw();
    }

    pub(super) fn tab(&self) -> Tab {
        self.screen.tab()
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
                self.screen.tell(message, now, self.feed.relays_time(now))
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
            #[cfg(feature = "gpu")]
            Message::DrawnBySoftware => Task::none(),
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
        if *self.feed.link() != Link::Live {
            return Task::none();
        }
        self.screen.heard(self.feed.relays_time(now))
    }

    fn ask(&mut self, now: u64) -> Task<Message> {
        self.screen.ask(self.feed.relays_time(now))
    }

    /// Shows a screen in place of the one that is left.
    fn go(&mut self, tab: Tab, now: u64) -> Task<Message> {
        self.kept.keep(std::mem::replace(&mut self.screen, Screen::Now));
        let relays_time = self.feed.relays_time(now);
        let (screen, task) = Screen::open(tab, self.client.clone(), &mut self.kept, relays_time);
        self.screen = screen;
        task
    }

    /// What is shown, as a table; none where there is nothing.
    pub(super) fn table(&self, look: &Look) -> Option<Table> {
        self.screen.table(&self.feed, look)
    }
}

fn hear(number: u64, client: &Client, pace: Pace) -> (Task<Message>, Handle) {
    let heard = Task::run(live(client.clone(), pace), move |heard| Message::Heard(number, heard));
    let (task, handle) = heard.abortable();
    (task, handle.abort_on_drop())
}
