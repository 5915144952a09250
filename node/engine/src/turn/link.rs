//! Links and dials: their coming, their going, and what is held against an address.

use sighej_crypto::Token;

use crate::{
    Event, Failure, LinkId, RadioAddress, Transmit, Transport, limits, links::Link, strikes::Strikes,
};

use super::Turn;

impl Turn<'_> {
    pub(crate) fn link_up(&mut self, id: LinkId, transport: Transport, address: Option<RadioAddress>) {
        if self.here.links.get(&id).is_some() {
            return;
        }
        let dial = address.filter(|_| transport == Transport::Ble).and_then(|a| self.here.dials.remove(&a));
        let is_none = matches!(transport, Transport::Relay | Transport::Mesh);
        if self.here.links.is_full() || self.here.winding.is_some() || is_none {
            self.core.out.transmit(Transmit::CloseLink { link: id });
            if let Some(grant) = dial.and_then(|dial| dial.grant) {
                self.core.budget.release(grant);
            }
            return;
        }
        let wait = match (transport, &dial) {
            (Transport::Lan, _) | (_, Some(_)) => limits::PRESENCE_WAIT,
            (_, None) => limits::LINK_IDLE,
        };
        let link = Link {
            transport,
            address,
            dialled: dial.is_some(),
            reads: dial.as_ref().is_some_and(|dial| dial.token.is_none()),
            token: None,
            met: None,
            offered: false,
            asked: None,
            idle_until: Some((self.now() + wait).into()),
            outbound: Strikes::default(),
            inbound: Strikes::default(),
        };
        self.here.links.insert(id, link);
        if transport == Transport::Lan {
            let bytes = self.here.presence();
            self.core.out.transmit(Transmit::Presence { link: id, bytes });
        }
        if let Some(dial) = dial
            && let Some(token) = dial.token
        {
            self.open_dialled(id, token, dial.grant);
        }
    }

    /// The link is gone, and with it its channels.
    pub(crate) fn link_down(&mut self, id: LinkId) {
        for channel in self.here.exchanges.channels(|about, _| about.link == id) {
            self.channel_closed(channel, Some(Failure::LinkLost));
        }
        let now = self.now();
        self.here.mesh.leave(id);
        let Some(link) = self.here.links.remove(&id) else { return };
        if let Some(address) = link.address.filter(|_| link.reads && link.token.is_none()) {
            self.here.strikes.row(address, None).strike(now);
        }
        if let Some(token) = link.token.filter(|_| link.transport == Transport::Lan) {
            if let Some(peer) = self.here.peers.get_mut(&token) {
                peer.lose(id, now);
            }
            self.review(token, Transport::Lan);
        }
    }

    pub(super) fn close_link(&mut self, id: LinkId) {
        if self.here.links.get(&id).is_some() {
            self.core.out.transmit(Transmit::CloseLink { link: id });
            self.link_down(id);
        }
    }

    pub(crate) fn dial_failed(&mut self, address: RadioAddress) {
        let now = self.now();
        let Some(dial) = self.here.dials.remove(&address) else { return };
        if let Some(grant) = dial.grant {
            self.core.budget.release(grant);
        }
        self.here.strikes.row(address, dial.token).strike(now);
        self.core
            .out
            .event(Event::ExchangeFailed { transport: Transport::Ble, reason: Failure::Unreachable });
    }

    /// Nothing uses a radio link any more: it is closed once what was sent has had time to arrive.
    pub(super) fn linger(&mut self, id: LinkId) {
        let now = self.now();
        if let Some(link) = self.here.links.get_mut(&id)
            && link.transport == Transport::Ble
            && !link.is_kept()
        {
            link.idle_until =
                Some((now + if link.dialled { limits::LINK_LINGER } else { limits::LINK_IDLE }).into());
        }
    }

    pub(super) fn in_use(&mut self, id: LinkId) {
        if let Some(link) = self.here.links.get_mut(&id)
            && link.transport == Transport::Ble
        {
            link.idle_until = None;
        }
    }

    /// A failure before authentication of an exchange that this device opened.
    pub(super) fn strike_outbound(&mut self, id: LinkId, token: Option<Token>) {
        let now = self.now();
        let Some(link) = self.here.links.get_mut(&id) else { return };
        link.outbound.strike(now);
        let (transport, address) = (link.transport, link.address);
        if let Some(address) = address {
            self.here.strikes.row(address, token).strike(now);
        }
        if transport == Transport::Lan
            && let Some(peer) = token.and_then(|token| self.here.peers.get_mut(&token))
        {
            peer.more().lan.strike(now);
        }
    }

    /// A failure before authentication of an exchange that the peer opened. The third closes the link; `out` makes this
    /// one the last.
    pub(super) fn strike_inbound(&mut self, id: LinkId, out: bool) {
        let now = self.now();
        let Some(link) = self.here.links.get_mut(&id) else { return };
        let strike = |strikes: &mut Strikes| if out { strikes.strike_out(now) } else { strikes.strike(now) };
        strike(&mut link.inbound);
        let is_out = link.inbound.is_out();
        if let Some(address) = link.address {
            strike(self.here.strikes.row(address, None));
        }
        if is_out {
            self.close_link(id);
        }
    }

    pub(super) fn forgive(&mut self, id: LinkId, token: Option<Token>) {
        let Some(link) = self.here.links.get_mut(&id) else { return };
        link.outbound = Strikes::default();
        link.inbound = Strikes::default();
        if let Some(peer) = token.and_then(|token| self.here.peers.get_mut(&token)) {
            peer.forgive();
        }
        if let Some(address) = link.address {
            self.here.strikes.forgive(address, token);
            self.here.strikes.forgive(address, None);
        }
    }
}
