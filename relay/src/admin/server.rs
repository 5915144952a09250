//! The admin's listener.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::aggregates::Aggregates;

use super::load::Lag;
use super::routes;

/// Connections at once. Further ones wait in the system's queue.
const CONNECTIONS: usize = 128;
/// From the connection to the end of the TLS handshake, and to the end of a request's head.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of a request's head; a longer one ends the connection.
const HEAD_BYTES: usize = 16 * 1024;
/// The pause after a connection could not be accepted, as where the process has no file descriptor left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Why the admin's listener could not start.
#[derive(Debug, Error)]
#[error("cannot listen on {address} for the admin: {error}; choose another address with --admin-listen")]
pub struct AdminError {
    /// Which address.
    pub address: SocketAddr,
    /// The system's reason.
    pub error: io::Error,
}

/// The admin's listener. It serves until it is stopped.
pub struct Admin {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Admin {
    /// Listens and serves, with TLS where an acceptor is given. Port 0 draws one.
    ///
    /// # Errors
    /// [`AdminError`]
    pub async fn start(
        listen: SocketAddr,
        tls: Option<TlsAcceptor>,
        aggregates: Aggregates,
    ) -> Result<Self, AdminError> {
        let failed = |error| AdminError { address: listen, error };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let lag = Arc::new(Lag::default());
        let router = routes::router(aggregates, Arc::clone(&lag));
        let served = serve(listener, tls, router, stopped);
        let task = tokio::spawn(async move {
            tokio::select! {
                () = served => {}
                () = lag.measure() => {}
            }
        });
        Ok(Self { address, stop, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: streams end, and so does everything else.
    pub async fn stop(self) {
        // Nobody listens where the task is over already.
        let _over = self.stop.send(true);
        let _ended = self.task.await;
    }
}

async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let served = connection(stream, tls.clone(), router.clone(), place);
                let mut stopped = stopped.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = served => {}
                        _ = stopped.changed() => {}
                    }
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_AGAIN).await,
        }
    }
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
    place: OwnedSemaphorePermit,
) {
    match tls {
        None => requests(stream, router).await,
        Some(tls) => {
            // Whoever does not finish the handshake in time is no admin.
            if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_WITHIN, tls.accept(stream)).await {
                requests(stream, router).await;
            }
        }
    }
    drop(place);
}

async fn requests(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // How a connection ends is nobody's business but its own.
    let _ended = served.await;
}
