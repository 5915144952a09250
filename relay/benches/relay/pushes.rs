//! The unit: one message of 200 bytes pushed to a WebSocket by an axum server, as plainly as it can be written.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
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
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    time::interval,
};

use crate::{Outcome, server::Server};

const CONNECTIONS: usize = 64;
const BYTES: usize = 200;
const ROUNDS: usize = 400;
/// From one round to the next: about as many pushes a second as the matches cause that are measured beside it, so that
/// neither finds the server warmer than the other.
const PACE: Duration = Duration::from_millis(2);

/// The connections, and what is still to be written of the present round.
#[derive(Default)]
struct Round {
    queues: Mutex<Vec<mpsc::Sender<Bytes>>>,
    left: AtomicUsize,
    over: Notify,
}

/// The server.
pub(crate) struct Pusher {
    address: SocketAddr,
    round: Arc<Round>,
}

impl Pusher {
    pub(crate) async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let round = Arc::new(Round::default());
        let router = Router::new().route(PATH, get(open)).with_state(Arc::clone(&round));
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
        Ok(Self { address, round })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Pushes so many messages to each connection, one round after the other.
    pub(crate) async fn push(&self, rounds: usize) {
        let queues = self.round.queues.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let message = Bytes::from(vec![7; BYTES]);
        let mut pace = interval(PACE);
        for _ in 0..rounds {
            self.round.left.store(queues.len(), Ordering::Relaxed);
            for queue in &queues {
                // Nobody leaves while pushes are measured.
                let _sent = queue.send(message.clone()).await;
            }
            self.round.over.notified().await;
            pace.tick().await;
        }
    }
}

async fn open(State(round): State<Arc<Round>>, upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade
        .protocols([sighej_relay_api::wire::SUBPROTOCOL])
        .read_buffer_size(limits::READ_BUFFER)
        .write_buffer_size(limits::WRITE_BUFFER)
        .on_upgrade(move |mut socket| async move {
            let (queue, mut messages) = mpsc::channel(4);
            round.queues.lock().unwrap_or_else(PoisonError::into_inner).push(queue);
            while let Some(message) = messages.recv().await {
                if socket.send(Message::Binary(message)).await.is_err() {
                    break;
                }
                if round.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                    round.over.notify_one();
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
