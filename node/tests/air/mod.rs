//! A room with an air in memory: attendees, and an ear that hears what anybody hears.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use sighej_node::{
    Config, Event, Failure, Intent, Node, NodeConfig, NodeEvent, Nudge, Profile, Utc,
    ble::{
        AdvertSeen, PeerAddress, Presence, Radio, RadioEvent,
        air::{Air, AirRadio, Conditions, Remote, Station},
    },
};
use tokio::time::{Instant, sleep, timeout};

/// 200 s into an epoch: no boundary is near.
pub(crate) const MIDDLE_OF_AN_EPOCH: u64 = 2_900_000 * 600 + 200;

/// Where attendees meet. All have the same time of day.
pub(crate) struct Room {
    pub(crate) air: Air,
    pub(crate) utc: Utc,
}

impl Room {
    pub(crate) fn new(seed: u64, conditions: Conditions) -> Room {
        Room::at(seed, conditions, MIDDLE_OF_AN_EPOCH)
    }

    pub(crate) fn at(seed: u64, conditions: Conditions, time_of_day: u64) -> Room {
        Room { air: Air::new(seed, conditions), utc: Utc::starting_at(Duration::from_secs(time_of_day)) }
    }

    /// An attendee with a radio and without a network, who is not open yet.
    pub(crate) fn enter(&self, interests: &[&str], station: Station) -> Attendee {
        self.enter_with(interests, station, |_| {})
    }

    /// An attendee with what else is wanted.
    pub(crate) fn enter_with(
        &self,
        interests: &[&str],
        station: Station,
        more: impl FnOnce(&mut NodeConfig),
    ) -> Attendee {
        let profile = Profile::choose(interests, &[""; 0]).unwrap();
        let engine = Config {
            interests: profile.interests().clone(),
            crowd_guard: 1,
            cool_down: Duration::ZERO,
            ..Config::default()
        };
        let radio = self.air.radio(station);
        let remote = radio.remote();
        let mut config =
            NodeConfig { engine, lan: None, radio: Some(radio), relay: None, utc: self.utc.clone() };
        more(&mut config);
        Attendee { node: Node::start(config).unwrap(), remote, lost_link: false }
    }

    pub(crate) async fn open(&self, interests: &[&str]) -> Attendee {
        self.open_at(interests, Station::default()).await
    }

    pub(crate) async fn open_at(&self, interests: &[&str], station: Station) -> Attendee {
        let attendee = self.enter(interests, station);
        attendee.node.intend(Intent::Open).await.unwrap();
        attendee
    }

    /// Somebody who listens, and is neither heard nor an attendee.
    pub(crate) async fn ear(&self) -> Ear {
        let station = Station { links: 64, ..Station::default() };
        let abilities = sighej_node::ble::Abilities { advertises: false, ..station.abilities };
        let radio = self.air.radio(Station { abilities, ..station });
        radio.appear(Presence([0x10; 9])).await.unwrap();
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        tokio::spawn(listen(Arc::clone(&radio), Arc::clone(&heard)));
        Ear { radio, heard }
    }
}

/// A node, and the hand on its radio.
pub(crate) struct Attendee {
    pub(crate) node: Node,
    pub(crate) remote: Remote,
    /// An exchange of it was lost with its link.
    pub(crate) lost_link: bool,
}

impl Attendee {
    /// What the first event that is wanted holds; others are passed over.
    pub(crate) async fn until<T>(&mut self, within: Duration, wanted: impl Fn(&NodeEvent) -> Option<T>) -> T {
        let mut seen = Vec::new();
        let waiting = async {
            loop {
                let event = self.node.event().await.expect("the node has ended");
                self.lost_link |= is_lost_link(&event);
                if let Some(found) = wanted(&event) {
                    return found;
                }
                seen.push(format!("{event:?}"));
            }
        };
        match timeout(within, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("it did not come within {within:?}; there was\n{}", seen.join("\n")),
        }
    }

    pub(crate) async fn nudge(&mut self, within: Duration) -> Nudge {
        self.until(within, |event| match event {
            NodeEvent::Engine(Event::Nudge(nudge)) => Some(nudge.clone()),
            _ => None,
        })
        .await
    }

    /// What has happened since.
    pub(crate) async fn seen(&mut self) -> Vec<NodeEvent> {
        let mut seen = Vec::new();
        while let Ok(Some(event)) = timeout(Duration::ZERO, self.node.event()).await {
            self.lost_link |= is_lost_link(&event);
            seen.push(event);
        }
        seen
    }

    pub(crate) async fn nudges_so_far(&mut self) -> usize {
        let is_nudge = |event: &&NodeEvent| matches!(event, NodeEvent::Engine(Event::Nudge(_)));
        self.seen().await.iter().filter(is_nudge).count()
    }
}

fn is_lost_link(event: &NodeEvent) -> bool {
    matches!(event, NodeEvent::Engine(Event::ExchangeFailed { reason: Failure::LinkLost, .. }))
}

/// Whether an exchange came to its end with this.
pub(crate) fn ends(event: &NodeEvent) -> bool {
    matches!(event, NodeEvent::Engine(Event::Nudge(_) | Event::NoMatch { .. } | Event::Withheld { .. }))
}

/// One identity, as anybody hears it.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) address: PeerAddress,
    pub(crate) presence: Presence,
    pub(crate) first: Instant,
    pub(crate) last: Instant,
}

/// What is heard in a room, in the order of first adverts.
pub(crate) struct Ear {
    pub(crate) radio: Arc<AirRadio>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Ear {
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) async fn first_heard(&self) -> PeerAddress {
        loop {
            if let Some(heard) = self.heard().first() {
                return heard.address.clone();
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn listen(radio: Arc<AirRadio>, heard: Arc<Mutex<Vec<Heard>>>) {
    while let Some(event) = radio.event().await {
        let RadioEvent::Sighted(sighting) = event else { continue };
        let AdvertSeen::Presence(presence) = sighting.advert else { continue };
        let now = Instant::now();
        let mut heard = heard.lock().unwrap();
        let known = heard
            .iter_mut()
            .find(|known| known.address == sighting.address && known.presence.token() == presence.token());
        match known {
            Some(known) => known.last = now,
            None => heard.push(Heard { address: sighting.address, presence, first: now, last: now }),
        }
    }
}
