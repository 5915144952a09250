//! A relay that lies. It is answered nothing that it should not be, no false nudge is shown, and what was caught is said.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use sighej_crypto::{
    EpochNumber, EpochSecrets, Token,
    relay::{KnockSent, RelayError, RelayMisbehaved, RoomSecret},
};
use sighej_engine::{Event, Failure, RelayDown, RelayEvent, RelayFault, Transmit, Transport};
use sighej_relay_api::wire::{PairNumber, RelayMessage, VERDICT_LEN, WireId};

use super::{ACCEPT, SEAL, in_room, nudges, said, two_who_match};
use crate::world::{START, World, interests, likes, secs};

const NO_ROOM: WireId = WireId::from_bytes([0; 16]);

fn caught(world: &World, failure: Failure) -> bool {
    world.nodes[0].saw(&Event::ExchangeFailed { transport: Transport::Relay, reason: failure })
}

/// An attendee that the relay made up, who knows the words but heard nobody.
fn invented(words: &[&str], seed: u64) -> EpochSecrets {
    let epoch = EpochNumber((START / 600) as u32);
    EpochSecrets::draw(&interests(words), epoch, &mut ChaCha20Rng::seed_from_u64(seed))
}

fn alone() -> World {
    let mut world = World::new(1, [likes(&["tea"])]).with_relay();
    world.open_all();
    world.run_for(secs(5));
    world
}

#[test]
fn an_invented_attendee_with_a_dictionary_is_not_answered() {
    let mut world = alone();
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    for (number, guess) in (1..200_u32).zip(0_u64..) {
        // The relay knows hashes of tokens, so it seals under guesses.
        let knock =
            KnockSent::heard(&invented(&["tea"], guess), Token::from_bytes(guess.to_be_bytes()), &mut rng);
        let knock = knock.knock_bytes().try_into().unwrap();
        world.forge_from_relay(0, &RelayMessage::Knocked { pair: PairNumber(number), room: NO_ROOM, knock });
    }
    world.run_for(secs(5));
    assert_eq!((said(&mut world, 0, ACCEPT), said(&mut world, 0, SEAL)), (0, 0));
    assert!(caught(&world, Failure::Relay(RelayError::Decryption)));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).budget_left, 8, "nothing was spent");
}

#[test]
fn a_false_room_is_not_entered() {
    let mut world = alone();
    let secret = RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(3));
    let room = WireId::from_bytes(*secret.id().as_bytes());
    world.forge_from_relay(0, &RelayMessage::Proposed { pair: PairNumber(1), room });
    let knock = KnockSent::in_room(&invented(&["tea"], 1), &secret.key(), &mut ChaCha20Rng::seed_from_u64(4));
    let knock = knock.knock_bytes().try_into().unwrap();
    world.forge_from_relay(0, &RelayMessage::Knocked { pair: PairNumber(2), room, knock });
    world.run_for(secs(5));
    assert_eq!((said(&mut world, 0, 4), said(&mut world, 0, ACCEPT)), (0, 0));
    assert!(caught(&world, Failure::FalseRoom));
}

#[test]
fn in_a_true_room_a_false_knock_is_not_answered() {
    let mut world = World::new(1, [in_room(&["tea"], 1)]).with_relay();
    world.open_all();
    world.run_for(secs(5));
    let room = WireId::from_bytes(*RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(1)).id().as_bytes());
    let other = RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(2)).key();
    let knock = KnockSent::in_room(&invented(&["tea"], 1), &other, &mut ChaCha20Rng::seed_from_u64(4));
    let knock = knock.knock_bytes().try_into().unwrap();
    world.forge_from_relay(0, &RelayMessage::Knocked { pair: PairNumber(2), room, knock });
    world.run_for(secs(5));
    assert_eq!(said(&mut world, 0, ACCEPT), 0);
    assert!(caught(&world, Failure::Relay(RelayError::Decryption)));
}

/// Two that are about to get their verdict; returns the number of the pair at the first.
fn before_the_verdict(interests_of_second: &[&str]) -> (World, PairNumber) {
    let mut world = super::two_apart(2, [likes(&["tea"]), likes(interests_of_second)]);
    world.open_all();
    world.latency = (200, 201);
    while said(&mut world, 0, super::UPLOAD) == 0 {
        world.run_for(std::time::Duration::from_millis(20));
    }
    let upload = world.hall().heard.iter().rfind(|(_, from, f)| *from == 0 && f[0] == super::UPLOAD).unwrap();
    let number = PairNumber(u32::from_be_bytes(upload.2[1..5].try_into().unwrap()));
    (world, number)
}

#[test]
fn an_invented_match_is_no_nudge() {
    let (mut world, pair) = before_the_verdict(&["golf"]);
    let upload = world
        .hall()
        .heard
        .iter()
        .rfind(|(_, from, f)| *from == 0 && f[0] == super::UPLOAD)
        .unwrap()
        .2
        .clone();
    let mut verdict = [0; VERDICT_LEN];
    verdict[0] = 1;
    // An m that was uploaded, with a seal value that the relay made up.
    verdict[1..17].copy_from_slice(&upload[7..23]);
    verdict[17..33].copy_from_slice(&[7; 16]);
    world.forge_from_relay(0, &RelayMessage::Verdict { pair, verdict: &verdict });
    world.run_for(secs(60));
    assert_eq!(nudges(&world), [0, 0]);
    assert!(caught(&world, Failure::Relay(RelayError::Relay(RelayMisbehaved::FalseSeal))));
}

