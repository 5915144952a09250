//! Who initiates, when the other may try, and what is not ready yet.

use std::time::Duration;

use sighej_engine::{AdvertSeen, Config, Event, Failure, RadioAddress, Sighting, Transport};

use crate::{
    solo::{Mallory, Solo},
    world::{World, likes, secs},
};

/// The node with the lower token, then the other.
fn by_token(world: &World) -> (usize, usize) {
    if world.nodes[0].token < world.nodes[1].token { (0, 1) } else { (1, 0) }
}

#[test]
fn on_the_lan_the_lower_token_opens_whoever_dialled() {
    for seed in 0..6 {
        let mut world = World::new(seed, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
        world.open_all();
        let (lower, higher) = by_token(&world);
        world.run_for(secs(10));
        assert_eq!(world.nodes[lower].opened_at().len(), 1);
        assert!(world.nodes[higher].opened_at().is_empty());
        assert!(world.nodes[lower].opened_at()[0] < secs(1), "at once after presence both ways");
    }
}

#[test]
fn on_the_radio_the_lower_token_initiates_after_dwell() {
    for seed in 0..4 {
        let mut world = World::new(seed, [likes(&["tea"]), likes(&["tea"])]).all_on_air();
        world.open_all();
        let (lower, higher) = by_token(&world);
        world.run_for(secs(20));
        let opened = world.nodes[lower].opened_at();
        assert!(opened.len() == 1 && opened[0] >= secs(3) && opened[0] < secs(5), "{opened:?}");
        assert!(world.nodes[higher].opened_at().is_empty());
        assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
    }
}

#[test]
fn the_higher_token_tries_two_seconds_after_its_own_dwell() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
    world.open_all();
    let (lower, higher) = by_token(&world);
    world.hears(higher, lower, Some(-60));
    world.run_for(secs(20));
    let dwelt = world.nodes[higher].when(|event| matches!(event, Event::PeerSeen { .. }))[0];
    let opened = world.nodes[higher].opened_at()[0];
    assert!(opened >= dwelt + secs(2) && opened < dwelt + secs(3), "{dwelt:?} {opened:?}");
    assert!(world.nodes[lower].opened_at().is_empty());
}

#[test]
fn a_device_too_weak_or_of_unknown_strength_is_never_approached() {
    for rssi in [-90, 127] {
        let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
        world.hears(0, 1, Some(rssi));
        world.hears(1, 0, Some(rssi));
        world.open_all();
        world.run_for(secs(60));
        for n in 0..2 {
            assert!(world.nodes[n].opened_at().is_empty());
            assert!(world.nodes[n].when(|event| matches!(event, Event::PeerSeen { .. })).is_empty());
            let alone = world.nodes[n].engine.status(world.time(n)).alone;
            assert_eq!(alone, Some(sighej_engine::Alone::TooFar));
        }
    }
}

#[test]
fn with_the_gate_off_an_unknown_strength_is_near() {
    let open = || Config { rssi_gate: None, ..likes(&["tea"]) };
    let mut world = World::new(1, [open(), open()]);
    world.hears(0, 1, Some(127));
    world.hears(1, 0, Some(127));
    world.open_all();
    world.run_for(secs(20));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
}

#[test]
fn a_responder_holds_message_3_until_its_own_dwell_is_over() {
    // The initiator is quick to dwell; the responder is not, and answers from the same exchange.
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
    world.open_all();
    let (lower, higher) = by_token(&world);
    world.hears(lower, higher, Some(-60));
    world.run_for(secs(2));
    world.hears(higher, lower, Some(-60));
    world.run_for(secs(10));
    assert_eq!(world.nodes[lower].opened_at().len(), 1);
    let (first, dwelt) = (world.nodes[higher].nudges()[0].0, world.nodes[higher].when(seen)[0]);
    assert!(first >= dwelt && first < dwelt + secs(1));
    assert_eq!(world.nodes[lower].nudges().len(), 1);
}

fn seen(event: &Event) -> bool {
    matches!(event, Event::PeerSeen { .. })
}

