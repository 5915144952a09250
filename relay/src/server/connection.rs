//! One WebSocket: welcome, registration, then frames both ways until either end has had enough.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use futures::poll;
use sighej_crypto::relay::Registration;
use sighej_matcher::{ConnectionId, Event, FailureKind};
use sighej_relay_api::wire::{Bye, ClientMessage, RelayMessage};
use tokio::time::timeout;
use tungstenite::{
    Error, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::limits;

use super::{
    admission::Place,
    hub::Hub,
    outbox::{Batch, End, Outbox},
    stream::Stream,
};

type Socket = super::socket::Socket<Stream>;

/// Serves a connection to its end.
pub(super) async fn serve(mut socket: Socket, hub: Arc<Hub>, mut place: Place) {
    // Boxed: what the greeting needs is not held for as long as the connection.
    let greeting = Box::pin(greet(&mut socket, &hub, &mut place)).await;
    let (registration, epoch) = match greeting {
        Ok(registered) => registered,
        Err(end) => return refuse(&mut socket, &hub, end).await,
    };
    let connection = hub.next_connection();
    let outbox = Arc::new(Outbox::default());
    hub.register(connection, &outbox, registration, epoch);
    let end = carry(&mut socket, &hub, connection, &outbox).await;
    hub.lost(connection);
    if let Some(end) = end {
        Box::pin(close(&mut socket, end)).await;
    }
    drop(place);
}

/// Until the proof holds. In time, and while nobody else needs the place.
async fn greet(socket: &mut Socket, hub: &Hub, place: &mut Place) -> Result<(Registration, u32), End> {
    let registered = tokio::select! {
        registered = timeout(limits::REGISTER_WITHIN, register(socket, hub)) => registered,
        () = place.evicted() => return Err(hub.bye(Bye::Idle)),
    };
    let registered = registered.unwrap_or_else(|_too_late| Err(hub.bye(Bye::Idle)))?;
    if place.become_session() { Ok(registered) } else { Err(hub.bye(Bye::Full)) }
}

async fn register(socket: &mut Socket, hub: &Hub) -> Result<(Registration, u32), End> {
    let (challenge, welcome) = hub.welcome();
    socket.send([Message::Binary(welcome.into())]).await.map_err(|_gone| End::Silent)?;
    let first = loop {
        match socket.next().await {
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Binary(first)) => break first,
            Ok(Message::Text(_)) => return Err(hub.bye(Bye::Malformed)),
            Ok(Message::Close(_) | Message::Frame(_)) | Err(_) => return Err(End::Silent),
        }
    };
    let Ok(ClientMessage::Register { epoch, registration }) = ClientMessage::decode(&first) else {
        return Err(hub.bye(Bye::Malformed));
    };
    match challenge.verify(registration) {
        Ok(registration) => Ok((registration, epoch)),
        Err(_what_is_wrong) => Err(hub.bye(Bye::BadRegistration)),
    }
}

async fn refuse(socket: &mut Socket, hub: &Hub, end: End) {
    if let End::Bye(why, _) = end {
        hub.count(Event::Failed(FailureKind::Registration(why)));
    }
    Box::pin(close(socket, end)).await;
}

/// Frames both ways. The end that is still to be said, if there is one.
async fn carry(
    socket: &mut Socket,
    hub: &Hub,
    connection: ConnectionId,
    outbox: &Arc<Outbox>,
) -> Option<End> {
    let socket_waker = Waker::from(Arc::clone(outbox));
    let mut heard = Heard::default();
    // Frames may have come with the registration.
    outbox.expect_input();
    loop {
        match next(socket, outbox, &socket_waker, &mut heard).await {
            Next::Read => {
                hub.frames(connection, outbox, &heard.frames);
                heard.frames.clear();
                if heard.is_over {
                    return None;
                }
            }
            Next::Write(batch) => {
                let end = batch.end;
                match write(socket, batch).await {
                    Ok(()) => {}
                    Err(Gone::Broken) => return None,
                    Err(Gone::Slow) => {
                        // Where an end was due, that was counted.
                        if end.is_none() {
                            hub.count(Event::Failed(FailureKind::Slow));
                        }
                        return None;
                    }
                }
                if end.is_some() {
                    return end;
                }
            }
        }
    }
}

