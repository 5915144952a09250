//! A program that speaks JSON lines, watched from outside.

use std::{
    fmt, fs,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// One line of a program's standard output.
#[derive(Clone, Debug)]
pub struct Line {
    /// When it was read.
    pub at: Instant,
    /// What it said; `Null` where it was no JSON.
    pub json: Value,
    /// The same as text.
    pub text: String,
}

impl Line {
    /// The field `event`, or nothing.
    pub fn event(&self) -> &str {
        self.json.get("event").and_then(Value::as_str).unwrap_or_default()
    }
}

/// A running program. It is killed when this is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    lines: Receiver<Line>,
    seen: Vec<Line>,
    errors: Receiver<String>,
}

/// What did not come.
#[derive(Debug)]
pub struct ProgramError(String);

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ProgramError {}

impl Program {
    /// Starts it with pipes for its three standard streams.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> io::Result<Program> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (tell, lines) = mpsc::channel();
        let stdout = child.stdout.take();
        thread::spawn(move || {
            for text in stdout.into_iter().flat_map(|out| BufReader::new(out).lines()).map_while(Result::ok) {
                let json = serde_json::from_str(&text).unwrap_or(Value::Null);
                if tell.send(Line { at: Instant::now(), json, text }).is_err() {
                    return;
                }
            }
        });
        let (tell, errors) = mpsc::channel();
        let stderr = child.stderr.take();
        thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(mut stderr) = stderr {
                // What was read until it broke is told.
                let _broken = stderr.read_to_end(&mut text);
            }
            // Nobody may ask.
            let _unheard = tell.send(String::from_utf8_lossy(&text).into_owned());
        });
        Ok(Program { child, lines, seen: Vec::new(), errors })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How much memory it has now, in KiB, as Linux counts it.
    ///
    /// # Errors
    /// When it has ended, or on another system.
    pub fn memory_kib(&self) -> io::Result<usize> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = resident.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| io::Error::other("/proc tells no VmRSS"))
    }

    /// Waits for the next line with this `event`; earlier lines stay in [`Program::seen`].
    ///
    /// # Errors
    /// When it does not come in time, or the program has ended before; with everything it said.
    pub fn wait_for(&mut self, event: &str, within: Duration) -> Result<Line, ProgramError> {
        self.wait_until(event, within, |line| line.event() == event)
    }

    /// Waits for the next line that is `wanted`; `what` names it in the error.
    ///
    /// # Errors
    /// As [`Program::wait_for`].
    pub fn wait_until(
        &mut self,
        what: &str,
        within: Duration,
        wanted: impl Fn(&Line) -> bool,
    ) -> Result<Line, ProgramError> {
        let end = Instant::now() + within;
        loop {
            let why = match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if wanted(&line) {
                        return Ok(line);
                    }
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => "did not come in time",
                Err(RecvTimeoutError::Disconnected) => "will not come: the output has ended",
            };
            let said: Vec<&str> = self.seen.iter().map(|line| line.text.as_str()).collect();
            return Err(ProgramError(format!("{what} {why}; the program said:\n{}", said.join("\n"))));
        }
    }

    /// Reads on for this long, whatever comes.
    pub fn watch(&mut self, time: Duration) {
        // Nothing is wanted, so it always ends by time.
        let _time_is_up = self.wait_until("", time, |_| false);
    }

    /// Every line read so far.
    pub fn seen(&self) -> &[Line] {
        &self.seen
    }

    /// Whether a line with this `event` has been read.
    pub fn has_seen(&self, event: &str) -> bool {
        self.seen.iter().any(|line| line.event() == event)
    }

    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// When it no longer reads.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        match &mut self.child.stdin {
            Some(stdin) => writeln!(stdin, "{line}").and_then(|()| stdin.flush()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Closes its standard input.
    pub fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Kills it at once, as a crash or an empty battery would.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Sends it a signal by name, such as `TERM` or `INT`.
    ///
    /// # Errors
    /// When `kill` cannot be run.
    pub fn signal(&self, name: &str) -> io::Result<()> {
        Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status().map(drop)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it is still running after that time.
    pub fn wait(&mut self, within: Duration) -> Result<ExitStatus, ProgramError> {
        let end = Instant::now() + within;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(5)),
                Ok(None) => return Err(ProgramError("the program does not end".into())),
                Err(error) => return Err(ProgramError(error.to_string())),
            }
        }
    }

    /// Everything it wrote to its standard error; waits for its end.
    ///
    /// # Errors
    /// When it has not ended after that time.
    pub fn errors(&mut self, within: Duration) -> Result<String, ProgramError> {
        self.errors.recv_timeout(within).map_err(|_| ProgramError("standard error has not ended".into()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.kill();
    }
}
