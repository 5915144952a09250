//! The exchanges under way, and how far each has come.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::{
    Digest, Token,
    exchange::{
        InitiatorHello, InitiatorIdentified, InitiatorWaiting, ResponderAnswered, ResponderHello,
        ResponderIdentified,
    },
};

use crate::{ChannelId, GateReason, LinkId, Reach, Transport, budget::Grant, limits};

/// One exchange.
pub(crate) struct Exchange {
    pub(crate) about: About,
    pub(crate) stage: Stage,
}

/// With whom, and how.
pub(crate) struct About {
    pub(crate) channel: ChannelId,
    pub(crate) link: LinkId,
    pub(crate) transport: Transport,
    pub(crate) reach: Reach,
    /// The peer's token: as heard by whoever initiates, as announced on the link, or as authenticated.
    pub(crate) token: Option<Token>,
    pub(crate) deadline: Duration,
    /// R: until when message 3 waits for the caller's advert. None where it was heard before, or is told on the link.
    pub(crate) listens_until: Option<Duration>,
    /// One evaluation, set aside until the peer's digest is known.
    pub(crate) grant: Option<Grant>,
}

/// How far it has come. I waits as Hello, Identified, Waiting; R as Opened, Greeted, Held, Answered.
pub(crate) enum Stage {
    /// I: message 1 is sent.
    Hello(Box<InitiatorHello>),
    /// I: message 2 is read, and there is no place past message 3 yet.
    Identified(Box<InitiatorIdentified>),
    /// I: message 3 is sent.
    Waiting(Digest, Box<InitiatorWaiting>),
    /// R: the channel is open.
    Opened,
    /// R: message 2 is sent.
    Greeted(Box<ResponderHello>),
    /// R: message 3 is read and held.
    Held(Box<ResponderIdentified>),
    /// R: message 4 is sent under a gate that was latched.
    Answered(Digest, Result<(), GateReason>, Box<ResponderAnswered>),
}

/// A stage without what it holds. With a digest where the peer has authenticated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Hello,
    Identified(Digest),
    Waiting(Digest),
    Opened,
    Greeted,
    Held(Digest),
    Answered(Digest),
}

impl Stage {
    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::Hello(_) => Phase::Hello,
            Self::Identified(state) => Phase::Identified(state.peer().digest()),
            Self::Waiting(digest, _) => Phase::Waiting(*digest),
            Self::Opened => Phase::Opened,
            Self::Greeted(_) => Phase::Greeted,
            Self::Held(state) => Phase::Held(state.peer().digest()),
            Self::Answered(digest, ..) => Phase::Answered(*digest),
        }
    }
}

impl Phase {
    pub(crate) fn is_past_offer(self) -> bool {
        match self {
            Self::Waiting(_) | Self::Answered(_) => true,
            Self::Hello | Self::Identified(_) | Self::Opened | Self::Greeted | Self::Held(_) => false,
        }
    }

    /// The peer's digest, once it has authenticated.
    pub(crate) fn digest(self) -> Option<Digest> {
        match self {
            Self::Identified(digest)
            | Self::Waiting(digest)
            | Self::Held(digest)
            | Self::Answered(digest) => Some(digest),
            Self::Hello | Self::Opened | Self::Greeted => None,
        }
    }
}

/// The exchanges by channel. Their bounds are [`limits::HALF_OPEN`], [`limits::HALF_OPEN_INBOUND`] and
/// [`limits::PAST_OFFER`].
#[derive(Default)]
pub(crate) struct Exchanges {
    rows: BTreeMap<ChannelId, Exchange>,
}

impl Exchanges {
    pub(crate) fn insert(&mut self, exchange: Exchange) {
        self.rows.insert(exchange.about.channel, exchange);
    }

    pub(crate) fn remove(&mut self, channel: &ChannelId) -> Option<Exchange> {
        self.rows.remove(channel)
    }

    pub(crate) fn contains(&self, channel: &ChannelId) -> bool {
        self.rows.contains_key(channel)
    }

    /// The exchanges with their phases, by channel.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&About, Phase)> {
        self.rows.values().map(|exchange| (&exchange.about, exchange.stage.phase()))
    }

    /// The channels for which this holds.
    pub(crate) fn channels(&self, wanted: impl Fn(&About, Phase) -> bool) -> Vec<ChannelId> {
        self.iter().filter(|(about, phase)| wanted(about, *phase)).map(|(about, _)| about.channel).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn has_room_outbound(&self) -> bool {
        self.count(|_, phase| !phase.is_past_offer()) < limits::HALF_OPEN
    }

    pub(crate) fn has_room_inbound(&self) -> bool {
        let inbound = |about: &About, phase: Phase| !phase.is_past_offer() && is_inbound(about);
        self.has_room_outbound() && self.count(inbound) < limits::HALF_OPEN_INBOUND
    }

    pub(crate) fn has_room_past_offer(&self) -> bool {
        self.count(|_, phase| phase.is_past_offer()) < limits::PAST_OFFER
    }

    pub(crate) fn is_with(&self, token: &Token) -> bool {
        self.rows.values().any(|exchange| exchange.about.token.as_ref() == Some(token))
    }

    pub(crate) fn is_with_digest(&self, digest: &Digest) -> bool {
        self.count_with_digest(digest) > 0
    }

    pub(crate) fn count_with_digest(&self, digest: &Digest) -> usize {
        self.count(|_, phase| phase.digest().as_ref() == Some(digest))
    }

    /// When an exchange is late, or has listened for its caller long enough.
    pub(crate) fn next_deadline(&self, now: Duration) -> Option<Duration> {
        let listened = |about: &About| about.listens_until.filter(|until| *until > now);
        let abouts = self.rows.values().map(|exchange| &exchange.about);
        abouts.flat_map(|about| [Some(about.deadline), listened(about)]).flatten().min()
    }

    fn count(&self, wanted: impl Fn(&About, Phase) -> bool) -> usize {
        self.iter().filter(|(about, phase)| wanted(about, *phase)).count()
    }
}

pub(crate) fn is_inbound(about: &About) -> bool {
    matches!(about.channel, ChannelId::Inbound(_) | ChannelId::Forwarded(_))
}
