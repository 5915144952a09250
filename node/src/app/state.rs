//! The app as a state machine: keys, events and time go in; what to show is read from it, and what to do comes out. It
//! knows no terminal, no clock and no node.

#[cfg(test)]
pub(super) mod tests;
mod told;

use std::time::Duration;

use sighej_crypto::{InterestError, SLOTS};
use sighej_node::{Alone, CommandError, Intent, NodeEvent, Nudge, Status, report::Lang};

use super::{
    Key,
    picker::{Picked, Picker},
    settings::Settings,
    words::{Words, fill},
};

/// Cards that are kept; the oldest goes. A session has far fewer nudges.
const CARDS: usize = 32;
/// How long a notice stands.
const NOTICE: Duration = Duration::from_secs(12);
/// Lines that a long screen scrolls at once.
const SCROLL: u16 = 1;
/// How far any screen scrolls.
const SCROLL_MOST: u16 = 90;

/// Which screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    Home,
    Interests,
    Card,
    Policy,
    Help,
}

/// What the device is doing, as its attendee sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Closed,
    Open,
    /// Until this moment of the node's clock.
    Paused {
        until: Duration,
    },
}

/// What is done about statistics.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sharing {
    /// Nothing: the attendee did not ask for it.
    Off,
    /// The relay has not said yet what it asks for.
    Waiting,
    Offered(Offer),
    Sent(Offer),
    NotSent,
}

/// For which event a relay asks, and how much noise hides an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    pub(crate) event: String,
    pub(crate) epsilon: f64,
}

/// Both times of a call: the node's monotonic clock, and the time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) elapsed: Duration,
    pub(crate) utc: Duration,
}

