//! The database: one transaction for what came together.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sighej_statistics::{Cells, Epsilon, EventName, Report, Tally, TallyError};

use super::config::{AggregatesConfig, Keep};
use super::counter::{Counter, Counts};
use super::error::{ReportRefused, StoreError};
use super::schema;
use super::series::{SESSIONS_OPEN, Step};
use super::withhold::{in_steps, ripe};

/// The writing side. It is one thread's.
pub(crate) struct Store {
    connection: Connection,
    /// Random: tells this run's transactions from another's.
    run: [u8; 16],
    withhold_below: u64,
    keep: Keep,
    waiting: Counts,
    event: Option<Event>,
    /// The greatest level that the present minute has.
    level: (u64, u64),
    /// Whether the last transaction failed: what is on the disk is then read anew.
    is_stale: bool,
}

struct Event {
    name: EventName,
    tally: Tally,
}

/// What is to be saved whole or not at all. It stays the same until it is saved, and then has its own number.
pub(crate) struct Batch {
    pub(crate) number: u64,
    pub(crate) counts: Counts,
    pub(crate) release: Option<Moment>,
}

/// When counts are released, and the level then.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// Since 1970.
    pub(crate) secs: u64,
    pub(crate) sessions: u64,
}

/// What came of saving.
pub(crate) struct Saved {
    pub(crate) released: Counts,
    /// For each report whether it is new.
    pub(crate) reports: Vec<Result<bool, ReportRefused>>,
}

impl Store {
    /// Opens the database, and the event that the configuration names.
    pub(crate) fn open(config: &AggregatesConfig, run: [u8; 16]) -> Result<Self, StoreError> {
        let connection = schema::open(&config.data)?;
        let event = match &config.event {
            Some((name, epsilon)) => Some(begin_event(&connection, name, *epsilon)?),
            None => None,
        };
        let waiting = read_waiting(&connection)?;
        Ok(Self {
            connection,
            run,
            withhold_below: config.withhold_below.max(1),
            keep: config.keep,
            waiting,
            event,
            level: (0, 0),
            is_stale: false,
        })
    }

    /// Whether a release at this moment would write anything.
    pub(crate) fn has_news(&self, counts: &Counts, moment: Moment) -> bool {
        let mut waiting = self.waiting;
        waiting.add(counts);
        !ripe(&waiting, self.withhold_below).is_none() || self.rises(moment)
    }

    /// The level of a moment, as it may be shown.
    pub(crate) fn level(&self, moment: Moment) -> u64 {
        in_steps(moment.sessions, self.withhold_below)
    }

    /// Saves a batch, and reports with it. A batch whose commit failed with unknown outcome is given again, with the same
    /// number: where it had taken, it is not saved twice, and the reports are refused with [`ReportRefused::Later`].
    ///
    /// # Errors
    /// Nothing is saved then, as far as anybody knows.
    pub(crate) fn save(&mut self, batch: &Batch, reports: &[Report]) -> Result<Saved, StoreError> {
        if self.is_stale {
            let mut before = self.waiting;
            self.reload()?;
            if self.last_batch()? == (self.run, batch.number) {
                before.add(&batch.counts);
                let released = minus(&before, &self.waiting);
                let reports = reports.iter().map(|_| Err(ReportRefused::Later)).collect();
                return Ok(Saved { released, reports });
            }
        }
        self.is_stale = true;
        let outcome = self.transact(batch, reports);
        self.is_stale = outcome.is_err();
        outcome
    }

    fn transact(&mut self, batch: &Batch, reports: &[Report]) -> Result<Saved, StoreError> {
        let mut waiting = self.waiting;
        waiting.add(&batch.counts);
        let released = batch.release.map_or(Counts::NONE, |_| ripe(&waiting, self.withhold_below));
        waiting = minus(&waiting, &released);
        let level =
            batch.release.filter(|moment| self.rises(*moment)).map(|moment| (moment, self.level(moment)));
        let mut tally = self.event.as_ref().map(|event| event.tally.clone());

        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction
            .prepare_cached("UPDATE batch SET run = ?, number = ?")?
            .execute(params![self.run, batch.number])?;
        write_waiting(&transaction, &self.waiting, &waiting)?;
        if let Some(moment) = batch.release {
            for (counter, count) in released.some() {
                add_to_buckets(&transaction, counter.name(), count, moment.secs)?;
            }
        }
        if let Some((moment, level)) = level {
            raise_in_buckets(&transaction, SESSIONS_OPEN, level, moment.secs)?;
        }
        let outcomes = match (&self.event, &mut tally) {
            (Some(event), Some(tally)) => add_reports(&transaction, &event.name, tally, reports)?,
            _ => reports.iter().map(|_| Err(ReportRefused::NoEvent)).collect(),
        };
        transaction.commit()?;

        self.waiting = waiting;
        if let Some((moment, level)) = level {
            self.level = (Step::Minute.start_of(moment.secs), level);
        }
        if let (Some(event), Some(tally)) = (&mut self.event, tally) {
            event.tally = tally;
        }
        Ok(Saved { released, reports: outcomes })
    }

