//! Peers that break the rules, garbage, floods: each ends in a named reason here and a silent close there.

use sighej_crypto::exchange::Conclusion;
use sighej_engine::{
    AdvertSeen, Air, ChannelId, ClosedWhy, Event, Failure, GateReason, LinkId, RadioAddress, Sighting,
    Transmit, Transport, limits,
};

use crate::{
    solo::{Mallory, Solo},
    world::{likes, secs},
};

fn solo_and_caller() -> (Solo, Mallory, LinkId) {
    let mut solo = Solo::open(likes(&["tea"]));
    let mallory = Mallory::ordered(&solo, false, &["tea"]);
    let link = solo.link(1, &mallory);
    (solo, mallory, link)
}

/// What a presence leads to that is shown on a new link, which is closed for it.
fn refusal_of(solo: &mut Solo, presence: &[u8]) -> Vec<Failure> {
    let link = LinkId(50);
    solo.call(|engine, now| engine.handle_link_up(link, Transport::Lan, None, now));
    solo.call(|engine, now| engine.handle_presence(link, presence, now));
    assert!(solo.sent.contains(&Transmit::CloseLink { link }));
    assert_eq!(solo.engine.status(solo.time()).heard, 0);
    solo.failures()
}

#[test]
fn a_presence_of_another_length_closes_the_link() {
    for bytes in [vec![], vec![0x10; 8], vec![0x10; 10], vec![0x10; 4_000]] {
        assert_eq!(refusal_of(&mut Solo::open(likes(&["tea"])), &bytes), [Failure::BadPresence]);
    }
}

#[test]
fn a_presence_of_another_version_closes_the_link() {
    for version in [0x00, 0x20, 0xf0] {
        assert_eq!(refusal_of(&mut Solo::open(likes(&["tea"])), &[version; 9]), [Failure::OtherVersion]);
    }
}

#[test]
fn a_presence_that_shows_our_own_token_closes_the_link() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mut own = vec![0x10];
    own.extend_from_slice(solo.token().as_bytes());
    assert_eq!(refusal_of(&mut solo, &own), [Failure::OwnToken]);
}

#[test]
fn a_presence_that_changes_its_token_closes_the_link() {
    let (mut solo, mallory, link) = solo_and_caller();
    let again = mallory.presence();
    solo.call(|engine, now| engine.handle_presence(link, &again, now));
    assert!(solo.failures().is_empty(), "the same token again is a change of flags");
    let other = Mallory::new(77, &["tea"]).presence();
    solo.call(|engine, now| engine.handle_presence(link, &other, now));
    assert_eq!(solo.failures(), [Failure::TokenChanged]);
    assert!(solo.sent.contains(&Transmit::CloseLink { link }));
}

#[test]
fn a_link_that_shows_nothing_is_closed_after_ten_seconds() {
    let mut solo = Solo::open(likes(&["tea"]));
    solo.call(|engine, now| engine.handle_link_up(LinkId(1), Transport::Lan, None, now));
    solo.pass(secs(11));
    assert!(solo.sent.contains(&Transmit::CloseLink { link: LinkId(1) }));
}

#[test]
fn three_handshakes_of_garbage_close_the_link_and_burn_nothing() {
    let (mut solo, _, link) = solo_and_caller();
    for n in 1..=3 {
        assert!(!solo.sent.contains(&Transmit::CloseLink { link }));
        let channel = solo.open_channel(link);
        assert!(solo.frame(channel, &vec![n; 1 + usize::from(n)]).is_none());
        assert!(solo.is_closed(channel));
    }
    assert!(solo.sent.contains(&Transmit::CloseLink { link }));
    assert_eq!(solo.engine.status(solo.time()).budget_left, 8);
}

#[test]
fn a_caller_that_stops_after_message_1_is_closed_after_ten_seconds() {
    let (mut solo, mut mallory, link) = solo_and_caller();
    let channel = solo.open_channel(link);
    let (_, message1) =
        sighej_crypto::exchange::InitiatorHello::start(&mallory.secrets, solo.token(), &mut mallory.rng)
            .unwrap();
    assert!(solo.frame(channel, &message1).is_some());
    assert_eq!(solo.engine.status(solo.time()).budget_left, 7);
    solo.pass(secs(9));
    assert!(!solo.is_closed(channel));
    solo.pass(secs(2));
    assert!(solo.is_closed(channel));
    assert_eq!(solo.failures(), [Failure::LeftEarly]);
    assert_eq!(solo.engine.status(solo.time()).budget_left, 8);
}

