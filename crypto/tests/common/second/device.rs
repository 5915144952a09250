//! Specification, sections 3.3 and 4.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use x25519_dalek::{PublicKey, StaticSecret};

use super::{Bytes32, SLOTS, array, group, labels};

/// What a device draws for an epoch: scalars are reduced, 16 blinds, a dummy for each interest that is missing.
#[derive(Clone)]
pub(crate) struct Draws {
    pub(crate) x: Bytes32,
    pub(crate) y: Bytes32,
    pub(crate) k: Bytes32,
    pub(crate) dummies: Vec<Bytes32>,
    pub(crate) blinds: Vec<Bytes32>,
}

impl Draws {
    /// Draws for so many interests. Scalars are drawn below 2²⁵², so that they are below the group's order as they come.
    pub(crate) fn random(interests: usize, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut bytes = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        let reduced = |mut bytes: Bytes32| {
            bytes[31] &= 0x0f;
            bytes
        };
        Self {
            x: bytes(),
            y: bytes(),
            k: reduced(bytes()),
            dummies: (interests..SLOTS).map(|_| bytes()).collect(),
            blinds: (0..SLOTS).map(|_| reduced(bytes())).collect(),
        }
    }
}

/// A device in one epoch, all its secrets at hand.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) x: Bytes32,
    pub(crate) y: Bytes32,
    pub(crate) k: Bytes32,
    /// VOPRF inputs by slot.
    pub(crate) inputs: Vec<Vec<u8>>,
    /// Blinds by slot.
    pub(crate) blinds: Vec<Bytes32>,
    /// Which input, in the order drawn (interests, then dummies), each slot holds.
    pub(crate) slots: Vec<usize>,
    pub(crate) commitment: Commitment,
}

impl Device {
    /// A device with these interests, sorted and in canonical form.
    pub(crate) fn new(interests: &[impl AsRef<str>], epoch: u32, draws: &Draws) -> Self {
        let drawn = inputs(interests, &draws.dummies);
        let c = |i: usize| group::multiply(&draws.blinds[i], &group::hash_to_group(&drawn[i]));
        let mut slots: Vec<(Bytes32, usize)> = (0..SLOTS).map(|i| (c(i), i)).collect();
        slots.sort();
        let (blinded, slots): (Vec<Bytes32>, Vec<usize>) = slots.into_iter().unzip();
        let commitment = Commitment::new(
            epoch,
            [x25519_public(&draws.x), x25519_public(&draws.y), group::public(&draws.k)],
            &blinded,
        );
        Self {
            x: draws.x,
            y: draws.y,
            k: draws.k,
            inputs: slots.iter().map(|&i| drawn[i].clone()).collect(),
            blinds: slots.iter().map(|&i| draws.blinds[i]).collect(),
            slots,
            commitment,
        }
    }

    /// Evaluates a peer's commitment.
    pub(crate) fn evaluate(&self, peer: &Commitment, random: &Bytes32) -> Vec<u8> {
        group::evaluate(&self.k, &peer.blinded(), random)
    }
}

/// VOPRF inputs in the order drawn: interests, then dummies.
pub(crate) fn inputs(interests: &[impl AsRef<str>], dummies: &[Bytes32]) -> Vec<Vec<u8>> {
    let interests = interests.iter().map(|interest| [&[1], interest.as_ref().as_bytes()].concat());
    interests.chain(dummies.iter().map(|dummy| [&[0], &dummy[..]].concat())).collect()
}

/// The bytes of a commitment, valid or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commitment(pub(crate) Vec<u8>);

impl Commitment {
    pub(crate) const X_AT: usize = 5;
    pub(crate) const Y_AT: usize = 37;
    pub(crate) const K_AT: usize = 69;
    pub(crate) const C_AT: usize = 101;
    pub(crate) const LEN: usize = 613;

    fn new(epoch: u32, keys: [Bytes32; 3], blinded: &[Bytes32]) -> Self {
        Self([&[1], &epoch.to_be_bytes()[..], &keys.concat(), &blinded.concat()].concat())
    }

    pub(crate) fn digest(&self) -> Bytes32 {
        labels::hash("sighej/1 digest", &self.0)
    }

    pub(crate) fn token(&self) -> [u8; 8] {
        array(&self.digest(), 0)
    }

    pub(crate) fn x(&self) -> Bytes32 {
        array(&self.0, Self::X_AT)
    }

    pub(crate) fn y(&self) -> Bytes32 {
        array(&self.0, Self::Y_AT)
    }

    pub(crate) fn k(&self) -> Bytes32 {
        array(&self.0, Self::K_AT)
    }

    pub(crate) fn blinded(&self) -> Vec<Bytes32> {
        self.0[Self::C_AT..].chunks(32).map(|c| array(c, 0)).collect()
    }
}

/// The public key of a secret one.
pub(crate) fn x25519_public(secret: &Bytes32) -> Bytes32 {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}
