//! One peer.

use std::time::Duration;

use crate::{LinkId, RadioAddress, budget::Class, dwell::Dwell, limits, strikes::Strikes, time::Moment};

use super::Tries;

/// One token that was heard.
#[derive(Default)]
pub(crate) struct Peer {
    pub(crate) radio: Option<Radio>,
    /// Since when they are near, as the attendee was told.
    pub(super) here_since: Option<Moment>,
    /// Most peers of a full table are adverts alone.
    more: Option<Box<More>>,
}

/// What there is of a peer beside its adverts.
#[derive(Default)]
pub(crate) struct More {
    /// LAN links on which it was announced.
    pub(crate) links: Vec<LinkId>,
    /// When its last link went. It is remembered as long as an advert would be, so that a link that comes and goes brings
    /// no try before its time.
    pub(crate) left_at: Option<Moment>,
    /// Since when neighbours tell of it.
    pub(super) told_since: Option<Moment>,
    /// Failures before authentication on its links.
    pub(crate) lan: Strikes,
    /// Its flag on the LAN: only peers charged before should open exchanges.
    pub(crate) spent_on_lan: bool,
    tries: Tries,
    /// Where the radio heard it before, the latest last. Few have any: token and address change together.
    earlier: [Option<RadioAddress>; limits::ADDRESSES - 1],
}

/// What the radio heard of it.
pub(crate) struct Radio {
    pub(crate) dwell: Dwell,
    /// The one heard last.
    address: RadioAddress,
    /// Its adverts are bare: the token was read over a link.
    pub(crate) bare: bool,
    /// Its flag on the air.
    pub(crate) spent: bool,
}

impl Radio {
    /// A bare advert's token was read at this address.
    pub(crate) fn read(address: RadioAddress, dwell: Dwell) -> Self {
        Self { dwell, address, bare: true, spent: false }
    }

    pub(crate) fn heard(address: RadioAddress, now: Duration) -> Self {
        Self { dwell: Dwell::new(now), address, bare: false, spent: false }
    }
}

impl Peer {
    /// Where the radio heard it last. Says whether that address is a new one.
    pub(crate) fn note(&mut self, address: RadioAddress) -> bool {
        let Some(radio) = self.radio.as_mut().filter(|radio| radio.address != address) else { return false };
        let before = std::mem::replace(&mut radio.address, address);
        let earlier = &mut self.more().earlier;
        let known = earlier.iter().position(|known| *known == Some(address));
        earlier[known.unwrap_or(0)..].rotate_left(1);
        earlier[limits::ADDRESSES - 2] = Some(before);
        known.is_none()
    }

    /// Where the radio heard it, the latest first.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = RadioAddress> {
        let earlier = self.radio.as_ref().and(self.more.as_ref()).map(|more| more.earlier);
        let earlier = earlier.into_iter().flat_map(|earlier| earlier.into_iter().rev()).flatten();
        self.radio.as_ref().map(|radio| radio.address).into_iter().chain(earlier)
    }

    /// The radio hears it no longer.
    pub(crate) fn silence(&mut self) {
        self.radio = None;
        if let Some(more) = &mut self.more {
            more.earlier = Default::default();
        }
    }

    /// What there is beside adverts, to be changed.
    pub(crate) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    pub(crate) fn links(&self) -> &[LinkId] {
        self.more.as_ref().map_or(&[], |more| &more.links)
    }

    pub(crate) fn told_since(&self) -> Option<Moment> {
        self.more.as_ref()?.told_since
    }

    pub(crate) fn here_since(&self) -> Option<Moment> {
        self.here_since
    }

    pub(crate) fn spent_on_lan(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.spent_on_lan)
    }

    /// One's own tries so far.
    pub(crate) fn tries(&self) -> Tries {
        self.more.as_ref().map(|more| more.tries).unwrap_or_default()
    }

    pub(crate) fn set_tries(&mut self, tries: Tries) {
        if tries != self.tries() {
            self.more().tries = tries;
        }
    }

    /// A link with it is gone.
    pub(crate) fn lose(&mut self, link: LinkId, now: Duration) {
        let more = self.more();
        more.links.retain(|other| *other != link);
        more.left_at = Some(now.into());
    }

    /// Its failures on links are forgiven.
    pub(crate) fn forgive(&mut self) {
        if let Some(more) = &mut self.more {
            more.lan = Strikes::default();
        }
    }

    pub(crate) fn passed_dwell(&self) -> bool {
        self.radio.as_ref().is_some_and(|radio| radio.dwell.passed_at().is_some())
    }

    /// Heard, and not lapsed.
    pub(crate) fn is_heard(&self) -> bool {
        self.radio.is_some() || !self.links().is_empty()
    }

    /// When it is forgotten, if nothing more is heard of it and no link stays.
    pub(crate) fn forgotten_at(&self) -> Option<Duration> {
        let left = self.more.as_ref().and_then(|more| more.left_at);
        let left = left.map(|left| Duration::from(left) + limits::LAPSE);
        (self.links().is_empty() && self.told_since().is_none())
            .then(|| self.radio.as_ref().map(|radio| radio.dwell.lapses_at()).max(left))
            .flatten()
    }

    /// When what is known of it ends, by itself: what the radio heard, and all of it.
    pub(crate) fn lapses(&self) -> [Option<Duration>; 2] {
        [self.radio.as_ref().map(|radio| radio.dwell.lapses_at()), self.forgotten_at()]
    }

    /// Whether any way leads to it now.
    pub(crate) fn has_a_way(&self, now: Duration) -> bool {
        let by_radio = self.radio.as_ref().is_some_and(|radio| radio.dwell.is_near(now));
        by_radio || !self.links().is_empty() || self.told_since().is_some()
    }

    /// Past dwell on the radio, or there by a link.
    pub(crate) fn is_here(&self) -> bool {
        self.passed_dwell() || !self.links().is_empty()
    }

    /// Counts for the crowd guard.
    pub(crate) fn counts(&self, now: Duration) -> bool {
        self.counts_until().is_some_and(|until| until >= now)
    }

    /// Until when it counts, if nothing more is heard of it: for ever, as long as there is a link.
    pub(super) fn counts_until(&self) -> Option<Duration> {
        if self.links().is_empty() { self.radio.as_ref()?.dwell.near_until() } else { Some(Duration::MAX) }
    }

    pub(crate) fn class(&self) -> Class {
        if self.passed_dwell() { Class::Radio } else { Class::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_the_latest_three() {
        let mut peer = Peer { radio: Some(Radio::heard(RadioAddress(1), Duration::ZERO)), ..Peer::default() };
        let mut note = |n| peer.note(RadioAddress(n));
        assert!(!note(1) && note(2) && note(3) && note(4) && !note(2));
        assert!(peer.addresses().eq([2, 4, 3].map(RadioAddress)));
        assert!(peer.note(RadioAddress(1)) && peer.addresses().eq([1, 2, 4].map(RadioAddress)));
        peer.silence();
        assert_eq!(peer.addresses().count(), 0);
    }

    #[test]
    fn a_peer_of_the_radio_takes_little_room() {
        assert!(size_of::<(sighej_crypto::Token, Peer)>() <= 72);
    }
}
