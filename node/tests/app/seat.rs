//! Somebody at a terminal: the program in a pseudo-terminal, with what it shows read as a person would.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// For what the program does by itself.
pub(crate) const SOON: Duration = Duration::from_secs(20);
/// The last 15 s of an epoch and its silence of up to 30 s may fall into any wait for a nudge.
pub(crate) const WITH_A_BOUNDARY: Duration = Duration::from_secs(100);

pub(crate) const ENTER: &str = "\r";
pub(crate) const ESC: &str = "\x1b";
pub(crate) const DELETE: &str = "\x1b[3~";
pub(crate) const DOWN: &str = "\x1b[B";

/// A program at a terminal. It is killed when this is dropped.
pub(crate) struct Seat {
    screen: Arc<Mutex<vt100::Parser>>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

/// How to sit down.
pub(crate) struct Setting<'a> {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) folder: &'a Path,
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) arguments: Vec<String>,
}

impl<'a> Setting<'a> {
    /// On the loopback alone, 80 × 24, with a settings file for two in a hall.
    pub(crate) fn new(folder: &'a Path, arguments: &[&str]) -> Setting<'a> {
        let settings = folder.join("settings.toml");
        if !settings.exists() {
            std::fs::write(&settings, "crowd_guard = 1\nnotifications = false\n").unwrap();
        }
        let usual = ["--ble", "off", "--no-mdns", "--settings"];
        let mut all: Vec<String> = usual.map(str::to_owned).to_vec();
        all.push(settings.to_str().unwrap().to_owned());
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        if !arguments.contains(&"--listen") {
            all.extend(["--listen".to_owned(), "/ip4/127.0.0.1/tcp/0".to_owned()]);
        }
        Setting { columns: 80, rows: 24, folder, environment: Vec::new(), arguments: all }
    }

    pub(crate) fn size(self, columns: u16, rows: u16) -> Setting<'a> {
        Setting { columns, rows, ..self }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Setting<'a> {
        self.environment.push((name, value.to_owned()));
        self
    }

    pub(crate) fn sit_down(self) -> Seat {
        let size = PtySize { rows: self.rows, cols: self.columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sighej"));
        command.args(self.arguments.iter().map(OsStr::new));
        command.env_clear();
        command.cwd(self.folder);
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "en_DK.UTF-8")]
        {
            command.env(name, value);
        }
        command.env("HOME", self.folder);
        self.environment.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(self.rows, self.columns, 0)));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let shown = Arc::clone(&screen);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                shown.lock().unwrap_or_else(PoisonError::into_inner).process(&bytes[..count]);
            }
        });
        Seat { screen, writer, child, _master: pair.master }
    }
}

impl Seat {
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub(crate) fn screen(&self) -> MutexGuard<'_, vt100::Parser> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What stands on the screen, a line each.
    pub(crate) fn text(&self) -> String {
        self.screen().screen().contents()
    }

    /// The same with line ends as spaces, so that a sentence is found wherever it was broken.
    pub(crate) fn flowing(&self) -> String {
        self.text().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Waits until all of these are on the screen.
    pub(crate) fn sees(&self, wanted: &[&str], within: Duration) {
        self.until(&format!("{wanted:?}"), within, |text| wanted.iter().all(|part| text.contains(part)));
    }

    pub(crate) fn until(&self, what: &str, within: Duration, is_there: impl Fn(&str) -> bool) {
        let end = Instant::now() + within;
        while !is_there(&self.flowing()) {
            assert!(Instant::now() < end, "{what} did not come; the screen is:\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The exit code, once it has ended.
    pub(crate) fn ends(&mut self) -> u32 {
        let end = Instant::now() + SOON;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < end, "it did not end; the screen is:\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Goes from the first screen to being open with these interests.
    pub(crate) fn open_with(&mut self, interests: &[&str]) {
        self.sees(&["your interests"], SOON);
        for interest in interests {
            self.press(interest);
            self.sees(&[&format!("Search: {interest}")], SOON);
            if self.text().contains("as you typed it") {
                (0..80).for_each(|_| self.press(DOWN));
            }
            self.press(ENTER);
            self.sees(&["type to search"], SOON);
        }
        self.press(ESC);
        self.sees(&["not open"], SOON);
        self.press(" ");
        // Whoever is quick has a card already.
        self.until("open", SOON, |text| text.contains("open to talk") || text.contains("never again"));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // It may have ended.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// An address of the loopback that is free now.
pub(crate) fn free_address() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("/ip4/127.0.0.1/tcp/{port}")
}
