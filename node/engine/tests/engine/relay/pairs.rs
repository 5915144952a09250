//! Pairs that heard each other, or only one of them the other.

use sighej_engine::{Config, Event, Reach, Transport};

use super::{ACCEPT, DONE, KNOCK, SEAL, UPLOAD, nudges, relay_frame, said, two_apart, two_who_match};
use crate::world::{World, interests, likes, secs};

#[test]
fn two_with_no_direct_link_are_nudged_equally_and_told_how() {
    let mut world = two_who_match(1);
    world.run_for(secs(60));
    assert_eq!(nudges(&world), [1, 1]);
    let [(_, a), (_, b)] = [world.nodes[0].nudges()[0], world.nodes[1].nudges()[0]];
    assert!(interests(&["tea"]).iter().eq(&a.interests) && a.interests == b.interests && a.cue == b.cue);
    assert_eq!((a.transport, a.reach), (Transport::Relay, Reach::Relay));
    assert_eq!(world.hall().compared(), 1);
}

#[test]
fn a_knock_comes_twenty_seconds_after_dwell() {
    let mut world = two_who_match(2);
    world.run_for(secs(22));
    assert_eq!(said(&mut world, 0, KNOCK) + said(&mut world, 1, KNOCK), 0);
    world.run_for(secs(4));
    assert!(said(&mut world, 0, KNOCK) + said(&mut world, 1, KNOCK) > 0);
    assert_eq!(nudges(&world), [1, 1]);
}

#[test]
fn a_pair_with_a_direct_link_never_asks_the_relay() {
    let mut world = World::new(3, [likes(&["tea"]), likes(&["tea"])]).all_on_lan().with_relay();
    world.open_all();
    world.run_for(secs(500));
    assert_eq!(nudges(&world), [1, 1]);
    assert_eq!((world.hall().compared(), said(&mut world, 0, KNOCK), said(&mut world, 1, KNOCK)), (0, 0, 0));
}

#[test]
fn where_only_one_heard_the_other_both_are_nudged_and_the_unheard_is_charged_as_such() {
    let mut world = two_apart(4, [Config { crowd_guard: 0, ..likes(&["tea"]) }, likes(&["tea"])]);
    world.hears(0, 1, None);
    world.open_all();
    world.run_for(secs(60));
    assert_eq!(nudges(&world), [1, 1]);
    assert_eq!((said(&mut world, 0, KNOCK), said(&mut world, 1, KNOCK)), (0, 1));
    assert_eq!((said(&mut world, 0, ACCEPT), said(&mut world, 1, ACCEPT)), (1, 0));
}

#[test]
fn knocks_that_cross_are_one_pair() {
    for seed in 0..20 {
        let mut world = two_who_match(100 + seed);
        world.latency = (300, 900);
        world.run_for(secs(60));
        assert_eq!((nudges(&world), world.hall().compared()), (vec![1, 1], 1), "seed {seed}");
        for node in 0..2 {
            assert_eq!((said(&mut world, node, SEAL), said(&mut world, node, UPLOAD)), (1, 1), "seed {seed}");
        }
    }
}

#[test]
fn accept_and_seal_go_together_and_so_do_seal_and_upload() {
    let mut world = two_apart(5, [Config { crowd_guard: 0, ..likes(&["tea"]) }, likes(&["tea"])]);
    world.hears(0, 1, None);
    world.open_all();
    world.run_for(secs(60));
    let kinds = |node: usize| -> Vec<(u128, u8)> {
        let sent = world.nodes[node]
            .sent
            .iter()
            .filter_map(|(at, transmit)| relay_frame(transmit).map(|bytes| (at.as_micros(), bytes[0])));
        sent.collect()
    };
    let (knocked, knocker) = (kinds(0), kinds(1));
    let at = |sent: &[(u128, u8)], kind: u8| sent.iter().find(|(_, k)| *k == kind).unwrap().0;
    assert_eq!(at(&knocked, ACCEPT), at(&knocked, SEAL));
    assert_eq!(at(&knocker, SEAL), at(&knocker, UPLOAD));
    assert!(at(&knocked, UPLOAD) > at(&knocked, SEAL));
    assert!(kinds(0).iter().chain(&kinds(1)).any(|(_, kind)| *kind == DONE));
}

#[test]
fn who_shares_nothing_is_compared_once_and_told_nothing() {
    let mut world = two_apart(6, [likes(&["tea"]), likes(&["golf"])]);
    world.open_all();
    world.run_for(secs(400));
    assert_eq!((nudges(&world), world.hall().compared()), (vec![0, 0], 1));
    assert!(world.nodes.iter().all(|node| node.saw(&Event::NoMatch { transport: Transport::Relay })));
}

#[test]
fn the_higher_threshold_decides() {
    let strict = || Config { threshold: 2, ..likes(&["tea", "jazz"]) };
    for (other, expected) in [(likes(&["tea"]), [0, 0]), (likes(&["tea", "jazz"]), [1, 1])] {
        let mut world = two_apart(7, [strict(), other]);
        world.open_all();
        world.run_for(secs(60));
        assert_eq!(nudges(&world), expected);
    }
}

#[test]
fn one_that_comes_late_to_the_relay_is_knocked_at_again() {
    let mut world = two_who_match(8);
    world.hall().unreachable = true;
    world.run_for(secs(10));
    world.hall().unreachable = false;
    world.break_relay(1, secs(45));
    world.run_for(secs(140));
    assert_eq!(nudges(&world), [1, 1]);
}

#[test]
fn three_exchanges_with_one_digest_are_all_whichever_way_they_go() {
    let mut world = two_who_match(9);
    world.run_for(secs(30));
    assert_eq!(nudges(&world), [1, 1]);
    // Now there is a direct link, too: the repeats go by it, and bring no second nudge.
    world.set_lan(0, 1, true);
    world.run_for(secs(440));
    assert_eq!(nudges(&world), [1, 1]);
    for node in &world.nodes {
        let done =
            |event: &Event| matches!(event, Event::Nudge(_) | Event::NoMatch { .. } | Event::Withheld { .. });
        let ended = node.when(done).len();
        assert!((2..=3).contains(&ended), "{ended}");
    }
}

#[test]
fn a_direct_link_that_comes_up_beside_the_relay_brings_no_second_nudge() {
    for seed in 0..12 {
        let mut world = two_who_match(300 + seed);
        world.latency = (200, 700);
        world.run_for(secs(22) + std::time::Duration::from_millis(400 * seed));
        world.set_lan(0, 1, true);
        world.run_for(secs(300));
        assert_eq!(nudges(&world), [1, 1], "seed {seed}");
    }
}
