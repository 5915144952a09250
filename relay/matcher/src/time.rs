//! Time as the matcher knows it: told by the caller with each call, never read from a clock.

use std::time::Duration;

/// The moment of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Monotonic, since an arbitrary start. All deadlines count in it.
    pub elapsed: Duration,
    /// Since the Unix epoch. It says which epoch it is, and may jump either way.
    pub utc: Duration,
}

/// When a registration of this epoch is over, as `elapsed`; none where the epoch is not within one of the present one, or
/// is over already.
pub(crate) fn end_of(epoch: u32, length: Duration, now: Now) -> Option<Duration> {
    let present = now.utc.as_secs().checked_div(length.as_secs())?;
    if present.abs_diff(u64::from(epoch)) > 1 {
        return None;
    }
    let ends = Duration::from_secs((u64::from(epoch) + 1) * length.as_secs()) + crate::limits::AFTER_EPOCH;
    let left = ends.checked_sub(now.utc).filter(|left| !left.is_zero())?;
    Some(now.elapsed + left)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(600);

    fn end(epoch: u32, utc: u64) -> Option<u64> {
        let now = Now { elapsed: Duration::from_secs(7), utc: Duration::from_secs(utc) };
        end_of(epoch, LENGTH, now).map(|end| end.as_secs())
    }

    #[test]
    fn a_registration_ends_thirty_seconds_after_its_epoch() {
        assert_eq!(end(3, 3 * 600), Some(7 + 630));
        assert_eq!(end(4, 3 * 600), Some(7 + 1230));
        assert_eq!(end(2, 3 * 600 + 29), Some(7 + 1));
    }

    #[test]
    fn an_epoch_that_is_over_or_not_near_is_none() {
        assert_eq!(end(2, 3 * 600 + 30), None);
        assert_eq!(end(5, 3 * 600), None);
        assert_eq!(end(1, 3 * 600), None);
        assert_eq!(end(u32::MAX, 3 * 600), None);
    }
}
