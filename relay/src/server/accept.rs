//! The listener: who comes in, how far before it has to say who it is.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::limits;

use super::{
    ServerConfig,
    admission::{Admission, Place, Source},
    hub::Hub,
    routes::{self, Seat},
    stream::Stream,
    sweep,
};

/// What every connection is served with.
struct Door {
    router: Router,
    tls: Option<TlsAcceptor>,
    admission: Arc<Admission>,
    proxies: Vec<IpAddr>,
}

/// Serves until it is stopped.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    config: ServerConfig,
    hub: Arc<Hub>,
    others: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let door = Arc::new(Door {
        router: routes::router(Arc::clone(&hub), others),
        tls,
        admission: Admission::new(config.sessions_per_address),
        proxies: config.proxies,
    });
    tokio::select! {
        () = accept_all(&listener, &door) => {}
        () = sweep::run(Arc::clone(&hub), config.silence.sweep_every) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    drop(listener);
    hub.stop();
    let everybody_gone = async {
        while hub.gauges().connected > 0 {
            sleep(limits::TICK).await;
        }
    };
    // Whoever has not gone by now is cut off.
    let _gone = timeout(limits::STOP_WITHIN, everybody_gone).await;
}

async fn accept_all(listener: &TcpListener, door: &Arc<Door>) {
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                tokio::spawn(Arc::clone(door).let_in(stream, from));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(limits::ACCEPT_AGAIN).await;
            }
        }
    }
}

impl Door {
    async fn let_in(self: Arc<Self>, stream: TcpStream, from: SocketAddr) {
        let place = self.admission.enter(Source::from(from.ip()));
        // Without it a frame would wait for the one before to be acknowledged.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let is_proxied = self.proxies.contains(&from.ip().to_canonical());
        let Some(tls) = &self.tls else { return self.speak_http(Box::new(stream), place, is_proxied).await };
        let handshake = tokio::select! {
            handshake = timeout(limits::HANDSHAKE_WITHIN, tls.accept(stream)) => handshake,
            () = place.evicted() => return,
        };
        if let Ok(Ok(stream)) = handshake {
            self.speak_http(Box::new(stream), place, is_proxied).await;
        }
    }

    /// One connection, one request after the other, at most one of which turns it into a WebSocket.
    async fn speak_http(&self, stream: Stream, place: Place, is_proxied: bool) {
        let evicted = place.evicted_later();
        let seat = Seat { place: Arc::new(Mutex::new(Some(place))), is_proxied };
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(seat.clone());
            router.clone().oneshot(request.map(Body::new))
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits::HANDSHAKE_WITHIN)
            .max_buf_size(limits::HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        tokio::select! {
            // What goes wrong here is the other's to know.
            _over = served => {}
            () = evicted => {}
        }
    }
}
