//! The interest commitment, its digest and its token (specification, section 4).

use std::fmt;

use crate::{
    SLOTS, VERSION,
    error::{ExchangeError, InvalidMessage, PeerIncompatible, PeerMisbehaved},
    label::{DIGEST, RELAY_ID},
    montgomery,
    redacted::redacted,
    voprf::{Element, ElementError, PublicKey},
};

/// UTC seconds since the Unix epoch, divided by the epoch's length of 600.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochNumber(pub u32);

impl EpochNumber {
    /// Whether a commitment of `other` may meet one of this epoch: clocks differ, so by at most one (M-4).
    #[must_use]
    pub fn accepts(self, other: Self) -> bool {
        self.0.abs_diff(other.0) <= 1
    }
}

/// SHA-256 of a commitment: what all logic, ordering and budgets use. Ordered as unsigned bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Takes 32 bytes for a digest.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its first 8 bytes.
    #[must_use]
    pub fn token(&self) -> Token {
        let mut token = [0; Token::LEN];
        token.copy_from_slice(&self.0[..Token::LEN]);
        Token(token)
    }

    /// The two digests, lower first.
    #[must_use]
    pub(crate) fn ordered<'a>(a: &'a Self, b: &'a Self) -> (&'a Self, &'a Self) {
        if a <= b { (a, b) } else { (b, a) }
    }
}

/// The first 8 bytes of a digest: what the air carries, only to discover. Ordered as unsigned bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token([u8; Token::LEN]);

impl Token {
    /// Bytes of a token.
    pub const LEN: usize = 8;

    /// Takes 8 bytes for a token.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 8 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The id under which a relay knows the device with this token: 16 bytes from which the token cannot be read.
    #[must_use]
    pub fn relay_id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        id.copy_from_slice(&RELAY_ID.sha256(&[&self.0])[..16]);
        id
    }
}

// Tokens and digests link a log line to a device in the room, so no log gets them.
redacted!(Digest);

redacted!(Token);

/// A device's public commitment for one epoch, structurally valid:
/// `version (1) ‖ epoch number (4, big-endian) ‖ X (32) ‖ Y (32) ‖ K (32) ‖ c₁ … c₁₆ (32 each)`, c strictly ascending.
#[derive(Clone)]
pub struct Commitment {
    bytes: Box<[u8; Commitment::LEN]>,
    digest: Digest,
    key: PublicKey,
    blinded: Vec<Element>,
}

const X_AT: usize = 1 + 4;
const Y_AT: usize = X_AT + 32;
const K_AT: usize = Y_AT + 32;
const C_AT: usize = K_AT + 32;

impl Commitment {
    /// Bytes of a commitment.
    pub const LEN: usize = C_AT + SLOTS * 32;

    /// Puts one's own commitment together. `blinded` are the 16 blinded interests, ascending.
    pub(crate) fn assemble(
        epoch: EpochNumber,
        x: &[u8; 32],
        y: &[u8; 32],
        key: PublicKey,
        blinded: Vec<Element>,
    ) -> Self {
        let mut bytes = Box::new([0; Self::LEN]);
        bytes[0] = VERSION;
        bytes[1..X_AT].copy_from_slice(&epoch.0.to_be_bytes());
        bytes[X_AT..Y_AT].copy_from_slice(x);
        bytes[Y_AT..K_AT].copy_from_slice(y);
        bytes[K_AT..C_AT].copy_from_slice(key.as_bytes());
        for (slot, c) in bytes[C_AT..].chunks_exact_mut(32).zip(&blinded) {
            slot.copy_from_slice(c.as_bytes());
        }
        let digest = Digest(DIGEST.sha256(&[&*bytes]));
        Self { bytes, digest, key, blinded }
    }

    /// Reads a peer's commitment. What depends on one's own side is checked by [`Commitment::check_against`].
    ///
    /// # Errors
    /// Length (M-1), version (M-3), encodings (M-5, M-6), key order (M-7) and the order of the elements (M-8).
    pub fn decode(bytes: &[u8]) -> Result<Self, ExchangeError> {
        let bytes: Box<[u8; Self::LEN]> = bytes
            .to_vec()
            .into_boxed_slice()
            .try_into()
            .map_err(|_| InvalidMessage::Length { expected: Self::LEN, got: bytes.len() })?;
        if bytes[0] != VERSION {
            return Err(PeerIncompatible::Version { theirs: bytes[0] }.into());
        }
        if !montgomery::is_acceptable(&array(&*bytes, X_AT))
            || !montgomery::is_acceptable(&array(&*bytes, Y_AT))
        {
            return Err(PeerMisbehaved::LowOrderKey.into());
        }
        if !bytes[C_AT..].chunks_exact(32).is_sorted_by(|a, b| a < b) {
            return Err(PeerMisbehaved::CommitmentNotAscending.into());
        }
        let key = PublicKey::decode(&array(&*bytes, K_AT)).map_err(refused)?;
        let blinded = elements(&bytes[C_AT..])?;
        let digest = Digest(DIGEST.sha256(&[&*bytes]));
        Ok(Self { bytes, digest, key, blinded })
    }

    /// Checks what a valid commitment must be beside one's own: of an epoch at most one apart, and no reflection.
    ///
    /// # Errors
    /// M-4 and M-9.
    pub fn check_against(&self, own: &Self) -> Result<(), PeerMisbehaved> {
        if !own.epoch().accepts(self.epoch()) {
            return Err(PeerMisbehaved::EpochOutOfRange);
        }
        let reflects = self.blinded.iter().any(|c| own.blinded.iter().any(|o| o.as_bytes() == c.as_bytes()));
        if reflects || self.key.as_bytes() == own.key.as_bytes() {
            return Err(PeerMisbehaved::ReflectedElement);
        }
        Ok(())
    }

    /// SHA-256 over label and commitment.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The digest's first 8 bytes.
    #[must_use]
    pub fn token(&self) -> Token {
        self.digest.token()
    }

    /// The epoch it was drawn for.
    #[must_use]
    pub fn epoch(&self) -> EpochNumber {
        EpochNumber(u32::from_be_bytes(array(&*self.bytes, 1)))
    }

    /// The Noise static key.
    #[must_use]
    pub fn x(&self) -> [u8; 32] {
        array(&*self.bytes, X_AT)
    }

    /// The pair key's public half.
    #[must_use]
    pub fn y(&self) -> [u8; 32] {
        array(&*self.bytes, Y_AT)
    }

    /// The VOPRF public key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The 16 blinded interests, ascending.
    #[must_use]
    pub fn blinded(&self) -> &[Element] {
        &self.blinded
    }

    /// The bytes as they travel.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.bytes
    }
}

/// A commitment is public, but its bytes link a log to a device.
impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commitment").field("epoch", &self.epoch()).finish_non_exhaustive()
    }
}

/// Decodes a row of 32-byte elements.
pub(crate) fn elements(bytes: &[u8]) -> Result<Vec<Element>, PeerMisbehaved> {
    bytes.chunks_exact(32).map(|c| Element::decode(&array(c, 0)).map_err(refused)).collect()
}

fn refused(error: ElementError) -> PeerMisbehaved {
    match error {
        ElementError::NonCanonical => PeerMisbehaved::NonCanonicalElement,
        ElementError::Identity => PeerMisbehaved::IdentityElement,
    }
}

/// The `N` bytes at an offset that the caller knows to be inside.
fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}
