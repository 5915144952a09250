//! A database that another program holds locked.

use std::time::Duration;

use rusqlite::Connection;
use sighej_relay_lab::{Client, Device, Script, epoch};

use crate::full::saved_again;
use crate::hall::{relay, saved, whole_match};

pub(crate) async fn trial() {
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

    saved_again(&aggregates).await;
    relay.stop().await;
    aggregates.stop();
    assert_eq!((saved(folder.path(), "matches"), saved(folder.path(), "sessions_opened")), (matches, 8));
}
