//! Rooms: a secret passed on by QR code or link stands in for having heard a token.

use rand_core::CryptoRng;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::label::{ROOM_CHECK, ROOM_ID, ROOM_KEY};
use crate::redacted::redacted;

use super::RoomSecretError;

const SECRET_LEN: usize = 16;
const CHECK_LEN: usize = 4;
/// The base32 alphabet of RFC 4648, section 6, in lower case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What everybody in a room was given: 16 random bytes, never thought up by a person.
#[derive(ZeroizeOnDrop)]
pub struct RoomSecret([u8; SECRET_LEN]);

impl RoomSecret {
    /// Characters of the text form.
    pub const TEXT_LEN: usize = (SECRET_LEN + CHECK_LEN) * 8 / 5;

    /// A new room.
    #[must_use]
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = Self([0; SECRET_LEN]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// Reads the text form, in either case.
    ///
    /// # Errors
    /// What is wrong with the text. A text that a person made up fails the checksum but for one in 2³².
    pub fn parse(text: &str) -> Result<Self, RoomSecretError> {
        let got = text.chars().count();
        if got != Self::TEXT_LEN {
            return Err(RoomSecretError::Length { got });
        }
        let mut bytes = Zeroizing::new([0; SECRET_LEN + CHECK_LEN]);
        let values = Zeroizing::new(values(text)?);
        for (out, chars) in bytes.chunks_exact_mut(5).zip(values.chunks_exact(8)) {
            let bits = chars.iter().fold(0, |bits, value| bits << 5 | u64::from(*value));
            out.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        let mut secret = Self([0; SECRET_LEN]);
        secret.0.copy_from_slice(&bytes[..SECRET_LEN]);
        if secret.check() == bytes[SECRET_LEN..] { Ok(secret) } else { Err(RoomSecretError::Checksum) }
    }

    /// The text form: base32 of the 16 bytes and their checksum, 32 characters.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; SECRET_LEN + CHECK_LEN]);
        bytes[..SECRET_LEN].copy_from_slice(&self.0);
        bytes[SECRET_LEN..].copy_from_slice(&self.check());
        let mut text = Zeroizing::new(String::with_capacity(Self::TEXT_LEN));
        for group in bytes.chunks_exact(5) {
            let bits = group.iter().fold(0, |bits: u64, byte| bits << 8 | u64::from(*byte));
            text.extend((0..8).rev().map(|at| char::from(ALPHABET[(bits >> (5 * at) & 31) as usize])));
        }
        text
    }

    /// The name under which the relay knows the room: it opens nothing.
    #[must_use]
    pub fn id(&self) -> RoomId {
        let mut id = [0; RoomId::LEN];
        id.copy_from_slice(&ROOM_ID.hkdf(&self.0, &[])[..RoomId::LEN]);
        RoomId(id)
    }

    /// What knocks and accepts in the room are sealed under.
    #[must_use]
    pub fn key(&self) -> RoomKey {
        RoomKey(ROOM_KEY.hkdf(&self.0, &[]))
    }

    /// `SHA-256(label ‖ secret)`, its first 4 bytes.
    fn check(&self) -> [u8; CHECK_LEN] {
        let mut check = [0; CHECK_LEN];
        check.copy_from_slice(&ROOM_CHECK.sha256(&[&self.0])[..CHECK_LEN]);
        check
    }
}

/// The values of base32 characters, in order.
fn values(text: &str) -> Result<Vec<u8>, RoomSecretError> {
    let value = |(at, c): (usize, char)| match c.to_ascii_lowercase() {
        c @ 'a'..='z' => Ok(c as u8 - b'a'),
        c @ '2'..='7' => Ok(c as u8 - b'2' + 26),
        _ => Err(RoomSecretError::Alphabet { at: at + 1 }),
    };
    text.chars().enumerate().map(value).collect()
}

/// A room as the relay knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId([u8; RoomId::LEN]);

impl RoomId {
    /// Bytes of an id.
    pub const LEN: usize = 16;

    /// Takes 16 bytes for an id.
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

/// A room's key: 32 secret bytes, wiped on drop, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct RoomKey(Zeroizing<[u8; 32]>);

impl RoomKey {
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

redacted!(RoomSecret, RoomId, RoomKey);

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    fn room(seed: u64) -> RoomSecret {
        RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(seed))
    }

    #[test]
    fn a_secret_survives_its_text_in_either_case() {
        for seed in 0..50 {
            let (secret, text) = (room(seed), room(seed).to_text());
            assert_eq!(text.len(), RoomSecret::TEXT_LEN);
            assert_eq!(RoomSecret::parse(&text).unwrap().0, secret.0);
            assert_eq!(RoomSecret::parse(&text.to_uppercase()).unwrap().0, secret.0);
        }
    }

    #[test]
    fn the_text_is_base32_of_rfc_4648() {
        let all_ones = RoomSecret([0xff; SECRET_LEN]);
        assert_eq!(all_ones.to_text()[..25], "7".repeat(25));
        let mut foobar = [0; SECRET_LEN];
        foobar[..5].copy_from_slice(b"fooba");
        assert_eq!(RoomSecret(foobar).to_text()[..8], *"mzxw6ytb");
    }

    #[test]
    fn each_refusal_has_its_own_error() {
        let refusal = |text: &str| RoomSecret::parse(text).unwrap_err();
        assert_eq!(refusal(""), RoomSecretError::Length { got: 0 });
        assert_eq!(refusal("our-room"), RoomSecretError::Length { got: 8 });
        assert_eq!(refusal(&"ø".repeat(32)), RoomSecretError::Alphabet { at: 1 });
        assert_eq!(refusal(&format!("{}1", "a".repeat(31))), RoomSecretError::Alphabet { at: 32 });
        assert_eq!(refusal("correcthorsebatterystapleisgreat"), RoomSecretError::Checksum);
    }

    #[test]
    fn any_single_slip_of_the_finger_is_refused() {
        let text = room(1).to_text();
        for at in 0..RoomSecret::TEXT_LEN {
            let mut slipped = text.as_bytes().to_vec();
            slipped[at] = if slipped[at] == b'a' { b'b' } else { b'a' };
            let slipped = String::from_utf8(slipped).unwrap();
            assert_eq!(RoomSecret::parse(&slipped).unwrap_err(), RoomSecretError::Checksum);
        }
    }

    #[test]
    fn rooms_differ_in_id_and_key_and_print_neither() {
        assert!(room(1).id() != room(2).id() && room(1).key().0 != room(2).key().0);
        assert_ne!(room(1).id().as_bytes()[..], room(1).key().as_bytes()[..16]);
        let printed = format!("{:?} {:?} {:?}", room(1), room(1).id(), room(1).key());
        assert_eq!(printed, "RoomSecret(redacted) RoomId(redacted) RoomKey(redacted)");
    }
}
