//! Attendees who hear one another's adverts and cannot connect, without a room: they meet by a knock at the relay. The relay
//! is its program, the nodes are whole, the air is in memory.

use std::{future::Future, time::Duration};

use libtest_mimic::Failed;
use sighej_node::{
    Event, Intent, NodeEvent, Nudge, RelayConfig, Transport, Utc,
    ble::{
        Abilities,
        air::{Air, Conditions, Station},
    },
};
use tokio::{runtime::Runtime, time::sleep};

use crate::{
    WITH_A_BOUNDARY,
    air::{Attendee, Room},
    hall::Hall,
};

/// A device whose controller makes no connection.
fn linkless() -> Station {
    Station { links: 0, ..Station::default() }
}

/// Who came to one place, at the time that it is, and uses this relay in no room.
struct Place<'a> {
    room: Room,
    relay: &'a Hall,
}

impl<'a> Place<'a> {
    fn new(relay: &'a Hall) -> Place<'a> {
        Place { room: Room { air: Air::new(1, Conditions::default()), utc: Utc::default() }, relay }
    }

    async fn open(&self, interests: &[&str], station: Station, crowd_guard: usize) -> Attendee {
        let link = self.relay.url().parse().expect("the address of a relay");
        let relay = RelayConfig::new(&link, false).expect("on this machine");
        let attendee = self.room.enter_with(interests, station, |config| {
            config.relay = Some(relay);
            config.engine.crowd_guard = crowd_guard;
        });
        attendee.node.intend(Intent::Open).await.expect("it opens");
        attendee
    }
}

fn play(story: impl Future<Output = ()>) -> Result<(), Failed> {
    Runtime::new()?.block_on(story);
    Ok(())
}

fn same(ours: &Nudge, theirs: &Nudge) {
    assert_eq!((&ours.interests, ours.cue), (&theirs.interests, theirs.cue));
    assert_eq!((ours.transport, theirs.transport), (Transport::Relay, Transport::Relay));
}

/// Nothing but adverts was on the air.
fn had_no_link(attendee: &Attendee) {
    assert_eq!(attendee.remote.tally().packets, 0);
}

pub(crate) fn knocked_at() -> Result<(), Failed> {
    let relay = Hall::open(&[])?;
    play(async {
        let place = Place::new(&relay);
        let mut one = place.open(&["devops", "hardstyle"], linkless(), 1).await;
        let mut two = place.open(&["chess", "hardstyle"], linkless(), 1).await;
        let mut other = place.open(&["knitting"], linkless(), 1).await;
        same(&one.nudge(WITH_A_BOUNDARY).await, &two.nudge(WITH_A_BOUNDARY).await);
        let no_match = |event: &NodeEvent| {
            matches!(event, NodeEvent::Engine(Event::NoMatch { transport: Transport::Relay })).then_some(())
        };
        other.until(WITH_A_BOUNDARY, no_match).await;
        sleep(Duration::from_secs(3)).await;
        for attendee in [&mut one, &mut two, &mut other] {
            assert_eq!(attendee.nudges_so_far().await, 0, "one nudge is enough");
            had_no_link(attendee);
        }
    })
}

pub(crate) fn by_one_alone() -> Result<(), Failed> {
    let relay = Hall::open(&[])?;
    play(async {
        let place = Place::new(&relay);
        let abilities = Abilities { advertises: false, service_data: false, l2cap: false };
        let mut hidden = place.open(&["devops"], Station { abilities, ..linkless() }, 1).await;
        // It hears nobody, so no crowd either.
        let mut heard = place.open(&["devops"], linkless(), 0).await;
        same(&hidden.nudge(WITH_A_BOUNDARY).await, &heard.nudge(WITH_A_BOUNDARY).await);
        assert_eq!(hidden.remote.tally().adverts, 0);
        assert_eq!(heard.node.status().await.expect("it runs").heard, 0);
        had_no_link(&hidden);
    })
}

pub(crate) fn by_nobody() -> Result<(), Failed> {
    let relay = Hall::open(&[])?;
    play(async {
        let place = Place::new(&relay);
        let range = Conditions::default().range;
        let mut one = place.open(&["devops"], linkless(), 0).await;
        let mut far =
            place.open(&["devops"], Station { position: (2.0 * range, 0.0), ..linkless() }, 0).await;
        // Longer than who is heard waits before a knock.
        sleep(Duration::from_secs(30)).await;
        for attendee in [&mut one, &mut far] {
            let traffic = attendee.node.traffic().await.expect("it runs");
            assert!(traffic.relay_frames_sent > 0, "it registered");
            let met = |event: &NodeEvent| {
                matches!(
                    event,
                    NodeEvent::Engine(Event::Nudge(_) | Event::NoMatch { .. } | Event::ExchangeFailed { .. })
                )
            };
            assert!(!attendee.seen().await.iter().any(met));
        }
    })
}
