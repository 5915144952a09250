//! Why nobody is found: a view of a present device, which changes nothing.

use std::time::Duration;

use sighej_crypto::Token;

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
        let (peers, guard) = (&self.here.peers, self.core.config.crowd_guard);
        let crowd = peers.crowd(self.now);
        let nudged = |token: &Token| self.record(token).is_some_and(|record| record.nudged);
        if peers.iter().any(|(token, peer)| peer.is_here() && nudged(token)) {
            return None;
        }
        Some(if peers.heard() == 0 {
            Alone::NothingHeard
        } else if !peers.iter().any(|(_, peer)| peer.is_here()) {
            Alone::TooFar
        } else if crowd < guard {
            Alone::CrowdGuard { more: guard - crowd }
        } else if self.core.is_cooling_down(self.now) {
            Alone::CoolDown
        } else if self.core.is_quiet() {
            Alone::QuietHours
        } else if self.here.lottery.waited_for {
            Alone::BudgetSpent
        } else if peers.iter().all(|(token, peer)| self.is_done_with(token, peer)) {
            Alone::NothingShared
        } else {
            Alone::FindingOut
        })
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            epoch: Some(self.here.secrets.epoch().0),
            heard: self.here.peers.heard(),
            near: self.here.peers.near(),
            crowd: self.here.peers.crowd(self.now),
            exchanges: self.here.exchanges.len() + self.here.relay.pairs.len(),
            budget_left: self.core.budget.left(Class::Radio, self.now),
            nudges: self.core.memory.nudges(),
            alone: self.alone(),
        }
    }

    fn record(&self, token: &Token) -> Option<&Record> {
        self.here.ledger.by_token(token).map(|(_, record)| record)
    }

    fn is_done_with(&self, token: &Token, peer: &Peer) -> bool {
        let done = |record: &Record| record.looked || record.due() == Due::Never;
        !peer.is_here() || self.record(token).is_some_and(done)
    }
}
