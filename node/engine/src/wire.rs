//! The bytes that the engine itself reads and writes: version and flags, and the presence frame.

use sighej_crypto::{Token, VERSION};

use crate::Failure;

/// Bytes of a presence frame: version and flags, then the token.
pub const PRESENCE_LEN: usize = 1 + Token::LEN;
/// Bit 0 of the flags: the sender's evaluation budget is spent, so only peers charged before should connect.
const SPENT: u8 = 1;
/// Bit 1 of the flags, in a presence frame alone: the sender takes part in the mesh.
const MESH: u8 = 2;

/// The byte that stands before a token on the air and in a presence frame: the version in the high nibble, flags in
/// the low one. Flags that are not known are not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VersionFlags {
    pub(crate) spent: bool,
    pub(crate) mesh: bool,
}

impl VersionFlags {
    /// None where the version is not ours.
    pub(crate) fn parse(byte: u8) -> Option<Self> {
        (byte >> 4 == VERSION).then_some(Self { spent: byte & SPENT != 0, mesh: byte & MESH != 0 })
    }

    pub(crate) fn byte(self) -> u8 {
        (VERSION << 4) | if self.spent { SPENT } else { 0 } | if self.mesh { MESH } else { 0 }
    }
}

/// `version and flags (1) ‖ token (8)`: what both ends of a link show each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Presence {
    pub(crate) flags: VersionFlags,
    pub(crate) token: Token,
}

impl Presence {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PRESENCE_LEN);
        bytes.push(self.flags.byte());
        bytes.extend_from_slice(self.token.as_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Failure> {
        let (&[byte], token) = bytes.split_first_chunk().ok_or(Failure::BadPresence)?;
        let token = token.try_into().map_err(|_| Failure::BadPresence)?;
        let flags = VersionFlags::parse(byte).ok_or(Failure::OtherVersion)?;
        Ok(Self { flags, token: Token::from_bytes(token) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presence_is_nine_bytes_and_comes_back() {
        let token = Token::from_bytes([1, 2, 3, 4, 5, 6, 7, 8]);
        let bytes = Presence { flags: VersionFlags { spent: true, mesh: false }, token }.encode();
        assert_eq!(bytes, [0x11, 1, 2, 3, 4, 5, 6, 7, 8]);
        let back = Presence::decode(&bytes).unwrap();
        assert!(back.flags.spent && back.token == token);
    }

    #[test]
    fn other_lengths_and_versions_have_their_own_errors() {
        assert_eq!(Presence::decode(&[]).err(), Some(Failure::BadPresence));
        assert_eq!(Presence::decode(&[0x10; 8]).err(), Some(Failure::BadPresence));
        assert_eq!(Presence::decode(&[0x10; 10]).err(), Some(Failure::BadPresence));
        assert_eq!(Presence::decode(&[0x20; 9]).err(), Some(Failure::OtherVersion));
    }

    #[test]
    fn unknown_flags_are_not_looked_at() {
        assert_eq!(VersionFlags::parse(0x1c), Some(VersionFlags { spent: false, mesh: false }));
    }
}
