//! The values that the relay compares: by slot, what both sides compute where both hold the item, and nobody else can.

use rand_core::CryptoRng;
use subtle::{Choice, ConditionallySelectable};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    PairKey, SLOTS,
    epoch::SharedItems,
    exchange::Gate,
    label::{MATCH, RELAY_PAIR, SEAL_HI, SEAL_LO},
};

use super::{Side, aead::SALT_LEN};

/// Bytes of a, b and m.
pub(super) const VALUE_LEN: usize = 16;

/// pair': the pair key bound to both seals, so that no value of one pairing means anything in another. Secret.
#[derive(ZeroizeOnDrop)]
pub(super) struct RelayPair(Zeroizing<[u8; 32]>);

impl RelayPair {
    pub(super) fn new(pair: &PairKey, salt_lo: &[u8; SALT_LEN], salt_hi: &[u8; SALT_LEN]) -> Self {
        Self(RELAY_PAIR.hkdf(pair.as_bytes(), &[salt_lo, salt_hi]))
    }
}

/// The values of all 16 slots. Secret while the relay has not shown what it got from the peer: by these, this device
/// tells a true match from an invented one.
/// Boxed, so that moving them leaves no copy behind.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Values(Box<[SlotValues; SLOTS]>);

/// a, b and m of one slot.
#[derive(Clone, Copy, Zeroize)]
pub(super) struct SlotValues {
    lo: [u8; VALUE_LEN],
    hi: [u8; VALUE_LEN],
    matched: [u8; VALUE_LEN],
}

impl Values {
    /// The true values where the gate is open, else those of 16 random items. A random item's row is the row of an item
    /// that the peer lacks: m is a hash of the seal value beside it and of another that nobody sees. So neither the
    /// relay, nor the peer, nor both together can tell a closed gate from nothing in common. Chosen in constant time.
    pub(super) fn latched<R: CryptoRng + ?Sized>(
        items: &SharedItems,
        gate: Gate,
        pair: &RelayPair,
        rng: &mut R,
    ) -> Self {
        let truly = Choice::from(gate);
        let mut values = Self(Box::new([SlotValues::EMPTY; SLOTS]));
        let mut item = Zeroizing::new([0; 32]);
        for (slot, value) in values.0.iter_mut().enumerate() {
            rng.fill_bytes(&mut *item);
            for (byte, truth) in item.iter_mut().zip(items.slot(slot)) {
                *byte = u8::conditional_select(byte, truth, truly);
            }
            *value = SlotValues::of(&item, pair);
        }
        values
    }

    /// By slot.
    pub(super) fn slots(&self) -> &[SlotValues; SLOTS] {
        &self.0
    }
}

impl SlotValues {
    const EMPTY: Self = Self { lo: [0; VALUE_LEN], hi: [0; VALUE_LEN], matched: [0; VALUE_LEN] };

    fn of(item: &[u8; 32], pair: &RelayPair) -> Self {
        let (lo, hi) =
            (truncated(SEAL_LO.hmac(item, &[&*pair.0])), truncated(SEAL_HI.hmac(item, &[&*pair.0])));
        Self { lo, hi, matched: match_value(&lo, &hi) }
    }

    /// m.
    pub(super) fn matched(&self) -> &[u8; VALUE_LEN] {
        &self.matched
    }

    /// The seal value of a side: a or b.
    pub(super) fn of_side(&self, side: Side) -> &[u8; VALUE_LEN] {
        match side {
            Side::Lo => &self.lo,
            Side::Hi => &self.hi,
        }
    }
}

/// m out of a and b: what the relay checks, with no key.
pub(super) fn match_value(lo: &[u8; VALUE_LEN], hi: &[u8; VALUE_LEN]) -> [u8; VALUE_LEN] {
    truncated(MATCH.sha256(&[lo, hi]))
}

fn truncated(full: [u8; 32]) -> [u8; VALUE_LEN] {
    let mut out = [0; VALUE_LEN];
    out.copy_from_slice(&full[..VALUE_LEN]);
    out
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::{EpochNumber, EpochSecrets, Interest, InterestSet};

    fn device(seed: u64) -> EpochSecrets {
        let set = InterestSet::new([Interest::parse("devops").unwrap()]).unwrap();
        EpochSecrets::draw(&set, EpochNumber(1), &mut ChaCha20Rng::seed_from_u64(seed))
    }

    fn bytes(values: &Values) -> Vec<[u8; VALUE_LEN]> {
        values.slots().iter().flat_map(|slot| [slot.lo, slot.hi, slot.matched]).collect()
    }

    #[test]
    fn each_salt_counts_and_so_does_their_order() {
        let (pair, other) =
            (device(1).pair_with(device(2).commitment()), device(1).pair_with(device(3).commitment()));
        let (pair, other) = (pair.unwrap(), other.unwrap());
        let key = |pair, lo: u8, hi: u8| *RelayPair::new(pair, &[lo; SALT_LEN], &[hi; SALT_LEN]).0;
        let keys =
            [key(&pair, 1, 2), key(&pair, 2, 1), key(&pair, 1, 3), key(&pair, 3, 2), key(&other, 1, 2)];
        for (at, one) in keys.iter().enumerate() {
            assert!(keys[..at].iter().all(|earlier| earlier != one));
        }
        assert_eq!(key(&pair, 1, 2), keys[0]);
    }

    #[test]
    fn an_open_gate_shows_the_items_and_a_closed_one_none_of_them() {
        let (a, b) = (device(1), device(2));
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let evaluation = b.evaluate(a.commitment(), &mut rng);
        let (points, proof) = evaluation.as_bytes().split_at(SLOTS * 32);
        let points = crate::commitment::elements(points).unwrap();
        let items = a.open(b.commitment(), &points, proof.try_into().unwrap()).unwrap();
        let pair = RelayPair::new(&a.pair_with(b.commitment()).unwrap(), &[1; 16], &[2; 16]);
        let open = Values::latched(&items, Gate::Open, &pair, &mut rng);
        let closed = Values::latched(&items, Gate::Closed, &pair, &mut rng);
        for (slot, item) in open.slots().iter().zip(items.iter()) {
            let truth = SlotValues::of(item, &pair);
            assert_eq!((slot.lo, slot.hi, slot.matched), (truth.lo, truth.hi, truth.matched));
            assert_eq!(match_value(&slot.lo, &slot.hi), slot.matched);
        }
        assert!(bytes(&closed).iter().all(|value| !bytes(&open).contains(value)));
        assert!(closed.slots().iter().all(|slot| match_value(&slot.lo, &slot.hi) == slot.matched));
    }
}