#[test]
fn a_stranger_out_of_dwell_gets_no_answer_and_tries_again_after_10_30_and_90_seconds() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
    world.open_all();
    let (lower, higher) = by_token(&world);
    world.hears(lower, higher, Some(-60));
    world.hears(higher, lower, Some(-95));
    world.run_for(secs(300));
    assert!(world.nodes.iter().all(|node| node.nudges().is_empty()));
    let far = Event::ExchangeFailed { transport: Transport::Ble, reason: Failure::TooFar };
    assert_eq!(world.nodes[higher].when(|event| *event == far).len(), 4);
    let not_ready = Event::ExchangeFailed { transport: Transport::Ble, reason: Failure::NotReady };
    let tries = world.nodes[lower].opened_at();
    assert_eq!(world.nodes[lower].when(|event| *event == not_ready).len(), 4);
    let pauses: Vec<u64> = tries.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    // Each pause follows six seconds of holding.
    assert_eq!(pauses, [16, 36, 96]);
    assert_eq!(
        world.nodes[higher].engine.status(world.time(higher)).budget_left,
        8 + 8,
        "nothing was burned"
    );
}

#[test]
fn not_ready_once_is_nudged_at_the_next_try() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
    world.open_all();
    let (lower, higher) = by_token(&world);
    world.hears(lower, higher, Some(-60));
    world.hears(higher, lower, Some(-95));
    world.run_for(secs(12));
    world.hears(higher, lower, Some(-60));
    world.run_for(secs(20));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
}

#[test]
fn an_initiator_that_cannot_be_heard_is_admitted_without_dwell_and_counts_for_no_crowd() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
    world.hears(0, 1, Some(-60));
    world.open_all();
    world.run_for(secs(10));
    // The listener has a crowd of one; the other has heard nobody, so its guard withholds.
    assert_eq!(world.nodes[1].engine.status(world.time(1)).crowd, 0);
    let gate = sighej_engine::GateReason::CrowdGuard;
    assert!(world.nodes[1].saw(&Event::Withheld { transport: Transport::Ble, gate }));
    assert!(world.nodes[0].saw(&Event::NoMatch { transport: Transport::Ble }));
}

#[test]
fn a_responder_listens_for_a_caller_that_was_quicker_than_its_advert() {
    // With no dwell the exchange begins before the other has heard anything; its advert follows within the two seconds.
    let quick = || Config { dwell: Duration::ZERO, ..likes(&["tea"]) };
    for seed in 0..4 {
        let mut world = World::new(seed, [quick(), quick()]);
        world.open_all();
        let (lower, higher) = by_token(&world);
        world.hears(lower, higher, Some(-60));
        world.run_for(secs(1));
        assert_eq!(world.nodes[lower].opened_at().len(), 1);
        world.hears(higher, lower, Some(-60));
        world.run_for(secs(2));
        assert!(world.nodes.iter().all(|node| node.nudges().len() == 1), "seed {seed}");
    }
}

#[test]
fn a_caller_that_is_heard_too_weakly_meanwhile_is_held_as_any_other() {
    let quick = || Config { dwell: Duration::ZERO, ..likes(&["tea"]) };
    let mut world = World::new(1, [quick(), quick()]);
    world.open_all();
    let (lower, higher) = by_token(&world);
    world.hears(lower, higher, Some(-60));
    world.run_for(secs(1));
    world.hears(higher, lower, Some(-95));
    world.run_for(secs(8));
    let far = Event::ExchangeFailed { transport: Transport::Ble, reason: Failure::TooFar };
    let opened = world.nodes[lower].opened_at()[0];
    let failed = world.nodes[higher].when(|event| *event == far)[0];
    assert!(failed >= opened + secs(6) && failed < opened + secs(7), "{opened:?} {failed:?}");
}

#[test]
fn a_caller_that_is_never_heard_is_admitted_after_four_seconds() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
    world.hears(0, 1, Some(-60));
    world.open_all();
    world.run_for(secs(10));
    let opened = world.nodes[0].opened_at()[0];
    let admitted = world.nodes[1].when(|event| matches!(event, Event::Withheld { .. }))[0];
    assert!(admitted >= opened + secs(4) && admitted < opened + secs(5), "{opened:?} {admitted:?}");
}