#[test]
fn a_match_withheld_from_one_side_is_a_nudge_for_the_other_alone_and_never_two() {
    let (mut world, pair) = before_the_verdict(&["tea"]);
    world.forge_from_relay(0, &RelayMessage::Verdict { pair, verdict: &[0; VERDICT_LEN] });
    world.run_for(secs(300));
    let counts = nudges(&world);
    assert!(counts[0] == 0 && counts[1] <= 1, "{counts:?}");
    assert!(world.nodes[0].saw(&Event::NoMatch { transport: Transport::Relay }));
}

#[test]
fn replayed_frames_get_no_second_answer_and_bring_no_second_nudge() {
    let mut world = two_who_match(3);
    world.run_for(secs(60));
    assert_eq!(nudges(&world), [1, 1]);
    let frames: Vec<(usize, Vec<u8>)> =
        world.hall().said.iter().map(|(_, to, frame)| (*to, frame.clone())).collect();
    let sealed = |world: &mut World| said(world, 0, SEAL) + said(world, 1, SEAL);
    let before = sealed(&mut world);
    for _ in 0..20 {
        for (to, frame) in &frames {
            let message = RelayMessage::decode(frame).unwrap();
            if !matches!(message, RelayMessage::Welcome { .. } | RelayMessage::Registered { .. }) {
                world.forge_from_relay(*to, &message);
            }
        }
        world.run_for(secs(2));
    }
    assert_eq!(nudges(&world), [1, 1]);
    // A knock that is played again is a knock of that digest: it has three tries in all, and is charged once.
    assert!(sealed(&mut world) <= before + 4);
}

#[test]
fn proposals_without_end_cost_no_more_than_the_budget_and_the_pairs_allow() {
    let mut world = World::new(4, [in_room(&["tea"], 1)]).with_relay();
    world.open_all();
    world.run_for(secs(5));
    let room = WireId::from_bytes(*RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(1)).id().as_bytes());
    for number in 1..500 {
        world.forge_from_relay(0, &RelayMessage::Proposed { pair: PairNumber(number), room });
    }
    assert_eq!(world.nodes[0].engine.status(world.time(0)).exchanges, sighej_engine::limits::RELAY_PAIRS);
}

#[test]
fn what_is_no_message_ends_the_connection_for_this_epoch() {
    for frame in [&[][..], &[0x7f], &[0x42], &[0x48, 0, 0, 0, 1, 9]] {
        let mut world = alone();
        let now = world.time(0);
        world.nodes[0].engine.handle_relay_frame(frame, now);
        world.drain(0);
        assert_eq!(world.nodes[0].sent.last().unwrap().1, Transmit::RelayClose { away: None });
        assert!(matches!(
            world.nodes[0].events.last().unwrap().1,
            Event::Relay(RelayEvent::Down(RelayDown::Misbehaved(RelayFault::Wire(_))))
        ));
    }
}

#[test]
fn a_second_greeting_and_other_epochs_are_caught() {
    let mut world = alone();
    world.forge_from_relay(0, &RelayMessage::Welcome { challenge: &[9; 48], utc_ms: 0, epoch_secs: 600 });
    let fault = |fault| Event::Relay(RelayEvent::Down(RelayDown::Misbehaved(fault)));
    assert!(world.nodes[0].saw(&fault(RelayFault::OutOfTurn)));
    let mut world =
        World::new(1, [sighej_engine::Config { epoch_length: secs(300), ..likes(&["tea"]) }]).with_relay();
    world.open_all();
    world.run_for(secs(5));
    assert!(world.nodes[0].saw(&fault(RelayFault::OtherEpochs { theirs: 600, ours: 300 })));
    assert!(world.hall().heard.is_empty(), "and told nothing");
}

#[test]
fn no_frame_of_any_type_with_anything_in_it_is_answered_or_breaks_the_device() {
    const LENGTHS: [(u8, usize); 7] =
        [(0x43, 666), (0x44, 21), (0x45, 666), (0x46, 742), (0x47, 518), (0x48, 6), (0x49, 18)];
    for seed in 0..40 {
        let mut world = World::new(seed, [in_room(&["tea"], 1)]).with_relay();
        world.open_all();
        world.run_for(secs(5));
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        for _ in 0..100 {
            let (kind, length) = LENGTHS[rng.next_u32() as usize % LENGTHS.len()];
            let mut frame = vec![0; length];
            rng.fill_bytes(&mut frame);
            frame[0] = kind;
            // Few numbers, so that they meet, and reasons that there are.
            frame[1..4].fill(0);
            if matches!(kind, 0x48 | 0x49) {
                frame[length - 1] = 1 + frame[length - 1] % 2;
            }
            let now = world.time(0);
            world.nodes[0].engine.handle_relay_frame(&frame, now);
            world.drain(0);
        }
        world.run_for(secs(60));
        assert_eq!((said(&mut world, 0, ACCEPT), said(&mut world, 0, SEAL), nudges(&world)), (0, 0, vec![0]));
    }
}
