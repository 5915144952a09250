//! A second implementation of the protocol, written from its specification on other crates' primitives: `voprf`,
//! `snow`, `sha2`, `hmac`, `hkdf`, `x25519-dalek`. Nothing here may call `sighej_crypto`. It checks the test vectors,
//! and it plays the attackers: what it sends is what it is told to send.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

pub(crate) mod device;
pub(crate) mod group;
pub(crate) mod labels;
pub(crate) mod pair;
pub(crate) mod relay;
pub(crate) mod session;

pub(crate) use device::{Commitment, Device, Draws};
pub(crate) use session::Session;

/// Slots of a commitment.
pub(crate) const SLOTS: usize = 16;
/// 32 bytes of whatever kind.
pub(crate) type Bytes32 = [u8; 32];

/// The bytes at an offset.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().unwrap()
}
