//! The server: it carries frames between WebSockets and the matcher, and decides nothing.
//!
//! One task for each connection reads and writes; the [`hub`] holds the matcher behind one lock, and puts what it says
//! into the outboxes of the connections. Nothing of a connection is logged: no address, id or frame.

mod accept;
mod admission;
mod connection;
mod hub;
mod outbox;
mod routes;
mod socket;
mod stream;
mod sweep;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use sighej_matcher::Limits;
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch};
use tokio_rustls::TlsAcceptor;

use crate::{Counters, limits};

pub use hub::Gauges;
use hub::Hub;

/// What a server needs to know.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where to listen. Port 0 draws one.
    pub listen: SocketAddr,
    /// What the matcher may hold.
    pub limits: Limits,
    /// Sessions of one address; IPv6 addresses count by their first 64 bits.
    pub sessions_per_address: usize,
    /// The first bits of the addresses of proxies whose `x-forwarded-for` is believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// When a connection that says nothing is given up.
    pub silence: Silence,
}

/// How long a connection may say nothing. Counted in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// From here on it is asked whether it is there.
    pub ping_after: Duration,
    /// From here on it counts as lost.
    pub lost_after: Duration,
    /// How often silence is looked for.
    pub sweep_every: Duration,
}

impl Default for Silence {
    fn default() -> Self {
        Self {
            ping_after: limits::PING_AFTER,
            lost_after: limits::LOST_AFTER,
            sweep_every: limits::SWEEP_EVERY,
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            limits: Limits::default(),
            sessions_per_address: limits::SESSIONS_PER_ADDRESS,
            proxies: Vec::new(),
            silence: Silence::default(),
        }
    }
}

/// Why a server could not start.
#[derive(Debug, Error)]
pub enum RelayError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; choose another address with --listen")]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// The system's reason.
        error: io::Error,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Randomness(getrandom::Error),
}

/// A relay that listens. It serves until it is stopped, and tells its clients when to come back.
pub struct Relay {
    address: SocketAddr,
    hub: Arc<Hub>,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Relay {
    /// Listens and serves, with TLS where an acceptor is given. `others` are further routes for the same listener.
    ///
    /// # Errors
    /// [`RelayError`].
    pub async fn start(
        config: ServerConfig,
        tls: Option<TlsAcceptor>,
        counters: Arc<dyn Counters>,
        others: Router,
    ) -> Result<Self, RelayError> {
        let listen = |error| RelayError::Listen { address: config.listen, error };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let hub =
            Arc::new(Hub::new(config.limits, config.silence, counters).map_err(RelayError::Randomness)?);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(accept::serve(listener, tls, config, Arc::clone(&hub), others, stopped));
        Ok(Self { address, hub, stop, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How much of everything there is now.
    #[must_use]
    pub fn gauges(&self) -> Gauges {
        self.hub.gauges()
    }

    /// The same, for whoever outlives this value.
    pub fn gauge(&self) -> impl Fn() -> Gauges + Send + Sync + 'static {
        let hub = Arc::clone(&self.hub);
        move || hub.gauges()
    }

    /// Stops: nobody new is let in, everybody is told when to come back, and has [`limits::STOP_WITHIN`] to go.
    pub async fn stop(self) {
        // Nobody listens where the task is over already.
        let _over = self.stop.send(true);
        let _ended = self.task.await;
    }
}
