//! A clock that is set back by an hour while devices are matched.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use sighej_relay::aggregates::{AggregatesConfig, Step};
use sighej_relay::{Aggregates, Relay, ServerConfig};
use sighej_relay_lab::{Client, Device, Script, epoch};

use crate::hall::{saved, whole_match};

const HOUR: u64 = 3_600;
static SET_BACK_BY: AtomicU64 = AtomicU64::new(0);

fn clock() -> SystemTime {
    SystemTime::now() - Duration::from_secs(SET_BACK_BY.load(Ordering::SeqCst))
}

pub(crate) async fn trial() {
    let folder = tempfile::tempdir().unwrap();
    let config = AggregatesConfig {
        withhold_below: 1,
        clock,
        ..AggregatesConfig::in_folder(folder.path().to_owned())
    };
    let aggregates = Aggregates::open(config).unwrap();
    let counters = Arc::new(aggregates.clone());
    let relay = Relay::start(ServerConfig::default(), None, counters, Router::new()).await.unwrap();
    let mut clients = Vec::new();
    for number in 0..8 {
        clients.push(Client::register(relay.address(), &Device::new(number), epoch()).await.unwrap());
    }
    let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut pairs = (0..8).flat_map(|a| (0..a).map(move |b| (a, b)));
    for (matches, set_back_by) in [(10, 0), (18, HOUR)] {
        SET_BACK_BY.store(set_back_by, Ordering::SeqCst);
        for (a, b) in pairs.by_ref().take(matches) {
            let [knocker, knocked] = clients.get_disjoint_mut([a, b]).unwrap();
            whole_match(knocker, knocked, b as u64, &Script::new(2, 1)).await.unwrap();
        }
        released(&aggregates, matches as u64, began - set_back_by).await;
    }
    let by = aggregates.health().clock_set_back.expect("the health names it");
    assert!((HOUR - 60..=HOUR).contains(&by), "{by}");
    // What was counted before stands where it stood.
    assert_eq!(shown(&aggregates, began), 10);
    relay.stop().await;
    aggregates.stop();
    assert_eq!(saved(folder.path(), "matches"), 28);
}

/// The matches in the minutes from this moment on.
fn shown(aggregates: &Aggregates, from: u64) -> u64 {
    let minutes = aggregates.reader().series("matches", Step::Minute, from - 60, from + 600).unwrap();
    minutes.values.iter().sum()
}

async fn released(aggregates: &Aggregates, wanted: u64, from: u64) {
    let by = Instant::now() + Duration::from_secs(30);
    while shown(aggregates, from) != wanted {
        assert!(Instant::now() < by, "{} of {wanted} are shown", shown(aggregates, from));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
