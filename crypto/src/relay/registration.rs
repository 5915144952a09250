//! Registration: a device shows the relay that it holds `y`, so that nobody can register another's Y.
//!
//! The proof binds `y`, the challenge, the id and Y. It says nothing about the id: whoever hears a token can compute
//! it. Squatting on an id wins nothing but the chance to be knocked at, since the accept must be of the commitment
//! whose token was heard, and the seals need that commitment's `y`. A relay may pass on another relay's challenge and so
//! register there in a device's name: it then gets knocks that it cannot open and seals that it cannot make, which is
//! what withholding already gives it.

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use x25519_dalek::{EphemeralSecret, PublicKey, SharedSecret};

use crate::{
    EpochSecrets, Token,
    error::InvalidMessage,
    label::{REGISTER, REGISTER_PROOF},
    meter, montgomery,
    redacted::redacted,
};

use super::{ClientError, ClientMisbehaved, RelayError, RelayMisbehaved};

const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 16;
const PROOF_LEN: usize = 32;
/// Bytes of a registration: id, Y, proof.
pub const REGISTRATION_LEN: usize = RelayId::LEN + KEY_LEN + PROOF_LEN;

/// Under which name the relay knows a registration. Never logged: whoever stands in the room can compute it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayId([u8; RelayId::LEN]);

impl RelayId {
    /// Bytes of an id.
    pub const LEN: usize = 16;

    /// The id of the device with this token.
    #[must_use]
    pub fn of(token: Token) -> Self {
        Self(token.relay_id())
    }

    /// Takes 16 bytes for an id, as a knock names the one it is meant for.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

/// What the relay asks a connection to prove, once. Fresh for every connection.
pub struct RegistrationChallenge {
    secret: EphemeralSecret,
    bytes: [u8; RegistrationChallenge::LEN],
}

impl RegistrationChallenge {
    /// Bytes of a challenge: E, nonce.
    pub const LEN: usize = KEY_LEN + NONCE_LEN;

    /// A fresh challenge.
    #[must_use]
    pub fn new<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let secret = EphemeralSecret::random_from_rng(rng);
        let mut bytes = [0; Self::LEN];
        let (e, nonce) = bytes.split_at_mut(KEY_LEN);
        e.copy_from_slice(PublicKey::from(&secret).as_bytes());
        rng.fill_bytes(nonce);
        Self { secret, bytes }
    }

    /// The bytes as they travel.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.bytes
    }

    /// Checks the answer, and uses the challenge up: a failed proof needs a new one.
    ///
    /// # Errors
    /// A wrong length, a Y of low order, or a proof that does not hold.
    pub fn verify(self, registration: &[u8]) -> Result<Registration, ClientError> {
        let (registered, proof) = Registration::decode(registration)?;
        if !montgomery::is_acceptable(&registered.y) {
            return Err(ClientMisbehaved::LowOrderKey.into());
        }
        meter::x25519();
        let shared = self.secret.diffie_hellman(&PublicKey::from(registered.y));
        if !bool::from(prove(&shared, &self.bytes[KEY_LEN..], &registered).ct_eq(&proof)) {
            return Err(ClientMisbehaved::BadRegistration.into());
        }
        Ok(registered)
    }
}

/// Answers a relay's challenge: the registration to send. To be called once a connection.
///
/// # Errors
/// A challenge of a wrong length, or with a key of low order.
pub fn register(me: &EpochSecrets, challenge: &[u8]) -> Result<[u8; REGISTRATION_LEN], RelayError> {
    let challenge: &[u8; RegistrationChallenge::LEN] = challenge
        .try_into()
        .map_err(|_| InvalidMessage::Length { expected: RegistrationChallenge::LEN, got: challenge.len() })?;
    let (e, nonce) = challenge.split_at(KEY_LEN);
    let mut public = [0; KEY_LEN];
    public.copy_from_slice(e);
    if !montgomery::is_acceptable(&public) {
        return Err(RelayMisbehaved::LowOrderKey.into());
    }
    meter::x25519();
    let shared = me.pair_secret().diffie_hellman(&PublicKey::from(public));
    let registration = Registration { id: RelayId::of(me.token()), y: me.commitment().y() };
    let mut bytes = [0; REGISTRATION_LEN];
    let (head, proof) = bytes.split_at_mut(RelayId::LEN + KEY_LEN);
    head[..RelayId::LEN].copy_from_slice(registration.id.as_bytes());
    head[RelayId::LEN..].copy_from_slice(&registration.y);
    proof.copy_from_slice(&prove(&shared, nonce, &registration));
    Ok(bytes)
}

/// A registration whose proof held.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registration {
    id: RelayId,
    y: [u8; KEY_LEN],
}

impl Registration {
    /// Where its knocks go.
    #[must_use]
    pub fn id(&self) -> RelayId {
        self.id
    }

    /// The key that was proven: with the id, it tells a returning device from another under the same id.
    #[must_use]
    pub fn y(&self) -> &[u8; KEY_LEN] {
        &self.y
    }

    fn decode(bytes: &[u8]) -> Result<(Self, [u8; PROOF_LEN]), InvalidMessage> {
        let bytes: &[u8; REGISTRATION_LEN] = bytes
            .try_into()
            .map_err(|_| InvalidMessage::Length { expected: REGISTRATION_LEN, got: bytes.len() })?;
        let (mut id, mut y, mut proof) = ([0; RelayId::LEN], [0; KEY_LEN], [0; PROOF_LEN]);
        id.copy_from_slice(&bytes[..RelayId::LEN]);
        y.copy_from_slice(&bytes[RelayId::LEN..RelayId::LEN + KEY_LEN]);
        proof.copy_from_slice(&bytes[RelayId::LEN + KEY_LEN..]);
        Ok((Self { id: RelayId(id), y }, proof))
    }
}

/// `HMAC(HKDF(X25519(y, E), register), proof ‖ nonce ‖ id ‖ Y)`. Under a label of its own, so that a relay that passes
/// another's Y as its E gets nothing that a pair key is made of.
fn prove(shared: &SharedSecret, nonce: &[u8], registration: &Registration) -> [u8; PROOF_LEN] {
    let key = REGISTER.hkdf(shared.as_bytes(), &[]);
    REGISTER_PROOF.hmac(&key, &[nonce, registration.id.as_bytes(), &registration.y])
}

redacted!(RelayId, RegistrationChallenge, Registration);

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::{EpochNumber, InterestSet};

    #[test]
    fn a_proof_holds_for_its_own_nonce_alone() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let me = EpochSecrets::draw(&InterestSet::new([]).unwrap(), EpochNumber(1), &mut rng);
        let challenge = RegistrationChallenge::new(&mut rng);
        let answer = register(&me, challenge.as_bytes()).unwrap();
        let mut other_nonce = challenge;
        other_nonce.bytes[KEY_LEN] ^= 1;
        assert_eq!(other_nonce.verify(&answer), Err(ClientMisbehaved::BadRegistration.into()));
    }
}
