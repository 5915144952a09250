//! Whom to dial, and when to try again: peers found by mDNS and peers named by hand.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use libp2p::{
    Multiaddr, PeerId,
    multiaddr::Protocol,
    swarm::{
        ConnectionId,
        dial_opts::{DialOpts, PeerCondition},
    },
};

use super::limits;

/// Doubling waits between tries.
struct Backoff {
    next: Option<Instant>,
    wait: Duration,
    bounds: (Duration, Duration),
}

impl Backoff {
    fn starting(at: Instant, bounds: (Duration, Duration)) -> Backoff {
        Backoff { next: Some(at), wait: bounds.0, bounds }
    }

    fn try_again(&mut self, now: Instant) {
        self.next = Some(now + self.wait);
        self.wait = (self.wait * 2).min(self.bounds.1);
    }

    fn settle(&mut self) {
        self.next = None;
        self.wait = self.bounds.0;
    }
}

struct Found {
    addresses: Vec<Multiaddr>,
    backoff: Backoff,
}

struct Named {
    address: Multiaddr,
    attempt: Option<ConnectionId>,
    peer: Option<PeerId>,
    backoff: Backoff,
}

/// Both kinds of peers worth dialling.
pub(super) struct Candidates {
    us: PeerId,
    found: BTreeMap<PeerId, Found>,
    named: Vec<Named>,
}

impl Candidates {
    pub(super) fn new(us: PeerId, named: &[Multiaddr], now: Instant) -> Candidates {
        let named = named.iter().map(|address| Named {
            address: without_peer_id(address),
            attempt: None,
            peer: None,
            backoff: Backoff::starting(now, limits::REDIAL_NAMED),
        });
        Candidates { us, found: BTreeMap::new(), named: named.collect() }
    }

    /// mDNS found a peer at an address.
    pub(super) fn found(&mut self, peer: PeerId, address: Multiaddr, connected: bool, now: Instant) {
        if !self.found.contains_key(&peer) {
            self.make_room();
            let at = if self.us < peer { now } else { now + limits::HIGHER_PEER_DIALS_AFTER };
            let mut backoff = Backoff::starting(at, limits::REDIAL);
            if connected {
                backoff.settle();
            }
            self.found.insert(peer, Found { addresses: Vec::new(), backoff });
        }
        if let Some(found) = self.found.get_mut(&peer)
            && found.addresses.len() < limits::ADDRESSES_PER_CANDIDATE
            && !found.addresses.contains(&address)
        {
            found.addresses.push(address);
        }
    }

    /// The record of a peer at an address has run out.
    pub(super) fn lost(&mut self, peer: PeerId, address: &Multiaddr) {
        if let Some(found) = self.found.get_mut(&peer) {
            found.addresses.retain(|known| known != address);
            if found.addresses.is_empty() {
                self.found.remove(&peer);
            }
        }
    }

    /// A connection to a peer is up, whoever dialled.
    pub(super) fn connected(&mut self, peer: PeerId, connection: ConnectionId) {
        if let Some(found) = self.found.get_mut(&peer) {
            found.backoff.settle();
        }
        for named in self.named.iter_mut().filter(|named| named.attempt == Some(connection)) {
            named.attempt = None;
            named.peer = Some(peer);
            named.backoff.settle();
        }
    }

    /// The last connection to a peer is gone. `wanted` is whether this node would like it back.
    pub(super) fn disconnected(&mut self, peer: PeerId, wanted: bool, now: Instant) {
        if let Some(found) = self.found.get_mut(&peer) {
            if wanted { found.backoff.try_again(now) } else { found.backoff.settle() }
        }
        // An address named by hand is tried again in any case: somebody new may be there.
        for named in self.named.iter_mut().filter(|named| named.peer == Some(peer)) {
            named.peer = None;
            named.backoff.try_again(now);
        }
    }

    /// A try has failed.
    pub(super) fn failed(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        connected: bool,
        now: Instant,
    ) {
        if let Some(named) = self.named.iter_mut().find(|named| named.attempt == Some(connection)) {
            named.attempt = None;
            named.backoff.try_again(now);
        } else if let Some(found) = peer.and_then(|peer| self.found.get_mut(&peer))
            && !connected
        {
            found.backoff.try_again(now);
        }
    }

    /// When [`Candidates::due`] has something next.
    pub(super) fn next(&self) -> Option<Instant> {
        let named = self.named.iter().map(|named| &named.backoff);
        self.found.values().map(|found| &found.backoff).chain(named).filter_map(|backoff| backoff.next).min()
    }

