//! A disk that is full: a file system of its own, of 600 KiB, in a namespace of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sighej_relay::Aggregates;
use sighej_relay_lab::{Client, Device, Script, epoch};

use crate::hall::{relay, saved, whole_match};

/// Where the process in the namespace finds its disk.
const DISK: &str = "SIGHEJ_TEST_SMALL_DISK";

#[test]
fn matching_goes_on_over_a_full_disk_and_every_count_is_saved_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = "mount -t tmpfs -o size=600k none \"$SIGHEJ_TEST_SMALL_DISK\" && exec \"$0\" \"$@\"";
    let status = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", mounted])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "full::on_a_small_disk"])
        .env(DISK, folder.path())
        .status()
        .unwrap();
    assert!(status.success(), "the test on the small disk failed, or no namespace can be made: {status}");
}

/// No test but what the one above runs on its small disk: it is this program again.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the test above starts it"]
async fn on_a_small_disk() {
    let Some(disk) = std::env::var_os(DISK).map(PathBuf::from) else { return };
    let (relay, aggregates) = relay(&disk.join("data")).await;
    let mut clients = Vec::new();
    for number in 0..12 {
        clients.push(Client::register(relay.address(), &Device::new(number), epoch()).await.unwrap());
    }
    fill(&disk.join("filler"));
    let (mut matches, mut was_named) = (0, false);
    for (a, b) in (0..12).flat_map(|a| (0..a).map(move |b| (a, b))) {
        let [knocker, knocked] = clients.get_disjoint_mut([a, b]).unwrap();
        whole_match(knocker, knocked, b as u64, &Script::new(2, 1)).await.unwrap();
        matches += 1;
        was_named |= aggregates.health().failing.is_some_and(|(reason, _)| reason.contains("disk is full"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(was_named, "the health names it: {:?}", aggregates.health());
    std::fs::remove_file(disk.join("filler")).unwrap();
    saved_again(&aggregates).await;
    relay.stop().await;
    aggregates.stop();
    assert_eq!(saved(&disk.join("data"), "matches"), matches);
}

/// Writes until nothing more can be written.
fn fill(file: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(file).unwrap();
    for size in [64 * 1024, 4 * 1024, 1] {
        while file.write_all(&vec![7; size]).is_ok() {}
    }
}

async fn saved_again(aggregates: &Aggregates) {
    let by = Instant::now() + Duration::from_secs(10);
    while aggregates.health().failing.is_some() {
        assert!(Instant::now() < by, "it is saved again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
