//! Whether this machine can be a lab, and what to do where it cannot.

use std::{env, path::PathBuf, process::Command};

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

/// Asks the script, and says on stderr, loudly, what is missing.
#[expect(clippy::print_stderr, reason = "a test run that skips something must say so where people look")]
pub fn availability() -> Availability {
    let missing = match Command::new(script()).arg("check").output() {
        Ok(output) if output.status.success() => return Availability::Here,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("{} cannot be run: {error}", script().display()),
    };
    let required = env::var(REQUIRED).is_ok_and(|value| value == "1");
    eprintln!("\n*** THE BLUETOOTH LAB IS MISSING: {missing}");
    eprintln!("*** Tests that need it are {}.\n", if required { "failed" } else { "ignored, not passed" });
    if required { Availability::MissingButRequired(missing) } else { Availability::Missing(missing) }
}

/// `ble-lab`, in this crate's folder.
pub(crate) fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ble-lab")
}
