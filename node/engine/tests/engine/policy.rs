//! When a device would nudge: crowd guard, cool-down, quiet hours, met, blocked; and what it says of being alone.

use sighej_engine::{Alone, Config, Event, GateReason, Intent, NudgeId, QuietHours, Transport};

use crate::world::{World, likes, secs};

fn withheld(gate: GateReason) -> Event {
    Event::Withheld { transport: Transport::Lan, gate }
}

#[test]
fn the_crowd_guard_is_waited_for_and_then_the_exchange_is_withheld() {
    let guarded = || Config { crowd_guard: 3, ..likes(&["tea"]) };
    let mut world = World::new(1, [guarded(), guarded()]).all_on_lan();
    world.open_all();
    world.run_for(secs(44));
    assert!(world.nodes.iter().all(|node| node.opened_at().is_empty()));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).alone, Some(Alone::CrowdGuard { more: 2 }));
    assert_eq!(Alone::CrowdGuard { more: 2 }.to_string(), "waiting for 2 more people nearby");
    world.run_for(secs(4));
    assert!(
        world
            .nodes
            .iter()
            .all(|node| node.saw(&withheld(GateReason::CrowdGuard)) && node.nudges().is_empty())
    );
}

#[test]
fn a_crowd_that_gathers_opens_the_guard_at_once() {
    let guarded = |names| Config { crowd_guard: 3, ..likes(names) };
    let configs = [guarded(&["tea"]), guarded(&["tea"]), guarded(&["jazz"]), guarded(&["golf"])];
    let mut world = World::new(1, configs).all_on_lan();
    for n in 0..3 {
        world.intend(n, Intent::Open).unwrap();
    }
    world.run_for(secs(20));
    assert!(world.nodes.iter().all(|node| node.nudges().is_empty()), "the peer and one more are two");
    world.intend(3, Intent::Open).unwrap();
    world.run_for(secs(3));
    assert_eq!(world.nodes.iter().map(|node| node.nudges().len()).collect::<Vec<_>>(), [1, 1, 0, 0]);
}

#[test]
fn a_crowd_on_the_radio_must_have_been_heard_within_ten_seconds() {
    let guarded = |names| Config { crowd_guard: 2, ..likes(names) };
    let mut world = World::new(1, [guarded(&["tea"]), guarded(&["jazz"]), guarded(&["golf"])]).all_on_air();
    world.open_all();
    world.run_for(secs(6));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).crowd, 2);
    world.hears(0, 2, None);
    world.run_for(secs(11));
    let status = world.nodes[0].engine.status(world.time(0));
    assert_eq!((status.crowd, status.heard), (1, 2), "heard 11 s ago: known, and no crowd");
}

#[test]
fn one_nudge_in_two_minutes_and_the_repeat_brings_the_second() {
    let mut world = World::new(2, (0..3).map(|_| likes(&["tea"]))).all_on_lan();
    // The first two meet; the third comes a little later.
    world.set_lan(0, 2, false);
    world.set_lan(1, 2, false);
    world.open_all();
    world.run_for(secs(10));
    assert_eq!(world.nodes[0].nudges().len(), 1);
    world.set_lan(0, 2, true);
    world.run_for(secs(10));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).alone, None, "somebody near was nudged");
    assert!(world.nodes[0].saw(&withheld(GateReason::CoolDown)));
    assert!(world.nodes[2].saw(&Event::NoMatch { transport: Transport::Lan }), "the third cannot tell");
    world.run_for(secs(300));
    let nudges = world.nodes[0].nudges();
    assert_eq!(nudges.len(), 2);
    assert!(nudges[1].0 - nudges[0].0 >= secs(120));
    assert_eq!(world.nodes[2].nudges().len(), 1);
}

