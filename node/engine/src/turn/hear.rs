//! Who is heard: adverts, presence, token reads; and who lapses.

use std::time::Duration;

use sighej_crypto::Token;

use crate::{
    AdvertSeen, Event, Failure, LinkId, RadioAddress, Sighting, Transport, limits,
    mesh::Medium,
    peers::{Claim, Peer, Radio},
    present::Lapses,
    wire::{Presence, VersionFlags},
};

use super::Turn;

impl Turn<'_> {
    /// Takes in an advert. Says whether anything changed that may make something due.
    pub(crate) fn sighting(&mut self, sighting: Sighting) -> bool {
        let strong = self.core.config.is_strong(sighting.rssi);
        match sighting.advert {
            AdvertSeen::Token { version_flags, token } => match VersionFlags::parse(version_flags) {
                Some(flags) if token != self.here.token() => {
                    self.hear_token(token, sighting.address, flags, strong)
                }
                Some(_) | None => false,
            },
            AdvertSeen::Bare => self.hear_bare(sighting.address, strong),
        }
    }

    fn hear_token(&mut self, token: Token, address: RadioAddress, flags: VersionFlags, strong: bool) -> bool {
        let now = self.now();
        let claim = if strong { Claim::Near } else { Claim::Faint };
        let Some(peer) = self.here.admit(token, claim, &mut self.core.entropy) else {
            return false;
        };
        let had_passed = peer.passed_dwell();
        peer.radio.get_or_insert_with(|| Radio::heard(address, now));
        let moved = peer.note(address);
        let Some(radio) = peer.radio.as_mut() else { return false };
        // That it has nothing left makes nothing due.
        let changed = radio.dwell.hear(strong, self.core.config.dwell, now) | (radio.spent && !flags.spent);
        radio.spent = flags.spent;
        radio.bare = false;
        if peer.passed_dwell() != had_passed {
            self.review(token, Transport::Ble);
        }
        changed || moved
    }

    fn hear_bare(&mut self, address: RadioAddress, strong: bool) -> bool {
        let now = self.now();
        let Some(bare) = self.here.bare.admit(address, strong, now, &mut self.core.entropy) else {
            return false;
        };
        let changed = bare.dwell.hear(strong, self.core.config.dwell, now);
        let (dwell, token) = (bare.dwell, bare.token);
        if let Some(token) = token {
            let known = self.here.peers.get_mut(&token).filter(|peer| peer.radio.is_some());
            if let Some(peer) = known {
                peer.note(address);
                peer.radio.iter_mut().for_each(|radio| radio.dwell = dwell);
            } else {
                self.know_bare(token, address);
            }
            self.review(token, Transport::Ble);
        }
        changed
    }

    /// A token was read at an address that advertises none: heard, with the dwell of its adverts.
    fn know_bare(&mut self, token: Token, address: RadioAddress) {
        let Some(bare) = self.here.bare.get_mut(&address) else { return };
        bare.token = Some(token);
        let dwell = bare.dwell;
        let Some(peer) = self.here.admit(token, Claim::Near, &mut self.core.entropy) else { return };
        // Service data heard for this token says more than a read does.
        if peer.radio.is_none() {
            peer.radio = Some(Radio::read(address, dwell));
        }
    }

    /// Takes in a presence frame (LAN), or what was read at a bare address (radio).
    pub(crate) fn presence(&mut self, link: LinkId, bytes: &[u8]) {
        let Some(known) = self.here.links.get(&link) else { return };
        let (transport, address, shown) = (known.transport, known.address, known.token);
        let checked = Presence::decode(bytes).and_then(|presence| match shown {
            _ if presence.token == self.here.token() => Err(Failure::OwnToken),
            Some(shown) if shown != presence.token => Err(Failure::TokenChanged),
            Some(_) | None => Ok(presence),
        });
        match checked {
            Ok(presence) => match transport {
                Transport::Lan => self.hear_presence(link, &presence),
                Transport::Ble => self.hear_read(link, address, presence.token),
                Transport::Relay | Transport::Mesh => {}
            },
            Err(reason) => {
                self.core.out.event(Event::ExchangeFailed { transport, reason });
                self.close_link(link);
            }
        }
    }

    fn hear_presence(&mut self, link: LinkId, presence: &Presence) {
        let (token, now) = (presence.token, self.now());
        let admitted = self.here.admit(token, Claim::Link, &mut self.core.entropy);
        let has_room = |links: &[LinkId]| links.contains(&link) || links.len() < limits::LINKS_PER_PEER;
        let room = admitted.filter(|peer| has_room(peer.links()));
        let Some(peer) = room.map(Peer::more) else { return self.close_link(link) };
        peer.spent_on_lan = presence.flags.spent;
        if !peer.links.contains(&link) {
            peer.links.push(link);
        }
        let inherited = peer.lan.inherited();
        if presence.flags.mesh {
            self.here.mesh.join(link, Medium::Lan, *presence, now);
        }
        if let Some(link) = self.here.links.get_mut(&link) {
            if link.token.is_none() {
                link.outbound = inherited;
            }
            link.token = Some(token);
            link.idle_until = None;
        }
        self.review(token, Transport::Lan);
    }

    fn hear_read(&mut self, link: LinkId, address: Option<RadioAddress>, token: Token) {
        let now = self.now();
        if let Some(link) = self.here.links.get_mut(&link)
            && link.dialled
        {
            link.token = Some(token);
        }
        let unread = address.filter(|address| {
            self.here
                .bare
                .get_mut(address)
                .is_some_and(|bare| bare.token.is_none() && bare.dwell.is_near(now))
        });
        if let Some(address) = unread {
            self.know_bare(token, address);
            self.review(token, Transport::Ble);
            self.linger(link);
        }
    }

    /// Tells the attendee, and the budget, where a peer came near or went.
    pub(super) fn review(&mut self, token: Token, transport: Transport) {
        let now = self.now();
        let by_radio = self.here.peers.get(&token).is_some_and(Peer::passed_dwell);
        if by_radio && let Some((digest, _)) = self.here.ledger.by_token(&token) {
            self.core.budget.heard_by_radio(digest, now);
        }
        if let Some(is_here) = self.here.peers.review(&token, now) {
            let near_now = self.here.peers.near();
            let seen = Event::PeerSeen { transport, near_now };
            self.core.out.event(if is_here { seen } else { Event::PeerLost { near_now } });
        }
    }

    /// Forgets what was not heard for long, unless an exchange with it is under way: a device that is connected may stop
    /// advertising.
    pub(super) fn lapse(&mut self) {
        let now = self.now();
        if !self.here.lapses.is_due(now) {
            return;
        }
        self.here.bare.lapse(now);
        let mut lapses = Lapses::from(now);
        let mut quiet = Vec::new();
        for (token, peer) in self.here.peers.iter() {
            let ends = peer.lapses();
            let is_late = |at: &Option<Duration>| at.is_some_and(|at| at <= now);
            if ends.iter().any(is_late) && !self.here.is_busy(token) {
                quiet.push((*token, is_late(&ends[1])));
            } else {
                ends.into_iter().flatten().for_each(|at| lapses.note(at, now));
            }
        }
        for (token, forgotten) in quiet {
            let Some(peer) = self.here.peers.get_mut(&token) else { continue };
            peer.silence();
            peer.forgotten_at().into_iter().for_each(|at| lapses.note(at, now));
            self.review(token, Transport::Ble);
            if forgotten {
                self.here.peers.remove(&token);
            }
        }
        self.here.bare.iter().for_each(|(_, bare)| lapses.note(bare.dwell.lapses_at(), now));
        self.here.lapses = lapses;
    }
}
