//! Events towards the owner of a node: bounded, and never in the node's way.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::NodeEvent;

/// Events that wait for their reader. Beyond, the oldest that is no nudge goes; there are fewer nudges than this in
/// the two hours of a session.
pub const EVENTS_WAITING: usize = 1024;

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Default)]
struct State {
    events: VecDeque<NodeEvent>,
    ended: bool,
}

/// The node's end.
pub(crate) struct Sender(Arc<Shared>);

/// The owner's end.
pub(crate) struct Receiver(Arc<Shared>);

pub(crate) fn queue() -> (Sender, Receiver) {
    let shared = Arc::new(Shared::default());
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

/// What waits in it stays unprinted.
impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing can fail between taking and giving back the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender {
    pub(crate) fn send(&self, event: NodeEvent) {
        let mut state = self.0.lock();
        if state.events.len() >= EVENTS_WAITING {
            let oldest = state.events.iter().position(|event| !event.is_nudge()).unwrap_or(0);
            state.events.remove(oldest);
        }
        state.events.push_back(event);
        drop(state);
        self.0.news.notify_one();
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.news.notify_one();
    }
}

impl Receiver {
    /// The next event; `None` after the node's end. Can be cancelled without loss.
    pub(crate) async fn recv(&mut self) -> Option<NodeEvent> {
        loop {
            {
                let mut state = self.0.lock();
                if let Some(event) = state.events.pop_front() {
                    return Some(event);
                }
                if state.ended {
                    return None;
                }
            }
            self.0.news.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use sighej_engine::Transport;

    use super::*;

    #[tokio::test]
    async fn a_reader_who_sleeps_loses_the_oldest() {
        let (sender, mut receiver) = queue();
        for up in 0..=EVENTS_WAITING {
            sender.send(if up == 0 {
                NodeEvent::LinkUp(Transport::Lan)
            } else {
                NodeEvent::LinkDown(Transport::Lan)
            });
        }
        drop(sender);
        let mut count = 0;
        while let Some(event) = receiver.recv().await {
            assert!(matches!(event, NodeEvent::LinkDown(_)));
            count += 1;
        }
        assert_eq!(count, EVENTS_WAITING);
    }
}
