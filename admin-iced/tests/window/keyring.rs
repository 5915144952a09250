//! Where a token is kept: in a real Secret Service, on a bus that nobody else uses; or in a file where there is none.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::SOON;
use crate::admin::Desktop;
use crate::display::Display;
use crate::eye::Outcome;
use crate::relay::Relay;

/// The programs of the service, each with an argument that does nothing but end.
const PROGRAMS: [(&str, &str); 3] =
    [("dbus-daemon", "--version"), ("dbus-send", "--help"), ("gnome-keyring-daemon", "--version")];
const SECRETS: &str = "org.freedesktop.secrets";
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What is missing of them, and how to get it.
pub(crate) fn missing() -> Option<String> {
    let is_here = |(program, argument): &(&str, &str)| {
        Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let missing = PROGRAMS.iter().find(|program| !is_here(program))?;
    Some(format!("{} is not there; apt-get install dbus-daemon gnome-keyring", missing.0))
}

pub(crate) fn in_the_keyring() -> Result<(), Failed> {
    let (display, relay, keyring) = (Display::start()?, Relay::start()?, Keyring::start()?);
    let home = type_once(&display, &relay, Some(&keyring))?;
    if tokens_file(home.path()).exists() || is_anywhere(home.path(), relay.token()) {
        return Err("the token is in a file, too".into());
    }
    keyring.wait_for_entries(&relay.admin_url(), 1)?;
    let _home = start_again_and_forget(&display, home, Some(&keyring))?;
    keyring.wait_for_entries(&relay.admin_url(), 0)?;
    Ok(())
}

pub(crate) fn in_a_file() -> Result<(), Failed> {
    use std::os::unix::fs::PermissionsExt;
    let (display, relay) = (Display::start()?, Relay::start()?);
    let home = type_once(&display, &relay, None)?;
    let file = tokens_file(home.path());
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode != 0o600 || !std::fs::read_to_string(&file)?.contains(relay.token()) {
        return Err(format!("a file with rights {mode:o}").into());
    }
    let home = start_again_and_forget(&display, home, None)?;
    wait_until("the token is gone", || Ok(!is_anywhere(home.path(), relay.token())))?;
    Ok(())
}

/// A first start: types address and token, waits for the relay's numbers, and closes the window once both are kept.
fn type_once(display: &Display, relay: &Relay, keyring: Option<&Keyring>) -> Outcome<TempDir> {
    let desktop = Desktop::of_user(display, tempfile::tempdir()?, keyring.map(Keyring::bus))?;
    desktop.type_text(&relay.admin_url())?;
    desktop.press_named(&["Tab"])?;
    desktop.type_text(relay.token())?;
    desktop.press_named(&["Return"])?;
    desktop.wait_for_title(SOON, |title| title.contains("nudges today"))?;
    wait_until("the token is kept", || match keyring {
        Some(keyring) => Ok(keyring.entries(&relay.admin_url())? == 1),
        None => Ok(tokens_file(desktop.home()?).exists()),
    })?;
    Ok(desktop.close())
}

/// A new process finds relay and token by itself. Then both are forgotten: the last button but one of the settings.
fn start_again_and_forget(display: &Display, home: TempDir, keyring: Option<&Keyring>) -> Outcome<TempDir> {
    let desktop = Desktop::of_user(display, home, keyring.map(Keyring::bus))?;
    desktop.wait_for_title(SOON, |title| title.contains("nudges today"))?;
    desktop.press_with_control('5')?;
    std::thread::sleep(Duration::from_millis(500));
    desktop.press_back(2)?;
    desktop.press_named(&["Return"])?;
    desktop.wait_for_title(SOON, |title| title == "SigHej")?;
    // Keyring and disk are written beside what is drawn.
    std::thread::sleep(Duration::from_secs(1));
    Ok(desktop.close())
}

fn tokens_file(home: &Path) -> PathBuf {
    home.join("config/sighej/admin-tokens.json")
}

/// Whether some file below has this in it.
fn is_anywhere(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.into_iter().any(|path| match path.is_dir() {
        true => is_anywhere(&path, text),
        false => std::fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text)),
    })
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> Outcome<bool>) -> Outcome<()> {
    let begun = Instant::now();
    while !is_so()? {
        if begun.elapsed() > SOON {
            return Err(format!("after {} s it is not so that {what}", SOON.as_secs()).into());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// A bus and a keyring on it, unlocked. Ended when it is dropped.
struct Keyring {
    bus: Child,
    address: String,
    daemon: Option<Child>,
    home: TempDir,
}

impl Keyring {
    fn start() -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        // No service of this machine's is started on it.
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address", "--address=unix:tmpdir=/tmp"])
            .env("XDG_DATA_DIRS", home.path())
            .env("XDG_DATA_HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut address = String::new();
        let output = bus.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut address)?;
        let mut keyring = Self { bus, address: address.trim().to_owned(), daemon: None, home };
        keyring.unlock()?;
        wait_until("the keyring answers", || {
            let question = format!("string:{SECRETS}");
            let has_owner = ["org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"];
            Ok(keyring.ask(has_owner, &[&question])?.contains("boolean true"))
        })?;
        Ok(keyring)
    }

    /// With a password of this run's own, which is read to the end of the input.
    fn unlock(&mut self) -> Outcome<()> {
        let home = self.home.path();
        let mut daemon = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env_remove("GNOME_KEYRING_CONTROL")
            .envs(["HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home)))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let password = daemon.stdin.take();
        self.daemon = Some(daemon);
        password.ok_or("no standard input")?.write_all(b"of this run alone")?;
        Ok(())
    }

    fn bus(&self) -> &str {
        &self.address
    }

    /// How many secrets there are for a relay.
    fn entries(&self, relay: &str) -> Outcome<usize> {
        let attributes = format!("dict:string:string:service,sighej-admin,username,{relay}");
        let search = [SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.SearchItems"];
        Ok(self.ask(search, &[&attributes])?.matches("object path").count())
    }

    fn wait_for_entries(&self, relay: &str, count: usize) -> Outcome<()> {
        wait_until(&format!("the keyring has {count} for the relay"), || Ok(self.entries(relay)? == count))
    }

    fn ask(&self, [service, path, method]: [&str; 3], arguments: &[&str]) -> Outcome<String> {
        let answer = Command::new("dbus-send")
            .args(["--session", "--print-reply", &format!("--dest={service}"), path, method])
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stdin(Stdio::null())
            .output()?;
        match answer.status.success() {
            true => Ok(String::from_utf8_lossy(&answer.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&answer.stderr).into_owned().into()),
        }
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        for child in self.daemon.iter_mut().chain([&mut self.bus]) {
            // Whether or not it has ended by itself.
            let _killed = child.kill();
            let _status = child.wait();
        }
    }
}
