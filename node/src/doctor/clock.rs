//! The time of day.

use std::{
    process::Stdio,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{process::Command, time::timeout};

/// How long the system may take to say whether its clock is synchronised.
const PATIENCE: Duration = Duration::from_secs(2);

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
    Clock { utc, synchronised: synchronised().await }
}

/// Asks systemd, where it runs.
async fn synchronised() -> Option<bool> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let mut command = Command::new("timedatectl");
    command.args(["show", "--property=NTPSynchronized", "--value"]).stdin(Stdio::null()).kill_on_drop(true);
    let told = timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    match told.stdout.trim_ascii() {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}
