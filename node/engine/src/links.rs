//! Links and dials.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::Token;

use crate::{LinkId, RadioAddress, Transport, budget::Grant, limits, strikes::Strikes, time::Moment};

/// One connection to one peer.
pub(crate) struct Link {
    pub(crate) transport: Transport,
    pub(crate) address: Option<RadioAddress>,
    /// This device dialled it, over the radio.
    pub(crate) dialled: bool,
    /// It was dialled to read a token; one that ends unread is held against the address.
    pub(crate) reads: bool,
    /// What the peer announced on it (LAN), or what was read over it (radio, bare adverts).
    pub(crate) token: Option<Token>,
    /// When the link is closed if nothing happens: no presence, or no use.
    pub(crate) idle_until: Option<Moment>,
    /// Failures of exchanges opened by this device.
    pub(crate) outbound: Strikes,
    /// Failures of exchanges opened by the peer.
    pub(crate) inbound: Strikes,
}

/// A dial under way.
pub(crate) struct Dial {
    /// Whom to exchange with; none where the token is to be read first.
    pub(crate) token: Option<Token>,
    pub(crate) grant: Option<Grant>,
    pub(crate) deadline: Duration,
}

/// The links. Their bound is [`limits::LINKS`].
#[derive(Default)]
pub(crate) struct Links {
    rows: BTreeMap<LinkId, Link>,
}

impl Links {
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= limits::LINKS
    }

    pub(crate) fn insert(&mut self, id: LinkId, link: Link) {
        self.rows.insert(id, link);
    }

    pub(crate) fn get(&self, id: &LinkId) -> Option<&Link> {
        self.rows.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &LinkId) -> Option<&mut Link> {
        self.rows.get_mut(id)
    }

    pub(crate) fn remove(&mut self, id: &LinkId) -> Option<Link> {
        self.rows.remove(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&LinkId, &Link)> {
        self.rows.iter()
    }

    /// A radio link to this address that this device dialled.
    pub(crate) fn to(&self, address: RadioAddress) -> Option<LinkId> {
        self.rows.iter().find(|(_, link)| link.dialled && link.address == Some(address)).map(|(id, _)| *id)
    }

    pub(crate) fn idle(&self, now: Duration) -> Vec<LinkId> {
        let idle = |link: &Link| link.idle_until.is_some_and(|until| Duration::from(until) <= now);
        self.rows.iter().filter(|(_, link)| idle(link)).map(|(id, _)| *id).collect()
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.rows.values().filter_map(|link| link.idle_until).min().map(Duration::from)
    }
}
