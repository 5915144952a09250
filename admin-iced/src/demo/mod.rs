//! A venue inside this process: a relay as it runs anywhere, and attendees around it who exchange for real, over sockets
//! of this machine. What the screens show of it comes through the admin API alone.
//!
//! The attendees are simulated: their interests are drawn from a cast, and nobody's.

mod attendee;
mod cast;
mod reports;
mod socket;
mod venue;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use tokio::runtime::Runtime;

use crate::client::{Address, Client, Token};

use venue::Venue;

/// A venue that lives as long as one of its handles.
#[derive(Clone)]
pub(crate) struct Demo {
    running: Arc<Running>,
}

struct Running {
    venue: Venue,
    /// Ended without waiting when the last handle goes.
    runtime: Mutex<Option<Runtime>>,
}

impl Demo {
    /// Opens the doors. Blocks until the relay listens.
    ///
    /// # Errors
    /// Where no folder can be made or no port listened on.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("demo")
            .enable_all()
            .build()
            .context("the demo cannot start")?;
        let venue = runtime.block_on(Venue::open())?;
        Ok(Self { running: Arc::new(Running { venue, runtime: Mutex::new(Some(runtime)) }) })
    }

    /// Where its relay's admin listener is.
    pub(crate) fn address(&self) -> Address {
        self.running.venue.admin_address()
    }

    /// A client of it, like that of any other relay.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.address(), None, self.token())
    }

    fn token(&self) -> Token {
        self.running.venue.token().clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.venue.close();
        if let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests;
