//! Somebody out of reach, through those between.

use sighej_crypto::Token;
use sighej_engine::{Config, Event, Failure, Intent, LinkId, Nudge, Reach, Transmit, Transport};

use crate::{
    solo::{Mallory, Solo},
    world::{World, likes, secs},
};

/// A phone that has Bluetooth alone, a laptop that has a local network alone, and somebody between who has both and shares
/// nothing with either.
fn three(seed: u64, hops: [u8; 3]) -> World {
    let words = ["tea", "chess", "tea"];
    let configs = words.into_iter().zip(hops).map(|(word, max_hops)| Config { max_hops, ..likes(&[word]) });
    let mut world = World::new(seed, configs);
    meet_by_radio(&mut world, 0, 1);
    world.set_lan(1, 2, true);
    world
}

fn meet_by_radio(world: &mut World, a: usize, b: usize) {
    world.hears(a, b, Some(-60));
    world.hears(b, a, Some(-60));
}

fn nudges(world: &World, node: usize) -> Vec<Nudge> {
    world.nodes[node].nudges().into_iter().map(|(_, nudge)| nudge.clone()).collect()
}

fn is_mesh(transmit: &Transmit) -> bool {
    matches!(transmit, Transmit::Mesh { .. })
}

fn mesh_frames(world: &World, node: usize) -> usize {
    world.nodes[node].sent.iter().filter(|(_, transmit)| is_mesh(transmit)).count()
}

#[test]
fn a_phone_with_bluetooth_alone_meets_a_laptop_on_the_lan_through_one_that_has_both() {
    for seed in 0..6 {
        let mut world = three(seed, [2; 3]);
        world.open_all();
        world.run_for(secs(100));
        let (phone, laptop) = (nudges(&world, 0), nudges(&world, 2));
        assert_eq!((phone.len(), laptop.len(), nudges(&world, 1).len()), (1, 1, 0), "seed {seed}");
        assert_eq!((phone[0].cue, &phone[0].interests), (laptop[0].cue, &laptop[0].interests));
        for nudge in [&phone[0], &laptop[0]] {
            assert_eq!((nudge.transport, nudge.reach), (Transport::Mesh, Reach::Hops(1)));
        }
    }
}

#[test]
fn a_neighbour_in_range_is_no_hop_away() {
    let mut world = World::new(3, [likes(&["tea"]), likes(&["tea"]), likes(&["chess"])]).all_on_air();
    world.open_all();
    world.run_for(secs(400));
    let nudges = nudges(&world, 0);
    assert_eq!((nudges.len(), nudges[0].transport, nudges[0].reach), (1, Transport::Ble, Reach::InRange));
    assert!(mesh_frames(&world, 0) > 0, "the link is kept and neighbours are told");
}

#[test]
fn two_hops_reach_across_two_rooms_and_their_network() {
    for seed in 0..4 {
        let words = ["tea", "chess", "chess", "tea"];
        let mut world = World::new(seed, words.map(|word| Config { crowd_guard: 1, ..likes(&[word]) }));
        meet_by_radio(&mut world, 0, 1);
        world.set_lan(1, 2, true);
        meet_by_radio(&mut world, 2, 3);
        world.open_all();
        world.run_for(secs(120));
        for node in [0, 3] {
            let nudges = nudges(&world, node);
            assert_eq!(nudges.len(), 1, "seed {seed}: {:?}", world.nodes[node].events);
            assert_eq!(nudges[0].reach, Reach::Hops(2));
        }
    }
}

#[test]
fn whoever_sets_no_hops_passes_nothing_on_and_is_told_of_to_nobody() {
    for closed in 0..3 {
        let mut hops = [2; 3];
        hops[closed] = 0;
        let mut world = three(1, hops);
        world.open_all();
        world.run_for(secs(300));
        assert!((0..3).all(|n| nudges(&world, n).is_empty()), "without hops: {closed}");
        assert_eq!(mesh_frames(&world, closed), 0);
        assert!(world.nodes.iter().all(|node| node.when(|e| is_failure(e, Failure::NotHeard)).is_empty()));
    }
}

#[test]
fn one_that_is_not_open_passes_nothing_on() {
    let mut world = three(1, [2; 3]);
    world.intend(0, Intent::Open).unwrap();
    world.intend(2, Intent::Open).unwrap();
    world.run_for(secs(300));
    assert!((0..3).all(|n| nudges(&world, n).is_empty() && mesh_frames(&world, n) == 0));
}

#[test]
fn a_pair_that_meets_in_person_as_well_is_nudged_once() {
    for seed in 0..4 {
        let mut world = three(seed, [2; 3]);
        world.open_all();
        world.run_for(secs(100));
        meet_by_radio(&mut world, 0, 2);
        world.run_for(secs(380));
        assert_eq!((nudges(&world, 0).len(), nudges(&world, 2).len()), (1, 1), "seed {seed}");
    }
}