#[test]
fn two_at_once_end_in_one_exchange() {
    // Devices whose adverts are bare initiate towards each other whatever the order.
    let crossed = Event::ExchangeFailed { transport: Transport::Ble, reason: Failure::Crossed };
    let mut crossings = 0;
    for seed in 0..20 {
        let bare = || Config { advertises_token: false, crowd_guard: 0, ..likes(&["tea"]) };
        let mut world = World::new(seed, [bare(), bare()]).all_on_air();
        world.latency = (5, 150);
        world.open_all();
        world.run_for(secs(60));
        for node in &world.nodes {
            assert_eq!(node.nudges().len(), 1, "seed {seed}: {:?}", node.events);
        }
        assert_eq!(world.nodes[0].nudges()[0].1.cue, world.nodes[1].nudges()[0].1.cue);
        crossings += world.nodes.iter().filter(|node| node.saw(&crossed)).count();
        let budget = world.nodes.iter().map(|node| node.engine.status(world.time(0)).budget_left);
        assert!(budget.eq([8, 8]), "one charge each, of nine that came so far");
    }
    assert!(crossings > 3, "{crossings} crossings");
}

#[test]
fn a_bare_advert_is_read_no_sooner_than_35_seconds_after_the_boundary() {
    let bare = Config { advertises_token: false, ..likes(&["tea"]) };
    let mut world = World::new(1, [likes(&["tea"]), bare]).all_on_air();
    world.hears(1, 0, None);
    world.open_all();
    world.run_for(secs(20));
    assert!(
        world.nodes.iter().all(|node| node.opened_at().len() <= 1),
        "100 s after a boundary it is read at once"
    );
    assert_eq!(world.nodes[0].opened_at().len(), 1, "whoever hears it initiates, whatever the order");
    world.run_until(secs(600));
    let dials: Vec<Duration> = world.nodes[0]
        .sent
        .iter()
        .filter(|(at, transmit)| *at > secs(500) && matches!(transmit, sighej_engine::Transmit::Dial { .. }))
        .map(|(at, _)| *at)
        .collect();
    assert!(!dials.is_empty() && dials[0] >= secs(535) && dials[0] < secs(537), "{dials:?}");
}

#[test]
fn one_token_on_two_links_is_one_peer_and_one_exchange() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]);
    world.open_all();
    world.connect(0, 1, Transport::Lan);
    world.connect(1, 0, Transport::Lan);
    world.run_for(secs(30));
    for n in 0..2 {
        let status = world.nodes[n].engine.status(world.time(n));
        assert_eq!((status.heard, status.near, status.crowd), (1, 1, 1));
        assert_eq!(world.nodes[n].nudges().len(), 1);
        assert_eq!(world.nodes[n].when(seen).len(), 1);
    }
    let opened: usize = world.nodes.iter().map(|node| node.opened_at().len()).sum();
    assert_eq!(opened, 1);
}

#[test]
fn a_token_heard_for_less_than_dwell_is_not_near() {
    let mut solo = Solo::open(likes(&["tea"]));
    let token = Mallory::ordered(&solo, true, &["tea"]).secrets.token();
    let advert = AdvertSeen::Token { version_flags: 0x10, token };
    let sighting = Sighting { address: RadioAddress(1), advert, rssi: Some(-50) };
    for _ in 0..20 {
        solo.call(|engine, now| engine.handle_sighting(sighting, now));
        solo.pass(Duration::from_millis(149));
    }
    assert_eq!(solo.engine.status(solo.time()).near, 0);
    solo.pass(secs(1));
    solo.call(|engine, now| engine.handle_sighting(sighting, now));
    assert_eq!(solo.engine.status(solo.time()).near, 1);
    solo.pass(secs(31));
    assert_eq!(solo.engine.status(solo.time()).heard, 0, "lapsed 30 s after its last advert");
}
