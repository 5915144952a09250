//! The `ip` command.

use std::process::{Command, Stdio};

/// Runs `ip` with words separated by blanks; its output, or what it complained about.
pub(crate) fn ip(words: &str) -> Result<String, String> {
    let output = Command::new("ip")
        .args(words.split_whitespace())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`ip` cannot be run ({error}): install iproute2"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("`ip {words}`: {}", complaint.trim()))
}
