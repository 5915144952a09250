//! The evaluation budget as a device lives by it.

use sighej_engine::{
    AdvertSeen, Alone, ChannelId, Event, Failure, Intent, RadioAddress, Sighting, Transmit, Transport,
};

use crate::{
    solo::{Mallory, Solo},
    world::{World, likes, secs},
};

#[test]
fn a_ninth_stranger_of_the_local_network_is_not_answered() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mut answered = 0;
    for n in 0..40 {
        let mut stranger = Mallory::new(n, &["jazz"]);
        if stranger.secrets.token() > solo.token() {
            continue;
        }
        let link = solo.link(u64::from(n), &stranger);
        let channel = solo.open_channel(link);
        answered += usize::from(stranger.initiate(&mut solo, channel).is_some());
        solo.pass(secs(20));
    }
    assert_eq!(answered, 8);
    let flagged = solo.sent.iter().any(|t| matches!(t, Transmit::Presence { bytes, .. } if bytes[0] == 0x13));
    assert!(flagged, "spent, and said so on the links");
    assert!(solo.failures().contains(&Failure::BudgetSpent));
}

#[test]
fn who_was_charged_before_is_served_with_nothing_left() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mut strangers: Vec<Mallory> = (0..60)
        .map(|n| Mallory::new(n, &["jazz"]))
        .filter(|m| m.secrets.token() < solo.token())
        .take(9)
        .collect();
    let links: Vec<_> = (0..9).map(|n| solo.link(n, &strangers[n as usize])).collect();
    for n in 0..8 {
        let channel = solo.open_channel(links[n]);
        assert!(strangers[n].initiate(&mut solo, channel).is_some());
    }
    let channel = solo.open_channel(links[8]);
    assert!(strangers[8].initiate(&mut solo, channel).is_none(), "a stranger is closed before message 2");
    let channel = solo.open_channel(links[0]);
    assert!(strangers[0].initiate(&mut solo, channel).is_some(), "one that was charged is not");
}

#[test]
fn a_peer_of_the_lan_that_is_heard_by_radio_makes_room_for_another_of_the_lan() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mut strangers: Vec<Mallory> = (0..60)
        .map(|n| Mallory::new(n, &["jazz"]))
        .filter(|m| m.secrets.token() < solo.token())
        .take(9)
        .collect();
    for (n, stranger) in (0..8).zip(&mut strangers) {
        let link = solo.link(n, stranger);
        let channel = solo.open_channel(link);
        assert!(stranger.initiate(&mut solo, channel).is_some());
    }
    solo.pass(secs(40));
    let link = solo.link(8, &strangers[8]);
    let channel = solo.open_channel(link);
    assert!(
        strangers[8].initiate(&mut solo, channel).is_none(),
        "one came with the drip, and none for the LAN"
    );
    let advert = AdvertSeen::Token { version_flags: 0x10, token: strangers[0].secrets.token() };
    for _ in 0..2 {
        let sighting = Sighting { address: RadioAddress(1), advert, rssi: Some(-50) };
        solo.call(|engine, now| engine.handle_sighting(sighting, now));
        solo.pass(secs(4));
    }
    let channel = solo.open_channel(link);
    assert!(strangers[8].initiate(&mut solo, channel).is_some());
}

#[test]
fn nobody_initiates_towards_a_device_whose_budget_is_spent() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mallory = Mallory::ordered(&solo, true, &["tea"]);
    let mut presence = mallory.presence();
    presence[0] = 0x11;
    let link = sighej_engine::LinkId(1);
    solo.call(|engine, now| engine.handle_link_up(link, Transport::Lan, None, now));
    solo.call(|engine, now| engine.handle_presence(link, &presence, now));
    solo.pass(secs(60));
    assert!(solo.opened().is_none());
    presence[0] = 0x10;
    solo.call(|engine, now| engine.handle_presence(link, &presence, now));
    assert!(solo.opened().is_some(), "the flag is taken back");
}

#[test]
fn an_exchange_that_fails_before_message_3_costs_nothing() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mallory = Mallory::ordered(&solo, true, &["tea"]);
    solo.link(1, &mallory);
    let (channel, _) = solo.opened().unwrap();
    assert_eq!(solo.engine.status(solo.time()).budget_left, 7, "set aside");
    solo.call(|engine, now| engine.handle_channel_closed(channel, now));
    assert_eq!(solo.engine.status(solo.time()).budget_left, 8, "given back");
}

#[test]
fn more_strangers_than_the_start_allows_wait_for_the_drip() {
    let mut world = World::new(3, (0..14).map(|_| likes(&["tea"]))).all_on_air();
    world.open_all();
    world.run_for(secs(30));
    let done = |world: &World, n: usize| {
        world.nodes[n]
            .when(|e| matches!(e, Event::NoMatch { .. } | Event::Withheld { .. } | Event::Nudge(_)))
            .len()
    };
    for n in 0..14 {
        assert!(done(&world, n) <= 8, "{}", done(&world, n));
    }
    assert!((0..14).any(|n| world.nodes[n].engine.status(world.time(n)).budget_left == 0));
    assert!((0..14).any(|n| world.nodes[n].saw(&Event::Waiting(Alone::BudgetSpent)) || done(&world, n) == 8));
    world.run_for(secs(140));
    assert!((0..14).any(|n| done(&world, n) > 8), "one more every 35 s");
    assert!((0..14).all(|n| done(&world, n) <= 8 + 170 / 35));
}

#[test]
fn closing_and_opening_again_does_not_refill_the_budget() {
    let mut solo = Solo::open(likes(&["tea"]));
    let strangers =
        (0..60).map(|n| Mallory::new(n, &["jazz"])).filter(|m| m.secrets.token() < solo.token()).take(8);
    for (n, mut stranger) in (0..).zip(strangers.collect::<Vec<_>>()) {
        let link = solo.link(n, &stranger);
        let channel = solo.open_channel(link);
        assert!(stranger.initiate(&mut solo, channel).is_some());
    }
    assert_eq!(solo.engine.status(solo.time()).budget_left, 0);
    solo.call(|engine, now| engine.handle_intent(Intent::Close, now)).unwrap();
    solo.pass(secs(25));
    solo.call(|engine, now| engine.handle_intent(Intent::Open, now)).unwrap();
    assert_eq!(solo.engine.status(solo.time()).budget_left, 0);
    solo.pass(secs(10));
    assert_eq!(solo.engine.status(solo.time()).budget_left, 1, "the drip alone");
}

#[test]
fn a_responder_keeps_no_evaluation_for_a_caller_that_says_nothing() {
    let mut solo = Solo::open(likes(&["tea"]));
    let mallory = Mallory::ordered(&solo, false, &["tea"]);
    let link = solo.link(1, &mallory);
    let channel = solo.open_channel(link);
    assert_eq!(channel, ChannelId::Inbound(1));
    assert_eq!(solo.engine.status(solo.time()).budget_left, 8, "set aside with message 1, not before");
    solo.pass(secs(11));
    assert!(solo.is_closed(channel));
    assert_eq!(solo.engine.status(solo.time()).budget_left, 8);
}
