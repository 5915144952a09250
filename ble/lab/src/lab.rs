//! Boots labs, and runs tests and programs in them.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::{self, Command, ExitCode},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use libtest_mimic::{Arguments, Failed, Trial};
use thiserror::Error;

use crate::{Availability, Capture, CaptureError, Inside, availability, availability::script, inside};

/// Which test a lab was booted for; set inside.
const TRIAL: &str = "SIGHEJ_BLE_LAB_TRIAL";
/// How often each test is run, each time in a fresh lab.
const RUNS: &str = "SIGHEJ_LAB_RUNS";
/// How much of a program's output a failure shows, in lines.
const SHOWN_LINES: usize = 60;
/// Longer than any single scenario takes, on a machine that does other things beside.
const TIME_LIMIT: Duration = Duration::from_secs(180);
static JOBS: AtomicU32 = AtomicU32::new(0);

/// What a lab is to be like. Each run boots a fresh one.
#[derive(Clone, Debug)]
pub struct Lab {
    options: Vec<OsString>,
    time_limit: Duration,
}

/// A test that needs labs; see [`run`].
#[derive(Clone, Debug)]
pub struct LabTrial {
    name: &'static str,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Inside(Lab, fn(&Inside) -> Result<(), Failed>),
    Outside(fn() -> Result<(), Failed>),
}

impl LabTrial {
    /// A test that boots its labs itself.
    pub fn outside(name: &'static str, test: fn() -> Result<(), Failed>) -> LabTrial {
        LabTrial { name, place: Place::Outside(test) }
    }
}

/// What a lab left behind. Its folder is removed when this is dropped, unless it was [kept](Outcome::keep).
#[derive(Debug)]
pub struct Outcome {
    code: i32,
    folder: PathBuf,
    kept: bool,
}

