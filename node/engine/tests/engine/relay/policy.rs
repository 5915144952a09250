//! Gates, budgets and memory, where the way leads through a relay.

use sighej_engine::{Config, Event, GateReason, Intent, Transport};

use super::{GOODBYE, KNOCK, UPLOAD, nudges, said, two_apart, two_who_match, withheld};
use crate::world::{World, likes, secs};

#[test]
fn a_knock_waits_for_the_crowd_and_is_then_withheld() {
    let guarded = || Config { crowd_guard: 3, ..likes(&["tea"]) };
    let mut world = two_apart(1, [guarded(), guarded()]);
    world.open_all();
    world.run_for(secs(46));
    assert_eq!(said(&mut world, 0, KNOCK) + said(&mut world, 1, KNOCK), 0);
    world.run_for(secs(20));
    assert_eq!(nudges(&world), [0, 0]);
    assert!(world.nodes.iter().all(|node| node.saw(&withheld(GateReason::CrowdGuard))));
    assert_eq!(said(&mut world, 0, UPLOAD) + said(&mut world, 1, UPLOAD), 2, "the same work");
}

#[test]
fn those_who_met_are_not_nudged_again_in_the_next_epoch() {
    let mut world = two_who_match(2);
    world.run_for(secs(60));
    assert_eq!(nudges(&world), [1, 1]);
    world.run_for(secs(600));
    assert_eq!(world.hall().compared(), 2, "they were compared again");
    assert_eq!(nudges(&world), [1, 1]);
    assert!(world.nodes.iter().all(|node| node.saw(&withheld(GateReason::Met))));
}

#[test]
fn a_block_holds_through_the_relay() {
    let mut world = two_who_match(3);
    world.run_for(secs(60));
    let id = world.nodes[0].nudges()[0].1.id;
    world.intend(0, Intent::Block(id)).unwrap();
    world.run_for(secs(1_300));
    assert_eq!(nudges(&world), [1, 1]);
    assert!(world.nodes[0].saw(&withheld(GateReason::Blocked)));
}

#[test]
fn quiet_hours_close_the_gate_of_one_and_the_other_learns_nothing() {
    let mut world = two_who_match(4);
    let always = sighej_engine::QuietHours { from: 0, until: 0 };
    world.intend(0, Intent::QuietHours(Some(always))).unwrap();
    world.run_for(secs(60));
    assert_eq!(nudges(&world), [0, 0]);
    assert!(world.nodes[0].saw(&withheld(GateReason::QuietHours)));
    assert!(world.nodes[1].saw(&Event::NoMatch { transport: Transport::Relay }));
}

#[test]
fn every_step_has_one_length_whatever_the_gate_and_the_outcome() {
    let lengths = |quiet: bool, other: &[&str]| {
        let mut world = two_apart(5, [likes(&["tea"]), likes(other)]);
        if quiet {
            let always = sighej_engine::QuietHours { from: 0, until: 0 };
            world.intend(0, Intent::QuietHours(Some(always))).unwrap();
        }
        world.open_all();
        world.run_for(secs(60));
        // Which of the two seals first is the digests' matter.
        let mut frames: Vec<_> = world.hall().heard.iter().map(|(_, _, f)| (f[0], f.len())).collect();
        frames.sort_unstable();
        frames
    };
    let nudged = lengths(false, &["tea"]);
    assert_eq!(nudged, lengths(false, &["golf"]));
    assert_eq!(nudged, lengths(true, &["tea"]));
}

#[test]
fn a_device_without_consent_says_nothing_to_the_relay() {
    let mut world = two_apart(6, [likes(&["tea"]), likes(&["tea"])]);
    world.intend(0, Intent::Open).unwrap();
    world.run_for(secs(60));
    assert!(world.hall().heard.iter().all(|(_, from, _)| *from == 0));
}

#[test]
fn closing_says_goodbye_and_nothing_after_it() {
    let mut world = two_who_match(7);
    world.run_for(secs(60));
    world.intend(0, Intent::Close).unwrap();
    world.run_for(secs(60));
    let last = world.hall().heard.iter().rfind(|(_, from, _)| *from == 0).unwrap().2[0];
    assert_eq!(last, GOODBYE);
}

#[test]
fn closing_while_a_verdict_is_awaited_waits_for_it() {
    let mut world = two_who_match(8);
    world.latency = (400, 800);
    while said(&mut world, 0, UPLOAD) + said(&mut world, 1, UPLOAD) == 0 {
        world.run_for(std::time::Duration::from_millis(50));
    }
    world.intend(0, Intent::Close).unwrap();
    world.run_for(secs(30));
    let counts = nudges(&world);
    assert_eq!(counts[0], counts[1], "both or neither");
    assert!(world.nodes[0].saw(&Event::Closed(sighej_engine::ClosedWhy::Asked)));
}

#[test]
fn a_spent_budget_answers_nobody_new_and_the_next_drip_does() {
    // Eight strangers knock at the first, which nobody can hear, and which has eight evaluations to begin with.
    let configs = (0..12).map(|n| Config { crowd_guard: 0, ..likes(&[["tea", "golf"][usize::from(n > 0)]]) });
    let mut world = two_apart(9, configs);
    for other in 1..12 {
        world.hears(0, other, None);
        for third in (1..12).filter(|third| *third != other) {
            world.hears(other, third, None);
        }
    }
    world.open_all();
    world.run_for(secs(300));
    assert!(world.hall().compared() <= 8, "{}", world.hall().compared());
    assert_eq!(world.nodes[0].engine.status(world.time(0)).budget_left, 16 - 8);
}

#[test]
fn nothing_begins_in_the_last_seconds_of_an_epoch() {
    let mut world = World::new(10, [likes(&["tea"]), likes(&["tea"])]).with_relay();
    world.no_dials = true;
    world.open_all();
    // They come near 30 s before the boundary, which lies 500 s after the start.
    world.run_for(secs(470));
    world.hears(0, 1, Some(-60));
    world.hears(1, 0, Some(-60));
    world.run_for(secs(29));
    assert_eq!(said(&mut world, 0, KNOCK) + said(&mut world, 1, KNOCK), 0);
}
