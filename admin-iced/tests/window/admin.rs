//! The desktop's process and its window.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use x11rb::protocol::xproto::Window;

use crate::display::Display;
use crate::eye::{CONTROL, Eye, Outcome, Picture, SHIFT, keysym};
use crate::relay::Relay;

/// The edge of a banner in the dark theme: red, green, blue.
pub(crate) const BANNER: [u8; 3] = [0xff, 0x8a, 0x5c];

const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Pixels that differ where a whole window is laid out for another size.
const ANOTHER: usize = 20_000;
/// Where the focus goes is known after the next frame.
const FOCUS: Duration = Duration::from_millis(300);

/// A desktop that runs. Ended when it is dropped.
pub(crate) struct Desktop {
    child: Child,
    eye: Eye,
    window: Window,
    /// Its settings, tokens and exports; the last so that it goes last.
    folder: Option<TempDir>,
}

impl Desktop {
    /// On a relay, with a token out of a file.
    pub(crate) fn watching(display: &Display, relay: &Relay) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let token = folder.path().join("token");
        std::fs::write(&token, relay.token())?;
        let arguments = ["--relay", &relay.admin_url(), "--token-file", path(&token)?].map(str::to_owned);
        Self::start(display, folder, &arguments)
    }

    pub(crate) fn demo(display: &Display) -> Outcome<Self> {
        Self::start(display, tempfile::tempdir()?, &["--demo".to_owned()])
    }

    pub(crate) fn first_start(display: &Display) -> Outcome<Self> {
        Self::start(display, tempfile::tempdir()?, &[])
    }

    /// With the folder of a desktop that was closed.
    pub(crate) fn again(display: &Display, folder: TempDir) -> Outcome<Self> {
        Self::start(display, folder, &[])
    }

    /// As a user starts it whose home this is, on a message bus or without one.
    pub(crate) fn of_user(display: &Display, home: TempDir, bus: Option<&str>) -> Outcome<Self> {
        let mut command = program(display);
        command.env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path());
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        if let Some(bus) = bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        Self::open(display, home, &mut command)
    }

    fn start(display: &Display, folder: TempDir, arguments: &[String]) -> Outcome<Self> {
        let mut command = program(display);
        command.args(["--folder", path(folder.path())?]).args(arguments);
        Self::open(display, folder, &mut command)
    }

    fn open(display: &Display, folder: TempDir, command: &mut Command) -> Outcome<Self> {
        let mut child = command.stdin(Stdio::null()).spawn()?;
        let eye = Eye::open(display.name())?;
        let begun = Instant::now();
        loop {
            if let Some(window) = eye.window()? {
                eye.focus(window)?;
                return Ok(Self { child, eye, window, folder: Some(folder) });
            }
            if let Some(status) = child.try_wait()? {
                return Err(format!("the desktop ended: {status}").into());
            }
            if begun.elapsed() > Duration::from_secs(30) {
                let _killed = child.kill();
                let _status = child.wait();
                return Err("no window came".into());
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// The folder of its files, or of its user's.
    pub(crate) fn home(&self) -> Outcome<&Path> {
        Ok(self.folder.as_ref().ok_or("a folder")?.path())
    }

    /// Ends it, and gives its folder.
    pub(crate) fn close(mut self) -> TempDir {
        let _killed = self.child.kill();
        let _status = self.child.wait();
        self.folder.take().unwrap_or_else(|| unreachable!("it is taken here alone"))
    }

    /// Waits for a title, and gives it.
    pub(crate) fn wait_for_title(&self, within: Duration, is_it: impl Fn(&str) -> bool) -> Outcome<String> {
        let begun = Instant::now();
        loop {
            let title = self.eye.title(self.window)?;
            if is_it(&title) {
                return Ok(title);
            }
            if begun.elapsed() > within {
                return Err(format!("after {} s the title is {title:?}", within.as_secs()).into());
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits for at least so many nudges in the title, and gives their number.
    pub(crate) fn wait_for_nudges(&self, within: Duration, at_least: u64) -> Outcome<u64> {
        let title = self.wait_for_title(within, |title| nudges(title) >= Some(at_least))?;
        nudges(&title).ok_or_else(|| "a title with nudges".into())
    }

    pub(crate) fn picture(&self, name: &str) -> Outcome<Picture> {
        let picture = self.eye.picture()?;
        if let Some(folder) = std::env::var_os("SIGHEJ_PICTURES") {
            picture.save(&Path::new(&folder).join(format!("{name}.png")))?;
        }
        Ok(picture)
    }

    pub(crate) fn wait_for_picture(
        &self,
        within: Duration,
        name: &str,
        is_it: impl Fn(&Picture) -> bool,
    ) -> Outcome<Picture> {
        let begun = Instant::now();
        while !is_it(&self.eye.picture()?) {
            if begun.elapsed() > within {
                self.picture(name)?;
                return Err(
                    format!("after {} s the window does not look like {name:?}", within.as_secs()).into()
                );
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.picture(name)
    }

    /// The window as it is drawn at once: with another size, and then with this one again, nothing of before is kept.
    pub(crate) fn picture_of_a_whole_redraw(&self, within: Duration, name: &str) -> Outcome<Picture> {
        let ((width, height), before) = (self.eye.size(self.window)?, self.eye.picture()?);
        self.eye.resize(self.window, (width - 100, height))?;
        self.wait_for_picture(within, name, |picture| before.differs_from(picture) > ANOTHER)?;
        self.eye.resize(self.window, (width, height))?;
        self.wait_for_picture(within, name, |picture| before.differs_from(picture) < ANOTHER)?;
        std::thread::sleep(FOCUS);
        self.picture(name)
    }

    /// Waits for a file with more than a line in it.
    pub(crate) fn wait_for_export(&self, within: Duration) -> Outcome<()> {
        let folder = self.home()?.join("exports");
        let begun = Instant::now();
        while begun.elapsed() < within {
            let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let is_csv = |path: &Path| path.extension().is_some_and(|extension| extension == "csv");
            let mut texts =
                files.map(|file| file.path()).filter(|path| is_csv(path)).flat_map(std::fs::read_to_string);
            if texts.any(|text| text.lines().count() > 1) {
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Err("no export came".into())
    }

    pub(crate) fn press_with_control(&self, key: char) -> Outcome<()> {
        self.eye.press(key.into(), &[CONTROL])
    }

    pub(crate) fn press_named(&self, keys: &[&str]) -> Outcome<()> {
        keys.iter().try_for_each(|key| {
            self.eye.press(keysym(key)?, &[])?;
            std::thread::sleep(FOCUS);
            Ok(())
        })
    }

    /// Shift+Tab, so many times.
    pub(crate) fn press_back(&self, times: usize) -> Outcome<()> {
        (0..times).try_for_each(|_| {
            self.eye.press(keysym("Tab")?, &[SHIFT])?;
            std::thread::sleep(FOCUS);
            Ok(())
        })
    }

    /// Types. The keysym of a letter is its number.
    pub(crate) fn type_text(&self, text: &str) -> Outcome<()> {
        text.chars().try_for_each(|letter| self.eye.press(letter.into(), &[]))
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // Whether or not it has ended by itself.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

/// The program on a display, with nothing of the user's own.
pub(crate) fn program(display: &Display) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sighej-admin"));
    command.env("DISPLAY", display.name()).env("LANG", "C.UTF-8");
    for name in ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "LC_ALL", "LC_MESSAGES", "DBUS_SESSION_BUS_ADDRESS"] {
        command.env_remove(name);
    }
    command
}

fn path(path: &Path) -> Outcome<&str> {
    path.to_str().ok_or_else(|| "a path in UTF-8".into())
}

/// The number before the word, its thousands together again.
fn nudges(title: &str) -> Option<u64> {
    let (before, _) = title.split_once(" nudges today")?;
    before.rsplit(' ').next()?.replace(',', "").parse().ok()
}