    /// Deletes what is older than the rule of retention has it.
    pub(crate) fn forget(&mut self, secs: u64) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (step, keep) in
            [(Step::Minute, self.keep.minutes), (Step::Hour, self.keep.hours), (Step::Day, self.keep.days)]
        {
            transaction
                .prepare_cached("DELETE FROM bucket WHERE step = ? AND start < ?")?
                .execute(params![step.secs(), secs.saturating_sub(keep.as_secs())])?;
        }
        Ok(transaction.commit()?)
    }

    fn rises(&self, moment: Moment) -> bool {
        let level = self.level(moment);
        level > 0 && (self.level.0 != Step::Minute.start_of(moment.secs) || level > self.level.1)
    }

    fn reload(&mut self) -> Result<(), StoreError> {
        self.waiting = read_waiting(&self.connection)?;
        if let Some(event) = &mut self.event {
            event.tally = read_tally(&self.connection, &event.name)?;
        }
        Ok(())
    }

    fn last_batch(&self) -> Result<([u8; 16], u64), StoreError> {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(self.connection.query_row("SELECT run, number FROM batch", [], row)?)
    }
}

fn minus(from: &Counts, less: &Counts) -> Counts {
    let mut left = *from;
    for (counter, count) in less.some() {
        left[counter] = left[counter].saturating_sub(count);
    }
    left
}

fn read_waiting(connection: &Connection) -> Result<Counts, StoreError> {
    let mut counts = Counts::NONE;
    let mut statement = connection.prepare_cached("SELECT name, count FROM waiting")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    for row in rows {
        let (name, count) = row?;
        if let Some(counter) = Counter::named(&name) {
            counts[counter] = count;
        }
    }
    Ok(counts)
}

fn write_waiting(transaction: &Transaction<'_>, before: &Counts, after: &Counts) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO waiting VALUES (?, ?) ON CONFLICT DO UPDATE SET count = excluded.count",
    )?;
    for (counter, count) in after.iter().filter(|(counter, count)| before[*counter] != *count) {
        statement.execute(params![counter.name(), count])?;
    }
    Ok(())
}

fn add_to_buckets(
    transaction: &Transaction<'_>,
    name: &str,
    count: u64,
    secs: u64,
) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO bucket VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
    )?;
    for step in Step::ALL {
        statement.execute(params![step.secs(), step.start_of(secs), name, count])?;
    }
    Ok(())
}

fn raise_in_buckets(
    transaction: &Transaction<'_>,
    name: &str,
    level: u64,
    secs: u64,
) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO bucket VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = max(count, excluded.count)",
    )?;
    for step in Step::ALL {
        statement.execute(params![step.secs(), step.start_of(secs), name, level])?;
    }
    Ok(())
}

/// Adds the reports that are new; one that is there already changes nothing, whatever it says this time.
fn add_reports(
    transaction: &Transaction<'_>,
    event: &EventName,
    tally: &mut Tally,
    reports: &[Report],
) -> Result<Vec<Result<bool, ReportRefused>>, StoreError> {
    let mut outcomes = Vec::with_capacity(reports.len());
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO report VALUES (?, ?)")?;
    let mut remove = transaction.prepare_cached("DELETE FROM report WHERE event = ? AND id = ?")?;
    for report in reports {
        let is_new = insert.execute(params![event.as_str(), report.id()])? > 0;
        let outcome = if is_new { tally.add(report) } else { Ok(()) };
        outcomes.push(match outcome {
            Ok(()) => Ok(is_new),
            Err(TallyError::Full | TallyError::Malformed) => {
                remove.execute(params![event.as_str(), report.id()])?;
                Err(ReportRefused::Full)
            }
        });
    }
    if outcomes.contains(&Ok(true)) {
        transaction
            .prepare_cached("UPDATE event SET tally = ? WHERE name = ?")?
            .execute(params![tally.to_bytes(), event.as_str()])?;
    }
    Ok(outcomes)
}

fn begin_event(connection: &Connection, name: &EventName, epsilon: Epsilon) -> Result<Event, StoreError> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u16>(0)?, row.get::<_, Vec<u8>>(1)?));
    let known = connection
        .query_row("SELECT epsilon, catalogue FROM event WHERE name = ?", [name.as_str()], row)
        .optional()?;
    let event = name.as_str().to_owned();
    match known {
        Some((begun, _)) if begun != epsilon.thousandths() => {
            Err(StoreError::EventBegun { event, begun: f64::from(begun) / 1000.0 })
        }
        Some((_, catalogue)) if catalogue != Cells::get().fingerprint() => {
            Err(StoreError::EventOfAnotherCatalogue(event))
        }
        Some(_) => Ok(Event { name: name.clone(), tally: read_tally(connection, name)? }),
        None => {
            let tally = Tally::new();
            connection.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?)",
                params![event, epsilon.thousandths(), Cells::get().fingerprint(), tally.to_bytes()],
            )?;
            Ok(Event { name: name.clone(), tally })
        }
    }
}

/// The sums of an event.
pub(crate) fn read_tally(connection: &Connection, event: &EventName) -> Result<Tally, StoreError> {
    let bytes: Vec<u8> = connection
        .prepare_cached("SELECT tally FROM event WHERE name = ?")?
        .query_row([event.as_str()], |row| row.get(0))?;
    Tally::from_bytes(&bytes).map_err(|_| StoreError::Damaged)
}

#[cfg(test)]
mod tests;
