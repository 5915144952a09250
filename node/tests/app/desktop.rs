//! The desktop's notifications, on a bus of their own with a service that notes what it is told.

use std::{
    collections::HashMap,
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Failed, Trial};
use zbus::{blocking, interface, object_server::SignalEmitter, zvariant::OwnedValue};

use crate::seat::{SOON, Setting, WITH_A_BOUNDARY, free_address};

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// Continuous integration sets it to 1.
const REQUIRED: &str = "SIGHEJ_REQUIRE_LABS";

#[expect(clippy::print_stderr, reason = "a test run that skips something must say so where people look")]
pub(crate) fn trials() -> Vec<Trial> {
    let is_here = Command::new("dbus-daemon").arg("--version").output().is_ok();
    let is_required = env::var(REQUIRED).is_ok_and(|value| value == "1");
    if !is_here {
        eprintln!("\n*** dbus-daemon IS MISSING (Debian: dbus-daemon)");
        eprintln!(
            "*** The test that needs it is {}.\n",
            if is_required { "failed" } else { "ignored, not passed" }
        );
    }
    let tests: [(&str, crate::Test); 2] = [
        ("a_notification_names_no_interest_until_it_is_opened", notified),
        ("a_program_that_nobody_watches_takes_a_profile_and_tells_by_notifications", unwatched),
    ];
    let trials = tests.into_iter().map(|(name, test)| Trial::test(name, test));
    trials.map(|trial| trial.with_ignored_flag(!is_here && !is_required)).collect()
}

/// A message bus that nobody else uses.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Result<Bus, Failed> {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address", "--address=unix:tmpdir=/tmp"])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        let output = daemon.stdout.take().ok_or("its output was asked for")?;
        BufReader::new(output).read_line(&mut address)?;
        Ok(Bus { daemon, address: address.trim().to_owned() })
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // It may have ended.
        let _killed = self.daemon.kill();
        let _ended = self.daemon.wait();
    }
}

/// What the service was told: the number, title, body and actions; or that a number is to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Notify { id: u32, text: String, actions: Vec<String> },
    Close(u32),
}

struct Service(Arc<Mutex<Vec<Told>>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[expect(clippy::too_many_arguments, reason = "the desktops' specification has them")]
    fn notify(
        &self,
        _app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let id = if replaces == 0 { 7 } else { replaces };
        self.0.lock().unwrap().push(Told::Notify { id, text: format!("{title}: {body}"), actions });
        id
    }

    fn close_notification(&self, id: u32) {
        self.0.lock().unwrap().push(Told::Close(id));
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str) -> zbus::Result<()>;
}

/// A desktop on this bus, and what it was told.
fn desktop(bus: &Bus) -> zbus::Result<(blocking::Connection, Arc<Mutex<Vec<Told>>>)> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let service = blocking::connection::Builder::address(bus.address.as_str())?
        .name(SERVICE)?
        .serve_at(PATH, Service(Arc::clone(&told)))?
        .build()?;
    Ok((service, told))
}

fn wait_for(told: &Mutex<Vec<Told>>, count: usize, within: Duration) -> Vec<Told> {
    let end = Instant::now() + within;
    loop {
        let so_far = told.lock().unwrap().clone();
        if so_far.len() >= count {
            return so_far;
        }
        assert!(Instant::now() < end, "{count} did not come: {so_far:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn notified() -> Result<(), Failed> {
    let bus = Bus::start()?;
    let (service, told) = desktop(&bus)?;
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("settings.toml"), "crowd_guard = 1\n")?;
    let address = free_address();
    let mut one = Setting::new(folder.path(), &["--listen", &address])
        .with("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .sit_down();
    let mut two = Setting::new(folder.path(), &["--peer", &address])
        .with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .sit_down();
    one.open_with(&["hardstyle"]);
    two.open_with(&["hardstyle"]);
    two.sees(&["say hi"], WITH_A_BOUNDARY);

    let first = wait_for(&told, 1, WITH_A_BOUNDARY);
    let [Told::Notify { id, text, actions }] = &first[..] else { return Err(format!("{first:?}").into()) };
    assert_eq!(text, "Someone nearby: You have something in common. Open this to see what.");
    assert_eq!(actions[..], ["default", "Show"]);
    let emitter = SignalEmitter::new(service.inner(), PATH)?;
    // A click on somebody else's is not meant.
    zbus::block_on(Service::action_invoked(&emitter, id + 1, "default"))?;
    zbus::block_on(Service::action_invoked(&emitter, *id, "default"))?;
    let opened = wait_for(&told, 2, SOON);
    let Told::Notify { id: same, text, .. } = &opened[1] else { return Err(format!("{opened:?}").into()) };
    assert_eq!(same, id);
    assert!(text.ends_with(": Someone nearby also enjoys hardstyle"), "{text}");
    one.sees(&["Someone nearby also enjoys hardstyle."], SOON);
    one.press("n");
    assert_eq!(wait_for(&told, 3, SOON)[2], Told::Close(*id));
    Ok(())
}

fn unwatched() -> Result<(), Failed> {
    let bus = Bus::start()?;
    let (service, told) = desktop(&bus)?;
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("profile.toml");
    let (profile_name, address) = (profile.to_string_lossy(), free_address());
    let ways = ["run", "--open", "--ble", "off", "--no-mdns", "--crowd-guard", "1"];
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sighej"));
        command.args(ways).args(more).env("DBUS_SESSION_BUS_ADDRESS", &bus.address).stdin(Stdio::null());
        command
    };
    let of_profile = ["--notify", "--listen", &address, "--profile", &profile_name];

    let refused = run(&of_profile).output()?;
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && why.contains("sighej --profile"), "{why}");

    fs::write(&profile, "interests = [\"hardstyle\"]\n")?;
    fs::set_permissions(&profile, fs::Permissions::from_mode(0o600))?;
    let mut one = Ended(run(&of_profile).stdout(Stdio::null()).spawn()?);
    let _two = Ended(
        run(&["--listen", "/ip4/127.0.0.1/tcp/0", "--peer", &address, "--interest", "hardstyle"])
            .stdout(Stdio::null())
            .spawn()?,
    );
    let first = wait_for(&told, 1, WITH_A_BOUNDARY);
    let [Told::Notify { id, text, .. }] = &first[..] else { return Err(format!("{first:?}").into()) };
    assert!(!text.contains("hardstyle"), "{text}");
    zbus::block_on(Service::action_invoked(&SignalEmitter::new(service.inner(), PATH)?, *id, "default"))?;
    let opened = wait_for(&told, 2, SOON);
    let Told::Notify { text, .. } = &opened[1] else { return Err(format!("{opened:?}").into()) };
    assert!(text.ends_with(": Someone nearby also enjoys hardstyle"), "{text}");

    Command::new("kill").args(["-TERM", &one.0.id().to_string()]).status()?;
    assert_eq!(wait_for(&told, 3, SOON)[2], Told::Close(*id), "nothing stays on the desktop");
    assert!(one.0.wait()?.success());
    Ok(())
}

/// A process that ends with the test, however that ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended.
        let _killed = self.0.kill();
        let _ended = self.0.wait();
    }
}
