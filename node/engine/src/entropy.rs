//! Randomness, all of it from the seed that the caller passed in.

use std::{fmt, time::Duration};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

/// The engine's generator.
pub(crate) struct Entropy(ChaCha20Rng);

impl Entropy {
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(*seed))
    }

    pub(crate) fn rng(&mut self) -> &mut ChaCha20Rng {
        &mut self.0
    }

    /// Goes on under a key drawn from itself: what was drawn before can no longer be computed from what is held, so
    /// the secrets of an epoch end with it.
    pub(crate) fn ratchet(&mut self) {
        let mut seed = Zeroizing::new([0; 32]);
        self.0.fill_bytes(&mut *seed);
        self.0 = ChaCha20Rng::from_seed(*seed);
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A duration in `[low, high)`, in whole milliseconds.
    pub(crate) fn between(&mut self, (low, high): (Duration, Duration)) -> Duration {
        let span = u64::try_from(high.saturating_sub(low).as_millis()).unwrap_or(u64::MAX).max(1);
        low + Duration::from_millis(self.0.next_u64() % span)
    }

    /// An index below `count`, which is not zero. The bias of at most 2⁻³² matters to nobody.
    pub(crate) fn pick(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0.next_u64() % count).unwrap_or(0)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_and_spans_stay_inside() {
        let mut entropy = Entropy::new(&[1; 32]);
        let (low, high) = (Duration::from_secs(5), Duration::from_secs(30));
        for _ in 0..200 {
            assert!((low..high).contains(&entropy.between((low, high))));
            assert!(entropy.pick(3) < 3);
        }
    }

    #[test]
    fn a_ratchet_leaves_the_old_stream() {
        let (mut a, mut b) = (Entropy::new(&[1; 32]), Entropy::new(&[1; 32]));
        a.ratchet();
        assert_ne!(a.rng().next_u64(), b.rng().next_u64());
    }
}
