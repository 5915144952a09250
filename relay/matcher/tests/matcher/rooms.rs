//! Rooms: who is proposed to whom.

use sighej_matcher::{Event, Limits};
use sighej_relay_api::wire::Refusal;

use crate::world::{Told, World};

/// A room of so many, all open.
fn room(members: usize) -> World {
    let mut world = World::registered(members);
    for device in 0..members {
        world.join(device, 1, true);
    }
    world
}

/// The pair that a device was proposed, if it was.
fn proposed(told: &[Told]) -> Option<u32> {
    told.iter().find_map(|told| if let Told::Proposed { pair } = told { Some(*pair) } else { None })
}

#[test]
fn two_in_a_room_are_proposed_and_paired_without_a_token() {
    let mut world = room(2);
    let (one, other) = (world.take(0), world.take(1));
    let (from, a) = match (proposed(&one), proposed(&other)) {
        (Some(pair), None) => (0, pair),
        (None, Some(pair)) => (1, pair),
        both => panic!("one of the two knocks, and not {both:?}"),
    };
    let to = 1 - from;
    world.knock_proposed(from, a);
    let Some(Told::Knocked { pair: b, in_room: true, .. }) = world.take(to).pop() else { panic!("no knock") };
    world.accept(to, from, b);
    world.seal(from, to, a);
    world.seal(to, from, b);
    world.upload(from, to, a, 1);
    world.upload(to, from, b, 1);
    assert_eq!(world.take(from).last(), Some(&Told::Verdict { pair: a, items: 1 }));
    assert_eq!(world.take(to).last(), Some(&Told::Verdict { pair: b, items: 1 }));
    world.pass(300);
    assert_eq!(world.count(Event::Proposed), 1, "they had their pair");
}

#[test]
fn nobody_is_proposed_more_often_than_the_limit_and_everybody_gets_a_turn() {
    let mut world = room(12);
    let mut turns = [0; 12];
    for _ in 0..60 {
        world.pass(1);
        for (device, turns) in turns.iter_mut().enumerate() {
            for told in world.take(device) {
                if let Told::Proposed { pair } = told {
                    *turns += 1;
                    world.knock_proposed(device, pair);
                } else if let Told::Knocked { .. } = told {
                    *turns += 1;
                }
            }
        }
    }
    // One at once and one every 15 s, at either end of a pair.
    assert!(turns.iter().all(|turns| (3..=5).contains(turns)), "{turns:?}");
}

#[test]
fn who_is_not_open_is_left_alone_until_it_is() {
    let mut world = World::registered(2);
    world.join(0, 1, true);
    world.join(1, 1, false);
    world.pass(60);
    assert_eq!(world.count(Event::Proposed), 0);
    world.join(1, 1, true);
    assert_eq!(world.count(Event::Proposed), 1);
}

#[test]
fn different_rooms_never_meet_nor_does_who_is_away() {
    let mut world = World::registered(3);
    world.join(0, 1, true);
    world.join(1, 2, true);
    world.join(2, 1, true);
    assert_eq!(world.count(Event::Proposed), 1, "0 and 2");
    world.lose(2);
    world.pass(59);
    assert_eq!(world.count(Event::Proposed), 1);
}

#[test]
fn a_proposal_that_nobody_takes_up_can_be_made_again() {
    let mut world = room(2);
    world.pass(120);
    assert!(world.count(Event::Proposed) > 1);
    assert!(world.matcher.pairs() <= 1);
}

#[test]
fn a_full_room_and_one_room_too_many_are_refused() {
    let mut world = World::with_limits(3, Limits { room_members: 2, ..Limits::default() });
    for device in 0..3 {
        world.register(device);
        world.join(device, 9, false);
    }
    assert_eq!(world.take(2).last(), Some(&Told::Refused(Refusal::Busy)));
    for room in 0..4 {
        world.join(0, room, false);
    }
    assert_eq!(world.take(0).last(), Some(&Told::Refused(Refusal::TooMany)));
    // Who leaves makes room.
    world.say(1, sighej_relay_api::wire::ClientMessage::Goodbye);
    world.join(2, 9, true);
    assert_eq!(world.take(2), []);
}
