//! Pairing through a relay: for two devices with no direct link (specification, section 8).
//!
//! The relay passes sealed bytes on and compares keyed values. It sees neither commitments nor tokens nor anything that
//! a dictionary opens, and it holds no key: what it does here is [`RegistrationChallenge`], [`Upload`] and [`compare`].
//! Everything else is the device's.
//!
//! * [`register`]: the device proves to the relay that it holds `y`.
//! * [`KnockSent`] → [`Introduced`] for the side that knocks, [`Knocked`] → [`Introduced`] for the side that answers.
//! * [`Introduced`] → [`Sealed`] or [`Offered`] → [`Exchanged`] → [`Uploaded`] → [`Conclusion`](crate::exchange::Conclusion).
//!
//! A device's own bytes are made once and held by these types: a retransmission sends the same bytes again, never a
//! second sealing of the same thing.
//!
//! # On the wire
//!
//! Every message has one size, whatever the interests, the gate and the outcome. `‖` joins; a row of numbers is bytes;
//! AEAD is ChaCha20-Poly1305 (RFC 8439) with a nonce of twelve zero bytes and no associated data, under a key that a
//! fresh salt makes single-use. Side is 0 for the lower digest of the two, 1 for the higher.
//!
//! | message | from, to | bytes | layout |
//! | --- | --- | --- | --- |
//! | challenge | relay → device | 48 | `E (32) ‖ nonce (16)` |
//! | registration | device → relay | 80 | `id (16) ‖ Y (32) ‖ proof (32)` |
//! | knock | device → peer | 645 | `salt (16) ‖ AEAD(C (613)) (629)` |
//! | accept | device → peer | 645 | `salt (16) ‖ AEAD(C (613)) (629)` |
//! | seal | device → peer | 737 | `salt (16) ‖ AEAD(k·c (512) ‖ proof (64) ‖ met (128) ‖ t (1)) (721)` |
//! | upload | device → relay | 514 | `side (1) ‖ t (1) ‖ 16 × [m (16) ‖ own seal value (16)]`, m strictly ascending |
//! | verdict | relay → device | 513 | `n (1) ‖ n × [m (16) ‖ the other's seal value (16)] ‖ zeros`, m strictly ascending; n = 0: no match |
//!
//! | value | derivation (`HKDF(secret, info)` with an empty salt; labels as in section 2.2) |
//! | --- | --- |
//! | id | `SHA-256("relay id" ‖ token)[..16]` |
//! | proof | `HMAC(HKDF(X25519(y, E), "relay register"), "relay proof" ‖ nonce ‖ id ‖ Y)` |
//! | room id | `HKDF(secret, "room id")[..16]` |
//! | room key | `HKDF(secret, "room key")` |
//! | key of a knock | `HKDF(s, "relay knock" ‖ salt)`, where s is the token of the knocked (8 bytes), or the room key (32) |
//! | key of an accept | `HKDF(s, "relay accept" ‖ salt)`, the same s |
//! | key of a seal | `HKDF(pair, "relay seal" ‖ sender's side (1) ‖ salt)` |
//! | pair' | `HKDF(pair, "relay pair" ‖ salt of the lower's seal ‖ salt of the higher's seal)` |
//! | a, the lower's seal value | `HMAC(D, "seal lo" ‖ pair')[..16]` |
//! | b, the higher's seal value | `HMAC(D, "seal hi" ‖ pair')[..16]` |
//! | m | `SHA-256("match" ‖ a ‖ b)[..16]` |
//!
//! Randomness is drawn from the caller's generator in this order: e (32 bytes) and nonce (16) for a challenge; 16 for a
//! room secret; 16 for the salt of a knock, accept or seal; 32 for each slot of an upload, whatever the gate.

mod aead;
mod compare;
mod error;
mod knock;
mod matching;
mod registration;
mod room;
mod seal;
mod upload;

pub use compare::{Overlap, Upload, Verdict, compare};
pub use error::{ClientError, ClientMisbehaved, RelayError, RelayMisbehaved, RoomSecretError};
pub use knock::{ACCEPT_LEN, KNOCK_LEN, KnockSent, Knocked};
pub use registration::{REGISTRATION_LEN, Registration, RegistrationChallenge, RelayId, register};
pub use room::{RoomId, RoomKey, RoomSecret};
pub use seal::{Exchanged, Introduced, Offered, SEAL_LEN, Sealed};
pub use upload::Uploaded;

use crate::Digest;

/// Which of a pair a device is, by the order of the digests. The byte stands in seals and uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The lower digest.
    Lo = 0,
    /// The higher digest.
    Hi = 1,
}

impl Side {
    fn of(own: &Digest, peer: &Digest) -> Self {
        if own < peer { Self::Lo } else { Self::Hi }
    }

    fn other(self) -> Self {
        match self {
            Self::Lo => Self::Hi,
            Self::Hi => Self::Lo,
        }
    }

    /// A value of this side and one of the other, the lower's first.
    fn lower_first<T>(self, own: T, others: T) -> (T, T) {
        match self {
            Self::Lo => (own, others),
            Self::Hi => (others, own),
        }
    }
}
