//! Bluetooth and a network at once: one pair in reach by both, and one in reach by neither. In real time, since sockets know no
//! other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests; whatever is not awaited fails them"
)]
#![expect(dead_code, reason = "of the room's help a part is needed here")]

mod air;

use std::time::Duration;

use air::Room;
use sighej_node::{
    Intent, LanConfig, Multiaddr, NodeEvent, Reach, Transport,
    ble::air::{Conditions, Station},
};
use tokio::time::sleep;

const SOON: Duration = Duration::from_secs(30);

fn loopback(peers: Vec<Multiaddr>) -> LanConfig {
    let listen = vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()];
    LanConfig { listen, peers, mdns: false, ..LanConfig::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_that_meets_both_ways_is_one_pair_and_is_nudged_once() {
    let room = Room::new(1, Conditions::default());
    let mut one = room.enter_with(&["devops"], Station::default(), Some(loopback(Vec::new())));
    one.node.intend(Intent::Open).await.unwrap();
    let listening = |event: &NodeEvent| match event {
        NodeEvent::Listening(address) => Some(address.clone()),
        _ => None,
    };
    let address = one.until(SOON, listening).await;
    let mut two = room.enter_with(&["devops"], Station::default(), Some(loopback(vec![address])));
    two.node.intend(Intent::Open).await.unwrap();

    let (ours, theirs) = (one.nudge(SOON).await, two.nudge(SOON).await);
    assert_eq!((&ours.interests, ours.cue), (&theirs.interests, theirs.cue));
    assert_eq!(ours.transport, Transport::Lan, "it needs no dwell");
    // Long enough for dwell by radio, and for the other to try.
    sleep(Duration::from_secs(8)).await;
    for attendee in [&mut one, &mut two] {
        assert_eq!(attendee.nudges_so_far().await, 0, "one nudge is enough");
        let status = attendee.node.status().await.unwrap();
        assert_eq!((status.heard, status.near, status.crowd), (1, 1, 1));
        assert!(attendee.remote.tally().adverts > 50, "the radio was on the air as well");
    }
}

/// A phone and a laptop in two rooms, and in one of them somebody whose network reaches the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_meets_a_laptop_out_of_its_reach_through_one_that_has_radio_and_network() {
    let room = Room::new(2, Conditions::default());
    let far = Station { position: (10_000.0, 0.0), ..Station::default() };
    let mut laptop = room.enter_with(&["devops"], far, Some(loopback(Vec::new())));
    laptop.node.intend(Intent::Open).await.unwrap();
    let listening = |event: &NodeEvent| match event {
        NodeEvent::Listening(address) => Some(address.clone()),
        _ => None,
    };
    let address = laptop.until(SOON, listening).await;
    let mut between = room.enter_with(&["chess"], Station::default(), Some(loopback(vec![address])));
    between.node.intend(Intent::Open).await.unwrap();
    let mut phone = room.enter_with(&["devops"], Station::default(), None);
    phone.node.intend(Intent::Open).await.unwrap();

    let (theirs, ours) = (phone.nudge(2 * SOON).await, laptop.nudge(SOON).await);
    assert_eq!((&ours.interests, ours.cue), (&theirs.interests, theirs.cue));
    for nudge in [&ours, &theirs] {
        assert_eq!((nudge.transport, nudge.reach), (Transport::Mesh, Reach::Hops(1)));
    }
    assert_eq!(between.nudges_so_far().await, 0);
    let [ours, passed_on] = [&phone, &between].map(|attendee| attendee.node.traffic());
    let (ours, passed_on) = (ours.await.unwrap(), passed_on.await.unwrap());
    assert!(passed_on.mesh_bytes_sent > 3_372, "the whole exchange went through the one between");
    assert!(ours.mesh_bytes_sent + ours.mesh_bytes_received < 5_000, "once, and little beside it");
}
