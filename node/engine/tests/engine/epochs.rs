//! Boundaries, silences, clocks that jump, and changed interests.

use sighej_engine::{Air, Alone, ClosedWhy, Event, Intent, Transmit};

use crate::world::{World, interests, likes, secs};

/// Worlds start 100 s after a boundary.
const TO_BOUNDARY: u64 = 500;

fn pair() -> World {
    World::new(2, [likes(&["tea"]), likes(&["tea"])]).all_on_lan()
}

#[test]
fn at_a_boundary_a_device_falls_silent_and_comes_back_as_another() {
    let mut world = pair();
    world.open_all();
    world.run_for(secs(TO_BOUNDARY + 40));
    for node in &world.nodes {
        let appearances = node.appearances();
        assert_eq!(node.fell_silent_at(), [secs(TO_BOUNDARY)]);
        assert_eq!(appearances.len(), 2);
        let silence = appearances[1].0 - secs(TO_BOUNDARY);
        assert!((secs(5)..secs(30)).contains(&silence), "{silence:?}");
        assert_ne!(appearances[0].1, appearances[1].1);
        assert_eq!(node.when(|event| matches!(event, Event::Epoch { .. })).len(), 2);
    }
    assert_ne!(
        world.nodes[0].appearances()[1].0,
        world.nodes[1].appearances()[1].0,
        "each silence is its own"
    );
}

#[test]
fn during_the_silence_nothing_is_held_and_nothing_answered() {
    let mut world = pair();
    world.open_all();
    world.run_for(secs(TO_BOUNDARY + 1));
    for n in 0..2 {
        let status = world.nodes[n].engine.status(world.time(n));
        assert_eq!((status.epoch, status.heard, status.alone), (None, 0, Some(Alone::BetweenEpochs)));
    }
}

#[test]
fn no_exchange_starts_in_the_last_15_seconds() {
    let mut world = pair();
    world.run_for(secs(TO_BOUNDARY - 14));
    world.open_all();
    world.run_for(secs(13));
    assert!(world.nodes.iter().all(|node| node.opened_at().is_empty()));
    let mut earlier = pair();
    earlier.run_for(secs(TO_BOUNDARY - 20));
    earlier.open_all();
    earlier.run_for(secs(4));
    assert!(earlier.nodes.iter().all(|node| node.nudges().len() == 1));
}

#[test]
fn a_clock_that_jumps_back_over_a_boundary_draws_afresh() {
    let mut world = pair();
    world.open_all();
    world.run_for(secs(TO_BOUNDARY + 60));
    world.nodes[0].utc_ahead = Some(-120);
    world.run_for(secs(60));
    let appearances = world.nodes[0].appearances();
    assert_eq!(appearances.len(), 3);
    assert!(
        appearances[2].1 != appearances[1].1 && appearances[2].1 != appearances[0].1,
        "never an old one again"
    );
    let epochs: Vec<u32> = world.nodes[0].events.iter().filter_map(|(_, event)| epoch(event)).collect();
    assert_eq!(epochs[0], epochs[2], "the number comes again, the secrets do not");
}

fn epoch(event: &Event) -> Option<u32> {
    if let Event::Epoch { number } = event { Some(*number) } else { None }
}

#[test]
fn a_clock_that_jumps_within_an_epoch_moves_its_end() {
    let mut world = pair();
    world.open_all();
    world.run_for(secs(100));
    world.nodes[0].utc_ahead = Some(200);
    world.run_for(secs(201));
    assert_eq!(world.nodes[0].fell_silent_at(), [secs(TO_BOUNDARY - 200)]);
    assert!(world.nodes[1].fell_silent_at().is_empty());
}

#[test]
fn a_clock_that_is_lost_closes_the_device_at_the_boundary() {
    let mut world = pair();
    world.open_all();
    world.run_for(secs(100));
    world.nodes[0].utc_ahead = None;
    world.run_for(secs(TO_BOUNDARY - 101));
    assert_eq!(world.nodes[0].appearances().len(), 1, "within an epoch the time is carried on");
    world.run_for(secs(40));
    assert!(world.nodes[0].saw(&Event::Closed(ClosedWhy::NoClock)));
    assert_eq!(world.nodes[0].appearances().len(), 1);
}

#[test]
fn devices_whose_clocks_differ_by_a_little_meet_across_the_boundary() {
    let mut world = pair();
    world.nodes[0].utc_ahead = Some(3);
    world.open_all();
    world.run_for(secs(TO_BOUNDARY + 60));
    for node in &world.nodes {
        let seen = node.when(|event| matches!(event, Event::PeerSeen { .. }));
        assert!(seen.iter().any(|at| *at > secs(TO_BOUNDARY)), "{seen:?}");
    }
}

#[test]
fn changed_interests_wait_for_the_boundary() {
    let mut world = World::new(2, [likes(&["tea"]), likes(&["jazz"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(10));
    world.intend(0, Intent::Interests { set: interests(&["jazz"]), insist: false }).unwrap();
    world.run_for(secs(TO_BOUNDARY - 20));
    assert!(world.nodes.iter().all(|node| node.nudges().is_empty()));
    assert_eq!(world.nodes[0].appearances().len(), 1);
    world.run_for(secs(60));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
}

#[test]
fn where_the_attendee_insists_changed_interests_take_a_silence_of_one_to_three_minutes() {
    let mut world = World::new(2, [likes(&["tea"]), likes(&["jazz"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(10));
    world.intend(0, Intent::Interests { set: interests(&["jazz"]), insist: true }).unwrap();
    world.run_for(secs(200));
    let node = &world.nodes[0];
    let silence = node.appearances()[1].0 - node.fell_silent_at()[0];
    assert!((secs(60)..secs(180)).contains(&silence), "{silence:?}");
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
}

#[test]
fn interests_set_while_closed_take_effect_with_the_opening() {
    let mut world = World::new(2, [likes(&[]), likes(&["jazz"])]).all_on_lan();
    world.intend(0, Intent::Interests { set: interests(&["jazz"]), insist: false }).unwrap();
    world.open_all();
    world.run_for(secs(10));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
}

#[test]
fn a_change_of_a_flag_keeps_the_identity() {
    let mut world = World::new(4, (0..12).map(|_| likes(&["tea"]))).all_on_lan();
    world.open_all();
    world.run_for(secs(60));
    let node = world
        .nodes
        .iter()
        .find(|node| flags(node).len() > 1)
        .expect("a budget of eight is spent among twelve");
    assert_eq!(node.appearances().len(), 1);
}

/// The flags byte in each presence or advert that was sent.
fn flags(node: &crate::node::Node) -> Vec<u8> {
    let mut flags: Vec<u8> = Vec::new();
    for (_, transmit) in &node.sent {
        let byte = match transmit {
            Transmit::Air(Air::Present { version_flags, .. }) => Some(*version_flags),
            Transmit::Presence { bytes, .. } => bytes.first().copied(),
            Transmit::Air(Air::Silent)
            | Transmit::Dial { .. }
            | Transmit::OpenChannel { .. }
            | Transmit::Frame { .. }
            | Transmit::CloseChannel { .. }
            | Transmit::CloseLink { .. }
            | Transmit::Mesh { .. }
            | Transmit::RelayFrame { .. }
            | Transmit::RelayClose { .. } => None,
        };
        flags.extend(byte.filter(|byte| flags.last() != Some(byte)));
    }
    flags
}
