//! Addresses that advertise without a token.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::Token;

use crate::{RadioAddress, dwell::Dwell, entropy::Entropy, limits};

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

    /// The address, new or known. In a full table a new one takes the place of a random one that has not passed dwell, and
    /// by an advert below the RSSI gate of none.
    pub(crate) fn admit(
        &mut self,
        address: RadioAddress,
        strong: bool,
        now: Duration,
        entropy: &mut Entropy,
    ) -> Option<&mut Bare> {
        if self.rows.len() >= limits::BARE_ADDRESSES && !self.rows.contains_key(&address) {
            if !strong {
                return None;
            }
            let newcomers = || self.rows.iter().filter(|(_, bare)| bare.dwell.passed_at().is_none());
            let lot = entropy.pick(newcomers().count());
            let unlucky = newcomers().nth(lot).map(|(address, _)| *address)?;
            self.rows.remove(&unlucky);
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

    #[test]
    fn bare_addresses_keep_their_bound() {
        let (mut bare, mut entropy) = (BareAddresses::default(), Entropy::new(&[1; 32]));
        for n in 0..500 {
            assert!(bare.admit(RadioAddress(n), true, Duration::ZERO, &mut entropy).is_some());
        }
        assert_eq!(bare.rows.len(), limits::BARE_ADDRESSES);
        assert!(bare.admit(RadioAddress(999), false, Duration::ZERO, &mut entropy).is_none());
        bare.lapse(limits::LAPSE);
        assert_eq!(bare.rows.len(), 0);
    }
}
