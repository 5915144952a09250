//! A relay's process, killed at random moments.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::hall::{GROUPS, Ledger, match_without_pause, relay, saved};

/// Where the process that is killed finds its folder.
const FOLDER: &str = "SIGHEJ_TEST_RELAY_FOLDER";
const KILLS: u32 = 20;

/// No test but the process that the one below kills: it is this program again.
#[test]
#[ignore = "the test below starts it"]
fn the_relay_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (relay, _aggregates) = relay(&folder).await;
        println!("\nlistens on {}", relay.address());
        std::future::pending::<()>().await;
    });
}

fn start(folder: &std::path::Path) -> (Child, SocketAddr) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "killed::the_relay_that_is_killed"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.filter_map(|line| line.strip_prefix("listens on ").map(str::to_owned)).next();
    (child, address.unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_lose_no_counter_older_than_a_second_and_count_none_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (mut at_least, mut at_most) = (0, 0);
    for kill in 1..=KILLS {
        let (mut child, address) = start(folder.path());
        let ledger = Arc::new(Ledger::default());
        let groups: Vec<_> = (0..GROUPS)
            .map(|group| tokio::spawn(match_without_pause(address, group, Arc::clone(&ledger))))
            .collect();
        // A moment that has nothing to do with when the relay saves or releases.
        let mut random = [0; 2];
        getrandom::fill(&mut random).unwrap();
        let first = loop {
            if let Some(first) = ledger.told.lock().unwrap().first() {
                break *first;
            }
            assert!(child.try_wait().unwrap().is_none(), "the relay runs");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let lives = Duration::from_millis(1_500 + u64::from(u16::from_be_bytes(random)) % 2_000);
        tokio::time::sleep(lives.saturating_sub(first.elapsed())).await;

        let killed = Instant::now();
        child.kill().unwrap();
        child.wait().unwrap();
        for group in groups {
            assert!(group.await.unwrap().is_err(), "no group goes on without a relay");
        }
        let told = ledger.told_before(killed + Duration::from_secs(60));
        let a_second = told as f64 / killed.duration_since(first).as_secs_f64();
        assert!(a_second >= 100.0, "under load: {a_second} matches a second");

        at_least += ledger.told_before(killed - Duration::from_secs(1));
        at_most += ledger.begun.load(Ordering::Relaxed);
        let saved = saved(folder.path(), "matches");
        assert!((at_least..=at_most).contains(&saved), "kill {kill}: {at_least} <= {saved} <= {at_most}");
        // From here on the next kill is judged: what was saved stays.
        (at_least, at_most) = (saved, saved);
    }
}
