//! The steps of the responder: messages 1, 3 and 5 come in, 2 and 4 go out.

use sighej_crypto::{
    Digest, ExchangeError, Token,
    exchange::{ResponderAnswered, ResponderHello, ResponderIdentified},
};

use crate::{
    ChannelId, Event, Failure, GateReason, LinkId, Reach, Transmit, Transport,
    budget::Class,
    exchange::{About, Exchange, Phase, Stage, is_inbound},
    limits,
    peers::Peer,
};

use super::{Step, Turn, initiator::crypto_gate};

impl Turn<'_> {
    /// The peer opened an exchange. One at a time on a link; none in the last seconds of an epoch.
    pub(crate) fn channel_opened(&mut self, link: LinkId, channel: ChannelId) {
        if self.here.exchanges.contains(&channel) || !matches!(channel, ChannelId::Inbound(_)) {
            return;
        }
        let now = self.now();
        let refuse = Transmit::CloseChannel { channel };
        let Some(known) = self.here.links.get(&link) else { return self.core.out.transmit(refuse) };
        let struck = known.address.is_some_and(|address| self.here.strikes.get(address, None).is_out());
        let one_already = self.here.exchanges.channels(|about, _| about.link == link && is_inbound(about));
        if !one_already.is_empty() || struck || known.inbound.is_out() || !self.here.may_start(self.core) {
            return self.core.out.transmit(refuse);
        }
        let transport = known.transport;
        if !self.here.exchanges.has_room_inbound() {
            self.core.out.event(Event::ExchangeFailed { transport, reason: Failure::Busy });
            return self.core.out.transmit(refuse);
        }
        let token = known.token.filter(|_| transport == Transport::Lan);
        let deadline = now + limits::HANDSHAKE;
        let reach = Reach::InRange;
        let about =
            About { channel, link, transport, reach, token, deadline, listens_until: None, grant: None };
        self.in_use(link);
        self.here.exchanges.insert(Exchange { about, stage: Stage::Opened });
    }

    /// Message 1: an evaluation is set aside, or nothing is answered.
    pub(super) fn read_hello(&mut self, about: &mut About, bytes: &[u8]) -> Step {
        let now = self.now();
        if self.needs_grant(about) {
            let class = match about.transport {
                Transport::Lan | Transport::Mesh => {
                    about.token.and_then(|t| self.here.peers.get(&t)).map_or(Class::Other, Peer::class)
                }
                // Who calls is known with message 3; the charge is made by how it was heard.
                Transport::Ble | Transport::Relay => Class::Radio,
            };
            about.grant = self.core.budget.reserve(class, now);
            let left = &mut self.here.lottery.left_to_callers;
            *left = left.saturating_sub(1);
            if about.grant.is_none() && !self.may_be_known(about) {
                return Err((Phase::Greeted, Failure::BudgetSpent));
            }
        }
        let accepted = ResponderHello::accept(&self.here.secrets, bytes, self.core.entropy.rng());
        let (state, bytes) = accepted.map_err(|error| (Phase::Opened, error.into()))?;
        self.send(about, bytes);
        Ok(Some(Stage::Greeted(Box::new(state))))
    }

    /// Message 3: the initiator is known, and has proven itself.
    pub(super) fn read_offer(&mut self, about: &mut About, state: ResponderHello, bytes: &[u8]) -> Step {
        let read = state.read_offer(&self.here.secrets, bytes);
        let offered = read.map_err(|error| (Phase::Greeted, error.into()))?;
        let digest = offered.peer().digest();
        let failed = |why| (Phase::Held(digest), why);
        self.must_be_heard(about, &digest.token()).map_err(failed)?;
        let others = self.here.relay.with_digest(&digest);
        let refusal = self.bind(digest).map_err(failed)?.refusal_beside(others);
        refusal.map_or(Ok(()), Err).map_err(failed)?;
        self.give_way_to_outbound(&digest).map_err(failed)?;
        let state = offered.verify(&self.here.secrets).map_err(|error| failed(error.into()))?;
        if let Some(record) = self.here.ledger.get_mut(&digest) {
            record.has_charged_us = true;
        }
        about.token = Some(digest.token());
        about.deadline = self.now() + limits::HOLD;
        about.listens_until =
            (!self.is_told_or_heard(about.transport, &digest.token())).then(|| self.now() + limits::UNHEARD);
        self.answer(about, state)
    }

    /// Message 4, as soon as the peer is near and there is a place: the charge, then the gate, latched here.
    pub(super) fn answer(&mut self, about: &mut About, state: ResponderIdentified) -> Step {
        let digest = state.peer().digest();
        if !self.is_ready_for(about, &digest.token()) {
            return Ok(Some(Stage::Held(Box::new(state))));
        }
        let failed = |why| (Phase::Held(digest), why);
        let class = self.here.peers.get(&digest.token()).map_or(Class::Other, Peer::class);
        self.charge(about, digest, class).map_err(failed)?;
        let evaluation = self.evaluation(state.peer());
        let met = self.core.memory.seal(&self.here.secrets, &digest, &mut self.core.entropy);
        let latched = self.gate(&digest, state.peer_met(), true);
        let (me, threshold, rng) = (&self.here.secrets, self.core.config.threshold, self.core.entropy.rng());
        let answered = state.answer(me, &evaluation, &met, threshold, crypto_gate(latched), rng);
        let (state, bytes) = answered.map_err(|error| failed(error.into()))?;
        self.send(about, bytes);
        self.answered(&digest, false);
        about.deadline = self.now() + limits::TAGS_WAIT;
        Ok(Some(Stage::Answered(digest, latched, Box::new(state))))
    }

    /// Message 5: the exchange is over.
    pub(super) fn read_tags(
        &mut self,
        about: &mut About,
        digest: Digest,
        latched: Result<(), GateReason>,
        state: ResponderAnswered,
        bytes: &[u8],
    ) -> Step {
        let failed = |error: ExchangeError| (Phase::Answered(digest), error.into());
        let conclusion = state.read_tags(&self.here.secrets, bytes).map_err(failed)?;
        self.close_channel(about.channel);
        self.conclude(about, digest, latched, conclusion);
        Ok(None)
    }

    /// Whether the caller is, for all one knows, a stranger.
    fn needs_grant(&self, about: &About) -> bool {
        let bound = about.token.and_then(|token| self.here.ledger.by_token(&token));
        !bound.is_some_and(|(digest, _)| self.core.budget.is_charged(digest))
    }

    /// With the budget spent a caller is answered only where it may be one that was charged. On the radio nobody can say
    /// before message 3; honest strangers have seen the flag and stay away.
    fn may_be_known(&self, about: &About) -> bool {
        about.transport == Transport::Ble && self.core.budget.any_charged()
    }

    /// LAN: the token was announced on this very link. Mesh: it is the one that the caller was told of by. On the radio a caller may be one that cannot be heard: it is admitted
    /// without dwell, charged as not heard by radio, and counts for no crowd.
    fn must_be_heard(&self, about: &About, token: &Token) -> Result<(), Failure> {
        let announced = self.here.links.get(&about.link).and_then(|link| link.token);
        match about.transport {
            Transport::Lan if announced != Some(*token) => Err(Failure::NotHeard),
            Transport::Mesh if about.token != Some(*token) => Err(Failure::NotHeard),
            Transport::Lan | Transport::Mesh | Transport::Ble | Transport::Relay => Ok(()),
        }
    }

    fn is_ready_for(&self, about: &About, token: &Token) -> bool {
        self.here.exchanges.has_room_past_offer() && self.is_near_enough(about, token)
    }

    /// A token heard on the radio must be past dwell and above the gate; one that was not heard is listened for.
    pub(super) fn is_near_enough(&self, about: &About, token: &Token) -> bool {
        let radio = self.here.peers.get(token).and_then(|peer| peer.radio.as_ref());
        match (about.transport, radio) {
            (Transport::Lan | Transport::Relay | Transport::Mesh, _) => true,
            (Transport::Ble, Some(radio)) => radio.dwell.is_near(self.now()),
            (Transport::Ble, None) => about.listens_until.is_none_or(|until| until <= self.now()),
        }
    }

    fn is_told_or_heard(&self, transport: Transport, token: &Token) -> bool {
        let heard = || self.here.peers.get(token).is_some_and(|peer| peer.radio.is_some());
        match transport {
            Transport::Lan | Transport::Relay | Transport::Mesh => true,
            Transport::Ble => heard(),
        }
    }

    /// Two at once, seen by the responder: the exchange that the lower digest opened stays. Ours has not passed message 4,
    /// since with it ours is over.
    fn give_way_to_outbound(&mut self, digest: &Digest) -> Result<(), Failure> {
        let ours_is_lower = self.here.secrets.digest() < *digest;
        let same_peer = |about: &About, phase: Phase| is_inbound(about) && phase.digest() == Some(*digest);
        if !self.here.exchanges.channels(same_peer).is_empty() {
            return Err(Failure::Busy);
        }
        let token = digest.token();
        for channel in
            self.here.exchanges.channels(|about, _| !is_inbound(about) && about.token == Some(token))
        {
            if ours_is_lower {
                return Err(Failure::Crossed);
            }
            self.abandon(channel, Some(Failure::Crossed));
        }
        Ok(())
    }
}
