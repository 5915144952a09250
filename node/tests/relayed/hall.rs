//! A relay as its operator starts it, and a cable to it that can be cut.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use libtest_mimic::Failed;
use tempfile::TempDir;

/// The relay's program, which cargo puts beside this project's others, or why it is not there.
pub(crate) fn program() -> Result<PathBuf, String> {
    let beside = Path::new(env!("CARGO_BIN_EXE_sighej")).with_file_name("sighej-relay");
    if beside.exists() {
        return Ok(beside);
    }
    Err("sighej-relay is not built: cargo build --release -p sighej-relay".to_owned())
}

/// A relay that serves, in a folder of its own.
pub(crate) struct Hall {
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    child: Child,
    log: Option<JoinHandle<String>>,
    arguments: Vec<String>,
}

impl Hall {
    pub(crate) fn open(arguments: &[&str]) -> Result<Hall, Failed> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self::open_in(tempfile::tempdir()?, SocketAddr::from(([127, 0, 0, 1], 0)), arguments)
    }

    /// Starts it in a folder that may hold something already.
    pub(crate) fn open_in(
        folder: TempDir,
        listen: SocketAddr,
        arguments: Vec<String>,
    ) -> Result<Hall, Failed> {
        let mut child = command(folder.path())?
            .args(["--listen", &listen.to_string(), "--admin-listen", "off", "--log", "trace"])
            .args(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut stderr = child.stderr.take().ok_or("no standard error")?;
        let log = thread::spawn(move || {
            let mut text = Vec::new();
            // What was read until it broke is told.
            let _broken = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut said = String::new();
        BufReader::new(child.stdout.take().ok_or("no standard output")?).read_line(&mut said)?;
        let address = said.trim().rsplit("://").next().and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| format!("it does not say where it is: {said}"))?;
        Ok(Hall { folder, address, child, log: Some(log), arguments })
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// The link into a new room, by the relay's own program; through this address instead of the relay's.
    pub(crate) fn invite(&self, through: SocketAddr) -> Result<String, Failed> {
        let url = format!("ws://{through}");
        invitation(self.folder.path(), &["--url", &url])
    }

    /// Kills it at once, as a crash would; it comes back at the same address, with the same data.
    pub(crate) fn crash_and_return(mut self, after: Duration) -> Result<Hall, Failed> {
        self.child.kill()?;
        self.child.wait()?;
        thread::sleep(after);
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir()?);
        Self::open_in(folder, self.address, self.arguments.clone())
    }

    /// Asks it to end; gives what it logged, and every byte of its files.
    pub(crate) fn stop(mut self) -> Result<(String, Vec<u8>), Failed> {
        let mut disk = Vec::new();
        read(self.folder.path(), &mut disk)?;
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.child.wait()?;
        read(self.folder.path(), &mut disk)?;
        let log = self.log.take().ok_or("its log was read already")?.join();
        Ok((log.map_err(|_| "its log could not be read")?, disk))
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        // Whether or not it has ended by itself.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

/// `sighej-relay invite --json` in a folder: the link.
pub(crate) fn invitation(folder: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let run = command(folder)?.args(["invite", "--json"]).args(arguments).output()?;
    let value: serde_json::Value = serde_json::from_slice(&run.stdout)?;
    Ok(value["url"].as_str().ok_or("an invitation has a url")?.to_owned())
}

fn command(folder: &Path) -> Result<Command, Failed> {
    let mut command = Command::new(program()?);
    // Its dependencies are asked to print whatever they can.
    command.current_dir(folder).env("RUST_LOG", "trace");
    Ok(command)
}

fn read(folder: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { read(&path, bytes)? } else { bytes.extend(fs::read(path)?) }
    }
    Ok(())
}

/// A cable that can be cut while it carries something. New connections go through as before.
pub(crate) struct Cable {
    pub(crate) entrance: SocketAddr,
    ends: Arc<Mutex<Vec<TcpStream>>>,
    said: Said,
}

/// What each connection carried from its near end.
type Said = Arc<Mutex<Vec<Vec<u8>>>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cable {
    pub(crate) fn to(exit: SocketAddr) -> io::Result<Cable> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let entrance = listener.local_addr()?;
        let ends = Arc::<Mutex<Vec<TcpStream>>>::default();
        let said = Said::default();
        let (held, heard) = (Arc::clone(&ends), Arc::clone(&said));
        thread::spawn(move || {
            for (number, near) in listener.incoming().map_while(Result::ok).enumerate() {
                lock(&heard).push(Vec::new());
                let Ok(far) = TcpStream::connect(exit) else { continue };
                for (from, to, is_near) in [(&near, &far, true), (&far, &near, false)] {
                    if let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) {
                        let heard = is_near.then(|| Arc::clone(&heard));
                        thread::spawn(move || pass(from, to, number, heard));
                    }
                }
                lock(&held).extend([near, far]);
            }
        });
        Ok(Cable { entrance, ends, said })
    }

    /// What each connection carried so far from whoever opened it.
    pub(crate) fn said(&self) -> Vec<Vec<u8>> {
        lock(&self.said).clone()
    }

    /// Everything that runs through it is lost.
    pub(crate) fn cut(&self) {
        for end in lock(&self.ends).drain(..) {
            // It may be gone already.
            let _gone = end.shutdown(std::net::Shutdown::Both);
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, number: usize, heard: Option<Said>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if let Some(said) = &heard
            && let Some(said) = lock(said).get_mut(number)
        {
            said.extend_from_slice(&buffer[..count]);
        }
        if to.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
}
