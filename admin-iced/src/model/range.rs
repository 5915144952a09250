//! How far back, and in how large steps.

use sighej_relay_api::admin::Step;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// Buckets that a relay gives at once.
const BUCKETS: u64 = 3_000;

/// How far back a chart goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Range {
    /// One hour.
    #[default]
    Hour,
    /// Six hours.
    Evening,
    /// 24 hours.
    Day,
    /// Seven days.
    Week,
    /// 60 days: as long as hours are kept by default.
    Season,
    /// A year.
    Year,
}

impl Range {
    pub(crate) const ALL: [Self; 6] =
        [Self::Hour, Self::Evening, Self::Day, Self::Week, Self::Season, Self::Year];

    pub(crate) fn secs(self) -> u64 {
        match self {
            Self::Hour => HOUR,
            Self::Evening => 6 * HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Season => 60 * DAY,
            Self::Year => 365 * DAY,
        }
    }

    /// The step that is drawn where nobody asks for another one.
    pub(crate) fn usual_step(self) -> Step {
        match self {
            Self::Hour | Self::Evening | Self::Day => Step::Minute,
            Self::Week => Step::Hour,
            Self::Season | Self::Year => Step::Day,
        }
    }

    /// Whether there are at least two such steps in it, and no more than a relay gives.
    pub(crate) fn fits(self, step: Step) -> bool {
        let buckets = self.secs() / secs(step);
        (2..BUCKETS).contains(&buckets)
    }
}

/// The length of a step.
pub(crate) fn secs(step: Step) -> u64 {
    match step {
        Step::Minute => 60,
        Step::Hour => HOUR,
        Step::Day => DAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_is_drawn_in_steps_that_a_relay_gives() {
        for range in Range::ALL {
            assert!(range.fits(range.usual_step()), "{range:?}");
        }
        assert!(
            !Range::Hour.fits(Step::Hour) && !Range::Week.fits(Step::Minute) && Range::Week.fits(Step::Day)
        );
    }
}
