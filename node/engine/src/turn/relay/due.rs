//! What becomes due about the relay by time, or by something that happened elsewhere.

use std::time::Duration;

use sighej_crypto::Token;
use sighej_relay_api::wire::{ClientMessage, PairNumber};

use crate::{Failure, RelayDown, budget::Class, ledger::Record, limits, peers::Peer, relay::Connection};

use super::Turn;

impl Turn<'_> {
    /// Does it. After the direct exchanges, which come first where evaluations are scarce.
    pub(in crate::turn) fn relay_due(&mut self) {
        self.here.relay.next_try = None;
        self.leave_a_silent_relay();
        self.wind_pairings();
        self.end_late_pairings();
        self.resume_unpaid();
        if self.here.relay.is_registered() {
            self.tell_rooms();
            self.knock_where_due();
        }
    }

    fn leave_a_silent_relay(&mut self) {
        match self.here.relay.connection {
            Connection::Greeting(until) | Connection::Registering(until) if until <= self.now() => {
                self.leave_relay(RelayDown::Silent, Some(Duration::ZERO));
            }
            Connection::Down
            | Connection::Greeting(_)
            | Connection::Registering(_)
            | Connection::Registered => {}
        }
    }

    /// A device that is closing ends well what it has spent something on, and nothing else.
    fn wind_pairings(&mut self) {
        if self.here.winding.is_none() {
            self.here.relay.wind_until = None;
            return;
        }
        let now = self.now();
        let until = *self.here.relay.wind_until.get_or_insert(now + limits::RELAY_WINDING);
        let goes = self.here.relay.pairs.iter().filter(|(_, pair)| until <= now || !pair.stage.has_sealed());
        let goes: Vec<PairNumber> = goes.map(|(number, _)| *number).collect();
        goes.into_iter().for_each(|pair| self.give_up(pair));
    }

    fn end_late_pairings(&mut self) {
        let now = self.now();
        let late = self.here.relay.pairs.iter().filter(|(_, pair)| pair.deadline <= now);
        let late: Vec<PairNumber> = late.map(|(number, _)| *number).collect();
        for pair in late {
            let spent = self.here.relay.pairs.get(&pair).is_some_and(|pair| !pair.stage.wants_budget());
            self.relay_failed(if spent { Failure::RelayEnded } else { Failure::BudgetSpent });
            self.give_up(pair);
        }
        for token in self.here.relay.callees.late(now) {
            self.here.relay.callees.end(&token, Some(now + limits::KNOCK_AGAIN));
        }
    }

    /// Those who knocked when the budget was spent: what there is now goes to a random one.
    fn resume_unpaid(&mut self) {
        if !self.here.may_start(self.core) {
            return;
        }
        let waiting = self.here.relay.pairs.iter().filter(|(_, pair)| pair.stage.wants_budget());
        let mut waiting: Vec<PairNumber> = waiting.map(|(number, _)| *number).collect();
        while !waiting.is_empty() {
            let lot = self.core.entropy.pick(waiting.len());
            let pair = waiting.swap_remove(lot);
            self.seal_when_paid(pair);
        }
    }

    /// Says in each room whether this device takes proposals, where that changed.
    fn tell_rooms(&mut self) {
        let now = self.now();
        let open = self.takes_proposals();
        let again = self.here.relay.rejoin_at.is_some_and(|at| at <= now);
        if self.here.relay.shown_open == Some(open) && !again {
            return;
        }
        self.here.relay.shown_open = Some(open);
        self.here.relay.rejoin_at = None;
        let rooms: Vec<_> = self.core.config.rooms.iter().map(|room| room.id).collect();
        rooms.into_iter().for_each(|room| self.say(&ClientMessage::Join { room, open }));
    }

    /// Whether somebody of a room, whom nobody has heard, may be met now.
    pub(super) fn takes_proposals(&self) -> bool {
        self.here.may_start(self.core) && self.core.budget.left(Class::Other, self.now()) > 0
    }

    /// Knocks at whoever has been near for long enough without a completed exchange, by lot.
    fn knock_where_due(&mut self) {
        if !self.here.may_start(self.core) {
            return;
        }
        let now = self.now();
        let mut due = Vec::new();
        let mut later = None;
        for (token, peer) in self.here.peers.iter() {
            match self.knock_at(token, peer) {
                Some(at) if at <= now => due.push((*token, peer.class())),
                Some(at) => later = Some(later.map_or(at, |earlier: Duration| earlier.min(at))),
                None => {}
            }
        }
        later.into_iter().for_each(|at| self.here.relay.try_at(at));
        while !due.is_empty() && self.here.relay.callees.outstanding() < limits::KNOCKS {
            let lot = self.core.entropy.pick(due.len());
            let (token, class) = due.swap_remove(lot);
            if self.covers_knock(&token, class) {
                self.knock(token);
            } else {
                self.here.lottery.waited_for = true;
            }
        }
    }

    /// Every knock that is out may cost an evaluation.
    fn covers_knock(&self, token: &Token, class: Class) -> bool {
        let charged = self.here.ledger.by_token(token).is_some_and(|(d, _)| self.core.budget.is_charged(d));
        charged
            || usize::from(self.core.budget.left(class, self.now())) > self.here.relay.callees.outstanding()
    }

    /// When this peer is to be knocked at, if ever. As a first contact over a link, it waits for the crowd guard.
    fn knock_at(&self, token: &Token, peer: &Peer) -> Option<Duration> {
        let record = self.here.ledger.by_token(token).map(|(_, record)| record);
        let has_had =
            |record: &Record| record.has_completed() || record.blocked || record.refusal().is_some();
        let busy = self.here.exchanges.is_with(token) || self.here.relay.is_with(token);
        if !peer.is_here() || busy || record.is_some_and(has_had) {
            return None;
        }
        let crowd = self.here.has_crowd(self.core);
        let wait = if crowd { limits::KNOCK_AFTER } else { limits::CROWD_WAIT };
        Some(self.here.relay.callees.free_at(token)?.max(Duration::from(peer.here_since()?) + wait))
    }
}
