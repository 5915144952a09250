//! Who was heard in this epoch, by token. A peer stays 30 s after its last advert, or as long as its link.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sighej_crypto::Token;

use crate::{
    LinkId, RadioAddress, Transport, budget::Class, dwell::Dwell, entropy::Entropy, limits, strikes::Strikes,
    time::Moment,
};

/// One token that was heard.
#[derive(Default)]
pub(crate) struct Peer {
    pub(crate) radio: Option<Radio>,
    /// LAN links on which it was announced.
    pub(crate) links: Vec<LinkId>,
    /// When its last link went. It is remembered as long as an advert would be, so that a link that comes and goes brings
    /// no try before its time.
    pub(crate) left_at: Option<Moment>,
    /// Since when neighbours tell of it.
    pub(crate) told_since: Option<Moment>,
    /// Failures before authentication on its links.
    pub(crate) lan: Strikes,
    /// Its flag on the LAN: only peers charged before should open exchanges.
    pub(crate) spent_on_lan: bool,
    /// The attendee was told that somebody is near.
    pub(crate) announced: bool,
    /// Since when they are near.
    pub(crate) here_since: Option<Moment>,
    pub(crate) tries: Tries,
}

/// What the radio heard of it.
pub(crate) struct Radio {
    pub(crate) dwell: Dwell,
    /// The latest address last.
    pub(crate) addresses: [Option<RadioAddress>; limits::ADDRESSES],
    /// Its adverts are bare: the token was read over a link.
    pub(crate) bare: bool,
    /// Its flag on the air.
    pub(crate) spent: bool,
}

/// One's own tries at the exchange that is due now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tries {
    /// Which exchange of the schedule: the first contact or a repeat.
    pub(crate) turn: u8,
    not_ready: u8,
    /// Where one came to nothing, the latest last. The other way is tried next, and without a pause.
    failed_by: Option<Transport>,
    failed_both_ways: bool,
    /// Not before this; never, where given up.
    not_before: Option<Moment>,
    given_up: bool,
    /// Since when only the crowd guard is waited for.
    pub(crate) waits_since: Option<Moment>,
}

impl Tries {
    pub(crate) fn at_turn(self, turn: u8) -> Self {
        if self.turn == turn { self } else { Self { turn, ..Self::default() } }
    }

    /// The responder closed between messages 3 and 4, or the link was lost.
    pub(crate) fn not_ready(&mut self, by: Transport, now: Duration) {
        match limits::NOT_READY_RETRIES.get(usize::from(self.not_ready)) {
            Some(pause) => self.not_before = Some((now + *pause).into()),
            None => self.given_up = true,
        }
        self.not_ready = self.not_ready.saturating_add(1);
        self.failed_both_ways |= self.failed_by.is_some_and(|before| before != by);
        self.failed_by = Some(by);
    }

    /// When the next try this way may be, unless given up.
    pub(crate) fn free_at(self, by: Transport) -> Option<Duration> {
        let pause = self.not_before.filter(|_| self.failed_both_ways || self.has_just_failed(by));
        (!self.given_up).then(|| pause.map_or(Duration::ZERO, Duration::from))
    }

    /// Whether the last try went this way: then another is better.
    pub(crate) fn has_just_failed(self, by: Transport) -> bool {
        self.failed_by == Some(by)
    }
}

impl Radio {
    /// A bare advert's token was read at this address.
    pub(crate) fn read(address: RadioAddress, dwell: Dwell) -> Self {
        Self { dwell, addresses: [None, None, Some(address)], bare: true, spent: false }
    }

    pub(crate) fn heard(address: RadioAddress, now: Duration) -> Self {
        Self { dwell: Dwell::new(now), addresses: [None, None, Some(address)], bare: false, spent: false }
    }

    /// Puts the address last. Says whether it is a new one.
    pub(crate) fn note(&mut self, address: RadioAddress) -> bool {
        let known = self.addresses.iter().position(|known| *known == Some(address));
        self.addresses[known.unwrap_or(0)..].rotate_left(1);
        self.addresses[limits::ADDRESSES - 1] = Some(address);
        known.is_none()
    }
}

