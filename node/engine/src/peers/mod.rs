//! Who was heard in this epoch, by token. A peer stays 30 s after its last advert, or as long as its link.

mod peer;
mod tries;

use std::time::Duration;

use sighej_crypto::Token;

use crate::{entropy::Entropy, limits};

pub(crate) use peer::{Peer, Radio};
pub(crate) use tries::Tries;

/// By what somebody new comes into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// An advert below the RSSI gate: it takes a place that is free, and nobody's.
    Faint,
    /// An advert above it, or a token that was read: where newcomers are too many, a random one of them goes.
    Near,
    /// A link: a newcomer goes only where the table is full.
    Link,
}

/// For how many more rows there is room when there is none.
const GROWTH: usize = 16;

/// The table, ascending by token. Its bounds are [`limits::PEERS`] and [`limits::NEWCOMERS`].
#[derive(Default)]
pub(crate) struct Peers {
    rows: Vec<(Token, Peer)>,
    /// How many are here, as [`Peers::review`] found them last.
    here: usize,
}

impl Peers {
    pub(crate) fn get(&self, token: &Token) -> Option<&Peer> {
        self.place(token).ok().map(|place| &self.rows[place].1)
    }

    pub(crate) fn get_mut(&mut self, token: &Token) -> Option<&mut Peer> {
        self.place(token).ok().map(|place| &mut self.rows[place].1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Token, &Peer)> {
        self.rows.iter().map(|(token, peer)| (token, peer))
    }

    /// Takes over whom neighbours tell of, ascending and each once, as far as there is room beside those that were heard.
    pub(crate) fn told(&mut self, told: &[Token], now: Duration) {
        let mut unheard = 0;
        for (token, peer) in &mut self.rows {
            unheard += usize::from(!peer.is_heard());
            if peer.told_since().is_some() && told.binary_search(token).is_err() {
                let more = peer.more();
                more.told_since = None;
                more.left_at = Some(now.into());
            }
        }
        for token in told {
            let place = self.place(token);
            let has_room = unheard < limits::MESH_PEERS
                && self.rows.len() < limits::PEERS
                && self.newcomers() < limits::NEWCOMERS;
            if place.is_ok() || has_room {
                unheard += usize::from(place.is_err());
                self.row(*token, place).more().told_since.get_or_insert(now.into());
            }
        }
    }

    /// Tokens that were heard and have not lapsed.
    pub(crate) fn heard(&self) -> usize {
        self.rows.iter().filter(|(_, peer)| peer.is_heard()).count()
    }

    pub(crate) fn remove(&mut self, token: &Token) {
        if let Ok(place) = self.place(token) {
            let (_, gone) = self.rows.remove(place);
            self.here -= usize::from(gone.here_since.is_some());
        }
    }

    /// The peer, new or known. `is_busy` says who is in an exchange: few. None where there is no room.
    pub(crate) fn admit(
        &mut self,
        token: Token,
        claim: Claim,
        entropy: &mut Entropy,
        is_busy: impl Fn(&Token) -> bool,
    ) -> Option<&mut Peer> {
        let mut place = self.place(&token);
        if place.is_err() && self.may_be_full(claim) {
            if claim == Claim::Faint {
                return None;
            }
            let movable = |(token, peer): &(Token, Peer)| !peer.is_here() && !is_busy(token);
            let newcomers = self.rows.iter().filter(|row| movable(row)).count();
            if self.rows.len() >= limits::PEERS || claim == Claim::Near && newcomers >= limits::NEWCOMERS {
                let lot = entropy.pick(newcomers);
                let unlucky = (0..self.rows.len()).filter(|place| movable(&self.rows[*place])).nth(lot)?;
                self.rows.remove(unlucky);
                place = self.place(&token);
            }
        }
        Some(self.row(token, place))
    }

    /// Takes note of whether somebody is here now. Says so where that has changed.
    pub(crate) fn review(&mut self, token: &Token, now: Duration) -> Option<bool> {
        let peer = self.get_mut(token)?;
        let is_here = peer.is_here();
        if peer.here_since.is_some() == is_here {
            return None;
        }
        peer.here_since = is_here.then(|| now.into());
        if is_here {
            self.here += 1
        } else {
            self.here -= 1
        }
        Some(is_here)
    }

    /// Peers of whom the attendee was told.
    pub(crate) fn near(&self) -> usize {
        self.here
    }

    /// Tokens that count for the crowd guard, as far as that many matter.
    pub(crate) fn crowd(&self, most: usize, now: Duration) -> usize {
        self.rows.iter().filter(|(_, peer)| peer.counts(now)).take(most).count()
    }

    /// When time alone may next change what the guard makes of the crowd: with the first to go of all, or of as many as it asks
    /// for.
    pub(crate) fn crowd_changes(&self, guard: usize, now: Duration) -> Option<Duration> {
        let until = self.rows.iter().filter_map(|(_, peer)| peer.counts_until());
        let first = until.filter(|until| *until >= now).take(guard).min();
        first.and_then(|until| until.checked_add(Duration::from_millis(1)))
    }

    fn place(&self, token: &Token) -> Result<usize, usize> {
        self.rows.binary_search_by(|(known, _)| known.cmp(token))
    }

    /// The row at its place, or a new one there.
    fn row(&mut self, token: Token, place: Result<usize, usize>) -> &mut Peer {
        let place = place.unwrap_or_else(|place| {
            // By a few at a time: a table that doubled would be half empty in most devices.
            if self.rows.len() == self.rows.capacity() {
                self.rows.reserve_exact(GROWTH);
            }
            self.rows.insert(place, (token, Peer::default()));
            place
        });
        &mut self.rows[place].1
    }

    /// Those who are not here, be they in an exchange or not.
    fn newcomers(&self) -> usize {
        self.rows.len() - self.here
    }

    /// Whether there may be no room for a new row: those in an exchange are not among the newcomers that have a bound.
    fn may_be_full(&self, claim: Claim) -> bool {
        self.rows.len() >= limits::PEERS || claim != Claim::Link && self.newcomers() >= limits::NEWCOMERS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RadioAddress;

    fn token(n: u64) -> Token {
        Token::from_bytes(n.to_be_bytes())
    }

    fn near(peer: &mut Peer) {
        let mut radio = Radio::heard(RadioAddress(1), Duration::ZERO);
        radio.dwell.hear(true, Duration::ZERO, Duration::ZERO);
        peer.radio = Some(radio);
    }

    /// Admits a token that is past dwell at once.
    fn admit_near(peers: &mut Peers, entropy: &mut Entropy, n: u64) {
        near(peers.admit(token(n), Claim::Near, entropy, |_| false).unwrap());
        assert_eq!(peers.review(&token(n), Duration::ZERO), Some(true));
    }

    #[test]
    fn a_flood_of_newcomers_pushes_out_nobody_past_dwell_or_in_an_exchange() {
        let (mut peers, mut entropy) = (Peers::default(), Entropy::new(&[1; 32]));
        let is_busy = |busy: &Token| *busy == token(7);
        admit_near(&mut peers, &mut entropy, 1);
        peers.admit(token(7), Claim::Near, &mut entropy, is_busy).unwrap();
        for n in 1_000..3_000 {
            assert!(peers.admit(token(n), Claim::Near, &mut entropy, is_busy).is_some());
        }
        assert!(peers.get(&token(1)).is_some() && peers.get(&token(7)).is_some());
        assert_eq!(peers.rows.len(), limits::NEWCOMERS + 2);
        assert!(peers.rows.is_sorted_by_key(|(token, _)| *token));
    }

    #[test]
    fn faint_newcomers_push_out_nobody_at_all() {
        let (mut peers, mut entropy) = (Peers::default(), Entropy::new(&[1; 32]));
        let mut hear = |n, claim| peers.admit(token(n), claim, &mut entropy, |_| false).is_some();
        assert!((0..limits::NEWCOMERS as u64).all(|n| hear(n, Claim::Faint)));
        assert!(!hear(9_999, Claim::Faint) && hear(5, Claim::Faint), "a known one is heard");
        assert!(hear(9_999, Claim::Near) && hear(9_998, Claim::Link));
        assert_eq!(peers.rows.len(), limits::NEWCOMERS + 1);
    }

    #[test]
    fn where_everybody_is_near_nobody_new_is_taken_in() {
        let (mut peers, mut entropy) = (Peers::default(), Entropy::new(&[1; 32]));
        (0..limits::PEERS as u64).for_each(|n| admit_near(&mut peers, &mut entropy, n));
        let mut admits = |n, claim| peers.admit(token(n), claim, &mut entropy, |_| false).is_some();
        assert!(!admits(9_999, Claim::Near) && !admits(9_999, Claim::Link) && !admits(9_999, Claim::Faint));
        assert!(admits(3, Claim::Near), "a known one stays");
    }

    #[test]
    fn those_who_are_here_are_counted_as_they_come_and_go() {
        let (mut peers, mut entropy) = (Peers::default(), Entropy::new(&[1; 32]));
        (0..3).for_each(|n| admit_near(&mut peers, &mut entropy, n));
        assert_eq!((peers.near(), peers.review(&token(1), Duration::ZERO)), (3, None));
        peers.get_mut(&token(1)).unwrap().radio = None;
        assert_eq!((peers.review(&token(1), Duration::ZERO), peers.near()), (Some(false), 2));
        peers.remove(&token(1));
        peers.remove(&token(2));
        assert_eq!(peers.near(), 1);
    }

    #[test]
    fn whom_neighbours_tell_of_stays_as_long_as_they_do() {
        let (mut peers, mut entropy, at) = (Peers::default(), Entropy::new(&[1; 32]), Duration::from_secs);
        admit_near(&mut peers, &mut entropy, 1);
        let told: Vec<Token> = [1, 2].map(token).into();
        peers.told(&told, at(5));
        peers.told(&told, at(6));
        assert_eq!(peers.get(&token(2)).unwrap().told_since(), Some(at(5).into()));
        peers.told(&told[..1], at(7));
        assert_eq!(peers.get(&token(2)).unwrap().forgotten_at(), Some(at(7) + limits::LAPSE));
        let many: Vec<Token> = (10..200).map(token).collect();
        peers.told(&many, at(8));
        assert_eq!(peers.rows.len(), 1 + limits::MESH_PEERS, "the one that was told before among them");
    }
}
