//! A generator that notes what was asked of it.

use std::convert::Infallible;

use rand_chacha::{ChaCha20Rng, rand_core::Rng};
use rand_core::{TryCryptoRng, TryRng};

/// ChaCha20, and the size of each request since the last look.
pub(crate) struct Counted {
    rng: ChaCha20Rng,
    requests: Vec<usize>,
}

impl Counted {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: super::rng(seed), requests: Vec::new() }
    }

    /// The requests so far, which start again from none.
    pub(crate) fn take(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.requests)
    }
}

impl TryRng for Counted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.requests.push(4);
        Ok(self.rng.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.requests.push(8);
        Ok(self.rng.next_u64())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        self.requests.push(dst.len());
        self.rng.fill_bytes(dst);
        Ok(())
    }
}

impl TryCryptoRng for Counted {}
