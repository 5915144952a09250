//! Why nobody is found: a view of a present device, which changes nothing.

use std::time::Duration;

use crate::{
    Alone, Status,
    budget::Class,
    ledger::Due,
    present::{Present, Winding},
};

use super::Core;

/// A device as it is at a moment.
pub(crate) struct View<'a> {
    pub(crate) core: &'a Core,
    pub(crate) here: &'a Present,
    pub(crate) now: Duration,
}

impl View<'_> {
    /// The first of the reasons that holds; none while somebody near was nudged.
    pub(crate) fn alone(&self) -> Option<Alone> {
        if let Some(winding) = self.here.winding {
            return Some(match winding {
                Winding::Close => Alone::NotOpen,
                Winding::Pause { .. } => Alone::Paused,
                Winding::Renew => Alone::BetweenEpochs,
            });
        }
        let room = self.room();
        if room.nudged {
            return None;
        }
        let guard = self.core.config.crowd_guard;
        Some(if room.heard == 0 {
            Alone::NothingHeard
        } else if room.here == 0 {
            Alone::TooFar
        } else if room.crowd < guard {
            Alone::CrowdGuard { more: guard - room.crowd }
        } else if self.core.is_cooling_down(self.now) {
            Alone::CoolDown
        } else if self.core.is_quiet() {
            Alone::QuietHours
        } else if self.here.lottery.waited_for {
            Alone::BudgetSpent
        } else if room.undone == 0 {
            Alone::NothingShared
        } else {
            Alone::FindingOut
        })
    }

    /// Counts everybody once: this is looked at after every call.
    fn room(&self) -> Room {
        let mut room = Room::default();
        for (_, peer, known_as) in self.here.acquaintances() {
            let record = known_as.map(|(_, record)| record);
            let is_here = peer.is_here();
            let done = record.is_some_and(|record| record.looked || record.due() == Due::Never);
            room.heard += usize::from(peer.is_heard());
            room.here += usize::from(is_here);
            room.crowd += usize::from(peer.counts(self.now));
            room.undone += usize::from(is_here && !done);
            room.nudged |= is_here && record.is_some_and(|record| record.nudged);
        }
        room
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            epoch: Some(self.here.secrets.epoch().0),
            heard: self.here.peers.heard(),
            near: self.here.peers.near(),
            crowd: self.here.peers.crowd(usize::MAX, self.now),
            exchanges: self.here.exchanges.len() + self.here.relay.pairs.len(),
            budget_left: self.core.budget.left(Class::Radio, self.now),
            nudges: self.core.memory.nudges(),
            alone: self.alone(),
        }
    }
}

/// Who is there, in numbers.
#[derive(Default)]
struct Room {
    heard: usize,
    here: usize,
    crowd: usize,
    /// Here, and an exchange with them may still show something.
    undone: usize,
    /// Somebody who is here was nudged.
    nudged: bool,
}
