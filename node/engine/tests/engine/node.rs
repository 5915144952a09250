//! One device of a world, and what it did.

use std::time::Duration;

use sighej_crypto::{InterestSet, Token};
use sighej_engine::{Air, Engine, Event, Nudge, RadioAddress, Transmit};

pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) events: Vec<(Duration, Event)>,
    /// Everything it was told to do, with the time.
    pub(crate) sent: Vec<(Duration, Transmit)>,
    pub(crate) token: Option<Token>,
    pub(crate) version_flags: u8,
    pub(crate) address: RadioAddress,
    /// Consent, as the attendee sees it.
    pub(crate) consented: bool,
    pub(crate) bare: bool,
    /// The interests of the present identity, and those that come with the next.
    pub(crate) held: InterestSet,
    pub(crate) wanted: InterestSet,
    /// The node's clock is ahead by so many seconds; None: it has none.
    pub(crate) utc_ahead: Option<i64>,
    pub(crate) epoch_length: u64,
}

impl Node {
    pub(crate) fn nudges(&self) -> Vec<(Duration, &Nudge)> {
        let nudges = self.events.iter().filter_map(|(at, event)| match event {
            Event::Nudge(nudge) => Some((*at, nudge)),
            Event::Opened
            | Event::Closed(_)
            | Event::Epoch { .. }
            | Event::PeerSeen { .. }
            | Event::PeerLost { .. }
            | Event::ExchangeFailed { .. }
            | Event::NoMatch { .. }
            | Event::Withheld { .. }
            | Event::Relay(_)
            | Event::Waiting(_) => None,
        });
        nudges.collect()
    }

    /// When each event for which this holds was told.
    pub(crate) fn when(&self, wanted: impl Fn(&Event) -> bool) -> Vec<Duration> {
        self.events.iter().filter(|(_, event)| wanted(event)).map(|(at, _)| *at).collect()
    }

    pub(crate) fn saw(&self, wanted: &Event) -> bool {
        self.events.iter().any(|(_, event)| event == wanted)
    }

    /// When it opened exchanges.
    pub(crate) fn opened_at(&self) -> Vec<Duration> {
        let opened = |transmit: &Transmit| matches!(transmit, Transmit::OpenChannel { .. });
        self.sent.iter().filter(|(_, transmit)| opened(transmit)).map(|(at, _)| *at).collect()
    }

    /// The tokens under which it appeared, with the times.
    pub(crate) fn appearances(&self) -> Vec<(Duration, Token)> {
        let mut tokens: Vec<(Duration, Token)> = Vec::new();
        for (at, transmit) in &self.sent {
            if let Transmit::Air(Air::Present { token, .. }) = transmit
                && tokens.last().is_none_or(|(_, last)| last != token)
            {
                tokens.push((*at, *token));
            }
        }
        tokens
    }

    pub(crate) fn fell_silent_at(&self) -> Vec<Duration> {
        self.sent.iter().filter(|(_, t)| *t == Transmit::Air(Air::Silent)).map(|(at, _)| *at).collect()
    }
}
