//! What a device sends, and the work it does, are the same whether or not it would nudge: every gate is driven on either
//! side, and compared with the run in which it is open.
//!
//! The one difference allowed is inside: a nudge computes the cue and the marker, two HMACs, after everything was sent.

use std::time::Duration;

use sighej_crypto::meter::{self, Counts};
use sighej_engine::{Config, Event, GateReason, Intent, NudgeId, QuietHours, Transmit};

use crate::world::{World, interests, likes, secs};

/// Kind and size of everything one side sent of its exchanges.
type Shape = Vec<(&'static str, usize)>;

struct Run {
    shapes: Vec<Shape>,
    counts: Counts,
    nudges: usize,
    gates: Vec<Vec<GateReason>>,
}

fn shape(transmit: &Transmit) -> Option<(&'static str, usize)> {
    match transmit {
        Transmit::OpenChannel { .. } => Some(("open", 0)),
        Transmit::Frame { bytes, .. } => Some(("frame", bytes.len())),
        Transmit::CloseChannel { .. } => Some(("close", 0)),
        Transmit::Presence { bytes, .. } => Some(("presence", bytes.len())),
        Transmit::Dial { .. } => Some(("dial", 0)),
        Transmit::Mesh { bytes, .. } => Some(("mesh", bytes.len())),
        Transmit::RelayFrame { bytes } => Some(("relay", bytes.len())),
        Transmit::Air(_) | Transmit::CloseLink { .. } | Transmit::RelayClose { .. } => None,
    }
}

/// What happened from `from` on.
fn measure(world: &World, from: Duration, counts: Counts) -> Run {
    let since = |at: &Duration| *at >= from;
    let shapes = world.nodes.iter().map(|node| {
        node.sent.iter().filter(|(at, _)| since(at)).filter_map(|(_, transmit)| shape(transmit)).collect()
    });
    let gates = world.nodes.iter().map(|node| {
        node.events.iter().filter(|(at, _)| since(at)).filter_map(|(_, event)| gate(event)).collect()
    });
    let nudges =
        world.nodes.iter().map(|node| node.nudges().iter().filter(|(at, _)| since(at)).count()).sum();
    // Which of the two initiates is up to their tokens: the roles are compared, not the nodes.
    let mut shapes: Vec<Shape> = shapes.collect();
    shapes.sort();
    Run { shapes, counts, nudges, gates: gates.collect() }
}

fn gate(event: &Event) -> Option<GateReason> {
    if let Event::Withheld { gate, .. } = event { Some(*gate) } else { None }
}

/// Two runs with the same shapes and the same work.
fn assert_alike(open: &Run, closed: &Run) {
    assert_eq!(open.shapes, closed.shapes);
    let cues = |run: &Run| u64::try_from(2 * run.nudges).unwrap();
    let without_cues = |run: &Run| Counts { hmacs: run.counts.hmacs - cues(run), ..run.counts };
    assert_eq!(without_cues(open), without_cues(closed));
    assert!(open.nudges > closed.nudges, "the open run nudges");
    assert!(open.shapes.iter().any(|shape| shape.contains(&("frame", 977))), "there was an exchange");
}

const SEEDS: [u64; 3] = [1, 2, 3];

/// A pair on one network; `at(world, node)` closes a gate of that node, before or after a number of frames.
fn pair_run(seed: u64, after_frames: usize, configs: [Config; 2], close: impl Fn(&mut World)) -> Run {
    let mut world = World::new(seed, configs).all_on_lan();
    meter::take();
    if after_frames == 0 {
        close(&mut world);
    }
    world.open_all();
    let mut closed = after_frames == 0;
    while world.now < secs(60) {
        world.run_for(Duration::from_millis(1));
        let is_frame = |(_, transmit): &&(Duration, Transmit)| matches!(transmit, Transmit::Frame { .. });
        let frames: usize = world.nodes.iter().map(|node| node.sent.iter().filter(is_frame).count()).sum();
        if !closed && frames >= after_frames {
            close(&mut world);
            closed = true;
        }
        if closed && world.now.subsec_millis() == 0 {
            world.run_until(secs(60));
        }
    }
    measure(&world, Duration::ZERO, meter::take())
}

fn tea() -> [Config; 2] {
    [likes(&["tea"]), likes(&["tea"])]
}

/// The gate is driven on each side in turn, with tokens that make each of them initiator and responder.
fn drive(after_frames: usize, expected: GateReason, close: impl Fn(&mut World, usize)) {
    for seed in SEEDS {
        for node in 0..2 {
            let open = pair_run(seed, after_frames, tea(), |_| {});
            let closed = pair_run(seed, after_frames, tea(), |world| close(world, node));
            assert_alike(&open, &closed);
            assert_eq!(closed.gates[node], [expected], "seed {seed}, node {node}");
            assert_eq!(closed.nudges, 0);
        }
    }
}

#[test]
fn quiet_hours_change_nothing_that_is_sent() {
    drive(0, GateReason::QuietHours, |world, node| {
        world.intend(node, Intent::QuietHours(Some(QuietHours { from: 0, until: 0 }))).unwrap();
    });
}

#[test]
fn closing_after_the_exchange_began_changes_nothing_that_is_sent() {
    // After message 2 neither side has latched.
    drive(2, GateReason::Closing, |world, node| world.intend(node, Intent::Close).unwrap());
}

#[test]
fn pausing_after_the_exchange_began_changes_nothing_that_is_sent() {
    drive(2, GateReason::Closing, |world, node| {
        world.intend(node, Intent::Pause { until: secs(100) }).unwrap()
    });
}

#[test]
fn changing_interests_after_the_exchange_began_changes_nothing_that_is_sent() {
    drive(2, GateReason::Closing, |world, node| {
        world.intend(node, Intent::Interests { set: interests(&["jazz"]), insist: true }).unwrap();
    });
}

#[test]
fn a_crowd_guard_that_is_not_satisfied_changes_nothing_that_is_sent() {
    for seed in SEEDS {
        for node in 0..2 {
            let mut configs = tea();
            configs[node].crowd_guard = 5;
            let open = pair_run(seed, 0, tea(), |_| {});
            let closed = pair_run(seed, 0, configs, |_| {});
            assert_alike(&open, &closed);
            assert_eq!(closed.gates[node], [GateReason::CrowdGuard]);
        }
    }
}

#[test]
fn sharing_nothing_changes_nothing_that_is_sent() {
    for seed in SEEDS {
        let open = pair_run(seed, 0, tea(), |_| {});
        let nothing = pair_run(seed, 0, [likes(&["tea"]), likes(&["jazz"])], |_| {});
        assert_alike(&open, &nothing);
        let many = [likes(&["tea", "jazz", "golf"]), likes(&["chess", "tea", "go", "opera"])];
        let many = pair_run(seed, 0, many, |_| {});
        assert_eq!(many.shapes, open.shapes);
        assert_eq!(many.counts, open.counts);
    }
}

#[test]
fn a_threshold_that_is_not_reached_changes_nothing_that_is_sent() {
    for seed in SEEDS {
        for node in 0..2 {
            let mut configs = tea();
            configs[node].threshold = 2;
            assert_alike(&pair_run(seed, 0, tea(), |_| {}), &pair_run(seed, 0, configs, |_| {}));
        }
    }
}

/// The first of three meets the third, who shares `names`; then the second.
fn cool_down_run(seed: u64, names: &[&str]) -> Run {
    let mut world = World::new(seed, [likes(&["tea"]), likes(&["tea"]), likes(names)]).all_on_lan();
    world.set_lan(0, 1, false);
    world.set_lan(1, 2, false);
    world.open_all();
    world.run_until(secs(20));
    world.set_lan(0, 2, false);
    world.set_lan(0, 1, true);
    meter::take();
    world.run_until(secs(60));
    measure(&world, secs(20), meter::take())
}

#[test]
fn a_cool_down_changes_nothing_that_is_sent() {
    for seed in SEEDS {
        let (open, closed) = (cool_down_run(seed, &["jazz"]), cool_down_run(seed, &["tea"]));
        assert_alike(&open, &closed);
        assert_eq!(closed.gates[0], [GateReason::CoolDown]);
    }
}

/// A second epoch, after a first in which the two met, or did not; `block` names the side that blocks.
fn second_epoch_run(seed: u64, met: bool, block: Option<usize>) -> Run {
    let mut world = World::new(seed, tea()).all_on_lan();
    world.set_lan(0, 1, met);
    world.open_all();
    world.run_until(secs(20));
    if let Some(node) = block {
        let nudge = world.nodes[node].nudges()[0].1.id;
        world.intend(node, Intent::Block(nudge)).unwrap();
    }
    world.run_until(secs(501));
    meter::take();
    world.set_lan(0, 1, true);
    world.run_until(secs(600));
    measure(&world, secs(501), meter::take())
}

#[test]
fn having_met_changes_nothing_that_is_sent() {
    for seed in SEEDS {
        let (open, met) = (second_epoch_run(seed, false, None), second_epoch_run(seed, true, None));
        assert_alike(&open, &met);
        assert_eq!(met.gates, [[GateReason::Met], [GateReason::Met]]);
    }
}

#[test]
fn a_block_changes_nothing_that_is_sent() {
    for seed in SEEDS {
        for node in 0..2 {
            let (open, blocked) =
                (second_epoch_run(seed, false, None), second_epoch_run(seed, true, Some(node)));
            assert_alike(&open, &blocked);
            assert_eq!(blocked.gates[node], [GateReason::Blocked]);
            assert!(blocked.gates[1 - node].is_empty(), "the other recognises nobody");
        }
    }
}

/// Two who were nudged, one of whom turns the other down: what both send afterwards, in this epoch and the next, and
/// everything that the other side's device says of it.
fn turned_down(seed: u64, how: fn(NudgeId) -> Intent) -> (Run, Vec<Event>) {
    let mut world = World::new(seed, tea()).all_on_lan();
    world.open_all();
    world.run_until(secs(20));
    let nudge = world.nodes[0].nudges()[0].1.id;
    world.intend(0, how(nudge)).unwrap();
    let before = world.nodes[1].events.len();
    meter::take();
    world.run_until(secs(1_200));
    let seen = world.nodes[1].events[before..].iter().map(|(_, event)| event.clone()).collect();
    (measure(&world, secs(20), meter::take()), seen)
}

#[test]
fn not_now_and_never_again_look_the_same_to_the_other_side() {
    for seed in SEEDS {
        let (later, never) = (turned_down(seed, Intent::NotNow), turned_down(seed, Intent::Block));
        assert_eq!((&later.0.shapes, later.0.counts), (&never.0.shapes, never.0.counts));
        assert_eq!((later.0.nudges, never.0.nudges), (0, 0), "nobody is nudged again");
        assert_eq!(later.1, never.1, "whatever the other's program shows");
        let told = later.1.iter().filter(|event| matches!(event, Event::NoMatch { .. })).count();
        assert!(told >= 2, "they met again, within the epoch and after it: {:?}", later.1);
    }
}

#[test]
fn repeats_look_the_same_under_an_open_gate_and_under_a_closed_one() {
    let run = |close: bool| {
        let mut world = World::new(4, tea()).all_on_lan();
        if close {
            world.intend(0, Intent::QuietHours(Some(QuietHours { from: 0, until: 0 }))).unwrap();
        }
        meter::take();
        world.open_all();
        world.run_until(secs(499));
        let times: Vec<_> = world.nodes.iter().flat_map(|node| node.sent.iter().map(|(at, _)| *at)).collect();
        (measure(&world, Duration::ZERO, meter::take()), times)
    };
    let ((open, open_times), (closed, closed_times)) = (run(false), run(true));
    assert_eq!(open.shapes, closed.shapes);
    assert_eq!(open_times, closed_times, "to the millisecond");
    assert_eq!(open.shapes.iter().flatten().filter(|shape| **shape == ("frame", 977)).count(), 3);
}
