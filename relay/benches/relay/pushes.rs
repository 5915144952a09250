//! The unit: one message of 200 bytes pushed to a WebSocket by an axum server, as plainly as it can be written.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocketUpgrade},
    },
    routing::get,
};
use bytes::Bytes;
use sighej_relay::limits;
use sighej_relay_api::wire::PATH;
use sighej_relay_lab::Client;
use tokio::{net::TcpListener, sync::mpsc};

use crate::{Outcome, server::Server};

const CONNECTIONS: usize = 64;
const BYTES: usize = 200;
const ROUNDS: usize = 400;

type Queues = Arc<Mutex<Vec<mpsc::Sender<Bytes>>>>;

/// The server.
pub(crate) struct Pusher {
    address: SocketAddr,
    queues: Queues,
}

impl Pusher {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let queues = Queues::default();
        let router = Router::new().route(PATH, get(open)).with_state(Arc::clone(&queues));
        tokio::spawn(async move {
            axum::serve(
                axum::serve::ListenerExt::tap_io(listener, |stream| {
                    // As the relay does: a push is written at once.
                    let _set = stream.set_nodelay(true);
                }),
                router,
            )
            .await
        });
        Ok(Self { address, queues })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Pushes so many messages to each connection, one round after the other.
    pub(crate) async fn push(&self, rounds: usize) {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let message = Bytes::from(vec![7; BYTES]);
        for _ in 0..rounds {
            for queue in &queues {
                // Whoever is gone is pushed nothing.
                let _sent = queue.send(message.clone()).await;
            }
            while queues.iter().any(|queue| queue.capacity() < queue.max_capacity()) {
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn open(State(queues): State<Queues>, upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade
        .protocols([sighej_relay_api::wire::SUBPROTOCOL])
        .read_buffer_size(limits::READ_BUFFER)
        .write_buffer_size(limits::WRITE_BUFFER)
        .on_upgrade(move |mut socket| async move {
            let (queue, mut messages) = mpsc::channel(4);
            queues.lock().unwrap_or_else(PoisonError::into_inner).push(queue);
            while let Some(message) = messages.recv().await {
                if socket.send(Message::Binary(message)).await.is_err() {
                    break;
                }
            }
        })
}

/// Microseconds of the server's processor for one push.
pub(crate) async fn cpu_us() -> Outcome<f64> {
    let mut server = Server::start("push")?;
    let mut readers = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::connect(server.address).await?;
        readers.push(tokio::spawn(async move { while client.next().await.is_ok() {} }));
    }
    let warm = tokio::task::block_in_place(|| server.ask("50"))?;
    let used = tokio::task::block_in_place(|| server.ask(&ROUNDS.to_string()))?;
    readers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok((used.cpu - warm.cpu).as_secs_f64() * 1e6 / (CONNECTIONS * ROUNDS) as f64)
}
