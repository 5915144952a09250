//! Repeats: about 3 and 6 minutes later, whatever the outcome, at no charge.

use std::time::Duration;

use sighej_crypto::meter;
use sighej_engine::{Event, GateReason, Intent, QuietHours, Transmit, Transport};

use crate::world::{World, likes, secs};

fn openings(world: &World) -> Vec<(usize, Duration)> {
    let mut openings: Vec<(usize, Duration)> = Vec::new();
    for (n, node) in world.nodes.iter().enumerate() {
        openings.extend(node.opened_at().into_iter().map(|at| (n, at)));
    }
    openings.sort_by_key(|(_, at)| *at);
    openings
}

#[test]
fn a_pair_in_reach_repeats_twice_in_the_order_of_first_contact_whatever_the_outcome() {
    for (seed, names) in [(1, ["tea", "tea"]), (2, ["tea", "jazz"])] {
        let mut world = World::new(seed, [likes(&names[..1]), likes(&names[1..])]).all_on_lan();
        world.open_all();
        world.run_for(secs(499));
        let openings = openings(&world);
        assert_eq!(openings.len(), 3, "{openings:?}");
        assert!(openings.iter().all(|(n, _)| *n == openings[0].0), "the order of first contact repeats");
        let later = |i: usize| (openings[i].1 - openings[0].1).as_secs();
        assert!((180..201).contains(&later(1)) && (360..381).contains(&later(2)), "{openings:?}");
    }
}

#[test]
fn a_repeat_brings_no_second_nudge() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(499));
    for node in &world.nodes {
        assert_eq!(node.nudges().len(), 1);
        let again = Event::Withheld { transport: Transport::Lan, gate: GateReason::AlreadyNudged };
        assert_eq!(node.when(|event| *event == again).len(), 2);
    }
}

#[test]
fn a_digest_already_nudged_gets_true_tags_whatever_the_gates() {
    // One side is nudged first, the other was gated; the first is gated afterwards, and the other still learns.
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.open_all();
    world.latency = (5, 5);
    let (initiator, responder) = until_message(&mut world, 4);
    // The last message is lost with its link.
    world.run_for(Duration::from_millis(8));
    world.set_lan(0, 1, false);
    world.run_for(secs(2));
    assert_eq!((world.nodes[initiator].nudges().len(), world.nodes[responder].nudges().len()), (1, 0));
    world.set_lan(0, 1, true);
    world.intend(initiator, Intent::QuietHours(Some(QuietHours { from: 0, until: 0 }))).unwrap();
    world.run_for(secs(300));
    assert_eq!((world.nodes[initiator].nudges().len(), world.nodes[responder].nudges().len()), (1, 1));
}

/// Runs until that message is sent; says who initiates and who responds.
fn until_message(world: &mut World, message: usize) -> (usize, usize) {
    loop {
        world.run_for(Duration::from_millis(1));
        let frames: usize =
            world.nodes.iter().map(|node| node.sent.iter().filter(|(_, t)| is_frame(t)).count()).sum();
        if frames >= message {
            return if world.nodes[0].opened_at().is_empty() { (1, 0) } else { (0, 1) };
        }
    }
}

fn is_frame(transmit: &Transmit) -> bool {
    matches!(transmit, Transmit::Frame { .. })
}

#[test]
fn the_other_side_starts_30_seconds_later_if_nothing_came() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(10));
    let first = openings(&world)[0];
    let other = 1 - first.0;
    world.run_until(secs(170));
    assert_eq!(openings(&world).len(), 1);
    // The first side's repeats are all lost on the way.
    world.faults.lost = 100;
    world.run_until(secs(231));
    world.faults.lost = 0;
    world.run_until(secs(260));
    let openings = openings(&world);
    let fallback = openings.iter().find(|(n, _)| *n == other);
    assert!(fallback.is_some_and(|(_, at)| *at >= first.1 + secs(230)), "{openings:?}");
    assert!(openings.len() < 8, "no flood of tries on a link that comes and goes: {openings:?}");
}

#[test]
fn a_gate_that_was_closed_at_first_is_made_good_by_a_repeat() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.intend(1, Intent::QuietHours(Some(QuietHours { from: 0, until: 0 }))).unwrap();
    world.open_all();
    world.run_for(secs(60));
    assert!(world.nodes.iter().all(|node| node.nudges().is_empty()));
    world.intend(1, Intent::QuietHours(None)).unwrap();
    world.run_for(secs(160));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
}

#[test]
fn a_repeat_sends_the_evaluation_again_and_charges_nothing() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["jazz"])]).all_on_lan();
    world.open_all();
    meter::take();
    world.run_for(secs(20));
    let first = meter::take();
    let charged = world.nodes[0].engine.status(world.time(0)).budget_left;
    assert_eq!(charged, 7);
    world.run_until(secs(220));
    let repeat = meter::take();
    assert_eq!(world.nodes[0].engine.status(world.time(0)).budget_left, 7 + 220 / 35);
    assert!(repeat.point_muls + 32 <= first.point_muls, "two evaluations of 16 fewer: {first:?} {repeat:?}");
}

#[test]
fn at_most_three_exchanges_are_completed_with_one_digest() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["jazz"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(499));
    for node in &world.nodes {
        let completed = node.when(|event| *event == Event::NoMatch { transport: Transport::Lan });
        assert_eq!(completed.len(), 3);
    }
}

#[test]
fn a_repeat_uses_the_radio_as_well() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["jazz"])]).all_on_air();
    world.open_all();
    world.run_for(secs(499));
    let openings = openings(&world);
    assert_eq!(openings.len(), 3, "{openings:?}");
    assert!(openings.iter().all(|(n, _)| *n == openings[0].0));
}