#[test]
fn in_quiet_hours_nothing_is_shown() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    // Worlds start at 08:01:40 UTC.
    world.intend(0, Intent::QuietHours(Some(QuietHours { from: 8 * 60, until: 8 * 60 + 2 }))).unwrap();
    world.open_all();
    world.run_for(secs(10));
    assert!(world.nodes[0].saw(&withheld(GateReason::QuietHours)));
    assert!(world.nodes.iter().all(|node| node.nudges().is_empty()));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).alone, Some(Alone::QuietHours));
    world.run_for(secs(240));
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1), "the repeat comes after the quiet");
}

#[test]
fn a_pair_that_met_is_not_nudged_again_in_the_next_epoch() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(1_800));
    for node in &world.nodes {
        assert_eq!(node.nudges().len(), 1);
        assert!(node.saw(&withheld(GateReason::Met)));
        assert!(!node.saw(&withheld(GateReason::CoolDown)), "long over");
    }
}

#[test]
fn only_the_one_that_remembers_withholds_where_the_other_forgot() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(10));
    world.intend(1, Intent::Wipe).unwrap();
    world.intend(1, Intent::Interests { set: crate::world::interests(&["tea"]), insist: false }).unwrap();
    world.intend(1, Intent::Open).unwrap();
    world.run_for(secs(260));
    assert!(!world.nodes[0].saw(&withheld(GateReason::Met)), "nobody shows the marker any more");
    assert_eq!(world.nodes[1].nudges().len(), 2);
}

#[test]
fn a_block_gates_in_this_epoch_and_in_the_next_and_the_other_cannot_tell() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(10));
    let nudge = world.nodes[0].nudges()[0].1.id;
    world.intend(0, Intent::Block(nudge)).unwrap();
    world.run_for(secs(1_800));
    let blocked = world.nodes[0].when(|event| *event == withheld(GateReason::Blocked));
    assert!(blocked.iter().any(|at| *at < secs(500)), "the repeat: {blocked:?}");
    assert!(blocked.iter().any(|at| *at > secs(500)), "recognised under other digests: {blocked:?}");
    assert!(world.nodes.iter().all(|node| node.nudges().len() == 1));
    assert!(
        world.nodes[1].saw(&Event::NoMatch { transport: Transport::Lan }),
        "random tags, and no marker of the blocker"
    );
    assert!(!world.nodes[1].saw(&withheld(GateReason::Met)));
}

#[test]
fn a_nudge_that_is_not_known_cannot_be_blocked() {
    let mut world = World::new(1, [likes(&["tea"])]);
    world.open_all();
    let unknown = world.intend(0, Intent::Block(NudgeId(0)));
    assert_eq!(unknown, Err(sighej_engine::IntentError::UnknownNudge));
}

#[test]
fn why_one_is_alone_is_told_as_it_changes() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["jazz"])]);
    world.open_all();
    world.run_for(secs(5));
    world.hears(0, 1, Some(-95));
    world.run_for(secs(5));
    world.hears(0, 1, Some(-60));
    world.hears(1, 0, Some(-60));
    world.run_for(secs(10));
    let told: Vec<Alone> = world.nodes[0].events.iter().filter_map(|(_, event)| waiting(event)).collect();
    let expected = [Alone::NothingHeard, Alone::TooFar, Alone::FindingOut, Alone::NothingShared];
    assert_eq!(told, expected);
}

fn waiting(event: &Event) -> Option<Alone> {
    if let Event::Waiting(alone) = event { Some(*alone) } else { None }
}

#[test]
fn cool_down_is_told_once_the_nudged_peer_is_gone() {
    let mut world = World::new(1, [likes(&["tea"]), likes(&["tea"]), likes(&["jazz"])]).all_on_lan();
    world.open_all();
    world.run_for(secs(10));
    world.intend(1, Intent::Close).unwrap();
    world.run_for(secs(1));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).alone, Some(Alone::CoolDown));
    world.run_for(secs(120));
    assert_eq!(world.nodes[0].engine.status(world.time(0)).alone, Some(Alone::NothingShared));
}