    /// Everybody to dial now. Who is being dialled is due again only after [`Candidates::failed`] or
    /// [`Candidates::disconnected`].
    pub(super) fn due(&mut self, now: Instant) -> Vec<DialOpts> {
        let is_due = |backoff: &Backoff| backoff.next.is_some_and(|next| next <= now);
        let mut dials = Vec::new();
        for (peer, found) in self.found.iter_mut().filter(|(_, found)| is_due(&found.backoff)) {
            found.backoff.next = None;
            dials.push(
                DialOpts::peer_id(*peer)
                    .condition(PeerCondition::DisconnectedAndNotDialing)
                    .addresses(found.addresses.clone())
                    .build(),
            );
        }
        for named in self.named.iter_mut().filter(|named| is_due(&named.backoff)) {
            named.backoff.next = None;
            let dial = DialOpts::unknown_peer_id().address(named.address.clone()).build();
            named.attempt = Some(dial.connection_id());
            dials.push(dial);
        }
        dials
    }

    /// The one that failed most often goes: inventing peers must not push out real ones.
    fn make_room(&mut self) {
        if self.found.len() >= limits::CANDIDATES
            && let Some(worst) =
                self.found.iter().max_by_key(|(_, found)| found.backoff.wait).map(|(peer, _)| *peer)
        {
            self.found.remove(&worst);
        }
    }
}

/// A peer id would be right for one epoch at most.
fn without_peer_id(address: &Multiaddr) -> Multiaddr {
    address.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> Multiaddr {
        format!("/ip4/10.0.0.1/tcp/{port}").parse().unwrap()
    }

    fn two_peers() -> (PeerId, PeerId) {
        let (a, b) = (PeerId::random(), PeerId::random());
        if a < b { (a, b) } else { (b, a) }
    }

    #[test]
    fn the_lower_peer_dials_at_once_and_the_higher_a_little_later() {
        let (low, high) = two_peers();
        let now = Instant::now();
        let mut candidates = Candidates::new(low, &[], now);
        candidates.found(high, address(1), false, now);
        assert_eq!(candidates.due(now).len(), 1);
        assert_eq!(candidates.due(now).len(), 0, "not twice");

        let mut candidates = Candidates::new(high, &[], now);
        candidates.found(low, address(1), false, now);
        assert_eq!(candidates.due(now).len(), 0);
        assert_eq!(candidates.due(now + limits::HIGHER_PEER_DIALS_AFTER).len(), 1);
    }

    #[test]
    fn a_failed_try_is_repeated_later_and_later() {
        let (low, high) = two_peers();
        let mut now = Instant::now();
        let mut candidates = Candidates::new(low, &[], now);
        candidates.found(high, address(1), false, now);
        for wait in [1, 2, 4, 8, 16, 30, 30] {
            let dial = candidates.due(now).pop().unwrap();
            candidates.failed(dial.connection_id(), Some(high), false, now);
            let wait = Duration::from_secs(wait);
            assert!(candidates.due(now + wait - Duration::from_millis(1)).is_empty());
            now += wait;
            assert_eq!(candidates.next(), Some(now));
        }
    }

    #[test]
    fn nobody_is_dialled_again_after_a_wish_to_part() {
        let (low, high) = two_peers();
        let now = Instant::now();
        let mut candidates = Candidates::new(low, &[], now);
        candidates.found(high, address(1), false, now);
        let dial = candidates.due(now).pop().unwrap();
        candidates.connected(high, dial.connection_id());
        candidates.disconnected(high, false, now);
        assert_eq!(candidates.next(), None);
    }

    #[test]
    fn an_address_named_by_hand_is_tried_without_its_peer_id_until_somebody_is_there() {
        let now = Instant::now();
        let with_id = address(1).with(Protocol::P2p(PeerId::random()));
        let mut candidates = Candidates::new(PeerId::random(), &[with_id], now);
        assert_eq!(candidates.named[0].address, address(1));
        let dial = candidates.due(now).pop().unwrap();
        candidates.failed(dial.connection_id(), None, false, now);
        let dial = candidates.due(now + limits::REDIAL_NAMED.0).pop().unwrap();
        let peer = PeerId::random();
        candidates.connected(peer, dial.connection_id());
        assert_eq!(candidates.next(), None);
        candidates.disconnected(peer, false, now);
        assert!(candidates.next().is_some());
    }

    #[test]
    fn invented_peers_do_not_grow_the_table_nor_push_out_a_reachable_one() {
        let now = Instant::now();
        let mut candidates = Candidates::new(PeerId::random(), &[], now);
        let real = PeerId::random();
        candidates.found(real, address(1), true, now);
        for port in 0..2 * limits::CANDIDATES {
            let invented = PeerId::random();
            candidates.found(invented, address(u16::try_from(port).unwrap()), false, now);
            for dial in candidates.due(now + Duration::from_secs(1)) {
                candidates.failed(dial.connection_id(), dial.get_peer_id(), false, now);
            }
        }
        assert_eq!(candidates.found.len(), limits::CANDIDATES);
        assert!(candidates.found.contains_key(&real));
    }
}