#[test]
fn half_open_exchanges_have_a_bound_and_leave_room_for_our_own() {
    let mut solo = Solo::open(likes(&["tea"]));
    let callers: Vec<Mallory> = (0..60)
        .map(|n| Mallory::new(n, &["tea"]))
        .filter(|m| m.secrets.token() < solo.token())
        .take(12)
        .collect();
    let mut refused = 0;
    for (n, caller) in (0..).zip(&callers) {
        let link = solo.link(n, caller);
        let channel = solo.open_channel(link);
        refused += usize::from(solo.is_closed(channel));
    }
    assert_eq!(refused, callers.len() - limits::HALF_OPEN_INBOUND);
    let peer = Mallory::ordered(&solo, true, &["tea"]);
    solo.link(99, &peer);
    assert!(solo.opened().is_some());
}

#[test]
fn one_exchange_at_a_time_is_taken_on_a_link() {
    let (mut solo, _, link) = solo_and_caller();
    let (first, second) = (solo.open_channel(link), solo.open_channel(link));
    assert!(!solo.is_closed(first) && solo.is_closed(second));
}

#[test]
fn an_initiator_whose_token_was_not_heard_on_the_link_gets_no_answer() {
    let (mut solo, _, link) = solo_and_caller();
    let mut other = Mallory::new(200, &["tea"]);
    let channel = solo.open_channel(link);
    let (_, message4) = other.offer(&mut solo, channel).unwrap();
    assert!(message4.is_none() && solo.is_closed(channel));
    assert_eq!(solo.failures(), [Failure::NotHeard]);
    assert_eq!(solo.engine.status(solo.time()).budget_left, 8);
}

#[test]
fn three_invalid_messages_after_authentication_end_a_digest() {
    let (mut solo, mut mallory, link) = solo_and_caller();
    for _ in 0..3 {
        let channel = solo.open_channel(link);
        let (_, message4) = mallory.offer(&mut solo, channel).unwrap();
        assert!(message4.is_some());
        solo.frame(channel, &[0; 272]);
        assert!(solo.is_closed(channel));
    }
    let channel = solo.open_channel(link);
    let (_, message4) = mallory.offer(&mut solo, channel).unwrap();
    assert!(message4.is_none());
    assert_eq!(solo.failures().last(), Some(&Failure::Ended));
}

#[test]
fn two_late_aborts_earn_random_tags_and_the_aborter_cannot_tell() {
    let (mut solo, mut mallory, link) = solo_and_caller();
    for _ in 0..2 {
        let channel = solo.open_channel(link);
        let (waiting, message4) = mallory.offer(&mut solo, channel).unwrap();
        let answered = waiting.read_answer(&mallory.secrets, &message4.unwrap()).unwrap();
        let gate = sighej_crypto::exchange::Gate::Open;
        let (conclusion, _kept) = answered.conclude(&mallory.secrets, gate, &mut mallory.rng).unwrap();
        assert!(
            matches!(conclusion, Conclusion::Match { .. }),
            "a cheat learns what is shared, of its sixteen"
        );
        solo.call(|engine, now| engine.handle_channel_closed(channel, now));
    }
    assert_eq!(solo.failures(), [Failure::LateAbort; 2]);
    let channel = solo.open_channel(link);
    assert!(matches!(mallory.initiate(&mut solo, channel), Some(Conclusion::NoMatch)));
    let gate = GateReason::LateAborts;
    assert!(solo.events.contains(&Event::Withheld { transport: Transport::Lan, gate }));
}

#[test]
fn a_responder_that_keeps_message_5_to_itself_is_closed_after_five_seconds() {
    let (mut solo, mut mallory, link) = solo_and_caller();
    let channel = solo.open_channel(link);
    assert!(mallory.offer(&mut solo, channel).unwrap().1.is_some());
    solo.pass(secs(6));
    assert!(solo.is_closed(channel));
    assert_eq!(solo.failures(), [Failure::LateAbort]);
}

#[test]
fn at_most_two_exchanges_run_past_message_3() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mut callers: Vec<Mallory> = (0..60)
        .map(|n| Mallory::new(n, &["tea"]))
        .filter(|m| m.secrets.token() < solo.token())
        .take(3)
        .collect();
    let mut answers = Vec::new();
    for (n, caller) in (0..).zip(&mut callers) {
        let link = solo.link(n, caller);
        let channel = solo.open_channel(link);
        answers.push((channel, caller.offer(&mut solo, channel).unwrap().1.is_some()));
    }
    assert_eq!(answers.iter().map(|(_, answered)| *answered).collect::<Vec<_>>(), [true, true, false]);
    let held = answers[2].0;
    assert!(!solo.is_closed(held), "held, not closed");
    let before = solo.sent.len();
    solo.call(|engine, now| engine.handle_channel_closed(answers[0].0, now));
    let answer = |t: &Transmit| matches!(t, Transmit::Frame { channel, .. } if *channel == held);
    assert!(solo.sent[before..].iter().any(answer), "answered as soon as there is a place");
}

