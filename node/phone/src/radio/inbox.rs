//! Where the app puts what it hears. Nothing here waits: each call is over at once, on whatever thread the platform calls from.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use sighej_ble::{
    AdvertSeen, EventQueue, PeerAddress, RadioError, Sighting, advert::Advert, wire::MIN_PACKET,
};
use tokio::sync::Notify;

use super::{LinkPath, PhoneLink, RadioFault, limits, link::ForeignLink};
use crate::app::App;

/// Where a radio puts what it hears.
#[derive(uniffi::Object)]
pub struct RadioInbox {
    pub(super) events: EventQueue,
    /// The radio is up again, and is to appear again.
    pub(super) is_up: Notify,
    app: App,
    /// To be ended when the radio falls silent.
    links: Mutex<Vec<Weak<LinkInbox>>>,
}

#[uniffi::export]
impl RadioInbox {
    /// An advert of the service was heard: the platform's name for the device, its service data where there was some, and its strength
    /// in dBm where the platform knows it. What is malformed is not heard; of too many the oldest are lost.
    pub fn sighted(&self, peer: String, service_data: Option<Vec<u8>>, rssi: Option<i8>) {
        if peer.len() > limits::PEER_BYTES {
            return;
        }
        let address = PeerAddress::new(&peer);
        let sighting = match service_data {
            Some(data) => match Advert::from_service_data(&data) {
                Ok(advert) => advert.sighting(address, rssi),
                Err(_) => return,
            },
            None => Sighting { address, advert: AdvertSeen::Bare, rssi },
        };
        self.events.sighted(sighting);
    }

    /// Another device opened a link: on GATT its first link id, on L2CAP a channel. Its packets go to what is returned; nothing is
    /// where the node takes no more, and the link is to be closed.
    pub fn accepted(
        &self,
        link: Arc<dyn PhoneLink>,
        peer: String,
        path: LinkPath,
        max_packet: u32,
    ) -> Option<Arc<LinkInbox>> {
        let max_packet = packet_length(max_packet).filter(|_| peer.len() <= limits::PEER_BYTES)?;
        let inbox = self.link();
        let peer = PeerAddress::new(&peer);
        let link = ForeignLink::new(self.app.clone(), link, Arc::clone(&inbox), peer, path, max_packet);
        self.events.accepted(Arc::new(link)).then_some(inbox)
    }

    /// Bluetooth is there again: the node appears as it should.
    pub fn up(&self) {
        self.is_up.notify_one();
    }

    /// Bluetooth is gone, and every link with it.
    pub fn down(&self, fault: RadioFault) {
        self.forget();
        self.events.down(RadioError::from(fault));
    }
}

impl RadioInbox {
    pub(super) fn new(app: App) -> Arc<RadioInbox> {
        Arc::new(RadioInbox {
            events: EventQueue::default(),
            is_up: Notify::new(),
            app,
            links: Mutex::default(),
        })
    }

    /// The inbox of a link that is about to be.
    pub(super) fn link(&self) -> Arc<LinkInbox> {
        let inbox = Arc::<LinkInbox>::default();
        let mut links = self.links();
        links.retain(|link| link.strong_count() > 0);
        links.push(Arc::downgrade(&inbox));
        inbox
    }

    /// Ends every link, as of another identity.
    pub(super) fn forget(&self) {
        let links = std::mem::take(&mut *self.links());
        links.iter().filter_map(Weak::upgrade).for_each(|link| link.closed());
    }

    fn links(&self) -> MutexGuard<'_, Vec<Weak<LinkInbox>>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As a link needs it; nothing where it is too short for one.
pub(super) fn packet_length(max_packet: u32) -> Option<usize> {
    let length = usize::try_from(max_packet).ok()?.min(limits::PACKET_BYTES);
    (length >= MIN_PACKET).then_some(length)
}

impl fmt::Debug for RadioInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RadioInbox")
    }
}

/// Where the packets of one link are put.
#[derive(Default, uniffi::Object)]
pub struct LinkInbox {
    state: Mutex<Waiting>,
    news: Notify,
}

#[derive(Default)]
struct Waiting {
    packets: VecDeque<Vec<u8>>,
    has_ended: bool,
}

#[uniffi::export]
impl LinkInbox {
    /// A packet came, without the link's id. False where the link has ended: it is to be closed.
    pub fn received(&self, packet: Vec<u8>) -> bool {
        let mut waiting = self.waiting();
        let fits = packet.len() <= limits::PACKET_BYTES && waiting.packets.len() < limits::PACKETS_QUEUED;
        waiting.has_ended |= !fits;
        let stands = !waiting.has_ended;
        if stands {
            waiting.packets.push_back(packet);
        }
        drop(waiting);
        self.news.notify_one();
        stands
    }

    /// The link is gone.
    pub fn closed(&self) {
        self.waiting().has_ended = true;
        self.news.notify_one();
    }
}

impl LinkInbox {
    /// The next packet, those first that came before the end. May be cancelled without loss; one owner waits.
    pub(super) async fn next(&self) -> Option<Vec<u8>> {
        loop {
            {
                let mut waiting = self.waiting();
                if let Some(packet) = waiting.packets.pop_front() {
                    return Some(packet);
                }
                if waiting.has_ended {
                    return None;
                }
            }
            self.news.notified().await;
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.waiting().has_ended
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LinkInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkInbox")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_packet_too_many_ends_the_link_and_those_before_still_arrive() {
        let inbox = LinkInbox::default();
        for _ in 0..limits::PACKETS_QUEUED {
            assert!(inbox.received(vec![7; 20]));
        }
        assert!(!inbox.received(vec![7; 20]) && !inbox.received(vec![7; 20]));
        for _ in 0..limits::PACKETS_QUEUED {
            assert!(inbox.next().await.is_some());
        }
        assert!(inbox.next().await.is_none() && inbox.has_ended());
    }

    #[tokio::test]
    async fn a_packet_too_long_for_any_link_ends_it() {
        let inbox = LinkInbox::default();
        assert!(!inbox.received(vec![7; limits::PACKET_BYTES + 1]));
        assert!(inbox.next().await.is_none());
    }

    #[test]
    fn a_link_too_narrow_for_a_packet_is_none() {
        assert_eq!([17, 18, 512, u32::MAX].map(packet_length), [None, Some(18), Some(512), Some(512)]);
    }
}
