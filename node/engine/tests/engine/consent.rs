//! Opening, closing, pausing, wiping, and the end of a session.

use sighej_engine::{
    Air, Alone, ClosedWhy, Event, Failure, GateReason, Intent, IntentError, Transmit, Transport,
};

use crate::world::{World, interests, likes, secs};

fn pair(names: &[&str]) -> World {
    World::new(1, [likes(names), likes(names)]).all_on_lan()
}

/// Runs until one of them has sent so many frames of an exchange. Says who it was.
fn run_to_message(world: &mut World, message: usize) -> usize {
    for _ in 0..20_000 {
        world.run_for(std::time::Duration::from_millis(1));
        let frames = |n: usize| {
            world.nodes[n].sent.iter().filter(|(_, t)| matches!(t, Transmit::Frame { .. })).count()
        };
        let (initiator, responder) = if world.nodes[0].opened_at().is_empty() { (1, 0) } else { (0, 1) };
        if frames(initiator) + frames(responder) >= message {
            return if message % 2 == 1 { initiator } else { responder };
        }
    }
    panic!("message {message} was never sent");
}

#[test]
fn nothing_is_sent_before_consent() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan().all_on_air();
    world.intend(0, Intent::Open).unwrap();
    world.run_for(secs(60));
    assert!(world.nodes[1].sent.is_empty(), "{:?}", world.nodes[1].sent);
    assert_eq!(world.nodes[1].engine.status(world.time(1)).alone, Some(Alone::NotOpen));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).alone, Some(Alone::NothingHeard));
}

#[test]
fn a_link_to_a_device_that_is_closed_is_closed_unanswered() {
    let mut world = pair(&["tea"]);
    world.connect(0, 1, Transport::Lan);
    world.run_for(secs(1));
    let sent: Vec<_> = world.nodes.iter().flat_map(|node| &node.sent).collect();
    assert!(matches!(sent[..], [(_, Transmit::CloseLink { .. })]), "{sent:?}");
}

#[test]
fn a_device_without_a_clock_or_without_interests_cannot_open() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&[])]);
    world.nodes[0].utc_ahead = None;
    assert_eq!(world.intend(0, Intent::Open), Err(IntentError::NoClock));
    assert_eq!(world.intend(1, Intent::Open), Err(IntentError::NoInterests));
    world.run_for(secs(60));
    assert!(world.nodes.iter().all(|node| node.sent.is_empty() && node.events.is_empty()));
    world.nodes[0].utc_ahead = Some(0);
    assert_eq!(world.intend(0, Intent::Open), Ok(()));
    assert_eq!(world.intend(0, Intent::Open), Err(IntentError::AlreadyOpen));
}

