//! The time of day.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::task::spawn_blocking;

/// How long the system may take to say whether its clock is synchronised.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether it has said so.
const LOOK: Duration = Duration::from_millis(10);

/// What is known of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Since the Unix epoch; `None` where the clock stands before it.
    pub utc: Option<Duration>,
    /// Whether it follows a time server; `None` where the system does not tell.
    pub synchronised: Option<bool>,
}

pub(super) async fn survey() -> Clock {
    let utc = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let synchronised =
        if cfg!(target_os = "linux") { spawn_blocking(synchronised).await.ok().flatten() } else { None };
    Clock { utc, synchronised }
}

/// Asks systemd, where it runs.
fn synchronised() -> Option<bool> {
    let mut command = Command::new("timedatectl");
    command.args(["show", "--property=NTPSynchronized", "--value"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    if !ends(&mut child) {
        // It shall not stay, whatever it waits for.
        let _gone = child.kill().and_then(|()| child.wait());
        return None;
    }
    let mut told = String::new();
    child.stdout.take()?.take(16).read_to_string(&mut told).ok()?;
    match told.trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn ends(child: &mut Child) -> bool {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match child.try_wait() {
            Ok(None) => thread::sleep(LOOK),
            Ok(Some(_)) => return true,
            Err(_) => return false,
        }
    }
    false
}