impl Peer {
    pub(crate) fn passed_dwell(&self) -> bool {
        self.radio.as_ref().is_some_and(|radio| radio.dwell.passed_at().is_some())
    }

    /// Heard, and not lapsed.
    pub(crate) fn is_heard(&self) -> bool {
        self.radio.is_some() || !self.links.is_empty()
    }

    /// When it is forgotten, if nothing more is heard of it and no link stays.
    pub(crate) fn forgotten_at(&self) -> Option<Duration> {
        let left = self.left_at.map(|left| Duration::from(left) + limits::LAPSE);
        (self.links.is_empty() && self.told_since.is_none())
            .then(|| self.radio.as_ref().map(|radio| radio.dwell.lapses_at()).max(left))
            .flatten()
    }

    /// When what is known of it ends, by itself: what the radio heard, and all of it.
    pub(crate) fn lapses(&self) -> impl Iterator<Item = Duration> {
        let radio = self.radio.as_ref().map(|radio| radio.dwell.lapses_at());
        [radio, self.forgotten_at()].into_iter().flatten()
    }

    /// Whether any way leads to it now.
    pub(crate) fn has_a_way(&self, now: Duration) -> bool {
        let by_radio = self.radio.as_ref().is_some_and(|radio| radio.dwell.is_near(now));
        by_radio || !self.links.is_empty() || self.told_since.is_some()
    }

    /// Past dwell on the radio, or there by a link.
    pub(crate) fn is_here(&self) -> bool {
        !self.links.is_empty() || self.passed_dwell()
    }

    /// Counts for the crowd guard.
    pub(crate) fn counts(&self, now: Duration) -> bool {
        self.counts_until().is_some_and(|until| until >= now)
    }

    /// Until when it counts, if nothing more is heard of it: for ever, as long as there is a link.
    fn counts_until(&self) -> Option<Duration> {
        if self.links.is_empty() { self.radio.as_ref()?.dwell.near_until() } else { Some(Duration::MAX) }
    }

    pub(crate) fn class(&self) -> Class {
        if self.passed_dwell() { Class::Radio } else { Class::Other }
    }
}

/// The table. Its bounds are [`limits::PEERS`] and [`limits::NEWCOMERS`].
#[derive(Default)]
pub(crate) struct Peers {
    rows: BTreeMap<Token, Peer>,
}

impl Peers {
    pub(crate) fn get(&self, token: &Token) -> Option<&Peer> {
        self.rows.get(token)
    }

    pub(crate) fn get_mut(&mut self, token: &Token) -> Option<&mut Peer> {
        self.rows.get_mut(token)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Token, &Peer)> {
        self.rows.iter()
    }

    /// Takes over whom neighbours tell of, as far as there is room beside those that were heard.
    pub(crate) fn told(&mut self, told: &BTreeSet<Token>, now: Duration) {
        for (_, peer) in self.rows.iter_mut().filter(|(token, _)| !told.contains(token)) {
            if peer.told_since.take().is_some() {
                peer.left_at = Some(now.into());
            }
        }
        let mut unheard = self.rows.values().filter(|peer| !peer.is_heard()).count();
        for token in told {
            let is_known = self.rows.contains_key(token);
            let has_room = unheard < limits::MESH_PEERS
                && self.rows.len() < limits::PEERS
                && self.rows.values().filter(|peer| !peer.is_here()).count() < limits::NEWCOMERS;
            if is_known || has_room {
                unheard += usize::from(!is_known);
                self.rows.entry(*token).or_default().told_since.get_or_insert(now.into());
            }
        }
    }

    /// Tokens that were heard and have not lapsed.
    pub(crate) fn heard(&self) -> usize {
        self.rows.values().filter(|peer| peer.is_heard()).count()
    }

