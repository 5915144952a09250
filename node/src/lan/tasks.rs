//! One task per substream: frames from the wire to the loop of a life, and back.

use std::future::Future;

use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::Stream;
use sighej_engine::{ChannelId, LinkId, MESH_FRAME_LEN};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

use super::{frame, handler::Permit, limits};
use crate::links::MeshAllowance;

/// What a task tells the loop.
#[derive(Debug)]
pub(super) enum TaskEvent {
    Presence { link: LinkId, bytes: Vec<u8> },
    PresenceAbused { link: LinkId },
    Mesh { link: LinkId, bytes: Vec<u8> },
    MeshAbused { link: LinkId },
    Frame { channel: ChannelId, bytes: Vec<u8> },
    ChannelEnded { channel: ChannelId },
}

/// Writes this node's presence, whenever it changes, until the link ends.
pub(super) async fn announce(mut stream: Stream, mut presence: watch::Receiver<Vec<u8>>) {
    loop {
        let bytes = presence.borrow_and_update().clone();
        if frame::write(&mut stream, &bytes).await.is_err() || presence.changed().await.is_err() {
            return;
        }
    }
}

/// Reads the peer's presence until it ends; one that is too long or too frequent is abuse.
pub(super) async fn listen(
    mut stream: Stream,
    _permit: Permit,
    link: LinkId,
    events: mpsc::Sender<TaskEvent>,
) {
    for _ in 0..limits::PRESENCE_FRAMES {
        match frame::read(&mut stream, limits::PRESENCE_FRAME).await {
            Ok(Some(bytes)) => {
                if events.send(TaskEvent::Presence { link, bytes }).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(_) => break,
        }
    }
    // If the loop is gone, so is the link.
    let _gone = events.send(TaskEvent::PresenceAbused { link }).await;
}

/// Writes frames of the mesh until the link ends.
pub(super) async fn pass(mut stream: Stream, mut frames: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = frames.recv().await {
        if frame::write(&mut stream, &bytes).await.is_err() {
            return;
        }
    }
}

/// Reads the peer's frames of the mesh until it ends; one that is too long, or more than its share, is abuse.
pub(super) async fn listen_to_mesh(
    mut stream: Stream,
    _permit: Permit,
    link: LinkId,
    events: mpsc::Sender<TaskEvent>,
) {
    let mut allowance = MeshAllowance::new();
    while let Ok(bytes) = frame::read(&mut stream, MESH_FRAME_LEN).await {
        let Some(bytes) = bytes else { return };
        if !allowance.take(&bytes) {
            break;
        }
        if events.send(TaskEvent::Mesh { link, bytes }).await.is_err() {
            return;
        }
    }
    // If the loop is gone, so is the link.
    let _gone = events.send(TaskEvent::MeshAbused { link }).await;
}

/// Carries one exchange. It ends when the loop drops its end of `frames` (after flushing what was queued), or when
/// the peer ends it, which is told.
pub(super) async fn carry(
    stream: Stream,
    permit: Option<Permit>,
    channel: ChannelId,
    mut frames: mpsc::Receiver<Vec<u8>>,
    events: mpsc::Sender<TaskEvent>,
) {
    let (mut reading, mut writing) = stream.split();
    let read = async {
        for _ in 0..limits::EXCHANGE_FRAMES {
            match frame::read(&mut reading, limits::EXCHANGE_FRAME).await {
                Ok(Some(bytes)) => {
                    if events.send(TaskEvent::Frame { channel, bytes }).await.is_err() {
                        return;
                    }
                }
                Ok(None) | Err(_) => return,
            }
        }
        // Every message is in: all that may come is the end. A byte more is an end, too.
        let _end = reading.read(&mut [0]).await;
    };
    let write = async {
        while let Some(bytes) = frames.recv().await {
            if frame::write(&mut writing, &bytes).await.is_err() {
                return;
            }
        }
        let _closed = writing.close().await;
    };
    tokio::pin!(read, write);
    tokio::select! {
        () = &mut read => {
            // Told first: the loop then drops its end of `frames`, and the rest is flushed.
            let told = events.send(TaskEvent::ChannelEnded { channel }).await;
            if told.is_ok() {
                within_closing_time(write).await;
            }
        }
        () = &mut write => within_closing_time(read).await,
    }
    drop(permit);
}

/// The other end may need a moment; dropping a substream before would reset it, and could cut off a last message.
async fn within_closing_time(rest: impl Future<Output = ()>) {
    // Too late means a peer that does not close; dropping the substream does it for both.
    let _late = timeout(limits::CLOSE_WITHIN, rest).await;
}
