//! The engine's promises, kept by a model beside it. It knows what a test may know and a device may not.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sighej_crypto::{InterestSet, MET_SENT, Token};
use sighej_engine::{Air, GateReason, Now, Nudge, Status, Transmit, limits};
use thiserror::Error;

use crate::{people::SECOND, world::End};

/// A promise that did not hold. It names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{what}, {at_s} s from the start")]
pub struct Violation {
    /// What happened.
    pub what: &'static str,
    /// When.
    pub at_s: u64,
}

/// What must hold, and what is needed to judge it.
#[derive(Default)]
pub struct Model {
    devices: Vec<Known>,
    /// Pairs that were both nudged in one exchange, and how often each had been nudged by then.
    remembered: BTreeMap<(u32, u32), [u32; 2]>,
}

#[derive(Default)]
struct Known {
    is_open: bool,
    lives: u32,
    started: u64,
    /// Charges by window of the budget.
    charged: BTreeMap<u64, u64>,
    /// When it showed its token first.
    appeared: u64,
    /// Whom it may have been charged for over neighbours in this epoch, and since when.
    asked: BTreeMap<Token, u64>,
    /// Whom it was charged for in this epoch.
    tokens: BTreeSet<Token>,
    /// Of whom it was told in this epoch.
    nudged: BTreeSet<Token>,
    nudges: u32,
}

type Verdict = Result<(), &'static str>;

impl Model {
    /// One device more.
    pub fn invite(&mut self) {
        self.devices.push(Known::default());
    }

    /// Its program starts: nothing is remembered.
    pub fn starts(&mut self, who: u32, now: u64) {
        let known = &mut self.devices[who as usize];
        let lives = known.lives + 1;
        *known = Known { started: now, lives, ..Known::default() };
        if lives > 1 {
            self.remembered.retain(|(a, b), _| *a != who && *b != who);
        }
    }

    /// Its program ends.
    pub fn stops(&mut self, who: u32) {
        self.devices[who as usize].is_open = false;
    }

    /// Its owner wants to be found.
    pub fn consents(&mut self, who: u32) {
        self.devices[who as usize].is_open = true;
    }

    /// It says that it is closed.
    pub fn closes(&mut self, who: u32) {
        self.devices[who as usize].is_open = false;
    }

    /// Whether its owner consents now.
    #[must_use]
    pub fn is_open(&self, who: u32) -> bool {
        self.devices[who as usize].is_open
    }

    /// It fell silent: an epoch is over.
    pub fn silent(&mut self, who: u32) {
        let known = &mut self.devices[who as usize];
        known.asked.clear();
        known.tokens.clear();
        known.nudged.clear();
    }

    /// It shows itself under a new token.
    pub fn appears(&mut self, who: u32, now: u64) {
        self.devices[who as usize].appeared = now;
    }

    /// What an evaluation answers has arrived over neighbours: from now on it may be charged for this one.
    pub fn may_charge(&mut self, who: u32, peer: Token, now: u64) {
        self.devices[who as usize].asked.entry(peer).or_insert(now);
    }

    /// Nothing is said without consent.
    pub fn transmits(&self, is_open: bool, transmit: &Transmit) -> Verdict {
        if is_open || !says_something(transmit) {
            Ok(())
        } else {
            Err("a device said something without consent")
        }
    }

    /// Evaluations: of strangers, no more than the budget gives. What a device charges for leaves at once on a link. Over
    /// neighbours it waits for their rate, or never leaves and is sent in a later exchange; so there a charge counts for
    /// the first window with room since [`Model::may_charge`]. Where `seals` holds it may have been made through the relay,
    /// at any time since the device appeared.
    pub fn evaluates(&mut self, who: u32, peer: Option<Token>, seals: bool, now: u64) -> Verdict {
        let known = &mut self.devices[who as usize];
        let Some(token) = peer else { return Err("an evaluation for somebody who shows no token") };
        if !known.tokens.insert(token) {
            return Ok(());
        }
        let asked = if seals { Some(known.appeared) } else { known.asked.get(&token).copied() };
        let [from, since] = [asked.unwrap_or(now), now].map(|at| at - known.started);
        let last = since / WINDOW;
        let charged = |window: &u64| known.charged.get(window).copied().unwrap_or(0);
        let is_free = |window: &u64| {
            let until = if *window == last { since % WINDOW } else { WINDOW };
            charged(window) < allowed(until)
        };
        let window = (from / WINDOW..=last).find(is_free);
        let Some(window) = window else {
            return Err("a device evaluated for more strangers than its budget allows");
        };
        *known.charged.entry(window).or_default() += 1;
        Ok(())
    }

    /// A nudge names exactly what both like, comes once in an epoch, and once for two that both remember.
    pub fn nudged(
        &mut self,
        (me, peer): (u32, u32),
        [_, theirs]: [Option<Token>; 2],
        nudge: &Nudge,
        (mine, other): (&InterestSet, &InterestSet),
    ) -> Verdict {
        let shared = mine.iter().filter(|interest| other.contains(interest)).count();
        if nudge.interests.is_empty() || nudge.interests.len() != shared {
            return Err("a nudge does not name what both like");
        }
        if !nudge.interests.iter().all(|interest| mine.contains(interest) && other.contains(interest)) {
            return Err("a nudge names what not both like");
        }
        let before = [me.min(peer), me.max(peer)].map(|who| self.devices[who as usize].nudges);
        if let Some(then) = self.remembered.get(&(me.min(peer), me.max(peer)))
            && (0..2).all(|side| (before[side] - then[side]) < MET_SENT as u32)
        {
            return Err("two that both remember were nudged again");
        }
        let known = &mut self.devices[me as usize];
        known.nudges += 1;
        if theirs.is_none_or(|token| !known.nudged.insert(token)) {
            return Err("somebody was nudged twice about one token");
        }
        Ok(())
    }

