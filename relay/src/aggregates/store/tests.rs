//! Transactions that save, fail, and leave their outcome open.

use std::path::Path;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use sighej_statistics::Diary;

use super::*;
use crate::aggregates::Reader;

const RUN: [u8; 16] = [1; 16];
const NOON: u64 = 20_000 * 86_400 + 12 * 3_600;

fn config(folder: &Path) -> AggregatesConfig {
    let event = Some((EventName::parse("an event").unwrap(), Epsilon::DEFAULT));
    AggregatesConfig { event, ..AggregatesConfig::in_folder(folder.to_owned()) }
}

fn counts(counter: Counter, count: u64) -> Counts {
    let mut counts = Counts::NONE;
    counts[counter] = count;
    counts
}

fn batch(number: u64, matches: u64, release: Option<u64>) -> Batch {
    let release = release.map(|secs| Moment { secs, sessions: 0 });
    Batch { number, counts: counts(Counter::Matches, matches), release }
}

fn report(seed: u64, event: &str) -> Report {
    let (mut diary, mut rng) = (Diary::default(), ChaCha8Rng::seed_from_u64(seed));
    let event = EventName::parse(event).unwrap();
    let bytes = diary.report(&event, Epsilon::DEFAULT, &["rust"], Duration::from_secs(1), &mut rng).unwrap();
    Report::from_bytes(bytes, &event).unwrap()
}

#[test]
fn counts_wait_until_they_may_be_shown_and_then_enter_minute_hour_and_day() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    store.save(&batch(1, 3, Some(NOON)), &[]).unwrap();
    let reader = Reader::open(folder.path()).unwrap();
    let series = |step| reader.series("matches", step, NOON, NOON + 120).unwrap().values;
    assert_eq!(series(Step::Minute), [0, 0]);

    // They survive a restart, too.
    drop(store);
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    let saved = store.save(&batch(2, 2, Some(NOON + 60)), &[]).unwrap();
    assert_eq!(saved.released[Counter::Matches], 5);
    assert_eq!(series(Step::Minute), [0, 5]);
    for step in [Step::Hour, Step::Day] {
        assert_eq!(series(step), [5]);
    }
    assert_eq!(reader.sums(Step::Day, 0, NOON).unwrap(), [("matches".to_owned(), 5)]);
    assert_eq!(total(folder.path(), Counter::Matches).unwrap(), 5);
}

#[test]
fn the_level_of_open_sessions_is_the_highest_of_its_bucket_and_moves_in_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    for (number, sessions) in (1..).zip([57, 33, 61, 4]) {
        let moment = Moment { secs: NOON + 10 * number, sessions };
        assert_eq!(store.has_news(&Counts::NONE, moment), [57, 61].contains(&sessions));
        store.save(&Batch { number, counts: Counts::NONE, release: Some(moment) }, &[]).unwrap();
    }
    let reader = Reader::open(folder.path()).unwrap();
    assert_eq!(reader.series(SESSIONS_OPEN, Step::Minute, NOON, NOON + 60).unwrap().values, [60]);
}

#[test]
fn old_buckets_go_each_by_its_own_rule_and_a_clock_set_back_deletes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    store.save(&batch(1, 7, Some(NOON)), &[]).unwrap();
    let reader = Reader::open(folder.path()).unwrap();
    let left = || Step::ALL.map(|step| reader.sums(step, 0, NOON + 1).unwrap().len());
    for (days, expected) in [(0, [1, 1, 1]), (3, [0, 1, 1]), (61, [0, 0, 1]), (800, [0, 0, 0])] {
        store.forget(NOON + days * 86_400).unwrap();
        assert_eq!(left(), expected, "after {days} days");
    }
    store.save(&batch(2, 7, Some(NOON)), &[]).unwrap();
    store.forget(NOON - 800 * 86_400).unwrap();
    assert_eq!(left(), [1, 1, 1]);
}

#[test]
fn a_batch_whose_commit_took_although_it_failed_is_not_saved_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    store.save(&batch(1, 7, Some(NOON)), &[]).unwrap();
    // As after an error whose outcome nobody knows: memory is older than the disk.
    store.waiting = Counts::NONE;
    store.is_stale = true;
    let saved = store.save(&batch(1, 7, Some(NOON)), &[report(1, "an event")]).unwrap();
    assert_eq!((saved.released[Counter::Matches], saved.reports), (7, vec![Err(ReportRefused::Later)]));
    assert_eq!(total(folder.path(), Counter::Matches).unwrap(), 7);
    store.save(&batch(2, 6, None), &[]).unwrap();
    assert_eq!(total(folder.path(), Counter::Matches).unwrap(), 13);
}

#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.connection.pragma_update(None, "max_page_count", pages).unwrap();
    // More reports than the free space of the pages holds.
    let reports: Vec<_> = (0..400).map(|seed| report(seed, "an event")).collect();
    let error = store.save(&batch(1, 7, None), &reports).err().unwrap();
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    assert_eq!(total(folder.path(), Counter::Matches).unwrap(), 0);

    store.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    let saved = store.save(&batch(1, 7, None), &reports).unwrap();
    assert!(saved.reports.iter().all(|outcome| *outcome == Ok(true)));
    assert_eq!(total(folder.path(), Counter::Matches).unwrap(), 7);
}

#[test]
fn a_database_locked_by_another_program_is_named_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    let other = Connection::open(schema::file_in(folder.path())).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.save(&batch(1, 7, None), &[]).err().unwrap();
    assert!(matches!(error, StoreError::Locked), "{error}");
    other.execute_batch("COMMIT").unwrap();
    store.save(&batch(1, 7, None), &[]).unwrap();
    assert_eq!(total(folder.path(), Counter::Matches).unwrap(), 7);
}

#[test]
fn a_report_that_is_sent_again_counts_once_after_a_restart_too() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (report(1, "an event"), report(2, "an event"));
    let mut store = Store::open(&config(folder.path()), RUN).unwrap();
    let saved = store.save(&batch(1, 0, None), &[first.clone(), second.clone(), first.clone()]).unwrap();
    assert_eq!(saved.reports, [Ok(true), Ok(true), Ok(false)]);
    drop(store);
    let mut store = Store::open(&config(folder.path()), [2; 16]).unwrap();
    assert_eq!(store.save(&batch(1, 0, None), &[second]).unwrap().reports, [Ok(false)]);
    let tally = read_tally(&store.connection, &EventName::parse("an event").unwrap()).unwrap();
    assert_eq!(tally.counts().total(), 2);
}

#[test]
fn an_event_keeps_its_epsilon_and_other_events_are_apart() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(&config(folder.path()), RUN).unwrap());
    let mut changed = config(folder.path());
    changed.event = Some((EventName::parse("an event").unwrap(), Epsilon::MAX));
    let error = Store::open(&changed, RUN).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the event \"an event\" was begun with epsilon 2; keep it, or give the event another name"
    );
    changed.event = Some((EventName::parse("another event").unwrap(), Epsilon::MAX));
    assert!(Store::open(&changed, RUN).is_ok());
}

/// All that a database holds of a counter, shown or waiting.
fn total(folder: &Path, counter: Counter) -> Result<u64, StoreError> {
    let connection = schema::open_to_read(folder)?;
    let sum = "SELECT coalesce((SELECT sum(count) FROM bucket WHERE step = ?1 AND name = ?2), 0)
        + coalesce((SELECT count FROM waiting WHERE name = ?2), 0)";
    Ok(connection.query_row(sum, params![Step::Day.secs(), counter.name()], |row| row.get(0))?)
}
