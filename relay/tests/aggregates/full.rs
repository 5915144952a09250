//! A disk that is full: a file system of its own, of 600 KiB, in a namespace of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use sighej_relay::Aggregates;
use sighej_relay_lab::{Client, Device, Script, epoch};

use crate::hall::{relay, saved, whole_match};

/// This program's other part, behind which its disk stands.
const ON_A_SMALL_DISK: &str = "--on-a-small-disk";
/// With this set to 1, a machine without what a trial needs is an error; continuous integration sets it.
const REQUIRED: &str = "SIGHEJ_REQUIRE_LABS";

/// Plays the part in the namespace, where this program was started for it.
pub(crate) fn part() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() != Some(OsStr::new(ON_A_SMALL_DISK)) {
        return None;
    }
    let (Some(disk), Ok(runtime)) = (arguments.next(), crate::runtime()) else {
        return Some(ExitCode::FAILURE);
    };
    runtime.block_on(on_a_small_disk(&PathBuf::from(disk)));
    Some(ExitCode::SUCCESS)
}

/// Where no file system can be mounted, that is said loudly; where it must be, the trial runs, and fails.
#[expect(clippy::print_stderr, reason = "a test run that skips something must say so where people look")]
pub(crate) fn is_to_be_ignored() -> bool {
    let tried = in_a_namespace("mount -t tmpfs -o size=600k none /mnt").stderr(Stdio::null()).status();
    if tried.is_ok_and(|status| status.success()) {
        return false;
    }
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    eprintln!("\n*** THE SMALL DISK IS MISSING: no file system can be mounted in a namespace here.");
    eprintln!(
        "*** The trial that needs it is {}.\n",
        if required { "failed" } else { "ignored, not passed" }
    );
    !required
}

fn in_a_namespace(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    command
}

pub(crate) fn trial() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mounted = "mount -t tmpfs -o size=600k none \"$2\" && exec \"$0\" \"$@\"";
    let status = in_a_namespace(mounted)
        .arg(std::env::current_exe()?)
        .arg(ON_A_SMALL_DISK)
        .arg(folder.path())
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("on the small disk: {status}").into()) }
}

async fn on_a_small_disk(disk: &Path) {
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

pub(crate) async fn saved_again(aggregates: &Aggregates) {
    let by = Instant::now() + Duration::from_secs(10);
    while aggregates.health().failing.is_some() {
        assert!(Instant::now() < by, "it is saved again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
