//! The part of `x25519-dalek` that the product uses. Public keys are the real ones; what two agree on is a hash of them, so
//! whoever listens can compute it. For simulations alone.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
pub use x25519_dalek::PublicKey;

/// A secret key, its public half beside it.
pub struct StaticSecret {
    public: PublicKey,
}

/// A secret key for one agreement.
pub type EphemeralSecret = StaticSecret;

impl StaticSecret {
    /// Draws 32 bytes.
    pub fn random_from_rng<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = [0; 32];
        rng.fill_bytes(&mut secret);
        Self::from(secret)
    }

    /// What both come to.
    #[must_use]
    pub fn diffie_hellman(&self, theirs: &PublicKey) -> SharedSecret {
        SharedSecret(agreed(self.public.as_bytes(), theirs.as_bytes()))
    }
}

impl From<[u8; 32]> for StaticSecret {
    fn from(secret: [u8; 32]) -> Self {
        Self { public: PublicKey::from(public(secret)) }
    }
}

impl From<&StaticSecret> for PublicKey {
    fn from(secret: &StaticSecret) -> Self {
        secret.public
    }
}

/// What two agreed on.
pub struct SharedSecret([u8; 32]);

impl SharedSecret {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the other's key was of high order; commitments with another are refused before.
    #[must_use]
    pub fn was_contributory(&self) -> bool {
        true
    }
}

/// The real public key of a secret one.
#[must_use]
pub fn public(secret: [u8; 32]) -> [u8; 32] {
    *PublicKey::from(&x25519_dalek::StaticSecret::from(secret)).as_bytes()
}

/// A hash of two public keys, whoever's is first.
#[must_use]
pub fn agreed(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    Sha256::new().chain_update(low).chain_update(high).finalize().into()
}
