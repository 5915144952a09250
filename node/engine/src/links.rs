//! Links and dials.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::Token;

use crate::{
    LinkId, RadioAddress, Transport, budget::Grant, limits, strikes::Strikes, time::Moment, wire::Presence,
};

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
    /// Radio: who was met on it. An exchange was completed with this token.
    pub(crate) met: Option<Token>,
    /// Radio: this device wants to keep it for the mesh, and has said so.
    pub(crate) offered: bool,
    /// Radio: the peer has, and as whom it appears. It may say so a moment before its last message is here.
    pub(crate) asked: Option<Presence>,
    /// When the link is closed if nothing happens: no presence, or no use.
    pub(crate) idle_until: Option<Moment>,
    /// Failures of exchanges opened by this device.
    pub(crate) outbound: Strikes,
    /// Failures of exchanges opened by the peer.
    pub(crate) inbound: Strikes,
}

impl Link {
    /// A radio link that both sides keep up for the mesh.
    pub(crate) fn is_kept(&self) -> bool {
        self.offered && self.asked.is_some_and(|presence| self.met == Some(presence.token))
    }
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

    /// A radio link to whoever has this token, kept for the mesh, whoever dialled.
    pub(crate) fn kept_with(&self, token: &Token) -> Option<LinkId> {
        let kept = |link: &Link| link.is_kept() && link.met.as_ref() == Some(token);
        self.rows.iter().find(|(_, link)| kept(link)).map(|(id, _)| *id)
    }

    /// Whether one more radio link may be kept for the mesh.
    pub(crate) fn has_room_to_keep(&self) -> bool {
        self.rows.values().filter(|link| link.offered).count() < limits::MESH_RADIO_LINKS
    }

    pub(crate) fn idle(&self, now: Duration) -> Vec<LinkId> {
        let idle = |link: &Link| link.idle_until.is_some_and(|until| Duration::from(until) <= now);
        self.rows.iter().filter(|(_, link)| idle(link)).map(|(id, _)| *id).collect()
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.rows.values().filter_map(|link| link.idle_until).min().map(Duration::from)
    }
}
