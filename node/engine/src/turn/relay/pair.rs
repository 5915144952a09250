//! A pairing from the introduction to the verdict: seals, uploads, and what is believed of the outcome.

use sighej_crypto::{
    Commitment, Digest, Evaluation, MetBlock,
    relay::{Exchanged, Introduced, Sealed},
};
use sighej_relay_api::wire::{ClientMessage, PairNumber, SEAL_LEN, VERDICT_LEN};

use crate::{
    Failure, GateReason, Reach, Transmit, Transport,
    budget::Class,
    limits,
    peers::Peer,
    relay::{Pairing, Stage},
};

use super::{super::initiator::crypto_gate, Turn};

impl Turn<'_> {
    /// The accept and one's own seal in one, as soon as the budget has an evaluation: both have accepted now.
    pub(super) fn seal_when_paid(&mut self, pair: PairNumber) {
        let Some(digest) = self.here.relay.pairs.get(&pair).and_then(|pairing| pairing.stage.digest()) else {
            return;
        };
        if !self.pay_for(digest) {
            self.here.lottery.waited_for = true;
            return;
        }
        let Some(pairing) = self.here.relay.pairs.remove(&pair) else { return };
        let Pairing { in_room, by_us, mut unanswered, stage, .. } = pairing;
        // A knock that crossed is out already.
        let said = unanswered.len();
        let introduced = match stage {
            Stage::Waiting(knocked) => knocked.accept(&self.here.secrets, self.core.entropy.rng()),
            Stage::Crossed(introduced) => Ok(*introduced),
            Stage::Proposed(_) | Stage::Introduced(_) | Stage::Sealed(_) | Stage::Uploaded(..) => return,
        };
        let sealed = introduced.and_then(|introduced| {
            let accept = introduced.accept_bytes().and_then(|bytes| bytes.try_into().ok());
            unanswered.extend(accept.map(|accept| ClientMessage::Accept { pair, accept }.encode()));
            let (evaluation, met) = self.contribution(introduced.peer());
            let threshold = self.core.config.threshold;
            introduced.seal(&self.here.secrets, &evaluation, &met, threshold, self.core.entropy.rng())
        });
        match sealed {
            Ok(sealed) => {
                unanswered.extend(seal_frame(pair, sealed.seal_bytes()));
                let fresh = unanswered.iter().skip(said).cloned().collect();
                let deadline = self.now() + limits::RELAY_PAIR_WAIT;
                let stage = Stage::Sealed(Box::new(sealed));
                let pairing = Pairing { in_room, by_us, deadline, unanswered, stage };
                self.here.relay.pairs.insert(pair, pairing);
                self.send_all(fresh);
            }
            Err(error) => self.pairing_failed(pair, None, error),
        }
    }

    /// The peer's seal: its proof holds, or the pairing ends.
    pub(super) fn sealed(&mut self, pair: PairNumber, seal: &[u8; SEAL_LEN]) {
        let Some(pairing) = self.here.relay.pairs.remove(&pair) else { return self.give_up(pair) };
        let Pairing { in_room, by_us, deadline, unanswered, stage } = pairing;
        let Some(digest) = stage.digest() else { return self.out_of_turn(pair) };
        let read = match stage {
            Stage::Introduced(state) => self.seal_second(pair, *state, seal),
            Stage::Sealed(state) => self.read_seal(*state, seal),
            // Said again.
            Stage::Uploaded(..) => {
                let pairing = Pairing { in_room, by_us, deadline, unanswered, stage };
                self.here.relay.pairs.insert(pair, pairing);
                return;
            }
            Stage::Proposed(_) | Stage::Waiting(_) | Stage::Crossed(_) => return self.out_of_turn(pair),
        };
        match read {
            Ok((exchanged, frames)) => self.upload(pair, (in_room, by_us), digest, exchanged, frames),
            Err(Failure::Relay(error)) => self.pairing_failed(pair, Some(digest), error),
            Err(why) => {
                self.relay_failed(why);
                self.give_up(pair);
            }
        }
    }

    /// The side that knocked: it has seen the other's proof before it spends anything.
    fn seal_second(
        &mut self,
        pair: PairNumber,
        state: Introduced,
        seal: &[u8; SEAL_LEN],
    ) -> Result<(Exchanged, Vec<Vec<u8>>), Failure> {
        let offered = state.read_seal(&self.here.secrets, seal)?;
        let digest = offered.peer().digest();
        self.proven(&digest);
        if !self.pay_for(digest) {
            return Err(Failure::BudgetSpent);
        }
        let (evaluation, met) = self.contribution(offered.peer());
        let (me, threshold, rng) = (&self.here.secrets, self.core.config.threshold, self.core.entropy.rng());
        let exchanged = offered.seal(me, &evaluation, &met, threshold, rng)?;
        let frames = seal_frame(pair, exchanged.seal_bytes()).into_iter().collect();
        Ok((exchanged, frames))
    }

    fn read_seal(
        &mut self,
        state: Sealed,
        seal: &[u8; SEAL_LEN],
    ) -> Result<(Exchanged, Vec<Vec<u8>>), Failure> {
        let exchanged = state.read_seal(&self.here.secrets, seal)?;
        self.proven(&exchanged.peer().digest());
        Ok((exchanged, Vec::new()))
    }

    /// The gate is latched, and the match values go out, with the seal where that is due.
    fn upload(
        &mut self,
        pair: PairNumber,
        (in_room, by_us): (bool, bool),
        digest: Digest,
        exchanged: Exchanged,
        mut frames: Vec<Vec<u8>>,
    ) {
        let latched = self.relay_gate(&digest, exchanged.peer_met(), in_room);
        let gate = crypto_gate(latched);
        match exchanged.upload(&self.here.secrets, gate, self.core.entropy.rng()) {
            Ok(uploaded) => {
                frames.push(ClientMessage::Upload { pair, upload: uploaded.upload_bytes() }.encode());
                self.send_all(frames.clone());
                let deadline = self.now() + limits::RELAY_PAIR_WAIT;
                let stage = Stage::Uploaded(digest, latched, Box::new(uploaded));
                let pairing = Pairing { in_room, by_us, deadline, unanswered: frames, stage };
                self.here.relay.pairs.insert(pair, pairing);
            }
            Err(error) => self.pairing_failed(pair, None, error),
        }
    }

    /// In a room nobody is pointed at by being near. A verdict may take its time: with a cool-down, two that may nudge are
    /// enough at once.
    fn relay_gate(&self, digest: &Digest, shown: &MetBlock, in_room: bool) -> Result<(), GateReason> {
        let pending = self.here.relay.pending() >= limits::RELAY_PENDING;
        let known = self.here.ledger.get(digest).is_some_and(|record| record.nudged);
        self.gate(digest, shown, !in_room)?;
        if pending && !known && !self.core.config.cool_down.is_zero() {
            return Err(GateReason::CoolDown);
        }
        Ok(())
    }

    /// The relay's word, which is checked and not believed.
    pub(super) fn verdict(&mut self, pair: PairNumber, verdict: &[u8; VERDICT_LEN]) {
        let Some(pairing) = self.here.relay.pairs.remove(&pair) else { return self.give_up(pair) };
        let Pairing { by_us, stage: Stage::Uploaded(digest, latched, state), .. } = pairing else {
            return self.out_of_turn(pair);
        };
        match state.conclude(&self.here.secrets, verdict) {
            Ok(conclusion) => {
                self.answered(&digest, by_us);
                self.tell_outcome((Transport::Relay, Reach::Relay), digest, latched, conclusion);
                self.here.relay.callees.end(&digest.token(), None);
                self.give_up(pair);
            }
            Err(error) => {
                self.here.relay.callees.end(&digest.token(), None);
                self.pairing_failed(pair, None, error);
            }
        }
    }

    fn out_of_turn(&mut self, pair: PairNumber) {
        self.relay_failed(Failure::RelayOutOfTurn);
        self.give_up(pair);
    }

    /// What this device says to a peer that is charged.
    fn contribution(&mut self, peer: &Commitment) -> (Evaluation, MetBlock) {
        let met = self.core.memory.seal(&self.here.secrets, &peer.digest(), &mut self.core.entropy);
        (self.evaluation(peer), met)
    }

    /// Charges the digest, unless it was charged before; as one that was not heard by radio, unless it was.
    fn pay_for(&mut self, digest: Digest) -> bool {
        let now = self.now();
        if self.core.budget.is_charged(&digest) {
            return true;
        }
        let class = self.here.peers.get(&digest.token()).map_or(Class::Other, Peer::class);
        let grant = self.core.budget.reserve(class, now);
        grant.is_some_and(|grant| self.core.budget.charge(digest, grant, class, now).is_ok())
    }

    /// The peer holds its keys, and has charged this device.
    fn proven(&mut self, digest: &Digest) {
        if let Some(record) = self.here.ledger.get_mut(digest) {
            record.has_charged_us = true;
        }
    }

    /// Sends a step of a pairing, and keeps it until it is answered.
    pub(super) fn say_in(&mut self, pair: PairNumber, frame: Vec<u8>) {
        self.send_all(vec![frame.clone()]);
        self.keep(pair, frame);
    }

    pub(super) fn keep(&mut self, pair: PairNumber, frame: Vec<u8>) {
        if let Some(pairing) = self.here.relay.pairs.get_mut(&pair) {
            pairing.unanswered.push(frame);
        }
    }

    /// Without a connection the frames wait in their pairings.
    fn send_all(&mut self, frames: Vec<Vec<u8>>) {
        if self.here.relay.is_registered() {
            for bytes in frames {
                self.core.out.transmit(Transmit::RelayFrame { bytes });
            }
        }
    }
}

fn seal_frame(pair: PairNumber, seal: &[u8]) -> Option<Vec<u8>> {
    let seal = seal.try_into().ok()?;
    Some(ClientMessage::Seal { pair, seal }.encode())
}
