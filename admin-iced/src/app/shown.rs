//! The screen that is shown, and what screens knew when they were left.

use iced::Task;

use super::{Message, Tab};
use crate::client::Client;
use crate::export::{self, Table};
use crate::look::Look;
use crate::model::{Choice, Feed};
use crate::screen::{Last, health, interests, over_time};

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
pub(super) struct Kept {
    choice: Choice,
    drawn: Option<Last<over_time::Drawn>>,
    shares: Option<Last<sighej_relay_api::admin::Interests>>,
    health: Option<Last<health::Answer>>,
}

impl Kept {
    /// Of a screen that is left. What it had under way ends.
    pub(super) fn keep(&mut self, screen: Screen) {
        match screen {
            Screen::OverTime(screen) => {
                self.choice = screen.choice();
                self.drawn = screen.answers.into_last();
            }
            Screen::Interests(screen) => self.shares = screen.answers.into_last(),
            Screen::Health(screen) => self.health = screen.answers.into_last(),
            Screen::Now | Screen::Settings => {}
        }
    }
}

impl Screen {
    /// A screen, and its first question. The time is by the relay's clock, in seconds since 1970.
    pub(super) fn open(tab: Tab, client: Client, kept: &mut Kept, relays_time: u64) -> (Self, Task<Message>) {
        match tab {
            Tab::Now => (Self::Now, Task::none()),
            Tab::OverTime => {
                let (choice, drawn) = (kept.choice.clone(), kept.drawn.take());
                let (screen, task) = over_time::State::new(client, choice, drawn, relays_time);
                (Self::OverTime(Box::new(screen)), task.map(Message::OverTime))
            }
            Tab::Interests => {
                let (screen, task) = interests::State::new(client, kept.shares.take());
                (Self::Interests(screen), task.map(Message::Interests))
            }
            Tab::Health => {
                let (screen, task) = health::State::new(client, kept.health.take());
                (Self::Health(screen), task.map(Message::Health))
            }
            Tab::Settings => (Self::Settings, Task::none()),
        }
    }

    pub(super) fn tab(&self) -> Tab {
        match self {
            Self::Now => Tab::Now,
            Self::OverTime(_) => Tab::OverTime,
            Self::Interests(_) => Tab::Interests,
            Self::Health(_) => Tab::Health,
            Self::Settings => Tab::Settings,
        }
    }

    /// When the answer came that it shows, by this machine's clock; none of a screen that asks nothing of its own.
    pub(super) fn answered_at(&self) -> Option<u64> {
        match self {
            Self::OverTime(screen) => screen.answers.last().map(|last| last.at),
            Self::Interests(screen) => screen.answers.last().map(|last| last.at),
            Self::Health(screen) => screen.answers.last().map(|last| last.at),
            Self::Now | Self::Settings => None,
        }
    }

    /// What it shows is asked for anew, as where the relay is heard again.
    pub(super) fn ask(&mut self, relays_time: u64) -> Task<Message> {
        match self {
            Self::OverTime(screen) => screen.ask_anew(relays_time).map(Message::OverTime),
            Self::Interests(screen) => screen.ask().map(Message::Interests),
            Self::Health(screen) => screen.ask().map(Message::Health),
            Self::Now | Self::Settings => Task::none(),
        }
    }

    /// There are new numbers.
    pub(super) fn heard(&mut self, relays_time: u64) -> Task<Message> {
        match self {
            Self::OverTime(screen) => follow(screen.heard(), screen, relays_time),
            Self::Now | Self::Interests(_) | Self::Health(_) | Self::Settings => Task::none(),
        }
    }

    /// A message for a screen that was left goes nowhere.
    pub(super) fn tell(&mut self, message: Message, now: u64, relays_time: u64) -> Task<Message> {
        match (self, message) {
            (Self::OverTime(screen), Message::OverTime(message)) => {
                return follow(screen.update(message, now), screen, relays_time);
            }
            (Self::Interests(screen), Message::Interests(message)) => screen.update(message, now),
            (Self::Health(screen), Message::Health(message)) => screen.update(message, now),
            (Self::OverTime(_) | Self::Interests(_) | Self::Health(_) | Self::Now | Self::Settings, _) => {}
        }
        Task::none()
    }

    /// What is shown, as a table; none where there is nothing.
    pub(super) fn table(&self, feed: &Feed, look: &Look) -> Option<Table> {
        let is_lost = feed.is_lost();
        match self {
            Self::Now | Self::Settings => export::now(feed, &look.zone),
            Self::OverTime(screen) => {
                screen.drawn(is_lost).map(|(answer, lines)| export::over_time(answer, lines, &look.zone))
            }
            Self::Interests(screen) => {
                let event = screen.shown(is_lost)?;
                let shares = event.look.as_ref()?;
                let categories = interests::withheld_categories(shares, look.lang);
                let single = interests::withheld_interests(shares, look.lang);
                export::interests(event, [&categories, &single])
            }
            Self::Health(screen) => {
                screen.shown(is_lost).map(|health| export::health(health, feed.summary()))
            }
        }
    }
}

fn follow(action: over_time::Action, screen: &mut over_time::State, relays_time: u64) -> Task<Message> {
    match action {
        over_time::Action::Ask => screen.ask(relays_time).map(Message::OverTime),
        over_time::Action::None => Task::none(),
    }
}
