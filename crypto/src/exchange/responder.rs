//! The responder's side: who was heard and is spoken to.

use rand_core::CryptoRng;
use subtle::Choice;

use crate::{
    Commitment, Digest, PairKey,
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

/// Message 2 is out; the initiator's offer is awaited.
pub struct ResponderHello {
    noise: Handshake,
    own: Digest,
}

impl ResponderHello {
    /// Answers message 1 with one's own commitment, message 2.
    ///
    /// # Errors
    /// A message of another length, or [`ExchangeError::Misuse`].
    pub fn accept<R: CryptoRng + ?Sized>(
        me: &EpochSecrets,
        message1: &[u8],
        rng: &mut R,
    ) -> Result<(Self, Vec<u8>), ExchangeError> {
        let mut noise = Handshake::new(Role::Responder, me, me.token(), rng)?;
        noise.read(Message::Hello, message1)?;
        let message = noise.write(Message::Commitment, me.commitment().as_bytes())?;
        Ok((Self { noise, own: me.digest() }, message))
    }

    /// Reads message 3 as far as it says who the initiator is; a stranger has cost no multiplication of a point so far.
    ///
    /// # Errors
    /// Anything wrong with the message or the commitment in it.
    pub fn read_offer(
        mut self,
        me: &EpochSecrets,
        message3: &[u8],
    ) -> Result<ResponderOffered, ExchangeError> {
        me.must_be(&self.own)?;
        let payload = self.noise.read(Message::Offer, message3)?;
        let (peer, contribution) = messages::split_offer(&payload)?;
        if !self.noise.remote_is(&peer.x()) {
            return Err(PeerMisbehaved::StaticKeyMismatch.into());
        }
        peer.check_against(me.commitment())?;
        Ok(ResponderOffered { noise: self.noise, own: self.own, peer, contribution: contribution.to_vec() })
    }
}

/// The initiator has proven its Noise key, and so that the commitment is its own. That its token was heard is the
/// caller's to check now (M-12): what follows is costly.
pub struct ResponderOffered {
    noise: Handshake,
    own: Digest,
    peer: Commitment,
    contribution: Vec<u8>,
}

impl ResponderOffered {
    /// The initiator's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.peer
    }

    /// Checks the initiator's evaluation and its proof.
    ///
    /// # Errors
    /// Anything wrong with the evaluation, among it [`PeerMisbehaved::BadProof`], which ends this digest.
    pub fn verify(self, me: &EpochSecrets) -> Result<ResponderIdentified, ExchangeError> {
        let Self { noise, own, peer, contribution } = self;
        me.must_be(&own)?;
        let theirs = Contribution::decode(&contribution)?;
        let items = me.open(&peer, &theirs.evaluated, &theirs.proof)?;
        let pair = me.pair_with(&peer)?;
        let (session, h) = noise.finish()?;
        Ok(ResponderIdentified {
            session,
            h,
            own,
            peer,
            met: theirs.met,
            items,
            pair,
            threshold: theirs.threshold,
        })
    }
}

/// The initiator has contributed its part: now is the time to charge the budget and to latch the gate.
pub struct ResponderIdentified {
    session: Session,
    h: [u8; 32],
    own: Digest,
    peer: Commitment,
    met: MetBlock,
    items: SharedItems,
    pair: PairKey,
    threshold: u8,
}

impl ResponderIdentified {
    /// The initiator's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.peer
    }

    /// The markers that the initiator shows.
    #[must_use]
    pub fn peer_met(&self) -> &MetBlock {
        &self.met
    }

    /// Answers with the evaluation, the met block, the threshold and the tags, as message 4: true tags where the gate is
    /// open, else random ones.
    ///
    /// # Errors
    /// [`ExchangeError::Misuse`] alone.
    pub fn answer<R: CryptoRng + ?Sized>(
        mut self,
        me: &EpochSecrets,
        ours: &Evaluation,
        met: &MetBlock,
        threshold: u8,
        gate: Gate,
        rng: &mut R,
    ) -> Result<(ResponderAnswered, Vec<u8>), ExchangeError> {
        me.must_be(&self.own)?;
        ours.must_be(&self.own, &self.peer)?;
        let sent =
            Tags::to_send(&Tags::by_slot(&self.items, Role::Responder, &self.h), Choice::from(gate), rng);
        let mut payload = Vec::with_capacity(Message::Answer.len());
        Contribution::encode(&mut payload, ours, met, threshold)?;
        sent.encode(&mut payload);
        let message = self.session.write(Message::Answer, &payload)?;
        let answered = ResponderAnswered {
            session: self.session,
            h: self.h,
            own: self.own,
            items: self.items,
            sent,
            pair: self.pair,
            threshold: self.threshold.max(threshold),
            gate,
        };
        Ok((answered, message))
    }
}

/// Message 4 is out; the initiator's tags are awaited.
pub struct ResponderAnswered {
    session: Session,
    h: [u8; 32],
    own: Digest,
    items: SharedItems,
    sent: Tags,
    pair: PairKey,
    threshold: u8,
    gate: Gate,
}

impl ResponderAnswered {
    /// Reads message 5 and concludes.
    ///
    /// # Errors
    /// Anything wrong with the message, among it one's own tags coming back (M-14).
    pub fn read_tags(mut self, me: &EpochSecrets, message5: &[u8]) -> Result<Conclusion, ExchangeError> {
        me.must_be(&self.own)?;
        let tags = Tags::decode(&self.session.read(Message::Tags, message5)?)?;
        tags.refuse_echo(&self.sent)?;
        let found = me.real(tags.among(&Tags::by_slot(&self.items, Role::Initiator, &self.h)));
        let nudge = Choice::from(self.gate) & reaches(&found, self.threshold);
        Ok(me.conclude(self.gate, nudge, &found, self.pair))
    }
}

redacted!(ResponderHello, ResponderOffered, ResponderIdentified, ResponderAnswered);
