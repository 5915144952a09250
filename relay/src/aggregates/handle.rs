//! The handle that everybody else holds.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use sighej_matcher::Event;
use sighej_statistics::{Epsilon, Estimates, EventName, Report};
use tokio::sync::{broadcast, oneshot};

use crate::{Counters, Gauges};

use super::config::AggregatesConfig;
use super::counter::{Counter, Counts};
use super::error::{ReportRefused, StoreError};
use super::lock::FolderLock;
use super::series::Reader;
use super::store::Store;
use super::tally::Tally;
use super::withhold::in_steps;
use super::writer::{Command, Writer};

/// Reports that wait to be saved. Beyond it a device is told to come back later.
const REPORTS_QUEUED: usize = 1_024;
/// Releases that a slow listener of the live stream may be behind; older ones are lost to it.
const RELEASES_QUEUED: usize = 16;

/// Counts that are shown together for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// When, in seconds since 1970.
    pub secs: u64,
    /// What came to what was shown before.
    pub counts: Counts,
    /// The most sessions that were open at once since the release before, in steps of what is withheld.
    pub sessions_open: u64,
}

/// How the aggregates are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Why counts are not saved, and for how many seconds; none where they are.
    pub failing: Option<(String, u64)>,
    /// Transactions that failed since the start.
    pub failures: u64,
    /// By how many seconds the clock was last set back, if ever since the start.
    pub clock_set_back: Option<u64>,
}

/// What the relay counts: cheap to clone, and all clones are the same.
#[derive(Clone)]
pub struct Aggregates {
    shared: Arc<Shared>,
    commands: SyncSender<Command>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    reader: Arc<Reader>,
    config: Arc<AggregatesConfig>,
}

/// What the writer and the handle share.
pub(crate) struct Shared {
    pub(crate) tally: Tally,
    sessions: OnceLock<Box<dyn Fn() -> Gauges + Send + Sync>>,
    live: broadcast::Sender<Release>,
    state: Mutex<State>,
}

struct State {
    shown: Counts,
    last: Option<Release>,
    failing: Option<(String, Instant)>,
    failures: u64,
    clock_set_back: Option<u64>,
}

impl Aggregates {
    /// Opens the database, or makes it, and starts to save.
    ///
    /// # Errors
    /// [`StoreError`] says what the operator can do.
    pub fn open(config: AggregatesConfig) -> Result<Self, StoreError> {
        let folder_error = |error| StoreError::Folder { folder: config.data.clone(), error };
        let lock = FolderLock::take(&config.data)?;
        let mut run = [0; 16];
        getrandom::fill(&mut run).map_err(|error| folder_error(std::io::Error::from(error)))?;
        let store = Store::open(&config, run)?;
        let reader = Reader::open(&config.data)?;
        let shared = Arc::new(Shared::new());
        let (commands, received) = sync_channel(REPORTS_QUEUED);
        let writer = Writer::new(store, Arc::clone(&shared), received, config.clock, lock);
        let thread = std::thread::Builder::new().name("aggregates".into()).spawn(|| writer.run());
        Ok(Self {
            shared,
            commands,
            thread: Arc::new(Mutex::new(Some(thread.map_err(folder_error)?))),
            reader: Arc::new(reader),
            config: Arc::new(config),
        })
    }

    /// From now on also follows how many sessions are open. Only the first call counts.
    pub fn watch(&self, gauges: impl Fn() -> Gauges + Send + Sync + 'static) {
        let _watched = self.shared.sessions.set(Box::new(gauges));
    }

    /// Devices that are connected now, in steps of what is withheld; none before [`Aggregates::watch`].
    #[must_use]
    pub fn connections(&self) -> Option<u64> {
        let gauges = self.shared.sessions.get()?;
        Some(in_steps(gauges().connected as u64, self.config.withhold_below))
    }

    /// Saves a report that a device sent. One that was sent before is taken and changes nothing.
    ///
    /// # Errors
    /// [`ReportRefused`]
    pub async fn submit(&self, bytes: &[u8]) -> Result<(), ReportRefused> {
        let (event, _) = self.config.event.as_ref().ok_or(ReportRefused::NoEvent)?;
        let report = Report::from_bytes(bytes, event)?;
        let (answer, answered) = oneshot::channel();
        self.commands.try_send(Command::Report(report, answer)).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => ReportRefused::Later,
        })?;
        answered.await.unwrap_or(Err(ReportRefused::Later))
    }

    /// The event whose reports are taken, and its ε.
    #[must_use]
    pub fn event(&self) -> Option<&(EventName, Epsilon)> {
        self.config.event.as_ref()
    }

    /// How the aggregates are kept.
    #[must_use]
    pub fn config(&self) -> &AggregatesConfig {
        &self.config
    }

    /// What may be said of the event's shares of interest: none before the first look, or without an event. With it the
    /// number of reports for which the next look waits.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn estimates(&self) -> Result<Option<(Option<Estimates>, u32)>, StoreError> {
        let Some((event, epsilon)) = self.event() else { return Ok(None) };
        let tally = self.reader.tally(event)?;
        let seen = tally.seen().map(|(look, counts)| Estimates::at(look, counts, *epsilon));
        Ok(Some((seen, tally.next_look())))
    }

    /// The reading side.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Releases from now on.
    #[must_use]
    pub fn live(&self) -> broadcast::Receiver<Release> {
        self.shared.live.subscribe()
    }

    /// All that was shown since the start, and the last release.
    #[must_use]
    pub fn shown(&self) -> (Counts, Option<Release>) {
        let state = self.shared.state();
        (state.shown, state.last.clone())
    }

    /// How they are.
    #[must_use]
    pub fn health(&self) -> Health {
        let state = self.shared.state();
        Health {
            failing: state.failing.as_ref().map(|(why, since)| (why.clone(), since.elapsed().as_secs())),
            failures: state.failures,
            clock_set_back: state.clock_set_back,
        }
    }

    /// Saves what there is, and ends. Blocks for one commit.
    pub fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A writer that is gone has nothing left to save.
            let _gone = self.commands.send(Command::Stop);
            let _ended = thread.join();
        }
    }
}

impl Counters for Aggregates {
    fn record(&self, event: &Event) {
        for counter in Counter::of(event).into_iter().flatten() {
            self.shared.tally.count(counter);
        }
    }
}

impl Shared {
    fn new() -> Self {
        let (live, _) = broadcast::channel(RELEASES_QUEUED);
        let state =
            State { shown: Counts::NONE, last: None, failing: None, failures: 0, clock_set_back: None };
        Self { tally: Tally::new(), sessions: OnceLock::new(), live, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sessions(&self) -> u64 {
        self.sessions.get().map_or(0, |gauges| gauges().sessions as u64)
    }

    pub(crate) fn saved(&self) {
        if self.state().failing.take().is_some() {
            tracing::info!("counts are saved again, and none is lost");
        }
    }

    /// Takes note of a failure; true where it is news.
    pub(crate) fn failed(&self, error: &StoreError) -> bool {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        let why = error.to_string();
        let is_news = state.failing.as_ref().is_none_or(|(known, _)| *known != why);
        let since = state.failing.take().map_or_else(Instant::now, |(_, since)| since);
        state.failing = Some((why, since));
        is_news
    }

    pub(crate) fn clock_was_set_back(&self, seconds: u64) {
        self.state().clock_set_back = Some(seconds);
    }

    pub(crate) fn release(&self, release: &Release) {
        let mut state = self.state();
        state.shown.add(&release.counts);
        state.last = Some(release.clone());
        drop(state);
        // Nobody may be listening.
        let _nobody = self.live.send(release.clone());
    }
}
