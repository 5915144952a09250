//! A database that another program holds locked.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use sighej_relay_lab::{Client, Device, Script, epoch};

use crate::hall::{relay, saved, whole_match};

#[tokio::test(flavor = "multi_thread")]
async fn matching_goes_on_over_a_locked_database_and_every_count_is_saved_later() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, aggregates) = relay(folder.path()).await;
    let other = Connection::open(folder.path().join("relay.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let mut clients = Vec::new();
    for number in 0..8 {
        clients.push(Client::register(relay.address(), &Device::new(number), epoch()).await.unwrap());
    }
    let mut matches = 0;
    for (a, b) in (0..8).flat_map(|a| (0..a).map(move |b| (a, b))) {
        let [knocker, knocked] = clients.get_disjoint_mut([a, b]).unwrap();
        whole_match(knocker, knocked, b as u64, &Script::new(2, 1)).await.unwrap();
        matches += 1;
        // Long enough that the relay tries to save in between, again and again.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (reason, _) = aggregates.health().failing.expect("the health names it");
    assert!(reason.contains("locked"), "{reason}");
    other.execute_batch("COMMIT").unwrap();

    let by = Instant::now() + Duration::from_secs(10);
    while aggregates.health().failing.is_some() {
        assert!(Instant::now() < by, "it is saved again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    relay.stop().await;
    aggregates.stop();
    assert_eq!((saved(folder.path(), "matches"), saved(folder.path(), "sessions_opened")), (matches, 8));
}
