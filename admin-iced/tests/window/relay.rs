//! The relay's program, as an operator starts it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use sighej_relay_api::admin::{SUMMARY, Summary};
use tempfile::TempDir;

use crate::built;
use crate::eye::Outcome;

/// A relay's process in a folder of its own. Ended when it is dropped.
pub(crate) struct Relay {
    child: Child,
    devices: SocketAddr,
    admin: SocketAddr,
    token: String,
    folder: TempDir,
}

impl Relay {
    pub(crate) fn start() -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let (child, devices, admin) = spawn(&folder, any, any)?;
        let made = command(&folder)?.args(["admin-token", "create", "test"]).output()?;
        let token = String::from_utf8(made.stdout)?.trim().to_owned();
        Ok(Self { child, devices, admin, token, folder })
    }

    /// The link into a new room.
    pub(crate) fn invite(&self) -> Outcome<String> {
        let url = format!("ws://{}", self.devices);
        let made = command(&self.folder)?.args(["invite", "--json", "--url", &url]).output()?;
        let invitation: serde_json::Value = serde_json::from_slice(&made.stdout)?;
        Ok(invitation["url"].as_str().ok_or("an invitation has a url")?.to_owned())
    }

    pub(crate) fn admin_url(&self) -> String {
        format!("http://{}", self.admin)
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Without a word to anybody.
    pub(crate) fn kill(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// It keeps its connections, and says nothing more.
    pub(crate) fn freeze(&self) -> Outcome<()> {
        let is_frozen =
            Command::new("kill").args(["-STOP", &self.child.id().to_string()]).status()?.success();
        if is_frozen { Ok(()) } else { Err("the relay cannot be stopped".into()) }
    }

    /// At the same place, with the same data.
    pub(crate) fn start_again(&mut self) -> Outcome<()> {
        (self.child, self.devices, self.admin) = spawn(&self.folder, self.devices, self.admin)?;
        Ok(())
    }

    /// What its admin API says now.
    pub(crate) fn nudges_today(&self) -> Outcome<u64> {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(self.admin)?;
        let token = &self.token;
        write!(
            stream,
            "GET {SUMMARY} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("an answer")?;
        let summary: Summary = serde_json::from_str(body)?;
        Ok(summary.today.get("nudges").copied().unwrap_or(0))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Whether or not it has ended by itself.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

fn command(folder: &TempDir) -> Outcome<Command> {
    let mut command = Command::new(built::program("sighej-relay")?);
    command.current_dir(folder.path());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SIGHEJ_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

fn spawn(
    folder: &TempDir,
    devices: SocketAddr,
    admin: SocketAddr,
) -> Outcome<(Child, SocketAddr, SocketAddr)> {
    let mut child = command(folder)?
        .args(["--listen", &devices.to_string(), "--admin-listen", &admin.to_string()])
        .args(["--proposals-per-minute", "20", "--log", "off"])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
    let mut address = |scheme: &str| -> Outcome<SocketAddr> {
        let line = lines.next().ok_or("the relay says where it is")??;
        Ok(line.strip_prefix(scheme).ok_or("an address")?.parse()?)
    };
    let places = address("relay: ws://").and_then(|devices| Ok((devices, address("admin: http://")?)));
    match places {
        Ok((devices, admin)) => Ok((child, devices, admin)),
        Err(error) => {
            let _killed = child.kill();
            let _status = child.wait();
            Err(error)
        }
    }
}
