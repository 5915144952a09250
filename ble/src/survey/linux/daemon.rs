//! The process of bluetoothd: its version, its settings file, and which of the two is the older.

use std::{
    fs,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::super::{Settings, Version};

/// Where bluetoothd looks unless it is told otherwise.
const SETTINGS_FILE: &str = "/etc/bluetooth/main.conf";
/// How long it may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(3);
/// The moment of a start is known to a second, since that of the boot is: a file counts as newer from here on.
const SLACK: Duration = Duration::from_secs(2);
/// Ticks in a second, as /proc counts them (`USER_HZ`).
const TICKS: u64 = 100;

/// A process that owns the service's name on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    id: u32,
    command_line: Vec<String>,
}

impl Process {
    /// What /proc says of it.
    pub(super) fn of(id: u32) -> Process {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let words = line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
        Process { id, command_line: words.filter(|word| !word.is_empty()).collect() }
    }

    /// The program, where it is bluetoothd and nobody but root could have put it there: it will be run.
    fn program(&self) -> Option<PathBuf> {
        // The link is for root alone to read; the first word serves everybody else, and then runs as them.
        let program = fs::read_link(format!("/proc/{}/exe", self.id))
            .ok()
            .or_else(|| self.command_line.first().map(PathBuf::from))?;
        let owner = fs::metadata(&program).ok()?.uid();
        (program.is_absolute() && program.ends_with("bluetoothd") && owner == 0).then_some(program)
    }

    /// When it started.
    fn started(&self) -> Option<SystemTime> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id)).ok()?;
        let booted = fs::read_to_string("/proc/stat").ok()?;
        let booted: u64 = booted.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        let ticks = ticks(&stat)?;
        Some(UNIX_EPOCH + Duration::from_secs(booted) + Duration::from_millis(ticks * (1000 / TICKS)))
    }
}

/// Asks the program itself.
pub(super) fn version(process: &Process) -> Option<Version> {
    let mut child = Command::new(process.program()?)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let end = Instant::now() + PATIENCE;
    while child.try_wait().ok()?.is_none() {
        if Instant::now() > end {
            // Whatever it is, it shall not stay.
            let _gone = child.kill().and_then(|()| child.wait());
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
    let mut told = String::new();
    child.stdout.take()?.take(64).read_to_string(&mut told).ok()?;
    parse_version(&told)
}

/// What the file says that the process reads.
pub(super) fn settings(process: Option<&Process>) -> Settings {
    let named = process.and_then(|process| settings_file(&process.command_line));
    let mut settings =
        Settings { file: named.unwrap_or_else(|| SETTINGS_FILE.into()), ..Settings::default() };
    match fs::read_to_string(&settings.file) {
        Ok(text) => settings.read(&text),
        // bluetoothd runs without one, and then every setting has its default.
        Err(error) => settings.readable = error.kind() == std::io::ErrorKind::NotFound,
    }
    settings.newer_than_service = process
        .and_then(Process::started)
        .zip(changed(&settings.file))
        .map(|(start, change)| change > start + SLACK);
    settings
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}

/// `-f FILE`, `--configfile FILE`, `--configfile=FILE`.
fn settings_file(command_line: &[String]) -> Option<PathBuf> {
    let mut words = command_line.iter().skip(1);
    while let Some(word) = words.next() {
        if word == "-f" || word == "--configfile" {
            return words.next().map(PathBuf::from);
        }
        if let Some(file) = word.strip_prefix("--configfile=") {
            return Some(file.into());
        }
    }
    None
}

/// Since boot, of /proc/PID/stat: field 22. The second field is a name that may hold anything, in parentheses.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}

fn parse_version(told: &str) -> Option<Version> {
    let (major, rest) = told.trim().split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(Version(major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_file_is_the_one_that_the_command_line_names() {
        let file = |line: &str| settings_file(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(file("/usr/libexec/bluetooth/bluetoothd -n"), None);
        for line in [
            "bluetoothd -n -f /run/a.conf",
            "bluetoothd --configfile /run/a.conf",
            "bluetoothd --configfile=/run/a.conf -d",
        ] {
            assert_eq!(file(line), Some("/run/a.conf".into()), "{line}");
        }
        assert_eq!(file("bluetoothd -f"), None);
    }

    #[test]
    fn a_version_is_read_and_anything_else_is_none() {
        assert_eq!(parse_version("5.66\n"), Some(Version(5, 66)));
        assert_eq!(parse_version("5.66-lab"), Some(Version(5, 66)));
        for other in ["", "5", "five.six", "usage: 5"] {
            assert_eq!(parse_version(other), None, "{other}");
        }
    }

    #[test]
    fn a_start_is_read_past_a_name_with_blanks_and_parentheses() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 9 9";
        assert_eq!(ticks(stat), Some(4242));
        let own = Process::of(std::process::id());
        let started = own.started().expect("this process has started");
        assert!(started <= SystemTime::now() + Duration::from_secs(1));
        assert_eq!(own.program(), None, "this is no bluetoothd");
    }
}
