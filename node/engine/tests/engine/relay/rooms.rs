//! Rooms: a proposal of the relay stands in for having heard somebody.

use sighej_engine::{Config, Event, GateReason, Reach, Transport};

use super::{in_room, nudges, withheld};
use crate::world::{World, likes, secs};

fn apart(seed: u64, configs: impl IntoIterator<Item = Config>) -> World {
    let mut world = World::new(seed, configs).with_relay();
    world.open_all();
    world
}

#[test]
fn members_of_a_room_are_nudged_though_nobody_heard_anybody_and_no_crowd_is_near() {
    let guarded = |names| Config { crowd_guard: 3, ..in_room(names, 1) };
    let mut world = apart(1, [guarded(&["tea"]), guarded(&["tea", "golf"])]);
    world.run_for(secs(10));
    assert_eq!(nudges(&world), [1, 1]);
    assert_eq!(world.nodes[0].nudges()[0].1.reach, Reach::Relay);
}

#[test]
fn different_rooms_do_not_meet() {
    let mut world = apart(2, [in_room(&["tea"], 1), in_room(&["tea"], 2)]);
    world.run_for(secs(120));
    assert_eq!((nudges(&world), world.hall().compared()), (vec![0, 0], 0));
}

#[test]
fn a_crowd_in_a_room_is_met_within_the_eight_that_nobody_heard() {
    let configs = (0..14).map(|n| in_room(if n == 0 { &["tea"] } else { &["golf"] }, 3));
    let mut world = apart(3, configs);
    world.run_for(secs(470));
    for node in &world.nodes {
        let compared = node.when(|event| {
            matches!(
                event,
                Event::NoMatch { transport: Transport::Relay }
                    | Event::Nudge(_)
                    | Event::Withheld { transport: Transport::Relay, .. }
            )
        });
        assert!((4..=8).contains(&compared.len()), "{}", compared.len());
    }
}

#[test]
fn the_cool_down_binds_a_room_too() {
    let mut world = apart(4, (0..4).map(|_| in_room(&["tea"], 4)));
    world.run_for(secs(100));
    for node in &world.nodes {
        assert!((1..=2).contains(&node.nudges().len()));
        assert!(node.saw(&withheld(GateReason::CoolDown)));
    }
}

#[test]
fn a_room_that_was_left_by_wiping_is_not_entered_again() {
    let mut world = apart(5, [in_room(&["tea"], 5), in_room(&["tea"], 5)]);
    world.run_for(secs(1));
    world.intend(0, sighej_engine::Intent::Wipe).unwrap();
    let set = crate::world::interests(&["tea"]);
    world.intend(0, sighej_engine::Intent::Interests { set, insist: false }).unwrap();
    world.intend(0, sighej_engine::Intent::Open).unwrap();
    let before = world.hall().heard.len();
    world.run_for(secs(60));
    let joined = world.hall().heard[before..].iter().any(|(_, from, frame)| *from == 0 && frame[0] == 2);
    assert!(!joined);
}

#[test]
fn somebody_heard_and_in_the_room_is_nudged_once() {
    let both = |names| Config { rooms: in_room(names, 6).rooms, ..likes(names) };
    let mut world = World::new(6, [both(&["tea"]), both(&["tea"])]).all_on_air().all_on_lan().with_relay();
    world.open_all();
    world.run_for(secs(500));
    assert_eq!(nudges(&world), [1, 1]);
}
