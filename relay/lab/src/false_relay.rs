//! A relay that means no good, as the devices see it. It stands before an honest one, so that it speaks section 14 as
//! well as that does, and plays its [`Mischief`] with what passes. A test's tool: nothing of the product contains it.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{SinkExt, StreamExt};
use sighej_relay_api::wire::SUBPROTOCOL;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
        http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
    },
};

use crate::{
    Client, Mischief,
    mischief::{Answers, Trickster},
};

/// It serves until it is dropped.
pub struct FalseRelay {
    address: SocketAddr,
    answered: Arc<Mutex<Answers>>,
    task: tokio::task::JoinHandle<()>,
}

impl FalseRelay {
    /// Listens on loopback, before the honest relay at `upstream`.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(upstream: SocketAddr, mischief: Mischief) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let answered = Arc::new(Mutex::default());
        let task = tokio::spawn(serve(listener, upstream, Arc::new(mischief), Arc::clone(&answered)));
        Ok(Self { address, answered, task })
    }

    /// Where it listens, in plain text.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What all devices together said to pairs that it made up.
    #[must_use]
    pub fn answered(&self) -> Answers {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FalseRelay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    upstream: SocketAddr,
    mischief: Arc<Mischief>,
    answered: Arc<Mutex<Answers>>,
) {
    let mut connections = tokio::task::JoinSet::new();
    for number in 0.. {
        let Ok((stream, _)) = listener.accept().await else { return };
        let trickster = Trickster::new(Arc::clone(&mischief), number);
        connections.spawn(carry(stream, upstream, trickster, Arc::clone(&answered)));
    }
}

/// Frames both ways until either end is gone; none is what a connection leaves behind.
async fn carry(
    stream: TcpStream,
    upstream: SocketAddr,
    mut trickster: Trickster,
    answered: Arc<Mutex<Answers>>,
) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut device = accept_hdr_async(stream, with_subprotocol).await.ok()?;
    let mut relay = Client::connect(upstream).await.ok()?;
    loop {
        tokio::select! {
            frame = relay.next() => {
                // Said in one go: none of it is to come late because the device reacts.
                for frame in trickster.down(frame.ok()?) {
                    device.feed(Message::Binary(frame.into())).await.ok()?;
                }
                device.flush().await.ok()?;
            }
            message = device.next() => {
                let Message::Binary(frame) = message?.ok()? else { continue };
                let before = trickster.answered();
                let (passes, back) = trickster.up(&frame);
                note(&answered, before, trickster.answered());
                if passes {
                    relay.say_bytes(frame.into()).await.ok()?;
                }
                for frame in back {
                    device.send(Message::Binary(frame.into())).await.ok()?;
                }
            }
        }
    }
}

/// Adds what a device has just said to what all said before.
fn note(total: &Mutex<Answers>, before: Answers, after: Answers) {
    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
    total.frames += after.frames - before.frames;
    total.seals += after.seals - before.seals;
}

#[expect(clippy::result_large_err, reason = "the library's own type of a refusal")]
fn with_subprotocol(_: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    Ok(response)
}
