//! What ends the program from outside: signals, and a reader who has gone.

use std::io;
#[cfg(unix)]
use std::{fs::File, os::fd::AsFd};

#[cfg(unix)]
use tokio::{
    io::Interest,
    net::unix::pipe,
    signal::unix::{Signal, SignalKind, signal},
};

/// Waits for any of them.
#[cfg(unix)]
pub(crate) struct Endings {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    /// None where standard output is a file, which has no reader that could go.
    output: Option<pipe::Sender>,
}

#[cfg(unix)]
impl Endings {
    /// # Errors
    /// When the system refuses a signal handler.
    pub(crate) fn new() -> io::Result<Endings> {
        Ok(Endings {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            output: output(),
        })
    }

    /// The reason, as in the event `stopped`. A node that nobody watches must not stay on the air.
    pub(crate) async fn next(&mut self) -> &'static str {
        let Endings { interrupt, terminate, hang_up, output } = self;
        tokio::select! {
            _ = interrupt.recv() => "interrupted",
            _ = terminate.recv() => "terminated",
            _ = hang_up.recv() => "hung_up",
            () = reader_gone(output) => "output_closed",
        }
    }
}

/// Watched, never written: that would take a descriptor that does not block, which standard output must not be.
#[cfg(unix)]
fn output() -> Option<pipe::Sender> {
    let copy = io::stdout().as_fd().try_clone_to_owned().ok()?;
    pipe::Sender::from_file_unchecked(File::from(copy)).ok()
}

#[cfg(unix)]
async fn reader_gone(output: &mut Option<pipe::Sender>) {
    if let Some(output) = output
        && output.ready(Interest::ERROR).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Waits for any of them.
#[cfg(not(unix))]
pub(crate) struct Endings;

#[cfg(not(unix))]
impl Endings {
    /// # Errors
    /// None here.
    pub(crate) fn new() -> io::Result<Endings> {
        Ok(Endings)
    }

    /// The reason, as in the event `stopped`.
    pub(crate) async fn next(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "interrupted",
            Err(_) => std::future::pending().await,
        }
    }
}
