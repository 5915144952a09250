//! The clock: whoever has another time of day is in another epoch.

use std::time::Duration;

use crate::doctor::{Clock, What};

/// The beginning of 2026, since the Unix epoch: no build of this program runs earlier, but on a clock that was never set.
pub const OLDEST_TIME: Duration = Duration::from_secs(1_767_225_600);

pub(super) fn diagnose(clock: &Clock) -> What {
    match (clock.utc, clock.synchronised) {
        (None, _) => What::ClockUnknown,
        (Some(utc), _) if utc < OLDEST_TIME => What::ClockWrong,
        (Some(_), Some(false)) => What::ClockUnsynchronised,
        (Some(_), None) => What::ClockUnverified,
        (Some(_), Some(true)) => What::ClockSet,
    }
}
