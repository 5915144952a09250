//! The server's process: this same program, started again in another role. It says its address, and then answers each
//! line on its standard input with its processor time and its memory.

use std::{
    io::{BufRead, BufReader, Lines, Write, stdin, stdout},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};
use sighej_matcher::Limits;
use sighej_relay::{
    Aggregates, Relay, ServerConfig, aggregates::AggregatesConfig, public_routes, tls::Identity,
};

use crate::{Outcome, pushes};

const ROLE: &str = "--serve-as";

/// What this process is to be, where it is not the one that measures.
pub(crate) fn role(arguments: &[String]) -> Option<&str> {
    let at = arguments.iter().position(|argument| argument == ROLE)?;
    arguments.get(at + 1).map(String::as_str)
}

/// Runs in that role until standard input ends.
pub(crate) fn run(role: &str) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let pusher = if role == "push" { Some(pushes::Pusher::start().await?) } else { None };
        let relay = if role == "push" { None } else { Some(relay(role == "tls", folder.path()).await?) };
        let address = pusher.as_ref().map(pushes::Pusher::address).or(relay.as_ref().map(Relay::address));
        answer(address, pusher.as_ref()).await
    })
}

async fn relay(tls: bool, folder: &Path) -> Outcome<Relay> {
    let limits = Limits {
        pairs_per_session: 1 << 12,
        pairs_per_epoch: 1 << 20,
        knocks_outstanding: 1 << 12,
        frames_burst: u32::MAX,
        frames_per_second: u32::MAX,
        ..Limits::default()
    };
    let config = ServerConfig { limits, ..ServerConfig::default() };
    let acceptor = if tls { Some(Identity::own(folder)?.acceptor()) } else { None };
    // Counts are saved as they always are: what that costs is a part of every match.
    let aggregates = Aggregates::open(AggregatesConfig::in_folder(folder.join("data")))?;
    let routes = public_routes(&aggregates);
    let relay = Relay::start(config, acceptor, Arc::new(aggregates.clone()), routes).await?;
    aggregates.watch(relay.gauge());
    Ok(relay)
}

async fn answer(address: Option<SocketAddr>, pusher: Option<&pushes::Pusher>) -> Outcome<()> {
    let mut out = stdout().lock();
    writeln!(out, "{}", address.ok_or("no address")?)?;
    out.flush()?;
    let (lines, mut asked) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in stdin().lines().map_while(Result::ok) {
            if lines.blocking_send(line).is_err() {
                break;
            }
        }
    });
    while let Some(line) = asked.recv().await {
        if let (Some(pusher), Ok(rounds)) = (pusher, line.parse::<usize>()) {
            pusher.push(rounds).await;
        }
        let time = clock_gettime(ClockId::ProcessCPUTime);
        writeln!(out, "{} {} {} {}", time.tv_sec, time.tv_nsec, resident_kib()?, saving_ns()?)?;
        out.flush()?;
    }
    Ok(())
}

fn resident_kib() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Nanoseconds of the processor that the thread which saves counts has used.
fn saving_ns() -> Outcome<u64> {
    for thread in std::fs::read_dir("/proc/self/task")? {
        let thread = thread?.path();
        if std::fs::read_to_string(thread.join("comm"))?.trim() == "aggregates" {
            let used = std::fs::read_to_string(thread.join("schedstat"))?;
            return Ok(used.split(' ').next().ok_or("no schedstat")?.parse()?);
        }
    }
    Ok(0)
}

/// The server's process as the measuring one sees it. Ended when it is dropped.
pub(crate) struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
    pub(crate) is_tls: bool,
}

/// What it used so far.
pub(crate) struct Used {
    pub(crate) cpu: Duration,
    pub(crate) resident_kib: u64,
    /// The part of `cpu` that saved counts.
    pub(crate) saving: Duration,
}

impl Server {
    pub(crate) fn start(role: &str) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([ROLE, role])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take().ok_or("no standard input")?;
        let mut stdout = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        let address = stdout.next().ok_or("the server says nothing")??.parse()?;
        Ok(Self { child, stdin, stdout, address, is_tls: role == "tls" })
    }

    pub(crate) fn used(&mut self) -> Outcome<Used> {
        self.ask("used")
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, question: &str) -> Outcome<Used> {
        writeln!(self.stdin, "{question}")?;
        self.stdin.flush()?;
        let line = self.stdout.next().ok_or("the server is gone")??;
        let numbers = line.split(' ').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
        let &[secs, nanos, resident_kib, saving] = &numbers[..] else {
            return Err("an answer of four numbers".into());
        };
        let cpu = Duration::from_secs(secs) + Duration::from_nanos(nanos);
        Ok(Used { cpu, resident_kib, saving: Duration::from_nanos(saving) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whether or not it has ended by itself.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}
