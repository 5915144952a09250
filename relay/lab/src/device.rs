//! What the relay sees of a device: an id, and a key that it proves.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sighej_crypto::relay::{Registration, RegistrationChallenge};
use sighej_relay_api::wire::{CHALLENGE_LEN, REGISTRATION_LEN, WireId};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::label;

/// One device.
#[derive(Clone)]
pub struct Device {
    id: [u8; 16],
    secret: StaticSecret,
    y: [u8; 32],
}

impl Device {
    /// The device with this number: always the same one.
    #[must_use]
    pub fn new(number: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(number);
        let (mut id, mut secret) = ([0; 16], [0; 32]);
        rng.fill_bytes(&mut id);
        rng.fill_bytes(&mut secret);
        let secret = StaticSecret::from(secret);
        let y = PublicKey::from(&secret).to_bytes();
        Self { id, secret, y }
    }

    /// The same key under another's id: a squatter.
    #[must_use]
    pub fn squatting_on(mut self, other: &Self) -> Self {
        self.id = other.id;
        self
    }

    /// The same key under this id.
    #[must_use]
    pub fn under(mut self, id: WireId) -> Self {
        self.id = *id.as_bytes();
        self
    }

    /// Where its knocks go.
    #[must_use]
    pub fn id(&self) -> WireId {
        WireId::from_bytes(self.id)
    }

    /// Answers a relay's challenge (section 8.2).
    #[must_use]
    pub fn register(&self, challenge: &[u8; CHALLENGE_LEN]) -> [u8; REGISTRATION_LEN] {
        let mut e = [0; 32];
        e.copy_from_slice(&challenge[..32]);
        let shared = self.secret.diffie_hellman(&PublicKey::from(e));
        let key = label::derive("sighej/1 relay register", shared.as_bytes());
        let proof = label::mac("sighej/1 relay proof", &key, &[&challenge[32..], &self.id, &self.y]);
        let mut registration = [0; REGISTRATION_LEN];
        registration[..16].copy_from_slice(&self.id);
        registration[16..48].copy_from_slice(&self.y);
        registration[48..].copy_from_slice(&proof);
        registration
    }

    /// The registration as a relay has it after the proof; none is a bug of this crate.
    #[must_use]
    pub fn registered(&self) -> Option<Registration> {
        let challenge = RegistrationChallenge::new(&mut ChaCha20Rng::seed_from_u64(0));
        let answer = self.register(challenge.as_bytes());
        challenge.verify(&answer).ok()
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device(redacted)")
    }
}
