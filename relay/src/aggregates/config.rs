//! What an operator decides about the aggregates.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use sighej_statistics::{Epsilon, EventName};

use super::withhold::WITHHOLD_BELOW;

/// How the aggregates are kept.
#[derive(Clone, Debug)]
pub struct AggregatesConfig {
    /// The folder of the database; made where there is none.
    pub data: PathBuf,
    /// Counts below this are not shown by themselves; at least 1, which shows everything.
    pub withhold_below: u64,
    /// How long buckets are kept.
    pub keep: Keep,
    /// The event whose shares of interest are estimated, and its ε. Without one no reports are taken.
    pub event: Option<(EventName, Epsilon)>,
    /// The time of day, which says into which buckets counts go. It may jump either way.
    pub clock: fn() -> SystemTime,
}

impl AggregatesConfig {
    /// The defaults, with the database in this folder.
    #[must_use]
    pub fn in_folder(data: PathBuf) -> Self {
        Self {
            data,
            withhold_below: WITHHOLD_BELOW,
            keep: Keep::default(),
            event: None,
            clock: SystemTime::now,
        }
    }
}

/// The rule of retention: how long the buckets of each size are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Minutes: two days.
    pub minutes: Duration,
    /// Hours: 60 days.
    pub hours: Duration,
    /// Days: two years.
    pub days: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Default for Keep {
    fn default() -> Self {
        Self { minutes: 2 * DAY, hours: 60 * DAY, days: 731 * DAY }
    }
}
