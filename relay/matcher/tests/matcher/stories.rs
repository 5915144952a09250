//! What a few devices live through.

use sighej_matcher::{Event, SessionEnd};
use sighej_relay_api::wire::{Bye, ClientMessage, Refusal};

use crate::world::{EPOCH, Told, World};

#[test]
fn a_token_that_was_heard_leads_to_one_nudge_on_both_sides() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(1, 0, b, 3);
    assert_eq!(world.take(0), [], "nothing is decided with one upload");
    world.upload(0, 1, a, 3);
    assert_eq!(world.take(0), [Told::Verdict { pair: a, items: 3 }]);
    assert_eq!(world.take(1), [Told::Verdict { pair: b, items: 3 }]);
    world.done(0, a);
    world.done(1, b);
    assert_eq!(world.matcher.pairs(), 0, "nothing is kept of a pair that is done");
    for event in
        [Event::Knocked, Event::Introduced, Event::Compared { items: 3, matched: true }, Event::Nudged]
    {
        assert_eq!(world.count(event), 1, "{event:?}");
    }
}

#[test]
fn with_nothing_in_common_both_are_told_the_same() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(0, 1, a, 0);
    world.upload(1, 0, b, 0);
    assert_eq!(world.take(0), [Told::Verdict { pair: a, items: 0 }]);
    assert_eq!(world.take(1), [Told::Verdict { pair: b, items: 0 }]);
    assert_eq!(world.count(Event::Nudged), 0);
}

#[test]
fn crossing_knocks_are_one_pair() {
    let mut world = World::registered(2);
    world.knock(0, 1);
    world.knock(1, 0);
    let Some(Told::Knocked { pair: a, by: 1, .. }) = world.take(0).pop() else { panic!("no knock for 0") };
    let Some(Told::Knocked { pair: b, by: 0, .. }) = world.take(1).pop() else { panic!("no knock for 1") };
    assert_eq!(world.matcher.pairs(), 1);
    world.seal(0, 1, a);
    world.seal(1, 0, b);
    world.upload(0, 1, a, 1);
    world.upload(1, 0, b, 1);
    assert_eq!(world.take(0).last(), Some(&Told::Verdict { pair: a, items: 1 }));
    assert_eq!(world.take(1).last(), Some(&Told::Verdict { pair: b, items: 1 }));
}

#[test]
fn two_registrations_have_one_pair_an_epoch_whoever_knocks_again() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(0, 1, a, 1);
    world.upload(1, 0, b, 1);
    world.done(0, a);
    world.done(1, b);
    world.take(0);
    world.take(1);
    world.knock(0, 1);
    world.knock(1, 0);
    assert_eq!(world.take(0), [Told::Refused(Refusal::AlreadyPaired)]);
    assert_eq!(world.take(1), [Told::Refused(Refusal::AlreadyPaired)]);
    // One of them forgets and comes back: the other's session remembers.
    world.say(1, ClientMessage::Goodbye);
    world.register(1);
    world.knock(1, 0);
    assert_eq!(world.take(1).last(), Some(&Told::Refused(Refusal::AlreadyPaired)));
    assert_eq!(world.count(Event::Nudged), 1);
}

#[test]
fn a_knock_goes_to_all_under_an_id_and_the_owner_alone_need_answer() {
    let mut world = World::registered(1);
    let owner = world.devices[0].clone();
    for number in 1..=4 {
        world.devices.push(sighej_relay_lab::Device::new(number).squatting_on(&owner));
        world.connections.push(None);
        world.told.push(Vec::new());
        world.register(number as usize);
    }
    assert_eq!(world.take(4), [Told::Closed(Some(Bye::IdTaken))], "four keys at most stand under one id");
    world.devices.push(sighej_relay_lab::Device::new(9));
    world.connections.push(None);
    world.told.push(Vec::new());
    world.register(5);
    world.take(5);
    world.knock(5, 0);
    for device in 0..4 {
        assert!(matches!(world.take(device).last(), Some(Told::Knocked { by: 5, .. })), "{device}");
    }
    // A squatter answers first; the owner's answer comes all the same, as another pair.
    world.accept(2, 5, 1);
    world.accept(0, 5, 1);
    assert_eq!(world.take(5), [Told::Accepted { pair: 3, by: 2 }, Told::Accepted { pair: 1, by: 0 }]);
}

#[test]
fn a_knock_at_nobody_and_at_oneself_is_refused() {
    let mut world = World::registered(2);
    world.say(1, ClientMessage::Goodbye);
    world.knock(0, 1);
    world.knock(0, 0);
    assert_eq!(world.take(0), [Told::Refused(Refusal::Absent), Told::Refused(Refusal::OneSelf)]);
}

#[test]
fn whoever_declines_a_knock_looks_like_one_who_never_answers() {
    let mut world = World::registered(3);
    world.knock(0, 1);
    world.knock(0, 2);
    let Some(Told::Knocked { pair, .. }) = world.take(1).pop() else { panic!("no knock") };
    world.done(1, pair);
    world.pass(59);
    assert_eq!(world.take(0), []);
    world.pass(1);
    assert_eq!(world.take(0), []);
    assert_eq!(world.matcher.pairs(), 0);
}

#[test]
fn a_session_goes_with_goodbye_with_its_epoch_or_a_minute_after_its_connection() {
    let mut world = World::registered(3);
    world.say(0, ClientMessage::Goodbye);
    assert_eq!((world.take(0), world.matcher.sessions()), (vec![Told::Closed(None)], 2));
    world.lose(1);
    world.pass(59);
    assert_eq!(world.matcher.sessions(), 2);
    world.pass(1);
    assert_eq!(world.matcher.sessions(), 1);
    // 100 s of the epoch were over at the start.
    world.pass(500 + 29 - 60);
    assert_eq!(world.matcher.sessions(), 1);
    world.pass(1);
    assert_eq!(world.take(2), [Told::Closed(Some(Bye::EpochOver))]);
    assert_eq!(world.matcher.sessions(), 0);
    assert_eq!(world.matcher.poll_timeout(), None, "nothing is left to wait for");
    let ends = [SessionEnd::Goodbye, SessionEnd::Lost, SessionEnd::EpochOver];
    assert!(ends.iter().all(|end| world.count(Event::SessionClosed(*end)) == 1));
}

#[test]
fn a_clock_that_is_an_epoch_off_is_taken_and_one_that_is_two_off_is_told() {
    let mut world = World::new(4);
    for (device, epoch) in [(0, EPOCH + 1), (1, EPOCH - 1), (2, EPOCH + 2), (3, EPOCH - 2)] {
        world.register_in(device, epoch);
    }
    assert_eq!(world.take(0), [Told::Registered { resumed: false }]);
    for device in 1..4 {
        assert_eq!(world.take(device), [Told::Closed(Some(Bye::WrongEpoch))], "{device}");
    }
}

#[test]
fn a_frame_that_is_no_message_ends_the_session() {
    for frame in [&[][..], &[0x7f], &[0x08, 0, 0], &[0x41; 61], &[0x01; 85]] {
        let mut world = World::registered(1);
        world.say_bytes(0, frame);
        assert_eq!(world.take(0), [Told::Closed(Some(Bye::Malformed))], "{frame:02x?}");
        assert_eq!(world.matcher.sessions(), 0);
    }
}
