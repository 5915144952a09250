//! Connections to the relay: one for each identity, lost, resumed, begun afresh; and what the relay's clock may do.

use std::time::Duration;

use sighej_engine::{Bye, Event, RelayDown, RelayEvent, Transmit};

use super::{KNOCK, SEAL, UPLOAD, nudges, relay_frame, two_who_match};
use crate::world::secs;

#[test]
fn a_connection_lost_at_any_moment_is_taken_up_again_and_nobody_is_nudged_twice() {
    for step in 0..60 {
        for who in [&[0][..], &[1], &[0, 1]] {
            let mut world = two_who_match(1);
            world.latency = (100, 300);
            world.run_for(secs(22) + Duration::from_millis(120 * step));
            for node in who {
                world.break_relay(*node, secs(5));
            }
            world.run_for(secs(120));
            assert_eq!(nudges(&world), [1, 1], "lost at {step} by {who:?}");
        }
    }
}

#[test]
fn what_is_said_again_is_the_same_to_the_byte() {
    for step in 0..40 {
        let mut world = two_who_match(2);
        world.latency = (100, 300);
        world.run_for(secs(22) + Duration::from_millis(150 * step));
        world.break_relay(0, secs(3));
        world.break_relay(1, secs(3));
        world.run_for(secs(120));
        for node in 0..2 {
            for kind in [KNOCK, SEAL, UPLOAD] {
                let frames = world.nodes[node].sent.iter().filter_map(|(_, transmit)| {
                    relay_frame(transmit).filter(|bytes| bytes[0] == kind).map(<[u8]>::to_vec)
                });
                let mut frames: Vec<_> = frames.collect();
                frames.dedup();
                assert!(frames.len() <= 1, "two sealings of one thing, lost at {step}");
            }
        }
    }
}

#[test]
fn a_relay_that_starts_again_finds_its_devices_and_nobody_is_nudged_twice() {
    for step in 0..40 {
        let mut world = two_who_match(3);
        world.latency = (100, 300);
        world.run_for(secs(22) + Duration::from_millis(200 * step));
        world.restart_relay();
        world.run_for(secs(120));
        assert_eq!(nudges(&world), [1, 1], "killed at {step}");
    }
}

#[test]
fn each_identity_has_a_connection_of_its_own_that_ends_with_it() {
    let mut world = two_who_match(4);
    world.run_for(secs(1_300));
    let registrations: Vec<Vec<u8>> = world
        .hall()
        .heard
        .iter()
        .filter(|(_, from, f)| *from == 0 && f[0] == 1)
        .map(|(_, _, f)| f.clone())
        .collect();
    assert_eq!(registrations.len(), world.nodes[0].appearances().len());
    let mut ids: Vec<&[u8]> = registrations.iter().map(|frame| &frame[5..53]).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3, "another id and key each time");
    let silent = world.nodes[0].fell_silent_at();
    let goodbyes: Vec<Duration> = world.nodes[0]
        .sent
        .iter()
        .filter(|(_, t)| matches!(t, Transmit::RelayFrame { bytes } if *bytes == [9]))
        .map(|(at, _)| *at)
        .collect();
    assert_eq!(goodbyes, silent);
}

#[test]
fn a_goodbye_says_whether_and_when_to_come_back() {
    for (why, comes_back) in
        [(Bye::Restart, true), (Bye::Full, true), (Bye::IdTaken, false), (Bye::WrongEpoch, false)]
    {
        let mut world = two_who_match(5);
        world.run_for(secs(5));
        world.dismiss(0, why, 20);
        assert!(world.nodes[0].saw(&Event::Relay(RelayEvent::Down(RelayDown::Said(why)))));
        let (_, close) = world.nodes[0].sent.last().unwrap();
        let away = comes_back.then_some(secs(20));
        assert_eq!(*close, Transmit::RelayClose { away });
        world.run_for(secs(60));
        let ups = world.nodes[0].when(|event| matches!(event, Event::Relay(RelayEvent::Up { .. })));
        assert_eq!(ups.len(), 1 + usize::from(comes_back));
    }
}

#[test]
fn a_relay_cannot_send_a_device_away_for_longer_than_two_minutes() {
    let mut world = two_who_match(6);
    world.run_for(secs(5));
    world.dismiss(0, Bye::Restart, u32::MAX);
    assert_eq!(world.nodes[0].sent.last().unwrap().1, Transmit::RelayClose { away: Some(secs(120)) });
}

#[test]
fn without_a_relay_everything_else_goes_on() {
    let mut world = two_who_match(7);
    world.hall().unreachable = true;
    world.no_dials = false;
    world.run_for(secs(30));
    assert_eq!(nudges(&world), [1, 1]);
}

#[test]
fn a_relays_clock_corrects_by_no_more_than_twenty_seconds_and_between_epochs_alone() {
    for (ahead, moved, warned) in
        [(15, 15, false), (-15, -15, false), (21, 0, true), (-300, 0, true), (0, 0, false)]
    {
        let mut world = two_who_match(8);
        world.hall().ahead = ahead;
        // The first boundary lies 500 s after the start, and is kept; the second one is moved.
        world.run_for(secs(1_190));
        let silent = world.nodes[0].fell_silent_at();
        assert_eq!(silent[0], secs(500), "{ahead}");
        let second = silent.get(1).copied().unwrap_or_else(|| {
            world.run_for(secs(60));
            world.nodes[0].fell_silent_at()[1]
        });
        assert_eq!(second.as_secs().cast_signed(), 1_100 - moved, "{ahead}");
        let told = world.nodes[0].when(|event| matches!(event, Event::Relay(RelayEvent::ClockOff { .. })));
        assert_eq!(!told.is_empty(), warned, "{ahead}");
    }
}
