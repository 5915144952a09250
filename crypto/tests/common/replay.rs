//! A generator that gives out listed bytes, all of them and no more.

use std::{collections::VecDeque, convert::Infallible};

use rand_core::{TryCryptoRng, TryRng};

/// The bytes still to come.
pub(crate) struct Replay(VecDeque<u8>);

impl Replay {
    /// Gives out these, one after another.
    pub(crate) fn of<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> Self {
        Self(parts.into_iter().flat_map(|part| part.as_ref().to_vec()).collect())
    }

    /// Fails where something is left.
    pub(crate) fn is_over(&self) {
        assert!(self.0.is_empty(), "{} bytes were not drawn", self.0.len());
    }
}

impl TryRng for Replay {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("bytes alone are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("bytes alone are drawn")
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        assert!(dst.len() <= self.0.len(), "more is drawn than is listed");
        let next: Vec<u8> = self.0.drain(..dst.len()).collect();
        dst.copy_from_slice(&next);
        Ok(())
    }
}

impl TryCryptoRng for Replay {}

/// A reduced scalar as the 64 bytes from which it is reduced.
pub(crate) fn wide(scalar: &[u8]) -> [u8; 64] {
    let mut wide = [0; 64];
    wide[..32].copy_from_slice(scalar);
    wide
}
