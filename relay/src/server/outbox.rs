//! What waits to be written to one connection.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use bytes::Bytes;
use sighej_relay_api::wire::Bye;
use tokio::sync::Notify;

use crate::limits;

/// A bounded queue of frames, and the word that the connection is over.
#[derive(Default)]
pub(super) struct Outbox {
    state: Mutex<Waiting>,
    news: Notify,
    heard: AtomicU32,
}

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Bytes>,
    ping: bool,
    pinged: bool,
    end: Option<End>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With a last frame, and the seconds to stay away.
    Bye(Bye, u32),
    /// The device said goodbye.
    Goodbye,
    /// There is nobody to tell.
    Silent,
}

/// What is due to a connection now.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) frames: VecDeque<Bytes>,
    pub(super) ping: bool,
    pub(super) end: Option<End>,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing can fail between taking and giving back the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False where the connection is too slow: [`limits::FRAMES_QUEUED`] wait already.
    pub(super) fn push(&self, frame: Bytes) -> bool {
        let mut waiting = self.lock();
        let fits = waiting.frames.len() < limits::FRAMES_QUEUED;
        if fits {
            waiting.frames.push_back(frame);
        }
        drop(waiting);
        self.news.notify_one();
        fits
    }

    pub(super) fn ping(&self) {
        let mut waiting = self.lock();
        if !std::mem::replace(&mut waiting.pinged, true) {
            waiting.ping = true;
            drop(waiting);
            self.news.notify_one();
        }
    }

    /// The first end counts.
    pub(super) fn end(&self, end: End) {
        self.lock().end.get_or_insert(end);
        self.news.notify_one();
    }

    /// Something came from the connection.
    pub(super) fn hear(&self, secs: u32) {
        if self.heard.swap(secs, Ordering::Relaxed) != secs {
            self.lock().pinged = false;
        }
    }

    /// Seconds since the start when something last came.
    pub(super) fn last_heard(&self) -> u32 {
        self.heard.load(Ordering::Relaxed)
    }

    /// What waits now; none where nothing does.
    pub(super) fn take(&self) -> Option<Batch> {
        let mut waiting = self.lock();
        if waiting.frames.is_empty() && !waiting.ping && waiting.end.is_none() {
            return None;
        }
        Some(Batch {
            frames: std::mem::take(&mut waiting.frames),
            ping: std::mem::take(&mut waiting.ping),
            end: waiting.end,
        })
    }

    /// Waits until [`Outbox::take`] may give something. Can be cancelled without loss.
    pub(super) async fn changed(&self) {
        self.news.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_never_reads_is_found_out_and_keeps_what_it_is_owed() {
        let outbox = Outbox::default();
        let fitted = (0..1_000).filter(|_| outbox.push(Bytes::from_static(b"frame"))).count();
        assert_eq!(fitted, limits::FRAMES_QUEUED);
        assert_eq!(outbox.take().unwrap().frames.len(), limits::FRAMES_QUEUED);
        assert!(outbox.take().is_none());
    }

    #[test]
    fn one_ping_asks_for_one_silence_and_the_first_end_counts() {
        let outbox = Outbox::default();
        outbox.ping();
        outbox.ping();
        assert!(outbox.take().unwrap().ping);
        outbox.ping();
        assert!(outbox.take().is_none());
        outbox.hear(7);
        outbox.ping();
        assert!(outbox.take().unwrap().ping);
        outbox.end(End::Goodbye);
        outbox.end(End::Silent);
        assert_eq!(outbox.take().unwrap().end, Some(End::Goodbye));
    }
}
