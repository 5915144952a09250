//! What waits to be written to one connection, and whether there may be something to read from it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Wake, Waker},
    time::Duration,
};

use bytes::Bytes;
use futures::task::AtomicWaker;
use sighej_relay_api::wire::Bye;

use crate::limits;

/// A bounded queue of frames, and the word that the connection is over. As a waker it is the socket's: the connection's task learns
/// which of the two woke it, and leaves a socket alone that has nothing to say.
#[derive(Default)]
pub(super) struct Outbox {
    state: Mutex<Waiting>,
    task: AtomicWaker,
    has_input: AtomicBool,
    heard: AtomicU32,
}

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Bytes>,
    ping: bool,
    pinged: bool,
    end: Option<End>,
}

/// The connection does not read what it is sent.
#[derive(Debug)]
pub(super) struct TooSlow;

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

    /// Returns who sleeps over it and is to be woken, once the caller holds no lock that the woken one will want.
    ///
    /// # Errors
    /// The connection is too slow: [`limits::FRAMES_QUEUED`] wait already.
    pub(super) fn push(&self, frame: Bytes) -> Result<Option<Waker>, TooSlow> {
        let mut waiting = self.lock();
        if waiting.frames.len() >= limits::FRAMES_QUEUED {
            return Err(TooSlow);
        }
        waiting.frames.push_back(frame);
        drop(waiting);
        Ok(self.task.take())
    }

    pub(super) fn ping(&self) {
        let mut waiting = self.lock();
        if !std::mem::replace(&mut waiting.pinged, true) {
            waiting.ping = true;
            drop(waiting);
            self.task.wake();
        }
    }

    /// The first end counts.
    pub(super) fn end(&self, end: End) {
        self.lock().end.get_or_insert(end);
        self.task.wake();
    }

    /// Something came from the connection. Counted in seconds.
    pub(super) fn hear(&self, now: Duration) {
        let secs = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
        if self.heard.swap(secs, Ordering::Relaxed) != secs {
            self.lock().pinged = false;
        }
    }

    /// When something last came.
    pub(super) fn last_heard(&self) -> Duration {
        Duration::from_secs(self.heard.load(Ordering::Relaxed).into())
    }

    /// Whether the socket may have something since this was last asked.
    pub(super) fn takes_input(&self) -> bool {
        self.has_input.swap(false, Ordering::Acquire)
    }

    /// There may be something to read.
    pub(super) fn expect_input(&self) {
        self.has_input.store(true, Ordering::Release);
    }

    /// The task of this context is woken as soon as something comes or is to go out.
    pub(super) fn register(&self, context: &Context<'_>) {
        self.task.register(context.waker());
    }

    /// Nobody sleeps over this outbox now.
    pub(super) fn forget_task(&self) {
        self.task.take();
    }

    /// What waits now.
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
}

/// The socket has something to read, or is over.
impl Wake for Outbox {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.expect_input();
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_never_reads_is_found_out_and_keeps_what_it_is_owed() {
        let outbox = Outbox::default();
        let fitted = (0..1_000).filter(|_| outbox.push(Bytes::from_static(b"frame")).is_ok()).count();
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
        outbox.hear(Duration::from_secs(7));
        outbox.ping();
        assert!(outbox.take().unwrap().ping);
        outbox.end(End::Goodbye);
        outbox.end(End::Silent);
        assert_eq!(outbox.take().unwrap().end, Some(End::Goodbye));
    }

    #[test]
    fn a_wake_of_the_socket_is_told_from_one_by_what_is_to_be_written() {
        let outbox = Arc::new(Outbox::default());
        outbox.push(Bytes::from_static(b"frame")).unwrap();
        assert!(!outbox.takes_input());
        Waker::from(Arc::clone(&outbox)).wake_by_ref();
        assert!(outbox.takes_input());
        assert!(!outbox.takes_input());
    }
}
