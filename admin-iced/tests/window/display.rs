//! A display that nobody sees.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::built;

/// With this set to 1, a missing lab is an error; continuous integration sets it.
const REQUIRED: &str = "SIGHEJ_REQUIRE_LABS";

/// Whether there can be a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    /// There can, or there must, and then the tests say what is missing.
    Here,
    /// There cannot, and the tests are reported as ignored.
    Missing,
}

/// Tries once, and says loudly what is missing: a display, one of these programs, or what the caller misses.
pub(crate) fn availability(programs: &[&str], other: Option<String>) -> Availability {
    let display = Display::start()
        .err()
        .map(|error| format!("Xvfb does not start: {error}; apt-get install xvfb libxkbcommon-x11-0"));
    let programs = programs.iter().filter_map(|name| built::program(name).err());
    let missing: Vec<String> = display.into_iter().chain(programs).chain(other).collect();
    if missing.is_empty() {
        return Availability::Here;
    }
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    eprintln!("\n*** THE WINDOW LAB IS INCOMPLETE: {}", missing.join("\n*** "));
    eprintln!("*** Tests that need it are {}.\n", if required { "failed" } else { "ignored, not passed" });
    if required { Availability::Here } else { Availability::Missing }
}

/// A virtual display. Ended when it is dropped.
pub(crate) struct Display {
    child: Child,
    name: String,
}

impl Display {
    pub(crate) fn start() -> io::Result<Self> {
        let mut child = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1180x800x24", "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no standard output"))?;
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number)?;
        let name = format!(":{}", number.trim());
        let display = Self { child, name };
        if number.trim().is_empty() { Err(io::Error::other("it ended at once")) } else { Ok(display) }
    }

    /// As programs are told of it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Whether or not it has ended by itself.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}
