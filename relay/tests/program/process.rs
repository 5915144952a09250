//! A relay's process in a folder of its own.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread::JoinHandle,
};

use tempfile::TempDir;

/// The program, in this folder, without the environment's settings.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sighej-relay"));
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SIGHEJ_") {
            command.env_remove(name);
        }
    }
    // Its dependencies are asked to print whatever they can.
    command.env("RUST_LOG", "trace");
    command
}

/// Runs it to its end.
pub(crate) fn output(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A relay that serves. Ended when it is dropped.
pub(crate) struct Running {
    pub(crate) folder: TempDir,
    pub(crate) relay: SocketAddr,
    pub(crate) scheme: String,
    child: Child,
    log: Option<JoinHandle<String>>,
}

impl Running {
    /// Starts it on ports that are free, with these settings besides.
    pub(crate) fn start(folder: TempDir, arguments: &[&str]) -> Self {
        let command = program(folder.path());
        Self::start_by(command, folder, arguments)
    }

    /// Starts it from a shell that was told this before.
    pub(crate) fn start_in_a_shell(folder: TempDir, before: &str) -> Self {
        let mut command = Command::new("sh");
        command.current_dir(folder.path()).args(["-c", &format!("{before} && exec \"$0\" \"$@\"")]);
        command.arg(env!("CARGO_BIN_EXE_sighej-relay"));
        Self::start_by(command, folder, &[])
    }

    fn start_by(mut command: Command, folder: TempDir, arguments: &[&str]) -> Self {
        let mut child = command
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..2 {
            stdout.read_line(&mut said).unwrap();
        }
        let line =
            said.lines().next().and_then(|line| line.strip_prefix("relay: ")).expect("it says where it is");
        let (scheme, address) = line.split_once("://").unwrap();
        let (scheme, relay) = (scheme.to_owned(), address.parse().unwrap());
        Self { folder, relay, scheme, child, log: Some(log) }
    }

    /// KiB of memory that it holds now.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Asks it to end; gives the exit code and the log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        (status.code(), log)
    }

    /// Every file of the data folder, one after the other.
    pub(crate) fn disk(&self) -> Vec<u8> {
        fn read(folder: &Path, bytes: &mut Vec<u8>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    read(&path, bytes);
                } else {
                    bytes.extend(std::fs::read(path).unwrap());
                }
            }
        }
        let mut bytes = Vec::new();
        read(self.folder.path(), &mut bytes);
        bytes
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Whether or not it has ended by itself.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}
