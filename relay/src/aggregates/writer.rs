//! The thread that saves.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sighej_statistics::Report;
use tokio::sync::oneshot;

use super::counter::{Counter, Counts};
use super::error::{ReportRefused, StoreError};
use super::handle::{Release, Shared};
use super::lock::FolderLock;
use super::store::{Batch, Moment, Store};

/// How often what was counted is saved. With nothing to save nothing is written.
pub const SAVE_EVERY: Duration = Duration::from_millis(500);
/// How often counts that have become large enough are shown.
pub const RELEASE_EVERY: Duration = Duration::from_secs(5);
/// How often old buckets are deleted.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);
/// Reports that one transaction takes. Further ones wait for the next.
const REPORTS_A_BATCH: usize = 128;
/// Clocks are corrected by small steps all the time; a larger one back is said.
const SET_BACK: u64 = 2;

/// What the thread is asked to do.
pub(crate) enum Command {
    /// Save a report, and say what came of it.
    Report(Report, oneshot::Sender<Result<(), ReportRefused>>),
    /// Save everything, and end.
    Stop,
}

/// The thread's own state.
pub(crate) struct Writer {
    store: Store,
    shared: Arc<Shared>,
    commands: Receiver<Command>,
    /// What could not be saved yet. Until it is, nothing more is taken from the tally, which holds any number.
    batch: Option<Batch>,
    number: u64,
    reports: Vec<(Report, oneshot::Sender<Result<(), ReportRefused>>)>,
    sessions: u64,
    last_release: Instant,
    last_forget: Option<Instant>,
    clock: fn() -> SystemTime,
    last_utc: u64,
    _lock: FolderLock,
}

impl Writer {
    pub(crate) fn new(
        store: Store,
        shared: Arc<Shared>,
        commands: Receiver<Command>,
        clock: fn() -> SystemTime,
        lock: FolderLock,
    ) -> Self {
        Self {
            store,
            shared,
            commands,
            batch: None,
            number: 0,
            reports: Vec::new(),
            sessions: 0,
            last_release: Instant::now(),
            last_forget: None,
            clock,
            last_utc: 0,
            _lock: lock,
        }
    }

    /// Saves until it is told to stop, or nobody can tell it any more.
    pub(crate) fn run(mut self) {
        let mut next = Instant::now() + SAVE_EVERY;
        while self.listen(next) {
            self.turn();
            next = (next + SAVE_EVERY).max(Instant::now());
        }
        self.turn();
    }

    /// Takes commands until the next turn is due. False at the end.
    fn listen(&mut self, until: Instant) -> bool {
        loop {
            let wait = until.saturating_duration_since(Instant::now());
            if self.reports.len() >= REPORTS_A_BATCH {
                std::thread::sleep(wait);
                return true;
            }
            match self.commands.recv_timeout(wait) {
                Ok(Command::Report(report, answer)) => self.reports.push((report, answer)),
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => return true,
            }
        }
    }

    fn turn(&mut self) {
        let now = self.utc();
        self.sessions = self.sessions.max(self.shared.sessions());
        let is_release = self.last_release.elapsed() >= RELEASE_EVERY;
        let batch = self.batch.take().unwrap_or_else(|| self.next_batch(now, is_release));
        let has_release = batch.release.is_some_and(|moment| self.store.has_news(&batch.counts, moment));
        if batch.counts.is_none() && !has_release && self.reports.is_empty() {
            self.released(&batch, &Counts::NONE);
        } else {
            self.save(batch);
        }
        if self.last_forget.is_none_or(|last| last.elapsed() >= FORGET_EVERY) {
            self.last_forget = Some(Instant::now());
            if let Err(error) = self.store.forget(now) {
                tracing::warn!(%error, "old counts are not deleted yet");
            }
        }
    }

    fn next_batch(&mut self, secs: u64, is_release: bool) -> Batch {
        self.number += 1;
        let moment = Moment { secs, sessions: self.sessions };
        let release = is_release.then_some(moment);
        Batch { number: self.number, counts: self.shared.tally.take(), release }
    }

    fn save(&mut self, batch: Batch) {
        let waiting = std::mem::take(&mut self.reports);
        let (reports, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        match self.store.save(&batch, &reports) {
            Ok(saved) => {
                self.shared.saved();
                for (answer, outcome) in answers.into_iter().zip(saved.reports) {
                    if outcome == Ok(true) {
                        self.shared.tally.count(Counter::Reports);
                    }
                    // Whoever asked may be gone.
                    let _gone = answer.send(outcome.map(drop));
                }
                self.released(&batch, &saved.released);
            }
            Err(error) => {
                for answer in answers {
                    let _gone = answer.send(Err(ReportRefused::Later));
                }
                self.fail(&error);
                self.batch = Some(batch);
            }
        }
    }

    fn fail(&self, error: &StoreError) {
        if self.shared.failed(error) {
            tracing::error!(%error, "counts are not saved");
        }
    }

    fn released(&mut self, batch: &Batch, counts: &Counts) {
        if let Some(moment) = batch.release {
            self.last_release = Instant::now();
            self.sessions = 0;
            let release =
                Release { secs: moment.secs, counts: *counts, sessions_open: self.store.level(moment) };
            self.shared.release(&release);
        }
    }

    /// The time of day. Where it was set back counts go into the buckets of the new time, and nothing is deleted.
    fn utc(&mut self) -> u64 {
        let now = (self.clock)().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if let Some(by) = set_back(self.last_utc, now) {
            tracing::warn!(
                seconds = by,
                "the clock was set back; counts go into the buckets of its new time"
            );
            self.shared.clock_was_set_back(by);
        }
        self.last_utc = now;
        now
    }
}

/// By how many seconds a clock was set back between two readings, where that is no small correction.
fn set_back(before: u64, now: u64) -> Option<u64> {
    before.checked_sub(now).filter(|by| *by > SET_BACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_back_is_told_from_one_that_was_corrected() {
        assert_eq!([(100, 101), (100, 100), (100, 98)].map(|(before, now)| set_back(before, now)), [None; 3]);
        assert_eq!(set_back(100, 40), Some(60));
        assert_eq!(set_back(0, u64::MAX), None);
    }
}
