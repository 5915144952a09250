//! Everything of one epoch: its secrets, and all that was heard and said under them. Dropped as a whole at its end, so
//! nothing of it can outlive it.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::{Digest, EpochSecrets, Token};

use crate::{
    RadioAddress,
    bare::BareAddresses,
    entropy::Entropy,
    exchange::Exchanges,
    ledger::{Ledger, Record},
    limits,
    links::{Dial, Links},
    mesh::Mesh,
    peers::{Claim, Peer, Peers},
    relay::RelayLink,
    strikes::StrikeTable,
};

/// A device that appears under one token.
pub(crate) struct Present {
    pub(crate) secrets: EpochSecrets,
    /// Set while the exchanges in flight come to their end, and nothing new begins.
    pub(crate) winding: Option<Winding>,
    pub(crate) peers: Peers,
    pub(crate) bare: BareAddresses,
    pub(crate) links: Links,
    pub(crate) dials: BTreeMap<RadioAddress, Dial>,
    pub(crate) exchanges: Exchanges,
    pub(crate) ledger: Ledger,
    pub(crate) relay: RelayLink,
    pub(crate) mesh: Mesh,
    pub(crate) strikes: StrikeTable,
    pub(crate) flags: Flags,
    pub(crate) lottery: Lottery,
    pub(crate) lapses: Lapses,
    /// When a try that waits for time alone is due.
    pub(crate) next_try: Option<Duration>,
    /// By when what was last sent has had time to arrive: a closing device keeps its links until then.
    pub(crate) flushed_at: Duration,
}

/// What follows once the exchanges in flight are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Winding {
    Close,
    Pause {
        until: Duration,
    },
    /// A silence, then changed interests.
    Renew,
}

/// The "budget spent" flags as last shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) air: bool,
    pub(crate) lan: bool,
}

/// Scarce grants go to a random waiting token, those that would come to us among them: a grant that falls to one of these
/// is left for whoever calls, until the next drip.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lottery {
    pub(crate) drip: u64,
    pub(crate) left_to_callers: u8,
    /// Somebody waits for the next drip.
    pub(crate) waited_for: bool,
}

/// When those who are silent are looked for: whatever is heard in between lapses later.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lapses {
    pub(crate) next: Duration,
    /// Somebody was silent for long enough, and in an exchange.
    again: bool,
}

impl Lapses {
    /// After they were looked for at this time, and nobody is left.
    pub(crate) fn from(now: Duration) -> Self {
        Self { next: now + limits::LAPSE, again: false }
    }

    /// Somebody who is left lapses at a time, or should have.
    pub(crate) fn note(&mut self, at: Duration, now: Duration) {
        self.again |= at <= now;
        if at > now {
            self.next = self.next.min(at);
        }
    }

    pub(crate) fn is_due(&self, now: Duration) -> bool {
        self.again || self.next <= now
    }
}

/// Whether an exchange or a dial with this token is under way. There are few of both.
fn is_busy(exchanges: &Exchanges, dials: &BTreeMap<RadioAddress, Dial>, token: &Token) -> bool {
    exchanges.is_with(token) || dials.values().any(|dial| dial.token.as_ref() == Some(token))
}

impl Present {
    pub(crate) fn new(secrets: EpochSecrets, flags: Flags, max_hops: u8) -> Self {
        Self {
            mesh: Mesh::new(secrets.token(), max_hops),
            secrets,
            winding: None,
            peers: Peers::default(),
            bare: BareAddresses::default(),
            links: Links::default(),
            dials: BTreeMap::new(),
            exchanges: Exchanges::default(),
            ledger: Ledger::default(),
            relay: RelayLink::default(),
            strikes: StrikeTable::default(),
            flags,
            lottery: Lottery::default(),
            lapses: Lapses::default(),
            next_try: None,
            flushed_at: Duration::ZERO,
        }
    }

    pub(crate) fn token(&self) -> Token {
        self.secrets.token()
    }

    pub(crate) fn has_room_to_dial(&self) -> bool {
        self.dials.len() < limits::DIALS
    }

    pub(crate) fn is_busy(&self, token: &Token) -> bool {
        is_busy(&self.exchanges, &self.dials, token)
    }

    /// The peer, new or known; none where there is no room ([`Peers::admit`]).
    pub(crate) fn admit(&mut self, token: Token, claim: Claim, entropy: &mut Entropy) -> Option<&mut Peer> {
        let (exchanges, dials) = (&self.exchanges, &self.dials);
        self.peers.admit(token, claim, entropy, |token| is_busy(exchanges, dials, token))
    }

    /// Every peer, with the record of the digest that authenticated under its token. Both tables are in the order of tokens.
    pub(crate) fn acquaintances(&self) -> impl Iterator<Item = (&Token, &Peer, Option<(&Digest, &Record)>)> {
        let mut records = self.ledger.iter().peekable();
        self.peers.iter().map(move |(token, peer)| {
            while records.next_if(|(digest, _)| digest.token() < *token).is_some() {}
            (token, peer, records.peek().copied().filter(|(digest, _)| digest.token() == *token))
        })
    }

    pub(crate) fn next_link_deadline(&self) -> Option<Duration> {
        let quiet = self.exchanges.is_empty() && !self.relay.has_spent();
        let flushed = self.winding.filter(|_| quiet).map(|_| self.flushed_at);
        self.dials.values().map(|dial| dial.deadline).chain(self.links.next_deadline()).chain(flushed).min()
    }
}
