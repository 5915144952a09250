//! Whether this machine can be a lab, and what to do where it cannot.

use std::{env, fs, os::unix::process::CommandExt, process::Command};

use crate::network::Network;

/// Set inside the user namespace that [`enter`] makes, so that it is made once.
const INSIDE: &str = "SIGHEJ_LAB_INSIDE";
/// With this set to 1, a missing lab is an error; continuous integration sets it.
const REQUIRED: &str = "SIGHEJ_REQUIRE_LABS";

/// Whether tests that need the lab can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// They can.
    Here,
    /// They cannot, for this reason, and are reported as ignored.
    Missing(String),
    /// They cannot, for this reason, but must (`SIGHEJ_REQUIRE_LABS=1`), and so fail.
    MissingButRequired(String),
}

/// Becomes root in a user namespace where the caller is not root. To be called first in `main`, before any thread.
///
/// It returns where the process is root already, or where there is no such namespace to be had; [`availability`]
/// then tells.
pub fn enter() {
    if is_root() || env::var_os(INSIDE).is_some() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    if !matches!(Command::new("unshare").args(["-Urnm", "true"]).status(), Ok(status) if status.success()) {
        return;
    }
    // `ip netns` keeps its names in /run/netns, which there must be the namespace's own.
    let script = "mount -t tmpfs lab /run && exec \"$0\" \"$@\"";
    // Comes back only if it failed; what the lab lacks is told later.
    let _failed = Command::new("unshare")
        .args(["-Urnm", "sh", "-c", script])
        .arg(program)
        .args(env::args_os().skip(1))
        .env(INSIDE, "1")
        .exec();
}

/// Tries the lab out once, and says on stderr, loudly, what is missing.
#[expect(clippy::print_stderr, reason = "a test run that skips something must say so where people look")]
pub fn availability() -> Availability {
    let missing = match Network::new(1) {
        Ok(_) => return Availability::Here,
        Err(error) => format!("no network namespaces here: {error}"),
    };
    let required = env::var(REQUIRED).is_ok_and(|value| value == "1");
    eprintln!("\n*** THE NETWORK LAB IS MISSING: {missing}");
    eprintln!("*** Tests that need it are {}.\n", if required { "failed" } else { "ignored, not passed" });
    if required { Availability::MissingButRequired(missing) } else { Availability::Missing(missing) }
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .and_then(|ids| ids.split_whitespace().nth(1));
    effective == Some("0")
}
