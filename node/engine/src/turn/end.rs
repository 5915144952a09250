//! How exchanges end, and what follows from it.

use sighej_crypto::{Digest, exchange::Conclusion};

use crate::{
    ChannelId, Event, Failure, GateReason, Nudge, Reach, Transport,
    exchange::{About, Exchange, Phase},
    limits,
};

use super::Turn;

impl Turn<'_> {
    /// This device closes an exchange. Without a reason, the one that its phase suggests.
    pub(super) fn abandon(&mut self, channel: ChannelId, why: Option<Failure>) {
        if self.here.exchanges.contains(&channel) {
            self.close_channel(channel);
            self.channel_closed(channel, why);
        }
    }

    /// An exchange's channel is closed.
    pub(crate) fn channel_closed(&mut self, channel: ChannelId, why: Option<Failure>) {
        let Some(Exchange { about, stage }) = self.here.exchanges.remove(&channel) else { return };
        let phase = stage.phase();
        let why = why.unwrap_or_else(|| self.reason(&about, phase));
        self.burn(about, phase, why);
    }

    /// What a silence, or a silent close, at this phase means.
    fn reason(&self, about: &About, phase: Phase) -> Failure {
        match phase {
            Phase::Hello => Failure::Refused,
            Phase::Identified(_) => Failure::Busy,
            Phase::Waiting(_) => Failure::NotReady,
            Phase::Opened | Phase::Greeted => Failure::LeftEarly,
            Phase::Held(digest) if self.is_near_enough(about, &digest.token()) => Failure::Busy,
            Phase::Held(_) => Failure::TooFar,
            Phase::Answered(_) => Failure::LateAbort,
        }
    }

    /// What an exchange that failed costs, and whom.
    pub(super) fn burn(&mut self, mut about: About, phase: Phase, why: Failure) {
        if let Some(grant) = about.grant.take() {
            self.core.budget.release(grant);
        }
        self.linger(about.link);
        self.core.out.event(Event::ExchangeFailed { transport: about.transport, reason: why });
        if why == Failure::Crossed {
            return;
        }
        if let Some(record) = phase.digest().and_then(|digest| self.here.ledger.get_mut(&digest)) {
            if why.is_invalid_message() {
                record.sinned(why.is_bad_proof());
            }
            if matches!(phase, Phase::Answered(_)) {
                record.aborted_late();
            }
        }
        self.hold_against(&about, phase, why);
    }

    fn hold_against(&mut self, about: &About, phase: Phase, why: Failure) {
        if about.transport == Transport::Mesh {
            return self.hold_against_way(about, phase, why);
        }
        match phase {
            // The peer's own exchange goes on: it gave way to that.
            Phase::Hello
                if why == Failure::Refused
                    && about.token.is_some_and(|t| self.here.exchanges.is_with(&t)) => {}
            Phase::Hello => self.strike_outbound(about.link, about.token),
            Phase::Identified(_) if is_barred(why) => self.strike_outbound(about.link, about.token),
            Phase::Identified(_) | Phase::Waiting(_) => self.try_later(about.token),
            Phase::Opened | Phase::Greeted if why == Failure::BudgetSpent => {}
            Phase::Opened | Phase::Greeted => self.strike_inbound(about.link, why.is_bad_proof()),
            Phase::Held(_) if is_barred(why) => self.strike_inbound(about.link, false),
            Phase::Held(_) | Phase::Answered(_) => {}
        }
    }

    /// An exchange has come to its end.
    pub(super) fn finish(&mut self, about: About) {
        self.here.flushed_at = self.now() + limits::LINK_LINGER;
        self.linger(about.link);
    }

    /// What the attendee sees of it.
    pub(super) fn conclude(
        &mut self,
        about: &About,
        digest: Digest,
        latched: Result<(), GateReason>,
        conclusion: Conclusion,
    ) {
        match about.transport {
            Transport::Mesh => self.here.mesh.forgive(about.link, &digest.token()),
            Transport::Ble | Transport::Lan | Transport::Relay => {
                self.forgive(about.link, about.token);
                self.offer_to_keep(about.link, digest.token());
            }
        }
        self.tell_outcome((about.transport, about.reach), digest, latched, conclusion);
    }

    /// One nudge for one digest, however many ways lead to it.
    pub(super) fn tell_outcome(
        &mut self,
        (transport, reach): (Transport, Reach),
        digest: Digest,
        latched: Result<(), GateReason>,
        conclusion: Conclusion,
    ) {
        let (now, ours) = (self.now(), self.here.secrets.digest());
        let Some(record) = self.here.ledger.get_mut(&digest) else { return };
        record.completed();
        record.looked |= latched.is_ok();
        let event = match (conclusion, latched) {
            (Conclusion::Withheld, Err(gate)) => Event::Withheld { transport, gate },
            (Conclusion::NoMatch | Conclusion::Withheld, _) => Event::NoMatch { transport },
            (Conclusion::Match { .. }, _) if record.blocked => {
                Event::Withheld { transport, gate: GateReason::Blocked }
            }
            (Conclusion::Match { .. }, _) if record.nudged => {
                Event::Withheld { transport, gate: GateReason::AlreadyNudged }
            }
            (Conclusion::Match { interests, pair }, _) => {
                record.nudged = true;
                let id = self.core.memory.remember(pair.marker(), ours, digest, now);
                Event::Nudge(Nudge { id, interests, cue: pair.cue(), transport, reach })
            }
        };
        self.core.out.event(event);
    }
}

/// Refusals that the peer earned, and that a further try would meet again.
pub(super) fn is_barred(why: Failure) -> bool {
    matches!(why, Failure::NotHeard | Failure::TokenTaken | Failure::Ended | Failure::Exhausted)
}
