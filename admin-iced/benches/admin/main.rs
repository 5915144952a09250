//! The desktop's figures, of the release program in a real window on a virtual display, watching a real relay:
//!
//! * `admin_start_ms`: from the start of the process to the first pixels of the window, the median of several.
//! * `admin_idle_cpu_percent`: of one processor, while the relay has nothing new to tell but its sign of life.
//! * `admin_rss_mib`: memory after that.
//!
//! Each on a line: name, value, unit, goal, separated by tabs.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "figures are printed")]

#[path = "../../tests/window/admin.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod admin;
#[path = "../../tests/window/built.rs"]
mod built;
#[path = "../../tests/window/display.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod display;
#[path = "../../tests/window/eye.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod eye;
#[path = "../../tests/window/relay.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod relay;

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use display::Display;
use eye::{Eye, Outcome};
use relay::Relay;

/// Starts of which the median is taken. The first one reads the program from the disk.
const STARTS: usize = 7;
/// A place on the side of the window, and its colour in the dark theme.
const SIDE: ((i16, i16), [u8; 3]) = ((6, 6), [0x17, 0x1e, 0x26]);
const START_WITHIN: Duration = Duration::from_secs(30);
/// After the start, until nothing is going on any more.
const SETTLES: Duration = Duration::from_secs(8);
/// For so long it is looked at.
const IDLES: Duration = Duration::from_secs(30);
/// Ticks of /proc a second, on every Linux there is.
const TICKS: f64 = 100.0;

fn main() -> Outcome<()> {
    build_relay()?;
    let (display, relay) = (Display::start()?, Relay::start()?);
    let eye = Eye::open(display.name())?;
    let folder = tempfile::tempdir()?;
    let token = folder.path().join("token");
    std::fs::write(&token, relay.token())?;
    let start = || -> Outcome<Running> {
        let mut command = admin::program(&display);
        command.args(["--relay", &relay.admin_url()]).arg("--token-file").arg(&token);
        command.arg("--folder").arg(folder.path());
        Ok(Running(command.spawn()?))
    };

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let running = start()?;
        wait_for_side(&eye, true)?;
        starts.push(begun.elapsed());
        drop(running);
        wait_for_side(&eye, false)?;
    }
    starts.sort_unstable();
    let median = starts.get(STARTS / 2).ok_or("a start")?.as_secs_f64() * 1_000.0;
    println!("admin_start_ms\t{median:.0}\tms\t<= 1000");

    let running = start()?;
    wait_for_side(&eye, true)?;
    std::thread::sleep(SETTLES);
    let (before, begun) = (running.ticks()?, Instant::now());
    std::thread::sleep(IDLES);
    let used = (running.ticks()? - before) / TICKS / begun.elapsed().as_secs_f64() * 100.0;
    println!("admin_idle_cpu_percent\t{used:.2}\t%\t<= 1");
    println!("admin_rss_mib\t{:.0}\tMiB\t-", running.resident_kib()? / 1_024.0);
    Ok(())
}

/// A bench builds the programs of its own package alone.
fn build_relay() -> Outcome<()> {
    if built::program("sighej-relay").is_ok() {
        return Ok(());
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--package",
        "sighej-relay",
        "--bin",
        "sighej-relay",
    ]);
    let is_built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status()?.success();
    if is_built { Ok(()) } else { Err("sighej-relay cannot be built".into()) }
}

fn wait_for_side(eye: &Eye, is_there: bool) -> Outcome<()> {
    let ((x, y), colour) = SIDE;
    let begun = Instant::now();
    while (eye.pixel(x, y)? == colour) != is_there {
        if begun.elapsed() > START_WITHIN {
            return Err("the window does not come or go".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

/// A desktop's process. Ended when it is dropped.
struct Running(Child);

impl Running {
    /// Processor time so far, of the process itself and in the system.
    fn ticks(&self) -> Outcome<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        // Behind the name, which may hold anything: state is field 3, the times are 14 and 15.
        let (_, rest) = stat.rsplit_once(')').ok_or("a name")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let field = |number: usize| -> Outcome<f64> { Ok(fields.get(number - 3).ok_or("a field")?.parse()?) };
        Ok(field(14)? + field(15)?)
    }

    fn resident_kib(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Whether or not it has ended by itself.
        let _killed = self.0.kill();
        let _status = self.0.wait();
    }
}
