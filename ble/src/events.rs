//! What waits for the owner of a radio; for whoever implements one.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{Link, RadioError, RadioEvent, Sighting};

/// Sightings that wait. Overflow: the oldest is lost; the same device is heard again within the second.
const SIGHTINGS_QUEUED: usize = 256;
/// Other events that wait. Overflow: an accepted link is refused; of `Up` and `Down` the oldest event is lost.
const EVENTS_QUEUED: usize = 64;

/// The queue behind [`crate::Radio::event`]. One owner takes, any task adds.
#[derive(Debug, Default)]
pub struct EventQueue {
    waiting: Mutex<Waiting>,
    added: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<RadioEvent>,
    sightings: VecDeque<Sighting>,
    ended: bool,
}

impl EventQueue {
    /// An advert was heard.
    pub fn sighted(&self, sighting: Sighting) {
        let mut waiting = self.waiting();
        if waiting.sightings.len() == SIGHTINGS_QUEUED {
            waiting.sightings.pop_front();
        }
        waiting.sightings.push_back(sighting);
        self.added.notify_one();
    }

    /// A link was accepted; false, and the link is dropped, where the owner takes none.
    pub fn accepted(&self, link: Arc<dyn Link>) -> bool {
        let mut waiting = self.waiting();
        let room = waiting.events.len() < EVENTS_QUEUED && !waiting.ended;
        if room {
            waiting.events.push_back(RadioEvent::Accepted(link));
            self.added.notify_one();
        }
        room
    }

    /// It appears and scans (again).
    pub fn up(&self) {
        self.state(RadioEvent::Up);
    }

    /// It is gone. Whoever was heard before it, is no longer.
    pub fn down(&self, why: RadioError) {
        self.silent();
        self.state(RadioEvent::Down(why));
    }

    /// Forgets who was heard.
    pub fn silent(&self) {
        self.waiting().sightings.clear();
    }

    /// There will be no more.
    pub fn end(&self) {
        self.waiting().ended = true;
        self.added.notify_one();
    }

    /// The next event; `None` at the end. May be cancelled without loss.
    pub async fn next(&self) -> Option<RadioEvent> {
        loop {
            if let Some(next) = self.waiting().take() {
                return next;
            }
            self.added.notified().await;
        }
    }

    fn state(&self, event: RadioEvent) {
        let mut waiting = self.waiting();
        if waiting.events.len() == EVENTS_QUEUED {
            waiting.events.pop_front();
        }
        waiting.events.push_back(event);
        self.added.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// What the owner is to have now: links and states before sightings.
    fn take(&mut self) -> Option<Option<RadioEvent>> {
        let next = self.events.pop_front().or_else(|| self.sightings.pop_front().map(RadioEvent::Sighted));
        match next {
            Some(event) => Some(Some(event)),
            None if self.ended => Some(None),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test may")]

    use super::*;
    use crate::{AdvertSeen, PeerAddress};

    fn sighting(number: usize) -> Sighting {
        Sighting { address: PeerAddress::new(&number.to_string()), advert: AdvertSeen::Bare, rssi: None }
    }

    #[tokio::test]
    async fn of_too_many_sightings_the_oldest_are_lost_and_a_state_goes_first() {
        let queue = EventQueue::default();
        for number in 0..SIGHTINGS_QUEUED + 3 {
            queue.sighted(sighting(number));
        }
        queue.up();
        assert!(matches!(queue.next().await, Some(RadioEvent::Up)));
        let Some(RadioEvent::Sighted(first)) = queue.next().await else { panic!("a sighting waits") };
        assert_eq!(first, sighting(3));
    }

    #[tokio::test]
    async fn a_radio_that_goes_down_takes_its_sightings_with_it() {
        let queue = EventQueue::default();
        queue.sighted(sighting(0));
        queue.down(RadioError::PoweredOff);
        queue.end();
        assert!(matches!(queue.next().await, Some(RadioEvent::Down(RadioError::PoweredOff))));
        assert!(queue.next().await.is_none());
    }
}