#[test]
fn whoever_is_told_of_counts_for_no_crowd_and_as_not_heard_by_radio() {
    let mut world = three(2, [2; 3]);
    world.open_all();
    world.run_for(secs(100));
    let status = world.nodes[0].engine.status(world.time(0));
    assert_eq!((status.heard, status.near, status.crowd), (1, 1, 1), "the one between");
    assert_eq!(u64::from(status.budget_left), 8 + 2 - 2, "and two strangers are charged");
}

#[test]
fn a_path_that_is_lost_is_found_again_when_it_is_back() {
    for seed in 0..4 {
        let mut world = three(seed, [2; 3]);
        world.open_all();
        world.run_for(secs(7));
        world.set_lan(1, 2, false);
        world.run_for(secs(60));
        assert!(nudges(&world, 0).is_empty(), "seed {seed}");
        world.set_lan(1, 2, true);
        world.run_for(secs(60));
        assert_eq!((nudges(&world, 0).len(), nudges(&world, 2).len()), (1, 1), "seed {seed}");
    }
}

#[test]
fn with_the_epoch_ends_all_that_was_told_and_the_next_begins_anew() {
    let mut world = three(5, [2; 3]);
    world.intend(0, Intent::Open).unwrap();
    world.intend(1, Intent::Open).unwrap();
    world.run_for(secs(520));
    let before = world.nodes[0].token;
    world.intend(2, Intent::Open).unwrap();
    world.run_for(secs(100));
    assert_ne!(world.nodes[0].token, before);
    for node in [0, 2] {
        let nudges = nudges(&world, node);
        assert_eq!((nudges.len(), nudges[0].reach), (1, Reach::Hops(1)), "{:?}", world.nodes[node].events);
    }
    let status = world.nodes[0].engine.status(world.time(0));
    assert_eq!(status.heard, 1, "nobody of the last epoch is known any more");
}

fn is_failure(event: &Event, wanted: Failure) -> bool {
    matches!(event, Event::ExchangeFailed { reason, .. } if *reason == wanted)
}

/// A list of one: `hops` beyond the neighbour that tells it.
fn told(token: Token, hops: u8) -> Vec<u8> {
    [&[1, hops, 0x12], &token.as_bytes()[..]].concat()
}

/// A device with a neighbour on its network that takes part.
fn with_neighbour() -> (Solo, LinkId) {
    let mut solo = Solo::open(likes(&["tea"]));
    let link = LinkId(1);
    solo.call(|engine, now| engine.handle_link_up(link, Transport::Lan, None, now));
    solo.call(|engine, now| engine.handle_presence(link, &[0x12, 9, 9, 9, 9, 9, 9, 9, 9], now));
    (solo, link)
}

fn hear(solo: &mut Solo, link: LinkId, bytes: &[u8]) {
    solo.call(|engine, now| engine.handle_mesh(link, bytes, now));
}

fn openings(solo: &Solo) -> Vec<Vec<u8>> {
    let frames = solo.sent.iter().filter_map(|transmit| {
        if let Transmit::Mesh { bytes, .. } = transmit { Some(bytes.clone()) } else { None }
    });
    frames.filter(|bytes| bytes[0] == 2).collect()
}

#[test]
fn a_liar_who_leads_nowhere_costs_three_tries_and_nothing_else() {
    let (mut solo, link) = with_neighbour();
    hear(&mut solo, link, &told(Token::from_bytes([0xff; 8]), 1));
    solo.pass(secs(120));
    assert_eq!(openings(&solo).len(), 3, "each tried for ten seconds, with pauses between");
    let status = solo.engine.status(solo.time());
    assert_eq!(status.budget_left, 8 + 3, "no evaluation left the device");
    assert!((status.near, status.crowd) == (1, 1), "whom a liar tells of is near nobody");
}

#[test]
fn a_caller_whom_the_neighbour_did_not_tell_of_is_refused() {
    let (mut solo, link) = with_neighbour();
    let mallory = Mallory::ordered(&solo, true, &["tea"]);
    let (from, to) = (mallory.secrets.token(), solo.token());
    let open =
        [&[2, 1], &[7; 8][..], from.as_bytes(), to.as_bytes(), &[5; sighej_crypto::exchange::MESSAGE_LEN[0]]]
            .concat();
    hear(&mut solo, link, &open);
    let end = [&[4], &[7; 8][..]].concat();
    assert!(solo.sent.contains(&Transmit::Mesh { link, bytes: end }), "ended at once");
    assert!(solo.failures().is_empty(), "and nothing was computed for it");
}

#[test]
fn a_neighbour_that_sends_what_no_neighbour_sends_is_not_read_any_more() {
    let (mut solo, link) = with_neighbour();
    hear(&mut solo, link, &[9, 9, 9]);
    assert!(solo.failures().contains(&Failure::BadMesh));
    hear(&mut solo, link, &told(Token::from_bytes([0xff; 8]), 1));
    solo.pass(secs(60));
    assert!(openings(&solo).is_empty());
    assert!(!solo.sent.contains(&Transmit::CloseLink { link }), "its link stays for exchanges of its own");
}
