//! The program `sighej-relay`, with its own settings, killed at random moments.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::hall::{GROUPS, Ledger, match_without_pause, saved};

const KILLS: u32 = 20;

fn start(folder: &Path) -> (Child, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sighej-relay"))
        .args(["--listen", "127.0.0.1:0", "--admin-listen", "off", "--data"])
        .arg(folder)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("relay: ws://").map(str::to_owned));
    (child, address.unwrap().parse().unwrap())
}

pub(crate) async fn trial() {
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
