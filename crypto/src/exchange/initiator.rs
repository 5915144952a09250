//! The initiator's side: who heard the responder's token and speaks first.

use rand_core::CryptoRng;
use subtle::Choice;

use crate::{
    Commitment, Digest, PairKey, Token,
    contribution::Contribution,
    epoch::{EpochSecrets, Evaluation, SharedItems},
    error::{ExchangeError, PeerMisbehaved},
    met::MetBlock,
    redacted::redacted,
};

use super::{
    Conclusion, Gate, Role,
    messages::{self, Message},
    noise::{Handshake, Session},
    tags::{Tags, reaches},
};

/// Message 1 is out; the responder's commitment is awaited.
pub struct InitiatorHello {
    noise: Handshake,
    heard: Token,
    own: Digest,
}

impl InitiatorHello {
    /// Opens a session towards the device whose token was heard. Returns message 1.
    ///
    /// # Errors
    /// [`ExchangeError::Misuse`] alone.
    pub fn start<R: CryptoRng + ?Sized>(
        me: &EpochSecrets,
        heard: Token,
        rng: &mut R,
    ) -> Result<(Self, Vec<u8>), ExchangeError> {
        let mut noise = Handshake::new(Role::Initiator, me, heard, rng)?;
        let message = noise.write(Message::Hello, &[])?;
        Ok((Self { noise, heard, own: me.digest() }, message))
    }

    /// Reads message 2. Nothing about this device has been said so far, and nothing spent.
    ///
    /// # Errors
    /// Anything wrong with the responder's commitment, or the token that was heard not being its own (M-10).
    pub fn read_commitment(
        mut self,
        me: &EpochSecrets,
        message2: &[u8],
    ) -> Result<InitiatorIdentified, ExchangeError> {
        me.must_be(&self.own)?;
        let payload = self.noise.read(Message::Commitment, message2)?;
        let peer = Commitment::decode(&payload)?;
        if peer.token() != self.heard {
            return Err(PeerMisbehaved::TokenMismatch.into());
        }
        if !self.noise.remote_is(&peer.x()) {
            return Err(PeerMisbehaved::StaticKeyMismatch.into());
        }
        peer.check_against(me.commitment())?;
        Ok(InitiatorIdentified { noise: self.noise, peer, own: self.own })
    }
}

/// The responder is known by its digest: now is the time to decide and to charge the budget.
pub struct InitiatorIdentified {
    noise: Handshake,
    peer: Commitment,
    own: Digest,
}

impl InitiatorIdentified {
    /// The responder's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.peer
    }

    /// Sends one's own commitment, the evaluation of the peer's, the met block and the threshold, as message 3.
    ///
    /// # Errors
    /// [`ExchangeError::Misuse`] alone.
    pub fn send_evaluation(
        mut self,
        me: &EpochSecrets,
        ours: &Evaluation,
        met: &MetBlock,
        threshold: u8,
    ) -> Result<(InitiatorWaiting, Vec<u8>), ExchangeError> {
        me.must_be(&self.own)?;
        ours.must_be(&self.own, &self.peer)?;
        let mut payload = me.commitment().as_bytes().to_vec();
        Contribution::encode(&mut payload, ours, met, threshold)?;
        let message = self.noise.write(Message::Offer, &payload)?;
        let (session, h) = self.noise.finish()?;
        Ok((InitiatorWaiting { session, h, peer: self.peer, own: self.own, threshold }, message))
    }
}

/// Message 3 is out; the responder's answer is awaited.
pub struct InitiatorWaiting {
    session: Session,
    h: [u8; 32],
    peer: Commitment,
    own: Digest,
    threshold: u8,
}

impl InitiatorWaiting {
    /// Reads message 4 and checks the responder's proof.
    ///
    /// # Errors
    /// Anything wrong with the message, among it [`PeerMisbehaved::BadProof`], which ends this digest.
    pub fn read_answer(
        mut self,
        me: &EpochSecrets,
        message4: &[u8],
    ) -> Result<InitiatorAnswered, ExchangeError> {
        me.must_be(&self.own)?;
        let payload = self.session.read(Message::Answer, message4)?;
        let (theirs, tags) = messages::decode_answer(&payload)?;
        let items = me.open(&self.peer, &theirs.evaluated, &theirs.proof)?;
        let pair = me.pair_with(&self.peer)?;
        let threshold = self.threshold.max(theirs.threshold);
        Ok(InitiatorAnswered {
            session: self.session,
            h: self.h,
            own: self.own,
            peer: self.peer,
            met: theirs.met,
            items,
            tags,
            pair,
            threshold,
        })
    }
}

/// All of the responder's is here; one's own gate is latched now.
pub struct InitiatorAnswered {
    session: Session,
    h: [u8; 32],
    own: Digest,
    peer: Commitment,
    met: MetBlock,
    items: SharedItems,
    tags: Tags,
    pair: PairKey,
    threshold: u8,
}

impl InitiatorAnswered {
    /// The markers that the responder shows.
    #[must_use]
    pub fn peer_met(&self) -> &MetBlock {
        &self.met
    }

    /// The responder's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.peer
    }

    /// Concludes, and returns message 5: true tags where the gate is open and the threshold reached, else random ones.
    ///
    /// # Errors
    /// [`ExchangeError::Misuse`] alone.
    pub fn conclude<R: CryptoRng + ?Sized>(
        mut self,
        me: &EpochSecrets,
        gate: Gate,
        rng: &mut R,
    ) -> Result<(Conclusion, Vec<u8>), ExchangeError> {
        me.must_be(&self.own)?;
        let found = me.real(self.tags.among(&Tags::by_slot(&self.items, Role::Responder, &self.h)));
        let nudge = Choice::from(gate) & reaches(&found, self.threshold);
        let mine = Tags::to_send(&Tags::by_slot(&self.items, Role::Initiator, &self.h), nudge, rng);
        let mut payload = Vec::with_capacity(Message::Tags.len());
        mine.encode(&mut payload);
        let message = self.session.write(Message::Tags, &payload)?;
        Ok((me.conclude(gate, nudge, &found, self.pair), message))
    }
}

// Nothing of a session is for printing.
redacted!(InitiatorHello, InitiatorIdentified, InitiatorWaiting, InitiatorAnswered);
