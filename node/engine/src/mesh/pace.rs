//! How much one neighbour may say in a time.

use std::time::Duration;

use crate::time::Moment;

/// A rate with a burst, kept as one moment: when everything taken so far is paid for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pace {
    paid_at: Option<Moment>,
}

impl Pace {
    /// Takes what `cost` pays for, where no more than `burst` is owed then.
    pub(crate) fn take(&mut self, cost: Duration, burst: Duration, now: Duration) -> bool {
        let may = self.free_at(cost, burst) <= now;
        if may {
            let from = self.paid_at.map_or(now, |paid| Duration::from(paid).max(now));
            self.paid_at = Some((from + cost).into());
        }
        may
    }

    /// When there will be enough for it.
    pub(crate) fn free_at(&self, cost: Duration, burst: Duration) -> Duration {
        let paid_at = self.paid_at.map(Duration::from).unwrap_or_default();
        // A single thing that costs more than the burst goes once nothing is owed.
        paid_at.saturating_sub(burst.saturating_sub(cost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let (mut pace, now) = (Pace::default(), secs(100));
        assert!((0..4).all(|_| pace.take(secs(1), secs(4), now)));
        assert!(!pace.take(secs(1), secs(4), now));
        assert_eq!(pace.free_at(secs(1), secs(4)), secs(101));
        assert!(pace.take(secs(1), secs(4), secs(101)) && !pace.take(secs(1), secs(4), secs(101)));
        assert!((0..4).all(|_| pace.take(secs(1), secs(4), secs(200))), "nothing beyond a burst is saved up");
        assert!(!pace.take(secs(1), secs(4), secs(200)));
    }

    #[test]
    fn what_costs_more_than_a_burst_goes_once_nothing_is_owed() {
        let mut pace = Pace::default();
        assert!(pace.take(secs(9), secs(4), secs(100)) && !pace.take(secs(9), secs(4), secs(108)));
        assert!(pace.take(secs(9), secs(4), secs(109)));
    }
}