    pub(crate) fn remove(&mut self, token: &Token) {
        self.rows.remove(token);
    }

    /// The peer, new or known. `busy` says who is in an exchange: few. None where there is no room.
    pub(crate) fn admit(
        &mut self,
        token: Token,
        is_newcomer: bool,
        entropy: &mut Entropy,
        busy: impl FnOnce() -> Vec<Token>,
    ) -> Option<&mut Peer> {
        if self.rows.len() >= limits::NEWCOMERS && !self.rows.contains_key(&token) {
            let busy = busy();
            let movable = |(token, peer): &(&Token, &Peer)| !peer.is_here() && !busy.contains(token);
            let newcomers: Vec<Token> = self.rows.iter().filter(movable).map(|(token, _)| *token).collect();
            let full =
                self.rows.len() >= limits::PEERS || is_newcomer && newcomers.len() >= limits::NEWCOMERS;
            if full {
                let unlucky = newcomers.get(entropy.pick(newcomers.len()))?;
                self.rows.remove(unlucky);
            }
        }
        Some(self.rows.entry(token).or_default())
    }

    /// Peers of whom the attendee was told.
    pub(crate) fn near(&self) -> usize {
        self.rows.values().filter(|peer| peer.announced).count()
    }

    /// Tokens that count for the crowd guard.
    pub(crate) fn crowd(&self, now: Duration) -> usize {
        self.rows.values().filter(|peer| peer.counts(now)).count()
    }

    /// When time alone next changes what the guard makes of the crowd: below the guard with everybody who goes, above it
    /// when so many have gone that it is no longer reached.
    pub(crate) fn crowd_changes(&self, guard: usize, now: Duration) -> Option<Duration> {
        let mut until: Vec<Duration> =
            self.rows.values().filter_map(Peer::counts_until).filter(|until| *until >= now).collect();
        let last = if until.len() < guard {
            until.into_iter().min()?
        } else {
            *until.select_nth_unstable_by(guard.checked_sub(1)?, |a, b| b.cmp(a)).1
        };
        last.checked_add(Duration::from_millis(1))
    }
}

/// An address heard with bare adverts.
pub(crate) struct Bare {
    pub(crate) dwell: Dwell,
    /// What was read there in this epoch.
    pub(crate) token: Option<Token>,
}

/// Bare addresses. Their bound is [`limits::BARE_ADDRESSES`].
#[derive(Default)]
pub(crate) struct BareAddresses {
    rows: BTreeMap<RadioAddress, Bare>,
}

impl BareAddresses {
    pub(crate) fn get_mut(&mut self, address: &RadioAddress) -> Option<&mut Bare> {
        self.rows.get_mut(address)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&RadioAddress, &Bare)> {
        self.rows.iter()
    }

    pub(crate) fn admit(
        &mut self,
        address: RadioAddress,
        now: Duration,
        entropy: &mut Entropy,
    ) -> Option<&mut Bare> {
        if self.rows.len() >= limits::BARE_ADDRESSES && !self.rows.contains_key(&address) {
            let newcomers: Vec<RadioAddress> = self
                .rows
                .iter()
                .filter(|(_, bare)| bare.dwell.passed_at().is_none())
                .map(|(a, _)| *a)
                .collect();
            let unlucky = newcomers.get(entropy.pick(newcomers.len()))?;
            self.rows.remove(unlucky);
        }
        Some(self.rows.entry(address).or_insert_with(|| Bare { dwell: Dwell::new(now), token: None }))
    }

