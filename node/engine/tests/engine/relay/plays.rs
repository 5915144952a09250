//! Random evenings with a relay: who shares something is nudged together and once, whatever is lost.

use std::{cell::Cell, collections::BTreeSet};

use proptest::{prelude::*, test_runner::TestRunner};
use sighej_crypto::Interest;
use sighej_engine::{Config, Intent};

use super::in_room;
use crate::world::{World, interests, likes, secs};

const NODES: usize = 3;
const CASES: u32 = 96;
const WORDS: [&str; 3] = ["tea", "chess", "jazz"];

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Break(usize, u64),
    Restart,
    Lan(usize, usize, bool),
    Hears(usize, usize, bool),
    Close(usize),
    Open(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let node = || 0..NODES;
    prop_oneof![
        8 => (1_u64..60).prop_map(Step::Wait),
        3 => (node(), 1_u64..80).prop_map(|(n, after)| Step::Break(n, after)),
        1 => Just(Step::Restart),
        1 => (node(), node(), any::<bool>()).prop_map(|(a, b, on)| Step::Lan(a, b, on)),
        2 => (node(), node(), any::<bool>()).prop_map(|(a, b, on)| Step::Hears(a, b, on)),
        1 => node().prop_map(Step::Close),
        2 => node().prop_map(Step::Open),
    ]
}

fn take(world: &mut World, step: &Step) {
    match *step {
        Step::Wait(time) => world.run_for(secs(time)),
        Step::Break(n, after) => world.break_relay(n, secs(after)),
        Step::Restart => world.restart_relay(),
        Step::Lan(a, b, on) if a != b => world.set_lan(a, b, on),
        Step::Hears(a, b, on) if a != b => world.hears(a, b, on.then_some(-60)),
        Step::Lan(..) | Step::Hears(..) => {}
        // Refused where it is so already.
        Step::Close(n) => {
            let _refused = world.intend(n, Intent::Close);
        }
        Step::Open(n) => {
            let _refused = world.intend(n, Intent::Open);
        }
    }
}

fn words(mask: u8) -> Vec<&'static str> {
    (0..WORDS.len()).filter(|i| mask & (1 << i) != 0).map(|i| WORDS[i]).collect()
}

fn shared(a: u8, b: u8) -> Vec<Interest> {
    if a & b == 0 { Vec::new() } else { interests(&words(a & b)).iter().cloned().collect() }
}

#[test]
fn nudges_are_true_common_and_single_whatever_is_lost() {
    let (nudged, relayed) = (Cell::new(0), Cell::new(0));
    let play =
        (any::<u64>(), prop::array::uniform3(1_u8..8), any::<bool>(), prop::collection::vec(step(), 1..25));
    let mut runner = TestRunner::new(ProptestConfig { cases: CASES, ..ProptestConfig::default() });
    let result = runner.run(&play, |(seed, masks, with_room, steps)| {
        let configs = masks.map(|mask| {
            let names = words(mask);
            let config = if with_room { in_room(&names, 1) } else { likes(&names) };
            Config { cool_down: secs(0), crowd_guard: 0, ..config }
        });
        let mut world = World::new(seed, configs).all_on_air().with_relay();
        world.no_dials = true;
        world.open_all();
        for step in &steps {
            take(&mut world, step);
        }
        let mut seen = BTreeSet::new();
        for (n, node) in world.nodes.iter().enumerate() {
            let cues: Vec<_> = node
                .nudges()
                .iter()
                .map(|(_, nudge)| (n, nudge.cue.emoji, nudge.cue.colour.name_en))
                .collect();
            for (_, nudge) in node.nudges() {
                prop_assert!(
                    (0..NODES).any(|other| other != n && shared(masks[n], masks[other]) == nudge.interests),
                    "a nudge shows what nobody shares"
                );
                relayed.set(relayed.get() + u32::from(nudge.transport == sighej_engine::Transport::Relay));
            }
            seen.extend(cues);
            nudged.set(nudged.get() + node.nudges().len());
        }
        // Calm: everybody is open, connected and in reach for two epochs. Nobody is left out, and nobody was nudged about
        // more people than there are.
        for n in 0..NODES {
            let _refused = world.intend(n, Intent::Open);
            for other in (0..NODES).filter(|other| *other != n) {
                world.hears(n, other, Some(-60));
            }
        }
        world.run_for(secs(1_300));
        for n in 0..NODES {
            let partners = (0..NODES).filter(|other| *other != n && masks[n] & masks[*other] != 0).count();
            let count = world.nodes[n].nudges().len();
            prop_assert!(count >= partners, "{} of {} nudges", count, partners);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(relayed.get() > CASES / 2, "the relay carries most of it: {}", relayed.get());
}
