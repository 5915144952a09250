//! How exchanges end, whatever way they go: counted, and judged alone and beside the other side.

use sighej_crypto::Token;
use sighej_engine::GateReason;

use crate::{
    interests::Ranks,
    measure::{Ending, Way},
};

use super::{World, shell::Said};

/// An exchange as the hall knows it. Side 0 opened it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting {
    pub(super) ends: [u32; 2],
    pub(super) tokens: [Option<Token>; 2],
    /// Messages that each side sent.
    sent: [u8; 2],
    pub(super) ended: [Option<End>; 2],
}

/// How an exchange ended for one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nudged.
    Nudge,
    /// Nothing shared, or the other would not.
    NoMatch,
    /// It would not itself.
    Withheld(GateReason),
}

/// An exchange that ended for somebody.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Microseconds from the start.
    pub at: u64,
    /// For whom.
    pub who: u32,
    /// With whom.
    pub peer: u32,
    /// How.
    pub end: End,
    /// What the nudge named.
    pub shared: Ranks,
}

impl Meeting {
    pub(super) fn new(ends: [u32; 2], tokens: [Option<Token>; 2]) -> Self {
        Self { ends, tokens, sent: [0; 2], ended: [None; 2] }
    }

    /// One side sends a message: its number in the exchange, from 1. The sides take turns.
    pub(super) fn send(&mut self, side: usize) -> u8 {
        self.sent[side] = self.sent[side].saturating_add(1);
        (2 * self.sent[side]).saturating_sub(u8::from(side == 0))
    }

    /// The side of a device, if it is one of the two.
    pub(super) fn side_of(&self, who: u32) -> Option<usize> {
        self.ends.iter().position(|end| *end == who)
    }
}

impl End {
    pub(super) fn of(said: &Said) -> Self {
        match said {
            Said::Nudge(_) => Self::Nudge,
            Said::NoMatch => Self::NoMatch,
            Said::Withheld(gate) => Self::Withheld(*gate),
        }
    }
}

impl World {
    /// A message arrives over neighbours at a side of an exchange. To one that has spoken before, it is what an evaluation
    /// answers.
    pub(super) fn hears(&mut self, meeting: &Meeting, side: usize) {
        if let Some(token) = meeting.tokens[1 - side].filter(|_| meeting.sent[side] > 0) {
            self.model.may_charge(meeting.ends[side], token, self.now);
        }
    }

    /// A message leaves for the peer, perhaps with an evaluation. What goes through the relay is sealed: there nobody sees
    /// whom a device was charged for, nor when.
    pub(super) fn charge(&mut self, meeting: &Meeting, side: usize, message: u8) {
        let [who, other] = [meeting.ends[side], meeting.ends[1 - side]];
        if !self.devices[who as usize].is_honest() || !EVALUATIONS.contains(&message) {
            return;
        }
        let seals = [who, other].iter().all(|who| self.devices[*who as usize].has_relay);
        let holds = self.model.evaluates(who, meeting.tokens[1 - side], seals, self.now);
        self.check(holds);
    }

    /// An exchange ended for one side. `meeting` is as it was before.
    pub(super) fn judge(&mut self, meeting: Meeting, side: usize, said: Said) {
        let [me, peer] = [meeting.ends[side], meeting.ends[1 - side]];
        let end = End::of(&said);
        let [mine, other] = [me, peer].map(|end| &self.devices[end as usize]);
        let honest = mine.is_honest() && other.is_honest();
        if honest && let Said::Nudge(nudge) = &said {
            let held = (mine.set(), other.set());
            let tokens = [meeting.tokens[side], meeting.tokens[1 - side]];
            let holds = self.model.nudged((me, peer), tokens, nudge, held);
            self.check(holds);
        }
        if honest && let Some(theirs) = meeting.ended[1 - side] {
            let holds = self.model.both_ended((me, peer), end, theirs);
            self.check(holds);
        }
        let way = if let Said::Nudge(nudge) = &said { Some(Way::of(nudge)) } else { None };
        let place = self.position(me);
        self.measure.ended((me, peer), &Ending { way, at: self.now, place });
        if self.keep_outcomes {
            let shared = self.named(said);
            self.outcomes.push(Outcome { at: self.now, who: me, peer, end, shared });
        }
    }

    fn named(&self, said: Said) -> Ranks {
        match said {
            Said::Nudge(nudge) => {
                let ranks: Vec<usize> =
                    nudge.interests.iter().filter_map(|i| self.popularity.rank(i)).collect();
                self.popularity.ranks(ranks)
            }
            Said::NoMatch | Said::Withheld(_) => Ranks::default(),
        }
    }
}

/// Of five messages these carry an evaluation.
const EVALUATIONS: [u8; 2] = [3, 4];
/// The initiator's tags.
pub(super) const LAST_MESSAGE: u8 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_over_both_sides() {
        let mut meeting = Meeting::new([7, 3], [None; 2]);
        let numbers = [0, 1, 0, 1, 0].map(|side| meeting.send(side));
        assert_eq!(numbers, [1, 2, 3, 4, LAST_MESSAGE]);
        assert_eq!((meeting.side_of(3), meeting.side_of(4)), (Some(1), None));
    }
}