/// What a connection's task does next.
enum Next {
    Read,
    Write(Batch),
}

/// What was read at once.
#[derive(Default)]
struct Heard {
    /// A text message is no message of this protocol, whatever it says, and stands here as a frame without a byte.
    frames: Vec<Bytes>,
    is_over: bool,
}

/// What came first is read before anything is written: what that leads to goes out with it. A device cannot keep its
/// own outbox from being emptied for longer than its frames last.
async fn next(socket: &mut Socket, outbox: &Outbox, socket_waker: &Waker, heard: &mut Heard) -> Next {
    poll_fn(|context| {
        outbox.register(context);
        if outbox.takes_input() && read(socket, outbox, &mut Context::from_waker(socket_waker), heard) {
            // Whatever that leads to is found when the outbox is looked at: no need to be woken for it.
            outbox.forget_task();
            return Poll::Ready(Next::Read);
        }
        outbox.take().map_or(Poll::Pending, |batch| Poll::Ready(Next::Write(batch)))
    })
    .await
}

/// Reads what is there, or as much of it as is looked at together; false where nothing is.
fn read(socket: &mut Socket, outbox: &Outbox, context: &mut Context<'_>, heard: &mut Heard) -> bool {
    for read in 0..limits::FRAMES_TOGETHER {
        let Poll::Ready(message) = socket.poll_read(context) else { return read > 0 };
        match message {
            Ok(Message::Binary(frame)) => heard.frames.push(frame),
            Ok(Message::Text(_)) => heard.frames.push(Bytes::new()),
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Close(_) | Message::Frame(_)) | Err(_) => {
                heard.is_over = true;
                return true;
            }
        }
    }
    outbox.expect_input();
    true
}

/// Writes a batch with one flush.
async fn write(socket: &mut Socket, batch: Batch) -> Result<(), Gone> {
    let ping = batch.ping.then(|| Message::Ping(Bytes::new()));
    let writing = socket.send(batch.frames.into_iter().map(Message::Binary).chain(ping));
    let mut writing = pin!(writing);
    // A socket with room takes it all at once; a timer is for the others.
    match poll!(&mut writing) {
        Poll::Ready(written) => written.map_err(|_broken| Gone::Broken),
        Poll::Pending => match timeout(limits::WRITE_WITHIN, writing).await {
            Ok(written) => written.map_err(|_broken| Gone::Broken),
            Err(_too_slow) => Err(Gone::Slow),
        },
    }
}

/// Nothing more can be written.
enum Gone {
    /// The connection is no more.
    Broken,
    /// Its device does not read.
    Slow,
}

/// Says the last word, and waits a moment for the other to close, so that it is read.
async fn close(socket: &mut Socket, end: End) {
    let (code, bye) = match end {
        End::Silent => return,
        End::Goodbye => (CloseCode::Normal, None),
        End::Bye(why, after_secs) => {
            let code = if why == Bye::Restart { CloseCode::Restart } else { CloseCode::Policy };
            (code, Some(RelayMessage::Bye { why, after_secs }.encode()))
        }
    };
    let closing = async {
        let bye = bye.map(|bye| Message::Binary(bye.into()));
        let close = Message::Close(Some(CloseFrame { code, reason: "".into() }));
        socket.send(bye.into_iter().chain([close])).await?;
        while socket.next().await.is_ok() {}
        Ok::<_, Error>(())
    };
    // Whether it heard it or not, the connection is over.
    let _said = timeout(limits::CLOSE_WITHIN, closing).await;
}
