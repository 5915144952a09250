//! Both or neither: whatever one of a pair does, the other gets no less than it.

use sighej_matcher::{Event, FailureKind};
use sighej_relay_api::wire::{ClientMessage, PairNumber};
use sighej_relay_lab::Script;

use crate::world::{Told, World};

const MATCH: u8 = 2;

#[test]
fn a_verdict_waits_until_both_are_connected() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(1, 0, b, 2);
    world.lose(1);
    world.upload(0, 1, a, 2);
    assert_eq!(world.take(0), [], "not before the other can have it too");
    world.pass(40);
    world.register(1);
    assert_eq!(world.take(0), [Told::Verdict { pair: a, items: MATCH }]);
    assert_eq!(world.take(1), [Told::Registered { resumed: true }, Told::Verdict { pair: b, items: MATCH }]);
    assert_eq!(world.count(Event::Nudged), 1);
}

#[test]
fn where_one_does_not_come_back_nobody_is_nudged() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(1, 0, b, 2);
    world.lose(1);
    world.upload(0, 1, a, 2);
    world.pass(60);
    assert_eq!(world.take(0), [Told::Verdict { pair: a, items: 0 }]);
    assert_eq!(world.count(Event::Nudged), 0);
}

#[test]
fn whose_peer_never_uploads_gets_no_match() {
    let mut world = World::registered(2);
    let (a, _) = world.exchange_seals(0, 1);
    world.upload(0, 1, a, 2);
    world.pass(89);
    assert_eq!(world.take(0), []);
    world.pass(1);
    assert_eq!(world.take(0), [Told::Verdict { pair: a, items: 0 }]);
    assert!(matches!(world.take(1)[..], [Told::Ended { .. }]));
    assert_eq!(world.count(Event::Failed(FailureKind::TooLate)), 1);
}

#[test]
fn a_verdict_is_sent_again_until_the_device_says_that_it_came() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(0, 1, a, 2);
    world.upload(1, 0, b, 2);
    world.done(1, b);
    world.take(0);
    for _ in 0..2 {
        world.lose(0);
        world.pass(30);
        world.register(0);
        assert_eq!(
            world.take(0),
            [Told::Registered { resumed: true }, Told::Verdict { pair: a, items: MATCH }]
        );
    }
    world.done(0, a);
    world.lose(0);
    world.register(0);
    assert_eq!(world.take(0), [Told::Registered { resumed: true }]);
    assert_eq!(world.count(Event::Nudged), 1, "however often it was sent");
}

#[test]
fn a_pair_goes_on_where_either_was_lost_at_any_step() {
    for lost in 0..2 {
        for at in 0..5 {
            let mut world = World::registered(2);
            let lose = |world: &mut World, step| {
                if at == step {
                    // What was sent before may not have come: it is owed, and comes again.
                    world.lose(lost);
                    world.pass(20);
                    world.register(lost);
                }
            };
            let taken = |world: &mut World, device: usize, wanted: fn(&Told) -> Option<u32>| {
                world.take(device).iter().find_map(wanted).unwrap_or_else(|| panic!("{lost} lost at {at}"))
            };
            world.knock(0, 1);
            lose(&mut world, 0);
            let b =
                taken(
                    &mut world,
                    1,
                    |told| {
                        if let Told::Knocked { pair, .. } = told { Some(*pair) } else { None }
                    },
                );
            world.accept(1, 0, b);
            lose(&mut world, 1);
            let a =
                taken(
                    &mut world,
                    0,
                    |told| {
                        if let Told::Accepted { pair, .. } = told { Some(*pair) } else { None }
                    },
                );
            world.seal(0, 1, a);
            lose(&mut world, 2);
            taken(&mut world, 1, |told| matches!(told, Told::Sealed { .. }).then_some(0));
            world.seal(1, 0, b);
            world.upload(1, 0, b, 2);
            lose(&mut world, 3);
            taken(&mut world, 0, |told| matches!(told, Told::Sealed { .. }).then_some(0));
            world.upload(0, 1, a, 2);
            lose(&mut world, 4);
            for device in 0..2 {
                taken(&mut world, device, |told| {
                    matches!(told, Told::Verdict { items: MATCH, .. }).then_some(0)
                });
            }
            assert_eq!(world.count(Event::Nudged), 1);
        }
    }
}

#[test]
fn a_second_connection_with_the_same_proof_takes_the_session_over() {
    let mut world = World::registered(2);
    world.knock(0, 1);
    world.take(1);
    world.register(1);
    assert!(matches!(world.take(1)[..], [Told::Registered { resumed: true }, Told::Knocked { by: 0, .. }]));
    assert_eq!(world.matcher.sessions(), 2);
}

#[test]
fn false_seals_and_the_same_side_twice_get_nobody_nudged() {
    let script = Script::new(3, 1);
    let forged = script.clone().with_false_seals();
    for (hi, kind) in
        [(forged.hi.upload, FailureKind::ForgedSeals), (script.lo.upload, FailureKind::BadUpload)]
    {
        let mut world = World::registered(2);
        let (a, b) = world.exchange_seals(0, 1);
        world.say(0, ClientMessage::Upload { pair: PairNumber(a), upload: &script.lo.upload });
        world.say(1, ClientMessage::Upload { pair: PairNumber(b), upload: &hi });
        assert_eq!(world.take(0), [Told::Verdict { pair: a, items: 0 }]);
        assert_eq!(world.take(1), [Told::Verdict { pair: b, items: 0 }]);
        assert_eq!(world.count(Event::Failed(kind)), 1);
    }
}

#[test]
fn a_malformed_upload_ends_the_pair_for_its_sender_and_the_other_gets_no_match() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.upload(0, 1, a, 2);
    let mut repeated = Script::new(2, 1).hi.upload;
    repeated.copy_within(2..34, 34);
    world.say(1, ClientMessage::Upload { pair: PairNumber(b), upload: &repeated });
    assert_eq!(world.take(0), [Told::Verdict { pair: a, items: 0 }]);
    assert_eq!(world.take(1), []);
    world.upload(1, 0, b, 2);
    assert_eq!(world.take(1), [Told::Ended { pair: b }]);
}

#[test]
fn the_first_seal_and_the_first_upload_count() {
    let mut world = World::registered(2);
    let (a, b) = world.exchange_seals(0, 1);
    world.seal(0, 1, a);
    assert_eq!(world.take(1), []);
    world.upload(0, 1, a, 2);
    world.upload(0, 1, a, 0);
    world.upload(1, 0, b, 2);
    world.upload(1, 0, b, 0);
    assert_eq!(world.take(1), [Told::Verdict { pair: b, items: MATCH }]);
}

#[test]
fn what_comes_before_its_turn_changes_nothing() {
    let mut world = World::registered(2);
    world.knock(0, 1);
    let Some(Told::Knocked { pair: b, .. }) = world.take(1).pop() else { panic!("no knock") };
    world.seal(1, 0, b);
    world.upload(1, 0, b, 2);
    world.knock_proposed(1, b);
    assert_eq!((world.take(0), world.take(1)), (vec![], vec![]));
    assert_eq!(world.count(Event::Failed(FailureKind::OutOfTurn)), 3);
    world.accept(1, 0, b);
    assert_eq!(world.take(0).len(), 1);
}
