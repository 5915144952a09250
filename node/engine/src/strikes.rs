//! Failures before authentication: three on one token and address, with pauses between. They burn nothing else.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::Token;

use crate::{RadioAddress, limits, time::Moment};

/// The failures of one token at one address, or on one link.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strikes {
    count: u8,
    until: Option<Moment>,
}

impl Strikes {
    pub(crate) fn strike(&mut self, now: Duration) {
        let [first, later] = limits::STRIKE_BACKOFF;
        self.until = Some((now + if self.count == 0 { first } else { later }).into());
        self.count = self.count.saturating_add(1);
    }

    /// All strikes at once, for what is never forgiven.
    pub(crate) fn strike_out(&mut self, now: Duration) {
        self.count = limits::STRIKES;
        self.until = Some(now.into());
    }

    /// For a new link of a token with these failures: it waits out their pause, and starts with none of its own.
    pub(crate) fn inherited(self) -> Self {
        Self { count: 0, until: self.until }
    }

    pub(crate) fn is_out(self) -> bool {
        self.count >= limits::STRIKES
    }

    /// When the next try may be, unless it is out.
    pub(crate) fn free_at(self) -> Option<Duration> {
        (!self.is_out()).then(|| self.until.map_or(Duration::ZERO, Duration::from))
    }
}

/// The failures by radio address, and by token where one was heard there.
#[derive(Default)]
pub(crate) struct StrikeTable {
    rows: BTreeMap<(RadioAddress, Option<Token>), Strikes>,
}

impl StrikeTable {
    pub(crate) fn get(&self, address: RadioAddress, token: Option<Token>) -> Strikes {
        self.rows.get(&(address, token)).copied().unwrap_or_default()
    }

    /// The row to strike. Beyond [`limits::STRUCK`] the one whose last failure is oldest is forgiven.
    pub(crate) fn row(&mut self, address: RadioAddress, token: Option<Token>) -> &mut Strikes {
        let key = (address, token);
        if self.rows.len() >= limits::STRUCK && !self.rows.contains_key(&key) {
            let oldest = self.rows.iter().min_by_key(|(_, strikes)| strikes.until).map(|(key, _)| *key);
            if let Some(oldest) = oldest {
                self.rows.remove(&oldest);
            }
        }
        self.rows.entry(key).or_default()
    }

    /// An exchange was completed there.
    pub(crate) fn forgive(&mut self, address: RadioAddress, token: Option<Token>) {
        self.rows.remove(&(address, token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn three_strikes_with_growing_pauses() {
        let mut strikes = Strikes::default();
        assert_eq!(strikes.free_at(), Some(at(0)));
        strikes.strike(at(100));
        assert_eq!(strikes.free_at(), Some(at(105)));
        strikes.strike(at(105));
        assert_eq!(strikes.free_at(), Some(at(125)));
        strikes.strike(at(125));
        assert!(strikes.is_out() && strikes.free_at().is_none());
    }

    #[test]
    fn the_table_keeps_its_bound_and_forgives_the_oldest() {
        let mut table = StrikeTable::default();
        for i in 0..=limits::STRUCK as u64 {
            table.row(RadioAddress(i), None).strike(at(i));
        }
        assert_eq!(table.rows.len(), limits::STRUCK);
        assert_eq!(table.get(RadioAddress(0), None).free_at(), Some(at(0)));
        assert_eq!(table.get(RadioAddress(1), None).free_at(), Some(at(6)));
    }

    #[test]
    fn a_new_link_waits_out_the_pause_of_the_old_one() {
        let mut old = Strikes::default();
        (0..3).for_each(|_| old.strike(at(100)));
        assert!(old.is_out());
        assert_eq!(old.inherited().free_at(), Some(at(120)));
    }
}
