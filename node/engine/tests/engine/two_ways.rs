//! One pair, two transports: nudged once, and by the other where one is lost.

use std::time::Duration;

use sighej_engine::{
    AdvertSeen, Config, Event, Failure, LinkId, RadioAddress, Sighting, Transmit, Transport,
};

use crate::{
    solo::{Mallory, Solo},
    world::{World, likes, secs},
};

/// The messages after which one's own device has nothing more to wait for: a lost message 5 waits for the repeat.
const LAST: u32 = 4;

fn tea_drinkers(seed: u64) -> World {
    World::new(seed, [likes(&["tea"]), likes(&["tea"])])
}

#[test]
fn a_pair_that_is_reachable_both_ways_is_nudged_once_and_charged_once() {
    for seed in 0..6 {
        let mut world = tea_drinkers(seed).all_on_lan().all_on_air();
        world.open_all();
        world.run_for(secs(499));
        for n in 0..2 {
            assert_eq!(world.nodes[n].nudges().len(), 1, "seed {seed}");
            let status = world.nodes[n].engine.status(world.time(n));
            assert_eq!((status.heard, status.near, status.crowd), (1, 1, 1));
            assert_eq!(status.budget_left, 8 + 14 - 1, "one stranger");
        }
        let cues = [0, 1].map(|n: usize| world.nodes[n].nudges()[0].1.cue);
        assert_eq!(cues[0], cues[1]);
        let opened: usize = world.nodes.iter().map(|node| node.opened_at().len()).sum();
        assert!(opened <= 3, "all paths together: {opened}");
    }
}

#[test]
fn a_radio_link_lost_at_any_message_is_dialled_again() {
    for message in 0..=LAST {
        for seed in 0..4 {
            let mut world = tea_drinkers(seed).all_on_air();
            world.cut_after = Some(message);
            world.open_all();
            world.run_for(if message == LAST { secs(260) } else { secs(40) });
            let lost = |event: &Event| {
                matches!(
                    event,
                    Event::ExchangeFailed { reason: Failure::LinkLost, transport: Transport::Ble }
                )
            };
            assert!(world.nodes.iter().any(|node| !node.when(lost).is_empty()), "it was lost");
            for node in &world.nodes {
                assert_eq!(node.nudges().len(), 1, "message {message}, seed {seed}: {:?}", node.events);
            }
            for n in 0..2 {
                let spent = world.nodes[n].engine.status(world.time(n)).budget_left;
                let drips = world.now.as_secs() / 35;
                assert_eq!(u64::from(spent), 8 + drips - 1, "the second try costs nothing");
            }
        }
    }
}

#[test]
fn a_dial_that_comes_through_after_the_peer_called_brings_no_second_exchange() {
    let quick = Config { dwell: Duration::ZERO, ..likes(&["tea"]) };
    let mut solo = Solo::open(quick);
    let mut mallory = Mallory::ordered(&solo, true, &["tea"]);
    let (theirs, ours, address) = (LinkId(1), LinkId(2), RadioAddress(7));
    let advert = AdvertSeen::Token { version_flags: 0x10, token: mallory.secrets.token() };
    let sighting = Sighting { address, advert, rssi: Some(-50) };
    solo.call(|engine, now| engine.handle_sighting(sighting, now));
    solo.pass(Duration::ZERO);
    assert!(solo.sent.contains(&Transmit::Dial { address }));
    let caller = Some(RadioAddress(8));
    solo.call(|engine, now| engine.handle_link_up(theirs, Transport::Ble, caller, now));
    let channel = solo.open_channel(theirs);
    assert!(mallory.initiate(&mut solo, channel).is_some());
    solo.call(|engine, now| engine.handle_link_up(ours, Transport::Ble, Some(address), now));
    solo.pass(secs(3));
    assert!(solo.opened().is_none(), "they have just compared");
    assert!(solo.sent.contains(&Transmit::CloseLink { link: ours }));
    assert_eq!(solo.engine.status(solo.time()).budget_left, 7, "one stranger");
}

#[test]
fn what_the_radio_lost_is_tried_again_over_the_network() {
    for message in 0..=LAST {
        for seed in 0..4 {
            let mut world = tea_drinkers(seed).all_on_air();
            world.cut_after = Some(message);
            world.open_all();
            while world.cut_after.is_some() {
                world.run_for(secs(1));
            }
            world.hears(0, 1, None);
            world.hears(1, 0, None);
            world.set_lan(0, 1, true);
            world.run_for(if message == LAST { secs(260) } else { secs(15) });
            for node in &world.nodes {
                assert_eq!(node.nudges().len(), 1, "message {message}, seed {seed}: {:?}", node.events);
            }
            let by_lan = |node: &crate::node::Node| node.nudges()[0].1.transport == Transport::Lan;
            let how = world.nodes.iter().filter(|node| by_lan(node)).count();
            assert_eq!(how, if message == LAST { 1 } else { 2 });
        }
    }
}

#[test]
fn what_the_network_loses_is_tried_again_by_radio_and_not_by_the_network() {
    for message in 0..LAST {
        for seed in 0..4 {
            let mut world = tea_drinkers(seed).all_on_lan().all_on_air();
            world.cut_after = Some(message);
            world.open_all();
            world.run_for(secs(12));
            for node in &world.nodes {
                let nudges = node.nudges();
                assert_eq!(nudges.len(), 1, "message {message}, seed {seed}: {:?}", node.events);
                assert_eq!(nudges[0].1.transport, Transport::Ble, "message {message}, seed {seed}");
            }
        }
    }
}
