//! Reading: sums and series of what may be shown, and the estimates.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, params};
use sighej_statistics::{EventName, Tally};

use super::error::StoreError;
use super::schema;
use super::store::read_tally;

/// The name of the level beside the counters: the most sessions that were open at once.
pub const SESSIONS_OPEN: &str = "sessions_open";

/// Points that one answer holds for each name. A longer range is refused.
pub const MAX_POINTS: u64 = 3_000;

/// The size of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// 60 seconds.
    Minute,
    /// 3,600 seconds.
    Hour,
    /// 86,400 seconds; days are those of UTC.
    Day,
}

impl Step {
    /// All, the smallest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// Its length in seconds.
    #[must_use]
    pub const fn secs(self) -> u64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// The start of the bucket that holds this second.
    #[must_use]
    pub const fn start_of(self, secs: u64) -> u64 {
        secs - secs % self.secs()
    }
}

/// One name's numbers over a range, a number for each bucket, those with nothing to show included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The start of the first bucket, in seconds since 1970.
    pub start: u64,
    /// One for each bucket.
    pub values: Vec<u64>,
}

/// The reading side: a connection of its own, that cannot write.
pub struct Reader {
    connection: Mutex<Connection>,
}

impl Reader {
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: Mutex::new(schema::open_to_read(folder)?) })
    }

    /// The numbers of a name from the bucket that holds `from` to the one before or at `to`.
    ///
    /// # Errors
    /// [`StoreError`]. The range is cut at [`MAX_POINTS`].
    pub fn series(&self, name: &str, step: Step, from: u64, to: u64) -> Result<Series, StoreError> {
        let start = step.start_of(from);
        let points = (to.saturating_sub(start).div_ceil(step.secs())).clamp(1, MAX_POINTS);
        let mut values = vec![0; usize::try_from(points).unwrap_or(0)];
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(
            "SELECT start, count FROM bucket WHERE step = ? AND start >= ? AND start < ? AND name = ?",
        )?;
        let end = start + points * step.secs();
        let rows = statement.query_map(params![step.secs(), start, end, name], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))
        })?;
        for row in rows {
            let (at, count) = row?;
            let place = usize::try_from(at.saturating_sub(start) / step.secs()).ok();
            if let Some(value) = place.and_then(|place| values.get_mut(place)) {
                *value = count;
            }
        }
        Ok(Series { start, values })
    }

    /// The sum of every name over the buckets that start in a range; of a level, the highest.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn sums(&self, step: Step, from: u64, to: u64) -> Result<Vec<(String, u64)>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(
            "SELECT name, iif(name = ?4, max(count), sum(count)) FROM bucket
                WHERE step = ?1 AND start >= ?2 AND start <= ?3 GROUP BY name",
        )?;
        let rows = statement
            .query_map(params![step.secs(), from, to, SESSIONS_OPEN], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sums of an event's reports.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn tally(&self, event: &EventName) -> Result<Tally, StoreError> {
        read_tally(&self.connection.lock().unwrap_or_else(PoisonError::into_inner), event)
    }

    /// Runs a query of another module's.
    pub(crate) fn with<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        query(&self.connection.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
