//! Why nobody is found: a view of a present device, which changes nothing.

use std::time::Duration;

use crate::{
    Alone, Status,
    budget::Class,
    ledger::{Due, Record},
    peers::Peer,
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
        if self.is_near_a_nudged() {
            return None;
        }
        let (peers, guard) = (&self.here.peers, self.core.config.crowd_guard);
        let crowd = peers.crowd(guard, self.now);
        Some(if !peers.iter().any(|(_, peer)| peer.is_heard()) {
            Alone::NothingHeard
        } else if peers.near() == 0 {
            Alone::TooFar
        } else if crowd < guard {
            Alone::CrowdGuard { more: guard - crowd }
        } else if self.core.is_cooling_down(self.now) {
            Alone::CoolDown
        } else if self.core.is_quiet() {
            Alone::QuietHours
        } else if self.here.lottery.waited_for {
            Alone::BudgetSpent
        } else if self.knows_all() {
            Alone::NothingShared
        } else {
            Alone::FindingOut
        })
    }

    /// Whether somebody is here of whom the attendee was told.
    fn is_near_a_nudged(&self) -> bool {
        let mut nudged = self.here.ledger.iter().filter(|(_, record)| record.nudged);
        nudged.any(|(digest, _)| self.here.peers.get(&digest.token()).is_some_and(Peer::is_here))
    }

    /// Whether no exchange with anybody here may still show something.
    fn knows_all(&self) -> bool {
        let is_done = |record: &Record| record.looked || record.due() == Due::Never;
        let mut here = self.here.acquaintances().filter(|(_, peer, _)| peer.is_here());
        here.all(|(_, _, known_as)| known_as.is_some_and(|(_, record)| is_done(record)))
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