#[test]
fn two_who_share_an_interest_are_nudged_once_with_equal_interests_and_cue() {
    let mut world = World::new(3, [likes(&["tea", "chess"]), likes(&["jazz", "tea"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(400));
    let (a, b) = (world.nodes[0].nudges(), world.nodes[1].nudges());
    assert_eq!((a.len(), b.len()), (1, 1));
    assert_eq!(a[0].1.interests, interests(&["tea"]).iter().cloned().collect::<Vec<_>>());
    assert_eq!(a[0].1.interests, b[0].1.interests);
    assert_eq!(a[0].1.cue, b[0].1.cue);
}

#[test]
fn two_who_share_nothing_see_no_nudge_and_why() {
    let mut world = World::new(3, [likes(&["tea"]), likes(&["jazz"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(30));
    for n in 0..2 {
        assert!(world.nodes[n].nudges().is_empty());
        assert!(world.nodes[n].saw(&Event::NoMatch { transport: Transport::Lan }));
        assert_eq!(world.nodes[n].engine.status(world.time(n)).alone, Some(Alone::NothingShared));
    }
}

#[test]
fn closing_finishes_an_exchange_in_flight_with_random_tags() {
    let mut world = pair(&["tea"]);
    world.open_all();
    let responder = run_to_message(&mut world, 2);
    let initiator = 1 - responder;
    world.intend(responder, Intent::Close).unwrap();
    assert!(world.nodes[responder].fell_silent_at().is_empty(), "the exchange comes first");
    world.run_for(secs(5));
    assert!(world.nodes.iter().all(|node| node.nudges().is_empty()));
    let gate = GateReason::Closing;
    assert!(world.nodes[responder].saw(&Event::Withheld { transport: Transport::Lan, gate }));
    assert!(world.nodes[initiator].saw(&Event::NoMatch { transport: Transport::Lan }));
    assert!(world.nodes[responder].saw(&Event::Closed(ClosedWhy::Asked)));
    assert_eq!(world.nodes[responder].fell_silent_at().len(), 1);
}

#[test]
fn a_nudge_earned_under_a_latched_gate_is_shown_though_the_device_closes() {
    let mut world = pair(&["tea"]);
    world.open_all();
    let responder = run_to_message(&mut world, 4);
    world.intend(responder, Intent::Close).unwrap();
    world.run_for(secs(5));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
    assert!(world.nodes[responder].saw(&Event::Closed(ClosedWhy::Asked)));
}

#[test]
fn opening_again_before_the_exchange_is_over_takes_the_closing_back() {
    let mut world = pair(&["tea"]);
    world.open_all();
    let responder = run_to_message(&mut world, 2);
    world.intend(responder, Intent::Close).unwrap();
    world.intend(responder, Intent::Open).unwrap();
    world.run_for(secs(5));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1 && node.fell_silent_at().is_empty()));
}

#[test]
fn a_wipe_shows_nothing_and_forgets_everything_at_once() {
    let mut world = pair(&["tea"]);
    world.open_all();
    let responder = run_to_message(&mut world, 4);
    world.intend(responder, Intent::Wipe).unwrap();
    assert_eq!(world.nodes[responder].sent.last().map(|(_, t)| t.clone()), Some(Transmit::Air(Air::Silent)));
    assert!(world.nodes[responder].saw(&Event::Closed(ClosedWhy::Wiped)));
    world.run_for(secs(60));
    assert!(world.nodes[responder].nudges().is_empty());
    assert_eq!(
        world.intend(responder, Intent::Open),
        Err(IntentError::NoInterests),
        "interests are forgotten too"
    );
    let status = world.nodes[responder].engine.status(world.time(responder));
    assert_eq!((status.epoch, status.heard, status.nudges), (None, 0, 0));
}

#[test]
fn a_pause_is_silent_and_opens_again_by_itself() {
    let mut world = pair(&["tea"]);
    world.open_all();
    world.run_for(secs(5));
    let until = world.now + secs(60);
    world.intend(0, Intent::Pause { until }).unwrap();
    assert!(world.nodes[0].saw(&Event::Closed(ClosedWhy::Paused)));
    world.run_for(secs(50));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).alone, Some(Alone::Paused));
    world.run_for(secs(15));
    let appearances = world.nodes[0].appearances();
    assert_eq!(appearances.len(), 2);
    assert_eq!(appearances[1].0, until);
    assert_ne!(appearances[0].1, appearances[1].1, "under a fresh token");
}

#[test]
fn between_two_identities_there_is_a_silence_however_fast_one_opens_again() {
    let mut world = pair(&["tea"]);
    world.open_all();
    world.run_for(secs(5));
    world.intend(0, Intent::Close).unwrap();
    world.intend(0, Intent::Open).unwrap();
    world.run_for(secs(40));
    let silence = world.nodes[0].appearances()[1].0 - world.nodes[0].fell_silent_at()[0];
    assert!((secs(5)..secs(30)).contains(&silence), "{silence:?}");
}

#[test]
fn a_pause_can_be_ended_and_prolonged_and_refused() {
    let mut world = pair(&["tea"]);
    assert_eq!(world.intend(0, Intent::Pause { until: secs(9) }), Err(IntentError::NotOpen));
    assert_eq!(world.intend(0, Intent::Close), Err(IntentError::NotOpen));
    world.open_all();
    world.run_for(secs(5));
    assert_eq!(world.intend(0, Intent::Pause { until: secs(1) }), Err(IntentError::PauseOver));
    assert_eq!(world.intend(0, Intent::Resume), Err(IntentError::NotPaused));
    world.intend(0, Intent::Pause { until: secs(200) }).unwrap();
    world.intend(0, Intent::Pause { until: secs(300) }).unwrap();
    world.run_until(secs(250));
    assert_eq!(world.nodes[0].appearances().len(), 1);
    world.intend(0, Intent::Resume).unwrap();
    assert_eq!(world.nodes[0].appearances().len(), 2);
}

#[test]
fn a_session_ends_after_two_hours_and_its_markers_with_it() {
    let mut world = pair(&["tea"]);
    world.open_all();
    world.run_for(secs(7_199));
    assert!(world.nodes[0].engine.status(world.time(0)).nudges > 0);
    assert!(!world.nodes[0].saw(&Event::Closed(ClosedWhy::SessionOver)));
    world.run_for(secs(2));
    for n in 0..2 {
        assert!(world.nodes[n].saw(&Event::Closed(ClosedWhy::SessionOver)));
        let status = world.nodes[n].engine.status(world.time(n));
        assert_eq!((status.epoch, status.nudges), (None, 0));
    }
    world.run_for(secs(60));
    let before = world.nodes[0].nudges().len();
    world.open_all();
    world.run_for(secs(60));
    assert_eq!(world.nodes[0].nudges().len(), before + 1, "the pair is new to each other");
}

#[test]
fn closing_does_not_prolong_a_session() {
    let mut world = pair(&["tea"]);
    world.open_all();
    world.run_for(secs(3_600));
    world.intend(0, Intent::Close).unwrap();
    world.run_for(secs(60));
    assert!(world.nodes[0].engine.status(world.time(0)).nudges > 0, "markers outlive closing");
    world.intend(0, Intent::Open).unwrap();
    world.run_until(secs(7_201));
    assert!(world.nodes[0].saw(&Event::Closed(ClosedWhy::SessionOver)));
}

#[test]
fn a_peer_that_vanishes_in_mid_exchange_harms_nothing() {
    let mut world = World::new(5, [likes(&["tea"]), likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.open_all();
    let responder = run_to_message(&mut world, 2);
    world.intend(responder, Intent::Wipe).unwrap();
    world.run_for(secs(60));
    for n in (0..3).filter(|n| *n != responder) {
        assert_eq!(world.nodes[n].nudges().len(), 1);
    }
    let lost = |event: &Event| {
        *event == Event::ExchangeFailed { transport: Transport::Lan, reason: Failure::LinkLost }
    };
    assert!(world.nodes.iter().any(|node| !node.when(lost).is_empty()));
}
