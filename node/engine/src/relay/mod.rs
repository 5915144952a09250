//! A device's dealings with one relay in one epoch: the connection, who was knocked at, the pairings under way. What
//! is decided about them stands in `turn/relay`; specification, sections 8 and 14.

mod callees;
mod event;
mod pairing;
mod room;

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::{Digest, Token};
use sighej_relay_api::wire::PairNumber;

pub use event::{RelayDown, RelayEvent, RelayFault};
pub use room::Room;

pub(crate) use callees::{Callees, Outstanding};
pub(crate) use pairing::{Pairing, Stage};

/// How far the connection has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Connection {
    #[default]
    Down,
    /// The relay is to greet until then.
    Greeting(Duration),
    /// The relay is to take the registration until then.
    Registering(Duration),
    Registered,
}

/// One epoch's dealings with the relay.
#[derive(Default)]
pub(crate) struct RelayLink {
    pub(crate) connection: Connection,
    pub(crate) pairs: BTreeMap<PairNumber, Pairing>,
    pub(crate) callees: Callees,
    /// Whether the rooms were last told that this device takes proposals.
    pub(crate) shown_open: Option<bool>,
    /// When a full room is asked again.
    pub(crate) rejoin_at: Option<Duration>,
    /// When something that waits for time alone is due.
    pub(crate) next_try: Option<Duration>,
    /// Until when a closing device waits for its pairings.
    pub(crate) wind_until: Option<Duration>,
    /// The owner was warned of the clock in this epoch.
    pub(crate) clock_told: bool,
}

impl RelayLink {
    pub(crate) fn is_registered(&self) -> bool {
        self.connection == Connection::Registered
    }

    /// Whether a closing device waits for what is under way here: an evaluation has left for it.
    pub(crate) fn has_spent(&self) -> bool {
        self.is_registered() && self.pairs.values().any(|pair| pair.stage.has_sealed())
    }

    /// Pairings with this digest.
    pub(crate) fn with_digest(&self, digest: &Digest) -> usize {
        self.pairs.values().filter(|pair| pair.stage.digest().as_ref() == Some(digest)).count()
    }

    pub(crate) fn is_with(&self, token: &Token) -> bool {
        self.pairs.values().any(|pair| pair.stage.digest().is_some_and(|digest| digest.token() == *token))
    }

    /// Pairings whose verdict may bring a nudge.
    pub(crate) fn pending(&self) -> usize {
        self.pairs.values().filter(|pair| pair.stage.is_open()).count()
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        let connection = match self.connection {
            Connection::Greeting(until) | Connection::Registering(until) => Some(until),
            Connection::Down | Connection::Registered => None,
        };
        let pairs = self.pairs.values().map(|pair| pair.deadline);
        let others = [connection, self.callees.next_deadline(), self.next_try, self.rejoin_at];
        let winding = self.wind_until.filter(|_| !self.pairs.is_empty());
        pairs.chain(others.into_iter().flatten()).chain(winding).min()
    }

    pub(crate) fn try_at(&mut self, at: Duration) {
        self.next_try = Some(self.next_try.map_or(at, |next| next.min(at)));
    }
}
