//! The clocks, read here and nowhere else.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sighej_matcher::Now;

/// Time since the relay started, and of day.
pub(crate) struct Clock {
    started: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }

    pub(crate) fn now(&self) -> Now {
        // A clock before 1970 is in no epoch, which refuses every registration.
        let utc = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Now { elapsed: self.elapsed(), utc }
    }

    /// The monotonic half alone.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
