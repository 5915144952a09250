//! The steps of the initiator: messages 2 and 4 come in, 3 and 5 go out.

use sighej_crypto::{
    Commitment, Digest, Evaluation,
    exchange::{InitiatorHello, InitiatorIdentified, InitiatorWaiting},
};

use crate::{
    Failure,
    budget::Class,
    exchange::{About, Phase, Stage, is_inbound},
    ledger::Record,
    limits,
    peers::Peer,
};

use super::{Step, Turn};

impl Turn<'_> {
    /// Message 2: the responder is known. Nothing was spent so far.
    pub(super) fn read_commitment(&mut self, about: &mut About, state: InitiatorHello, bytes: &[u8]) -> Step {
        let read = state.read_commitment(&self.here.secrets, bytes);
        let state = read.map_err(|error| (Phase::Hello, error.into()))?;
        let digest = state.peer().digest();
        let failed = |why| (Phase::Identified(digest), why);
        let others = self.here.relay.with_digest(&digest);
        let refusal = self.bind(digest).map_err(failed)?.refusal_beside(others);
        refusal.map_or(Ok(()), Err).map_err(failed)?;
        self.give_way_to_inbound(&digest).map_err(failed)?;
        self.offer(about, state)
    }

    /// Message 3, as soon as there is a place past it. The charge comes before the evaluation.
    pub(super) fn offer(&mut self, about: &mut About, state: InitiatorIdentified) -> Step {
        if !self.here.exchanges.has_room_past_offer() {
            return Ok(Some(Stage::Identified(Box::new(state))));
        }
        let digest = state.peer().digest();
        let failed = |why| (Phase::Identified(digest), why);
        let class = self.here.peers.get(&digest.token()).map_or(Class::Other, Peer::class);
        self.charge(about, digest, class).map_err(failed)?;
        let evaluation = self.evaluation(state.peer());
        let met = self.core.memory.seal(&self.here.secrets, &digest, &mut self.core.entropy);
        let sent = state.send_evaluation(&self.here.secrets, &evaluation, &met, self.core.config.threshold);
        let (state, bytes) = sent.map_err(|error| failed(error.into()))?;
        self.send(about, bytes);
        about.deadline = self.now() + limits::ANSWER_WAIT;
        Ok(Some(Stage::Waiting(digest, Box::new(state))))
    }

    /// Message 4: the gate is latched, message 5 goes out, and the exchange is over.
    pub(super) fn read_answer(
        &mut self,
        about: &mut About,
        digest: Digest,
        state: InitiatorWaiting,
        bytes: &[u8],
    ) -> Step {
        let failed = |error: sighej_crypto::ExchangeError| (Phase::Waiting(digest), error.into());
        let state = state.read_answer(&self.here.secrets, bytes).map_err(failed)?;
        let latched = self.gate(&digest, state.peer_met(), true);
        let concluded = state.conclude(&self.here.secrets, crypto_gate(latched), self.core.entropy.rng());
        let (conclusion, bytes) = concluded.map_err(failed)?;
        self.send(about, bytes);
        self.close_channel(about.channel);
        self.answered(&digest, true);
        self.conclude(about, digest, latched, conclusion);
        Ok(None)
    }

    /// The digest has authenticated: its record, unless its token is another's.
    pub(super) fn bind(&mut self, digest: Digest) -> Result<&mut Record, Failure> {
        let now = self.now();
        let (budget, exchanges, relay) = (&self.core.budget, &self.here.exchanges, &self.here.relay);
        let keep = |other: &Digest| {
            budget.is_charged(other) || exchanges.is_with_digest(other) || relay.with_digest(other) > 0
        };
        self.here.ledger.bind(digest, &mut self.core.entropy, now, keep)
    }

    /// Turns what was set aside into a charge, before an evaluation is first sent.
    pub(super) fn charge(&mut self, about: &mut About, digest: Digest, class: Class) -> Result<(), Failure> {
        let now = self.now();
        match about.grant.take() {
            Some(grant) => {
                self.core.budget.charge(digest, grant, class, now).map_err(|_| Failure::BudgetSpent)
            }
            None if self.core.budget.is_charged(&digest) => Ok(()),
            None => Err(Failure::BudgetSpent),
        }
    }

    /// The evaluation of a digest that is charged: computed once, and sent again as it is.
    pub(super) fn evaluation(&mut self, peer: &Commitment) -> Evaluation {
        let cached = self.here.ledger.get(&peer.digest()).and_then(|record| record.evaluation.clone());
        cached.unwrap_or_else(|| {
            let fresh = self.here.secrets.evaluate(peer, self.core.entropy.rng());
            if let Some(record) = self.here.ledger.get_mut(&peer.digest()) {
                record.evaluation = Some(fresh.clone());
            }
            fresh
        })
    }

    pub(super) fn answered(&mut self, digest: &Digest, by_us: bool) {
        let now = self.now();
        if let Some(record) = self.here.ledger.get_mut(digest) {
            record.has_charged_us = true;
            record.answered(by_us, now);
        }
    }

    /// Two at once, seen by the initiator: the peer's own exchange has come to message 3 or 4.
    fn give_way_to_inbound(&mut self, digest: &Digest) -> Result<(), Failure> {
        let ours_is_lower = self.here.secrets.digest() < *digest;
        let inbound = |phase| self.here.exchanges.channels(|about, p| is_inbound(about) && p == phase);
        if !inbound(Phase::Answered(*digest)).is_empty() {
            return Err(Failure::Crossed);
        }
        for channel in inbound(Phase::Held(*digest)) {
            if !ours_is_lower {
                return Err(Failure::Crossed);
            }
            self.abandon(channel, Some(Failure::Crossed));
        }
        Ok(())
    }
}

pub(super) fn crypto_gate(latched: Result<(), crate::GateReason>) -> sighej_crypto::exchange::Gate {
    match latched {
        Ok(()) => sighej_crypto::exchange::Gate::Open,
        Err(_) => sighej_crypto::exchange::Gate::Closed,
    }
}
