//! Time for the engine: a monotonic clock, and UTC from a source that can be another than the system's.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sighej_engine::Now;
use tokio::time::Instant;

/// Where a node takes the time of day from; it decides when epochs begin.
#[derive(Clone)]
pub struct Utc(Arc<dyn Fn() -> Option<Duration> + Send + Sync>);

impl Utc {
    /// The system's clock. A clock set before 1970 counts as unknown.
    pub fn system() -> Utc {
        Utc::from_fn(|| SystemTime::now().duration_since(UNIX_EPOCH).ok())
    }

    /// A clock that stands at `time` since the Unix epoch now, and runs at the monotonic clock's pace. All clones
    /// agree, so nodes that share one share their epochs, whatever the time of day.
    pub fn starting_at(time: Duration) -> Utc {
        let start = Instant::now();
        Utc::from_fn(move || Some(time + start.elapsed()))
    }

    /// Any other source, such as a relay's clock; `None` while it does not know, and then a node cannot open.
    pub fn from_fn(source: impl Fn() -> Option<Duration> + Send + Sync + 'static) -> Utc {
        Utc(Arc::new(source))
    }
}

impl Default for Utc {
    fn default() -> Utc {
        Utc::system()
    }
}

impl fmt::Debug for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Utc")
    }
}

/// Both clocks of one node.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
    utc: Utc,
}

impl Clock {
    pub(crate) fn new(utc: Utc) -> Clock {
        Clock { start: Instant::now(), utc }
    }

    pub(crate) fn start(&self) -> Instant {
        self.start
    }

    pub(crate) fn now(&self) -> Now {
        Now { elapsed: self.start.elapsed(), utc: (self.utc.0)() }
    }

    /// The instant of an `elapsed`.
    pub(crate) fn instant(&self, elapsed: Duration) -> Instant {
        self.start + elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_its_own_runs_on_and_clones_agree() {
        let utc = Utc::starting_at(Duration::from_secs(1000));
        let clone = utc.clone();
        let (first, second) = ((utc.0)().unwrap(), (clone.0)().unwrap());
        assert!(first >= Duration::from_secs(1000) && second >= first);
        assert!(second - first < Duration::from_secs(1));
    }

    #[test]
    fn elapsed_and_instant_are_inverse() {
        let clock = Clock::new(Utc::system());
        let now = clock.now();
        assert!(clock.instant(now.elapsed) <= Instant::now());
        assert!(now.utc.unwrap() > Duration::from_secs(1_700_000_000));
    }
}
