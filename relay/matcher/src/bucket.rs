//! How many frames a session may send.

use std::time::Duration;

/// A token bucket: so many at once, so many a second in the long run.
pub(crate) struct Bucket {
    left: u32,
    filled: Duration,
}

impl Bucket {
    pub(crate) fn full(burst: u32, now: Duration) -> Self {
        Self { left: burst, filled: now }
    }

    /// Takes one; false where none is left.
    pub(crate) fn take(&mut self, burst: u32, per_second: u32, now: Duration) -> bool {
        let passed = now.saturating_sub(self.filled).as_secs();
        if passed > 0 {
            let more = u32::try_from(passed.saturating_mul(u64::from(per_second))).unwrap_or(u32::MAX);
            self.left = self.left.saturating_add(more).min(burst);
            self.filled += Duration::from_secs(passed);
        }
        let taken = self.left > 0;
        self.left = self.left.saturating_sub(1);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_spent_and_comes_back_by_the_second() {
        let at = Duration::from_secs;
        let mut bucket = Bucket::full(3, at(10));
        let taken = |bucket: &mut Bucket, now| (0..10).filter(|_| bucket.take(3, 2, now)).count();
        assert_eq!(taken(&mut bucket, at(10)), 3);
        assert_eq!(taken(&mut bucket, at(10) + Duration::from_millis(999)), 0);
        assert_eq!(taken(&mut bucket, at(11)), 2);
        assert_eq!(taken(&mut bucket, at(1_000_000)), 3);
        assert_eq!(taken(&mut bucket, at(5)), 0);
    }
}