/// What went wrong with a lab, rather than with what ran in it.
#[derive(Debug, Error)]
pub enum LabError {
    /// It did not boot, or did not run to its end.
    #[error("the Bluetooth lab broke: {0}")]
    Broke(String),
    /// It took longer than it might.
    #[error("the Bluetooth lab was ended after {0:?}; it left {1}")]
    TimedOut(Duration, PathBuf),
    /// One of its own tools failed.
    #[error("{0}")]
    Tool(String),
    /// A file of its could not be used.
    #[error("a file of the Bluetooth lab cannot be used: {0}")]
    Files(#[source] io::Error),
    /// Its capture is none.
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

impl Lab {
    /// A lab with this many controllers, `hci0` and up; at most six.
    pub fn new(controllers: u8) -> Lab {
        Lab { options: vec!["--controllers".into(), controllers.to_string().into()], time_limit: TIME_LIMIT }
    }

    /// What its clock shows when the program starts, in seconds since 1970. Otherwise it is the machine's.
    #[must_use]
    pub fn clock(self, unix: u64) -> Lab {
        self.with("--clock", unix.to_string())
    }

    /// How long a run may take (180 s).
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Lab {
        self.time_limit = limit;
        self
    }

    /// How often each controller advertises (100 ms).
    #[must_use]
    pub fn advert_interval(self, interval: Duration) -> Lab {
        self.with("--advert-interval", interval.as_millis().to_string())
    }

    /// The largest packet of the attribute protocol that the Bluetooth service agrees to, in bytes: 23 to 517 (517).
    #[must_use]
    pub fn att_mtu(self, bytes: u16) -> Lab {
        self.with("--mtu", bytes.to_string())
    }

    /// Nobody's offer of an L2CAP channel is taken: links are GATT's.
    #[must_use]
    pub fn without_l2cap(mut self) -> Lab {
        self.options.push("--no-l2cap".into());
        self
    }

    /// The kernel goes on advertising while it connects. Most machines do not.
    #[must_use]
    pub fn with_simultaneous_roles(mut self) -> Lab {
        self.options.push("--le-roles".into());
        self
    }

    /// Nothing listens in, for figures.
    #[must_use]
    pub fn without_capture(mut self) -> Lab {
        self.options.push("--no-capture".into());
        self
    }

    /// An environment variable for the program.
    #[must_use]
    pub fn env(self, name: &str, value: &str) -> Lab {
        self.with("--env", format!("{name}={value}"))
    }

    /// A test that runs inside such a lab; see [`run`].
    #[must_use]
    pub fn trial(self, name: &'static str, test: fn(&Inside) -> Result<(), Failed>) -> LabTrial {
        LabTrial { name, place: Place::Inside(self, test) }
    }

    /// Runs a program inside.
    ///
    /// # Errors
    /// Where the lab fails; the program's own failure is its exit code.
    pub fn run<S: AsRef<OsStr>>(&self, program: impl AsRef<OsStr>, args: &[S]) -> Result<Outcome, LabError> {
        let mut outcome = Outcome { code: 0, folder: make_folder().map_err(LabError::Files)?, kept: false };
        let output = fs::File::create(outcome.file("output")).map_err(LabError::Files)?;
        let told = Command::new(script())
            .arg("run")
            .args(&self.options)
            .arg("--time-limit")
            .arg(self.time_limit.as_secs().to_string())
            .arg("--job")
            .arg(&outcome.folder)
            .arg("--")
            .arg(program)
            .args(args)
            .stdout(output)
            .output()
            .map_err(LabError::Files)?;
        if let Ok(code) = fs::read_to_string(outcome.file("code")) {
            outcome.code = code.trim().parse().unwrap_or(-1);
            return Ok(outcome);
        }
        if told.status.code() == Some(124) {
            return Err(LabError::TimedOut(self.time_limit, outcome.keep()));
        }
        outcome.keep();
        Err(LabError::Broke(String::from_utf8_lossy(&told.stderr).trim().to_owned()))
    }

    /// Runs several programs at once, each under a name; [`Outcome::code_of`] and its siblings tell of each.
    ///
    /// # Errors
    /// As [`Lab::run`].
    pub fn run_together(&self, programs: &[(&str, &[&str])]) -> Result<Outcome, LabError> {
        let mut words: Vec<&str> = Vec::new();
        for (name, program) in programs {
            if !words.is_empty() {
                words.push(":::");
            }
            words.push(name);
            words.extend(*program);
        }
        self.run("/run/lab/together", &words)
    }

    fn with(mut self, option: &str, value: String) -> Lab {
        self.options.extend([option.into(), value.into()]);
        self
    }
}

impl Outcome {
    /// The program's exit code.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// Everything it printed, on both streams.
    pub fn output(&self) -> String {
        self.text("output")
    }

    /// The exit code of one of several programs; `None` where it did not end.
    pub fn code_of(&self, name: &str) -> Option<i32> {
        self.text(&format!("{name}.code")).trim().parse().ok()
    }

    /// What one of several programs printed.
    pub fn output_of(&self, name: &str) -> String {
        self.text(&format!("{name}.out"))
    }

    /// What one of several programs complained about.
    pub fn errors_of(&self, name: &str) -> String {
        self.text(&format!("{name}.err"))
    }

    /// A file that the program left in [`Inside::folder`], or the lab itself: `bluetoothd.log`, `kernel.log`, …
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What was on the air.
    ///
    /// # Errors
    /// Where the lab ran without a capture.
    pub fn capture(&self) -> Result<Capture, LabError> {
        let bytes = fs::read(self.file("capture.btsnoop")).map_err(LabError::Files)?;
        Ok(Capture::parse(&bytes)?)
    }

    /// A line for each defect that the guest's own kernel and its bluetoothd showed. Neither is ours, and programs must come through
    /// both; whoever passes in spite of one tells of it.
    pub fn defects_of_the_system(&self) -> Vec<String> {
        let signs = ["BUG:", "WARNING:", "refcount_t:", "list_del corruption", "Oops", "hung_task"];
        let (kernel, lab) = (self.text("kernel.log"), self.text("lab.log"));
        let of_kernel = kernel.lines().filter(|line| signs.iter().any(|sign| line.contains(sign)));
        let of_bluetoothd = lab.lines().filter(|line| line.starts_with("bluetoothd crashed"));
        let of_kernel = of_kernel.map(|line| format!("the guest's kernel: {line}"));
        of_kernel.chain(of_bluetoothd.map(str::to_owned)).collect()
    }

    /// Leaves the folder where it is.
    pub fn keep(&mut self) -> PathBuf {
        self.kept = true;
        self.folder.clone()
    }

    fn text(&self, name: &str) -> String {
        fs::read(self.file(name))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}

impl Drop for Outcome {
    fn drop(&mut self) {
        if !self.kept {
            // It lies among temporary files.
            let _left = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The whole of a test program's `main`: outside, boots a lab for each test, one after the other, `SIGHEJ_LAB_RUNS` times (once);
/// inside, is that test.
pub fn run(trials: Vec<LabTrial>) -> ExitCode {
    if let (Some(lab), Ok(name)) = (inside(), env::var(TRIAL)) {
        return run_inside(&trials, &lab, &name);
    }
    let missing = matches!(availability(), Availability::Missing(_));
    let runs = env::var(RUNS).ok().and_then(|runs| runs.parse().ok()).unwrap_or(1).max(1);
    let mut all = Vec::new();
    for LabTrial { name, place } in trials {
        for number in 1..=runs {
            let shown = if runs == 1 { name.to_owned() } else { format!("{name} ({number} of {runs})") };
            let place = place.clone();
            let test = move || match place {
                Place::Inside(lab, _) => run_outside(name, lab),
                Place::Outside(test) => test(),
            };
            all.push(Trial::test(shown, test).with_ignored_flag(missing));
        }
    }
    let mut arguments = Arguments::from_args();
    // A lab at a time: two would share the processors, and times are part of what is tested.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, all).exit_code()
}

#[expect(clippy::print_stderr, reason = "the watcher outside shows it when the test fails")]
fn run_inside(trials: &[LabTrial], lab: &Inside, name: &str) -> ExitCode {
    let tests = trials.iter().filter(|trial| trial.name == name).filter_map(|trial| match &trial.place {
        Place::Inside(_, test) => Some(test),
        Place::Outside(_) => None,
    });
    let Some(test) = tests.into_iter().next() else {
        eprintln!("no test is called {name}");
        return ExitCode::FAILURE;
    };
    match test(lab) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("{}", failed.message().unwrap_or("failed, and does not say why"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a test that passes in spite of a defect around it must not hide it")]
fn run_outside(name: &str, lab: Lab) -> Result<(), Failed> {
    let mut outcome = lab.env(TRIAL, name).run::<&str>(env::current_exe()?, &[])?;
    for defect in outcome.defects_of_the_system() {
        eprintln!("in {name}: {defect}");
    }
    if outcome.code() == 0 {
        return Ok(());
    }
    let output = outcome.output();
    let lines: Vec<&str> = output.lines().collect();
    let shown = lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default().join("\n");
    let folder = outcome.keep();
    Err(format!("exit code {}\n{shown}\nThe lab left {}", outcome.code(), folder.display()).into())
}

fn make_folder() -> io::Result<PathBuf> {
    let number = JOBS.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(&env::temp_dir()).join(format!("sighej-ble-lab-{}-{number}", process::id()));
    // Whatever another process of this number has left there.
    let _none = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