    /// Both or neither, where the last message arrived.
    pub fn both_ended(&mut self, (me, peer): (u32, u32), mine: End, theirs: End) -> Verdict {
        let matched =
            |end| matches!(end, End::Nudge | End::Withheld(GateReason::AlreadyNudged | GateReason::Blocked));
        if mine == End::Nudge && theirs == End::Nudge {
            let pair = (me.min(peer), me.max(peer));
            self.remembered.insert(pair, [pair.0, pair.1].map(|who| self.devices[who as usize].nudges));
        }
        let one_sided = mine == End::Nudge && !matched(theirs) || theirs == End::Nudge && !matched(mine);
        if one_sided { Err("one of two was nudged in an exchange that both ended") } else { Ok(()) }
    }

    /// Tables keep their bounds, and no secret outlives its epoch, where its length is given.
    pub fn status(&self, status: &Status, now: Now, epoch_length: Option<Duration>) -> Verdict {
        if status.heard > limits::PEERS || status.near > limits::PEERS {
            return Err("the table of peers is beyond its bound");
        }
        if status.budget_left > limits::BUDGET_TOTAL || status.nudges > limits::MARKERS {
            return Err("the budget, or the memory of nudges, is beyond its bound");
        }
        let Some(length) = epoch_length else { return Ok(()) };
        let epoch = now.utc.and_then(|utc| utc.as_secs().checked_div(length.as_secs()));
        if status.epoch.is_some_and(|held| Some(u64::from(held)) != epoch) {
            return Err("an epoch's secrets outlived it");
        }
        Ok(())
    }
}

const WINDOW: u64 = limits::BUDGET_WINDOW.as_micros() as u64;

/// How many strangers a budget gives in so much of a window.
fn allowed(into: u64) -> u64 {
    let drips = into / (limits::BUDGET_DRIP.as_secs() * SECOND);
    (u64::from(limits::BUDGET_AT_START) + drips).min(u64::from(limits::BUDGET_TOTAL))
}

fn says_something(transmit: &Transmit) -> bool {
    match transmit {
        Transmit::Air(Air::Silent)
        | Transmit::CloseChannel { .. }
        | Transmit::CloseLink { .. }
        | Transmit::RelayClose { .. } => false,
        // A goodbye.
        Transmit::RelayFrame { bytes } => *bytes != [9],
        Transmit::Air(Air::Present { .. })
        | Transmit::Dial { .. }
        | Transmit::Presence { .. }
        | Transmit::OpenChannel { .. }
        | Transmit::Frame { .. }
        | Transmit::Mesh { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let mut model = Model::default();
        model.invite();
        model.invite();
        model.starts(0, 0);
        model.starts(1, 0);
        model
    }

    #[test]
    fn the_ninth_stranger_of_a_window_is_noticed_before_the_first_drip() {
        let mut model = model();
        let token = |n: u64| Some(Token::from_bytes(n.to_be_bytes()));
        assert!((0..8).all(|n| model.evaluates(0, token(n), false, SECOND).is_ok()));
        assert!(model.evaluates(0, token(3), false, SECOND).is_ok(), "charged before");
        assert!(model.evaluates(0, token(8), false, 34 * SECOND).is_err());
        assert!(model.evaluates(0, token(9), false, 35 * SECOND).is_ok());
        assert!(model.evaluates(0, token(10), false, 35 * SECOND).is_err());
    }

    #[test]
    fn what_is_sent_after_a_window_was_charged_before_it_only_where_that_had_room() {
        let mut model = model();
        let token = |n: u64| Token::from_bytes(n.to_be_bytes());
        (0..30).for_each(|n| model.may_charge(0, token(n), 599 * SECOND));
        let evaluates =
            |model: &mut Model, n| model.evaluates(0, Some(token(n)), false, 601 * SECOND).is_ok();
        assert!((0..24).all(|n| evaluates(&mut model, n)), "before");
        assert!((24..30).all(|n| evaluates(&mut model, n)), "after");
        assert!(evaluates(&mut model, 30) && evaluates(&mut model, 31) && !evaluates(&mut model, 32));
    }

    #[test]
    fn a_nudge_of_one_side_is_noticed() {
        let mut model = model();
        assert!(model.both_ended((0, 1), End::Nudge, End::NoMatch).is_err());
        assert!(model.both_ended((0, 1), End::Nudge, End::Nudge).is_ok());
        assert!(model.both_ended((0, 1), End::NoMatch, End::Withheld(GateReason::CoolDown)).is_ok());
    }

    #[test]
    fn what_is_said_without_consent_is_noticed() {
        let model = model();
        let dial = Transmit::Dial { address: sighej_engine::RadioAddress(1) };
        assert!(model.transmits(false, &dial).is_err() && model.transmits(true, &dial).is_ok());
        assert!(model.transmits(false, &Transmit::Air(Air::Silent)).is_ok());
    }
}
