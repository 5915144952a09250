//! Ids and numbers on the wire.

use std::fmt;

/// Where a knock goes, or the room a proposal is of: the 16 bytes that section 8 derives, opaque here. Never printed:
/// whoever heard a token can compute its id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireId([u8; WireId::LEN]);

impl WireId {
    /// Bytes of an id.
    pub const LEN: usize = 16;

    /// Takes 16 bytes for an id.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for WireId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WireId(redacted)")
    }
}

/// Which of a session's pairs a message is about. The relay counts them for each session from 1, and never reuses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairNumber(pub u32);

impl PairNumber {
    /// Bytes of a number.
    pub const LEN: usize = 4;
}