    pub(crate) fn lapse(&mut self, now: Duration) {
        self.rows.retain(|_, bare| bare.dwell.lapses_at() > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(n: u64) -> Token {
        Token::from_bytes(n.to_be_bytes())
    }

    fn near(peer: &mut Peer) {
        let mut radio = Radio::heard(RadioAddress(1), Duration::ZERO);
        radio.dwell.hear(true, Duration::ZERO, Duration::ZERO);
        peer.radio = Some(radio);
    }

    #[test]
    fn a_flood_of_newcomers_pushes_out_nobody_past_dwell_or_in_an_exchange() {
        let (mut peers, mut entropy) = (Peers::default(), Entropy::new(&[1; 32]));
        let busy = || vec![token(7)];
        near(peers.admit(token(1), true, &mut entropy, busy).unwrap());
        peers.admit(token(7), true, &mut entropy, busy).unwrap();
        for n in 1_000..3_000 {
            assert!(peers.admit(token(n), true, &mut entropy, busy).is_some());
        }
        assert!(peers.get(&token(1)).is_some() && peers.get(&token(7)).is_some());
        assert_eq!(peers.rows.len(), limits::NEWCOMERS + 2);
    }

    #[test]
    fn where_everybody_is_near_nobody_new_is_taken_in() {
        let (mut peers, mut entropy) = (Peers::default(), Entropy::new(&[1; 32]));
        for n in 0..limits::PEERS as u64 {
            near(peers.admit(token(n), true, &mut entropy, Vec::new).unwrap());
        }
        assert!(peers.admit(token(9_999), true, &mut entropy, Vec::new).is_none());
        assert!(peers.admit(token(9_999), false, &mut entropy, Vec::new).is_none());
        assert!(peers.admit(token(3), true, &mut entropy, Vec::new).is_some(), "a known one stays");
    }

    #[test]
    fn bare_addresses_keep_their_bound() {
        let (mut bare, mut entropy) = (BareAddresses::default(), Entropy::new(&[1; 32]));
        for n in 0..500 {
            assert!(bare.admit(RadioAddress(n), Duration::ZERO, &mut entropy).is_some());
        }
        assert_eq!(bare.rows.len(), limits::BARE_ADDRESSES);
        bare.lapse(limits::LAPSE);
        assert_eq!(bare.rows.len(), 0);
    }

    #[test]
    fn addresses_keep_the_latest_three() {
        let mut radio = Radio::heard(RadioAddress(1), Duration::ZERO);
        assert!(radio.note(RadioAddress(2)) && radio.note(RadioAddress(3)) && radio.note(RadioAddress(4)));
        assert!(!radio.note(RadioAddress(2)));
        assert_eq!(radio.addresses, [Some(RadioAddress(3)), Some(RadioAddress(4)), Some(RadioAddress(2))]);
    }

    #[test]
    fn tries_are_given_up_after_10_30_and_90_seconds() {
        let (mut tries, mut now) = (Tries::default(), Duration::ZERO);
        for pause in [10, 30, 90] {
            tries.not_ready(Transport::Ble, now);
            assert_eq!(tries.free_at(Transport::Ble), Some(now + Duration::from_secs(pause)));
            now += Duration::from_secs(pause);
        }
        tries.not_ready(Transport::Ble, now);
        assert_eq!(tries.free_at(Transport::Ble), None);
        assert_eq!(tries.at_turn(1).free_at(Transport::Ble), Some(Duration::ZERO), "a repeat starts afresh");
    }

    #[test]
    fn what_failed_one_way_is_tried_the_other_way_at_once_but_only_once() {
        let (mut tries, at) = (Tries::default(), Duration::from_secs);
        tries.not_ready(Transport::Lan, at(1));
        assert_eq!(tries.free_at(Transport::Lan), Some(at(11)));
        assert_eq!(tries.free_at(Transport::Ble), Some(at(0)));
        tries.not_ready(Transport::Ble, at(2));
        for way in [Transport::Lan, Transport::Ble] {
            assert_eq!(tries.free_at(way), Some(at(32)));
        }
        assert!(tries.has_just_failed(Transport::Ble) && !tries.has_just_failed(Transport::Lan));
        tries.not_ready(Transport::Lan, at(32));
        assert_eq!(tries.free_at(Transport::Ble), Some(at(122)), "no more than four in all");
        tries.not_ready(Transport::Ble, at(122));
        assert_eq!(tries.free_at(Transport::Lan), None);
    }
}