/// What comes in.
pub(crate) enum Input<'a> {
    Key(Key),
    Node(&'a NodeEvent),
    Status(Status),
    /// An intent was refused.
    Refused(CommandError),
    /// The interests were written to the attendee's file, or not.
    Saved(Result<(), String>),
    /// News of the statistics, with the words for them.
    Statistics(Sharing, String),
    /// A notification was opened.
    Opened,
    /// Time passed.
    Tick,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Effect {
    Intend(Intent),
    /// Write the chosen interests to the attendee's file, if they named one.
    Save,
    /// Tell of the newest card on the desktop.
    Notify,
    /// Take a notification back: its card was seen.
    Unnotify,
    /// Leave nothing, at once.
    Wipe,
    Quit,
}

/// The state.
pub(crate) struct App {
    pub(crate) screen: Screen,
    pub(crate) lang: Lang,
    pub(crate) words: Words,
    pub(crate) picker: Picker,
    pub(crate) life: Life,
    pub(crate) status: Option<Status>,
    pub(crate) settings: Settings,
    pub(crate) is_kept: bool,
    pub(crate) quiet: bool,
    pub(crate) sharing: Sharing,
    pub(crate) now: Now,
    pub(crate) scroll: u16,
    cards: Vec<Nudge>,
    /// Which card is shown, counted from the oldest.
    card: usize,
    notice: Option<(String, Duration)>,
    /// Whether interests changed since the node was told.
    is_changed: bool,
    /// Whether changed interests wait for the next identity.
    may_insist: bool,
    /// The local time's distance from UTC, in seconds.
    offset: i32,
}

impl App {
    pub(crate) fn new(
        lang: Lang,
        words: Words,
        settings: Settings,
        picker: Picker,
        is_kept: bool,
        offset: i32,
    ) -> App {
        let screen = if picker.chosen().is_empty() { Screen::Interests } else { Screen::Home };
        App {
            screen,
            lang,
            words,
            picker,
            life: Life::Closed,
            status: None,
            quiet: settings.quiet_hours.is_some(),
            settings,
            is_kept,
            sharing: Sharing::Off,
            now: Now::default(),
            scroll: 0,
            cards: Vec::new(),
            card: 0,
            notice: None,
            is_changed: false,
            may_insist: false,
            offset,
        }
    }

    /// Takes an input in, and says what to do, in order.
    pub(crate) fn handle(&mut self, input: Input<'_>, now: Now) -> Vec<Effect> {
        self.now = now;
        if self.notice.as_ref().is_some_and(|(_, since)| now.elapsed >= *since + NOTICE) {
            self.notice = None;
        }
        match input {
            Input::Key(key) => self.key(key),
            Input::Node(event) => self.node(event),
            Input::Status(status) => {
                self.status = Some(status);
                Vec::new()
            }
            Input::Refused(error) => {
                self.refused(&error);
                Vec::new()
            }
            Input::Saved(result) => {
                match result {
                    Ok(()) => self.say(self.words.said_saved.clone()),
                    Err(reason) => self.say(fill(&self.words.said_not_saved, &[("reason", &reason)])),
                }
                Vec::new()
            }
            Input::Statistics(sharing, words) => {
                self.sharing = sharing;
                self.say(words);
                Vec::new()
            }
            Input::Opened => self.show_card(self.cards.len().saturating_sub(1)),
            Input::Tick => Vec::new(),
        }
    }

    /// What stands at the bottom for a while.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.notice.as_ref().map(|(text, _)| text.as_str())
    }

    pub(crate) fn unsay(&mut self) {
        self.notice = None;
    }

    pub(crate) fn say(&mut self, text: String) {
        self.notice = Some((text, self.now.elapsed));
    }

    /// The card that is shown, and its place among all, from 1.
    pub(crate) fn card(&self) -> Option<(&Nudge, usize, usize)> {
        self.cards.get(self.card).map(|card| (card, self.card + 1, self.cards.len()))
    }

    pub(crate) fn newest(&self) -> Option<&Nudge> {
        self.cards.last()
    }

    /// Whether a card is on the screen, and so its rhythm.
    pub(crate) fn pulses(&self) -> bool {
        self.screen == Screen::Card && self.settings.pulse && !self.cards.is_empty()
    }

    pub(crate) fn near(&self) -> usize {
        self.status.filter(|_| self.life == Life::Open).map_or(0, |status| status.near)
    }

    /// Why nobody is found, in plain words; none while somebody near was nudged.
    pub(crate) fn why_alone(&self) -> Option<String> {
        let words = &self.words;
        let alone = match (self.life, self.status) {
            (Life::Closed, _) => Alone::NotOpen,
            (Life::Paused { .. }, _) => Alone::Paused,
            (Life::Open, None) => Alone::NothingHeard,
            (Life::Open, Some(status)) => status.alone?,
        };
        Some(match alone {
            Alone::NotOpen => words.alone_not_open.clone(),
            Alone::Paused => words.alone_paused.clone(),
            Alone::BetweenEpochs => words.alone_between.clone(),
            Alone::NothingHeard => words.alone_nothing_heard.clone(),
            Alone::TooFar => words.alone_too_far.clone(),
            Alone::CrowdGuard { more: 1 } => words.alone_crowd_one.clone(),
            Alone::CrowdGuard { more } => fill(&words.alone_crowd, &[("n", &more.to_string())]),
            Alone::CoolDown => words.alone_cool_down.clone(),
            Alone::QuietHours => words.alone_quiet.clone(),
            Alone::BudgetSpent => words.alone_budget.clone(),
            Alone::FindingOut => words.alone_finding.clone(),
            Alone::NothingShared => words.alone_nothing_shared.clone(),
        })
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        match (key, self.screen) {
            (Key::Quit, _) => vec![Effect::Quit],
            (Key::Wipe, _) => vec![Effect::Wipe],
            (key, Screen::Interests) => self.pick(key),
            (key, Screen::Home) => self.at_home(key),
            (key, Screen::Card) => self.at_card(key),
            (key, Screen::Policy | Screen::Help) => {
                match key {
                    Key::Down => self.scroll = (self.scroll + SCROLL).min(SCROLL_MOST),
                    Key::Up => self.scroll = self.scroll.saturating_sub(SCROLL),
                    Key::Char('q') => return vec![Effect::Quit],
                    Key::Char(_) | Key::Enter | Key::Esc => self.go(Screen::Home),
                    Key::Backspace | Key::PageUp | Key::PageDown | Key::Wipe | Key::Quit => {}
                }
                Vec::new()
            }
        }
    }

    fn at_home(&mut self, key: Key) -> Vec<Effect> {
        match key {
            Key::Char(' ' | 'o') => self.toggle_open(),
            Key::Char('i') => self.go_and_nothing(Screen::Interests),
            Key::Char('c') | Key::Enter if self.cards.is_empty() => {
                self.say(self.words.no_card.clone());
                Vec::new()
            }
            Key::Char('c') | Key::Enter => self.show_card(self.cards.len() - 1),
            Key::Char('p') => self.pause(),
            Key::Char('h') => self.toggle_quiet(),
            Key::Char('s') => self.go_and_nothing(Screen::Policy),
            Key::Char('?') => self.go_and_nothing(Screen::Help),
            Key::Char('l') => {
                self.next_language();
                Vec::new()
            }
            Key::Char('n') if self.may_insist => self.insist(),
            Key::Char('q') => vec![Effect::Quit],
            Key::Char(_)
            | Key::Esc
            | Key::Backspace
            | Key::Up
            | Key::Down
            | Key::PageUp
            | Key::PageDown
            | Key::Wipe
            | Key::Quit => Vec::new(),
        }
    }

    fn go_and_nothing(&mut self, screen: Screen) -> Vec<Effect> {
        self.go(screen);
        Vec::new()
    }

    fn go(&mut self, screen: Screen) {
        self.screen = screen;
        self.scroll = 0;
    }

    fn next_language(&mut self) {
        let next = match self.lang {
            Lang::En => Lang::Da,
            Lang::Da => Lang::En,
        };
        // The words are embedded, and tested to read.
        if let Ok(words) = Words::of(next) {
            (self.lang, self.words, self.notice) = (next, words, None);
        }
    }

    pub(crate) fn toggle_open(&mut self) -> Vec<Effect> {
        match self.life {
            Life::Open | Life::Paused { .. } => vec![Effect::Intend(Intent::Close)],
            Life::Closed => self.open(),
        }
    }

    pub(crate) fn open(&mut self) -> Vec<Effect> {
        if self.picker.chosen().is_empty() {
            self.say(self.words.said_need_interests.clone());
            return self.go_and_nothing(Screen::Interests);
        }
        vec![self.interests(false), Effect::Intend(Intent::Open)]
    }

    /// The choice, for the node.
    fn interests(&mut self, insist: bool) -> Effect {
        self.is_changed = false;
        Effect::Intend(Intent::Interests { set: self.picker.set(), insist })
    }

    pub(crate) fn pause(&mut self) -> Vec<Effect> {
        match self.life {
            Life::Open => {
                vec![Effect::Intend(Intent::Pause { until: self.now.elapsed + self.settings.pause })]
            }
            Life::Paused { .. } => vec![Effect::Intend(Intent::Resume)],
            Life::Closed => Vec::new(),
        }
    }

    pub(crate) fn toggle_quiet(&mut self) -> Vec<Effect> {
        let Some(hours) = self.settings.quiet_utc(self.offset) else {
            self.say(self.words.said_no_quiet.clone());
            return Vec::new();
        };
        self.quiet = !self.quiet;
        let said = if self.quiet { &self.words.said_quiet_on } else { &self.words.said_quiet_off };
        self.say(said.clone());
        vec![Effect::Intend(Intent::QuietHours(self.quiet.then_some(hours)))]
    }

    fn pick(&mut self, key: Key) -> Vec<Effect> {
        match self.picker.key(key) {
            Picked::Same | Picked::Asks => Vec::new(),
            Picked::Done => self.leave_interests(),
            picked @ (Picked::Changed | Picked::Full | Picked::Unusable(_)) => self.picked(&picked),
        }
    }

    /// What is said of a choice, and kept of it.
    pub(crate) fn picked(&mut self, picked: &Picked) -> Vec<Effect> {
        match picked {
            Picked::Changed => {
                self.is_changed = true;
                return vec![Effect::Save];
            }
            Picked::Full => self.say(fill(&self.words.said_too_many, &[("most", &SLOTS.to_string())])),
            Picked::Unusable(why) => {
                let words = &self.words;
                let reason = match why {
                    InterestError::Empty => &words.reason_empty,
                    InterestError::TooLong { .. } => &words.reason_too_long,
                    InterestError::ControlCharacter => &words.reason_invisible,
                    InterestError::TooMany { .. } => &words.said_too_many,
                };
                self.say(fill(
                    &words.said_not_an_interest,
                    &[("reason", reason), ("most", &SLOTS.to_string())],
                ));
            }
            Picked::Same | Picked::Asks | Picked::Done => {}
        }
        Vec::new()
    }

    /// Tells the node what changed, where it is on the air. Otherwise opening does.
    pub(crate) fn leave_interests(&mut self) -> Vec<Effect> {
        self.go(Screen::Home);
        if !std::mem::take(&mut self.is_changed) || self.life == Life::Closed {
            return Vec::new();
        }
        if self.picker.chosen().is_empty() {
            self.say(self.words.said_interests_gone.clone());
            return vec![Effect::Intend(Intent::Close)];
        }
        self.may_insist = true;
        self.say(self.words.said_next_identity.clone());
        vec![self.interests(false)]
    }

    fn insist(&mut self) -> Vec<Effect> {
        self.may_insist = false;
        self.say(self.words.said_sooner.clone());
        vec![self.interests(true)]
    }

    fn at_card(&mut self, key: Key) -> Vec<Effect> {
        match key {
            Key::Char('n') => self.not_now(),
            Key::Char('x') => self.never_again(),
            Key::Up => self.show_card(self.card.saturating_sub(1)),
            Key::Down => self.show_card((self.card + 1).min(self.cards.len().saturating_sub(1))),
            Key::Esc | Key::Enter => self.go_and_nothing(Screen::Home),
            Key::Char('q') => vec![Effect::Quit],
            Key::Char(_) | Key::Backspace | Key::PageUp | Key::PageDown | Key::Wipe | Key::Quit => Vec::new(),
        }
    }

    pub(crate) fn not_now(&mut self) -> Vec<Effect> {
        let said = self.words.said_not_now.clone();
        self.put_away(said, Intent::NotNow)
    }

    pub(crate) fn never_again(&mut self) -> Vec<Effect> {
        let said = self.words.said_never_again.clone();
        self.put_away(said, Intent::Block)
    }

    fn put_away(&mut self, said: String, how: fn(sighej_node::NudgeId) -> Intent) -> Vec<Effect> {
        if self.card >= self.cards.len() {
            self.say(self.words.no_card.clone());
            return self.go_and_nothing(Screen::Home);
        }
        let nudge = self.cards.remove(self.card);
        self.card = self.card.min(self.cards.len().saturating_sub(1));
        self.say(said);
        self.go(Screen::Home);
        vec![Effect::Intend(how(nudge.id)), Effect::Unnotify]
    }

    fn show_card(&mut self, card: usize) -> Vec<Effect> {
        if self.cards.is_empty() {
            return Vec::new();
        }
        self.card = card;
        self.go(Screen::Card);
        vec![Effect::Unnotify]
    }
}
