//! One task per link: whole messages to packets and back.

use std::{future::Future, sync::Arc};

use sighej_ble::{
    Link,
    wire::{Fragmenter, Reassembly, channel::LinkMessage},
};
use sighej_engine::LinkId;
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{limits, meter::Meter};
use crate::links::MeshAllowance;

/// What a task tells the station.
#[derive(Debug)]
pub(super) enum TaskEvent {
    /// The peer's presence was read.
    Presence { link: LinkId, bytes: Vec<u8> },
    /// A whole message came.
    Message { link: LinkId, message: LinkMessage },
    /// The link is gone.
    Ended { link: LinkId },
}

/// What a link's task is given.
pub(super) struct Carrier {
    pub(super) id: LinkId,
    pub(super) link: Arc<dyn Link>,
    /// This device dialled a bare advert: the token is read first.
    pub(super) reads_presence: bool,
    /// Another dialled, and owes a first message.
    pub(super) is_accepted: bool,
    /// Messages to send, encoded. Closed, the task ends once they are sent.
    pub(super) messages: mpsc::Receiver<Vec<u8>>,
    /// Dropped when the link is to be closed.
    pub(super) wanted: oneshot::Receiver<()>,
    pub(super) events: mpsc::Sender<TaskEvent>,
    pub(super) meter: Arc<Meter>,
}

impl Carrier {
    /// Carries until the link is gone, is no longer wanted, or breaks a bound; then closes it.
    pub(super) async fn run(self) {
        let Carrier { id, link, reads_presence, is_accepted, messages, wanted, events, meter } = self;
        let link = &*link;
        let work = async {
            if reads_presence && !read_presence(id, link, &events).await {
                return;
            }
            tokio::select! {
                () = receive(id, link, is_accepted, &events, &meter) => {}
                () = send(link, messages, &meter) => {}
            }
        };
        tokio::select! {
            () = work => {}
            () = unwanted(wanted) => {}
        }
        // A platform that does not close in time closes by dropping.
        let _late = timeout(limits::CLOSE_WITHIN, link.close()).await;
        // If the station is gone, so is the link.
        let _gone = events.send(TaskEvent::Ended { link: id }).await;
    }
}

/// Over once the link is not wanted, and what was queued has had its time.
async fn unwanted(wanted: oneshot::Receiver<()>) {
    // Its sender never sends: it is dropped.
    let _dropped = wanted.await;
    sleep(limits::FLUSH_WITHIN).await;
}

async fn read_presence(id: LinkId, link: &dyn Link, events: &mpsc::Sender<TaskEvent>) -> bool {
    match timeout(limits::PRESENCE_WITHIN, link.presence()).await {
        Ok(Ok(presence)) => {
            let told = TaskEvent::Presence { link: id, bytes: presence.0.to_vec() };
            events.send(told).await.is_ok()
        }
        Ok(Err(_)) | Err(_) => false,
    }
}

/// Reads until the link is gone, or the peer breaks a rule of fragments or a bound.
async fn receive(
    id: LinkId,
    link: &dyn Link,
    is_accepted: bool,
    events: &mpsc::Sender<TaskEvent>,
    meter: &Meter,
) {
    let mut reassembly = Reassembly::new();
    let mut left = limits::MESSAGES;
    let mut mesh = MeshAllowance::new();
    let mut is_owed = is_accepted;
    loop {
        let next = next_messages(link, &mut reassembly, meter);
        let messages = if is_owed { within_first_message_time(next).await } else { next.await };
        let Some(messages) = messages else { return };
        is_owed = false;
        for message in messages {
            let Ok(message) = LinkMessage::decode(&message) else { return };
            match &message {
                LinkMessage::Channel(_) => left -= 1,
                LinkMessage::Mesh(frame) if mesh.take(&frame.0) => {}
                LinkMessage::Mesh(_) => return,
            }
            if events.send(TaskEvent::Message { link: id, message }).await.is_err() || left == 0 {
                return;
            }
        }
    }
}

async fn within_first_message_time<T>(messages: impl Future<Output = Option<T>>) -> Option<T> {
    timeout(limits::FIRST_MESSAGE_WITHIN, messages).await.ok().flatten()
}

/// The next whole messages, in order; none where the link is gone, or the peer breaks a rule of fragments.
async fn next_messages(link: &dyn Link, reassembly: &mut Reassembly, meter: &Meter) -> Option<Vec<Vec<u8>>> {
    loop {
        let packet = link.receive().await?;
        meter.received(&packet);
        let messages = reassembly.take(&packet).ok()?;
        if !messages.is_empty() {
            return Some(messages);
        }
    }
}

/// Sends until there is nothing more to send, or the link takes no more.
async fn send(link: &dyn Link, mut messages: mpsc::Receiver<Vec<u8>>, meter: &Meter) {
    let mut fragmenter = Fragmenter::new(link.max_packet());
    while let Some(message) = messages.recv().await {
        let Ok(packets) = fragmenter.packets(&message) else { return };
        for packet in packets {
            match timeout(limits::SEND_WITHIN, link.send(&packet)).await {
                Ok(Ok(())) => meter.sent(&packet),
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }
}
