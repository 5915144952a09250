//! What happens where a bound is reached.

use sighej_matcher::{Event, Limits, SessionEnd};
use sighej_relay_api::wire::{Bye, Refusal};

use crate::world::{Told, World};

#[test]
fn one_session_too_many_is_refused_and_the_others_stay() {
    let mut world = World::with_limits(3, Limits { sessions: 2, ..Limits::default() });
    (0..3).for_each(|device| world.register(device));
    assert_eq!(world.take(2), [Told::Closed(Some(Bye::Full))]);
    assert_eq!(world.matcher.sessions(), 2);
    // Who is known comes back although it is full.
    world.lose(0);
    world.register(0);
    assert_eq!(world.take(0).last(), Some(&Told::Registered { resumed: true }));
}

#[test]
fn one_knock_too_many_is_refused() {
    let mut world = World::with_limits(4, Limits { knocks_outstanding: 2, ..Limits::default() });
    (0..4).for_each(|device| world.register(device));
    (1..4).for_each(|device| world.knock(0, device));
    assert_eq!(world.take(0).last(), Some(&Told::Refused(Refusal::TooMany)));
    // What is answered counts no more.
    world.accept(1, 0, 1);
    world.knock(0, 3);
    assert!(matches!(world.take(3).last(), Some(Told::Knocked { .. })));
}

#[test]
fn strangers_who_flood_one_with_knocks_push_out_their_own_and_no_pair_that_was_answered() {
    let limits = Limits { pairs_per_session: 4, ..Limits::default() };
    let mut world = World::with_limits(30, limits);
    (0..30).for_each(|device| world.register(device));
    world.take(0);
    world.take(1);
    let (a, b) = world.exchange_seals(1, 0);
    (2..30).for_each(|device| world.knock(device, 0));
    assert_eq!(world.matcher.pairs(), 4);
    world.upload(1, 0, a, 1);
    world.upload(0, 1, b, 1);
    assert_eq!(world.take(1), [Told::Verdict { pair: a, items: 1 }]);
    // An honest one still gets through: its knock is delivered at once.
    let before = world.take(0).len();
    assert!(before > 28);
}

#[test]
fn pairs_of_all_sessions_together_are_bounded() {
    let mut world = World::with_limits(6, Limits { pairs: 2, ..Limits::default() });
    (0..6).for_each(|device| world.register(device));
    world.knock(0, 1);
    world.knock(2, 3);
    world.knock(4, 5);
    assert_eq!(world.take(4).last(), Some(&Told::Refused(Refusal::Busy)));
    assert_eq!(world.matcher.pairs(), 2);
}

#[test]
fn the_pairs_of_an_epoch_are_bounded() {
    let mut world = World::with_limits(4, Limits { pairs_per_epoch: 1, ..Limits::default() });
    (0..4).for_each(|device| {
        world.register(device);
        world.take(device);
    });
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(0, 1, a, 1);
    world.upload(1, 0, b, 1);
    world.take(0);
    world.knock(0, 2);
    assert_eq!(world.take(0), [Told::Refused(Refusal::TooMany)]);
    world.knock(3, 1);
    assert_eq!(world.take(3), [Told::Refused(Refusal::Busy)]);
}

#[test]
fn who_floods_is_cut_off_and_who_keeps_to_the_rate_is_not() {
    let mut world = World::registered(2);
    for _ in 0..128 {
        world.join(0, 1, false);
    }
    assert_eq!(world.take(0), []);
    world.join(0, 1, false);
    assert_eq!(world.take(0), [Told::Closed(Some(Bye::Flood))]);
    assert_eq!(world.count(Event::SessionClosed(SessionEnd::Cut(Bye::Flood))), 1);
    for _ in 0..20 {
        for _ in 0..16 {
            world.join(1, 1, false);
        }
        world.pass(1);
    }
    assert_eq!(world.take(1), []);
}