#[test]
fn a_message_out_of_turn_is_refused() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mut callers: Vec<Mallory> = (0..60)
        .map(|n| Mallory::new(n, &["tea"]))
        .filter(|m| m.secrets.token() < solo.token())
        .take(3)
        .collect();
    let mut held = ChannelId::Inbound(0);
    for (n, caller) in (0..).zip(&mut callers) {
        let link = solo.link(n, caller);
        held = solo.open_channel(link);
        caller.offer(&mut solo, held).unwrap();
    }
    solo.frame(held, &[0; 272]);
    assert!(solo.is_closed(held));
    assert_eq!(solo.failures(), [Failure::OutOfTurn]);
}

#[test]
fn calls_about_what_is_not_there_do_nothing() {
    let mut solo = Solo::open(likes(&["tea"]));
    let before = solo.sent.len();
    solo.call(|engine, now| {
        engine.handle_frame(ChannelId::Inbound(9), &[1, 2, 3], now);
        engine.handle_frame(ChannelId::Outbound(9), &[], now);
        engine.handle_channel_closed(ChannelId::Inbound(9), now);
        engine.handle_link_down(LinkId(9), now);
        engine.handle_dial_failed(RadioAddress(9), now);
        engine.handle_presence(LinkId(9), &[0x10; 9], now);
    });
    assert_eq!(solo.sent.len(), before);
    assert!(solo.failures().is_empty());
}

#[test]
fn a_flood_of_tokens_pushes_out_nobody_who_is_near() {
    let mut solo = Solo::open(likes(&["tea"]));
    let friend = Mallory::ordered(&solo, false, &["tea"]);
    solo.link(1, &friend);
    for n in 0_u64..5_000 {
        let token = sighej_crypto::Token::from_bytes((n + 1_000_000).to_be_bytes());
        let advert = AdvertSeen::Token { version_flags: 0x10, token };
        let sighting = Sighting { address: RadioAddress(n), advert, rssi: Some(-40) };
        solo.call(|engine, now| engine.handle_sighting(sighting, now));
    }
    let status = solo.engine.status(solo.time());
    assert_eq!((status.heard, status.near), (limits::NEWCOMERS + 1, 1));
}

#[test]
fn links_beyond_their_bound_are_closed() {
    let mut solo = Solo::open(likes(&["tea"]));
    for n in 0..=limits::LINKS as u64 {
        solo.call(|engine, now| engine.handle_link_up(LinkId(n), Transport::Lan, None, now));
    }
    let closed: Vec<_> = solo.sent.iter().filter(|t| matches!(t, Transmit::CloseLink { .. })).collect();
    assert_eq!(closed, [&Transmit::CloseLink { link: LinkId(limits::LINKS as u64) }]);
}

#[test]
fn three_failures_before_authentication_leave_an_address_alone() {
    let mut solo = Solo::open(likes(&["tea"]));
    let token = Mallory::ordered(&solo, true, &["tea"]).secrets.token();
    let advert = AdvertSeen::Token { version_flags: 0x10, token };
    let sighting = Sighting { address: RadioAddress(1), advert, rssi: Some(-40) };
    let mut dials = 0;
    for _ in 0..240 {
        let before = solo.sent.len();
        solo.call(|engine, now| engine.handle_sighting(sighting, now));
        solo.pass(secs(1));
        if solo.sent[before..].contains(&Transmit::Dial { address: RadioAddress(1) }) {
            dials += 1;
            solo.call(|engine, now| engine.handle_dial_failed(RadioAddress(1), now));
        }
    }
    assert_eq!(dials, 3);
    assert_eq!(solo.engine.status(solo.time()).budget_left, 8 + 6, "nothing was burned");
}

#[test]
fn a_shell_that_drains_nothing_makes_the_device_fall_silent() {
    let mut solo = Solo::open(likes(&["tea"]));
    let now = solo.time();
    for n in 0..2 * limits::TRANSMITS as u64 {
        solo.engine.handle_link_up(LinkId(n), Transport::Lan, None, now);
        if solo.engine.status(now).epoch.is_none() {
            break;
        }
    }
    assert_eq!(solo.engine.poll_transmit(), Some(Transmit::Air(Air::Silent)));
    assert_eq!(solo.engine.poll_event(), Some(Event::Closed(ClosedWhy::Overrun)));
    assert_eq!(format!("{:?}", solo.engine), "Engine(redacted)");
}
