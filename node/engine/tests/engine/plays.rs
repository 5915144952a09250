//! Random plays: what users, networks and clocks do, in any order.

use proptest::prelude::*;
use sighej_crypto::InterestSet;
use sighej_engine::{Config, Intent, IntentError, QuietHours};

use crate::world::{Faults, World, interests, secs};

pub(crate) const NODES: usize = 4;
const WORDS: [&str; 5] = ["tea", "chess", "jazz", "golf", "opera"];

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Wait(u64),
    Open(usize),
    Close(usize),
    Pause(usize, u64),
    Resume(usize),
    Wipe(usize),
    /// The last nudge's person.
    Block(usize),
    Interests(usize, u8, bool),
    Quiet(usize, bool),
    Lan(usize, usize, bool),
    Air(usize, usize, Option<i8>),
    /// The node's clock is set.
    Clock(usize, i64),
    Faults(u64, u64, u64),
}

fn step() -> impl Strategy<Value = Step> {
    let node = || 0..NODES;
    prop_oneof![
        10 => (1_u64..90).prop_map(Step::Wait),
        7 => node().prop_map(Step::Open),
        2 => node().prop_map(Step::Close),
        1 => (node(), 1_u64..120).prop_map(|(n, time)| Step::Pause(n, time)),
        1 => node().prop_map(Step::Resume),
        1 => node().prop_map(Step::Wipe),
        1 => node().prop_map(Step::Block),
        2 => (node(), 1_u8..32, any::<bool>()).prop_map(|(n, words, insist)| Step::Interests(n, words, insist)),
        1 => (node(), any::<bool>()).prop_map(|(n, on)| Step::Quiet(n, on)),
        3 => (node(), node(), any::<bool>()).prop_map(|(a, b, on)| Step::Lan(a, b, on)),
        3 => (node(), node(), prop::option::of(-95_i8..-40)).prop_map(|(a, b, rssi)| Step::Air(a, b, rssi)),
        1 => (node(), -700_i64..700).prop_map(|(n, ahead)| Step::Clock(n, ahead)),
        2 => (0_u64..25, 0_u64..10, 0_u64..10).prop_map(|(l, d, r)| Step::Faults(l, d, r)),
    ]
}

/// Everything a play starts from.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    pub(crate) seed: u64,
    pub(crate) words: [u8; NODES],
    pub(crate) crowd_guard: usize,
    pub(crate) cool_down: u64,
    /// The first node's adverts are bare.
    pub(crate) bare: bool,
    pub(crate) lan: bool,
    /// Everybody is open from the start.
    pub(crate) open: bool,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn play() -> impl Strategy<Value = Play> {
    let cool_down = prop_oneof![2 => Just(0_u64), 1 => Just(120)];
    let settings = (any::<u64>(), prop::array::uniform4(1_u8..32), 0_usize..4, cool_down);
    let switches = (any::<bool>(), any::<bool>(), any::<bool>());
    (settings, switches, prop::collection::vec(step(), 1..40)).prop_map(
        |((seed, words, crowd_guard, cool_down), (bare, lan, open), steps)| Play {
            seed,
            words,
            crowd_guard,
            cool_down,
            bare,
            lan,
            open,
            steps,
        },
    )
}

fn set(words: u8) -> InterestSet {
    let names: Vec<&str> = (0..WORDS.len()).filter(|i| words & (1 << i) != 0).map(|i| WORDS[i]).collect();
    interests(&names)
}

impl Play {
    pub(crate) fn world(&self) -> World {
        let configs = (0..NODES).map(|n| Config {
            interests: set(self.words[n]),
            crowd_guard: self.crowd_guard,
            cool_down: secs(self.cool_down),
            advertises_token: !(self.bare && n == 0),
            ..Config::default()
        });
        let world = World::new(self.seed, configs);
        let mut world = if self.lan { world.all_on_lan() } else { world.all_on_air() };
        if self.open {
            world.open_all();
        }
        world
    }
}

impl Step {
    /// Does it. What a user may not do now is refused by the engine, which is part of the play.
    pub(crate) fn take(&self, world: &mut World) {
        match *self {
            Self::Wait(time) => world.run_for(secs(time)),
            Self::Open(n) => refusable(world.intend(n, Intent::Open)),
            Self::Close(n) => refusable(world.intend(n, Intent::Close)),
            Self::Pause(n, time) => {
                refusable(world.intend(n, Intent::Pause { until: world.now + secs(time) }))
            }
            Self::Resume(n) => refusable(world.intend(n, Intent::Resume)),
            Self::Wipe(n) => {
                // Whoever wipes gives the same interests again.
                let set = world.nodes[n].wanted.clone();
                world.intend(n, Intent::Wipe).unwrap();
                world.intend(n, Intent::Interests { set, insist: false }).unwrap();
            }
            Self::Block(n) => {
                let last = world.nodes[n].nudges().last().map(|(_, nudge)| nudge.id);
                last.into_iter().for_each(|nudge| refusable(world.intend(n, Intent::Block(nudge))));
            }
            Self::Interests(n, words, insist) => {
                world.intend(n, Intent::Interests { set: set(words), insist }).unwrap();
            }
            Self::Quiet(n, on) => {
                let hours = on.then_some(QuietHours { from: 0, until: 0 });
                world.intend(n, Intent::QuietHours(hours)).unwrap();
            }
            Self::Lan(a, b, on) if a != b => world.set_lan(a, b, on),
            Self::Air(a, b, rssi) if a != b => world.hears(a, b, rssi),
            Self::Lan(..) | Self::Air(..) => {}
            Self::Clock(n, ahead) => world.nodes[n].utc_ahead = Some(ahead),
            Self::Faults(lost, doubled, reordered) => world.faults = Faults { lost, doubled, reordered },
        }
    }
}

/// What a user may not do now is refused by the engine.
fn refusable(_: Result<(), IntentError>) {}

/// The faults are over: everybody is open, in reach on both transports, with the right time and no quiet hours.
pub(crate) fn calm(world: &mut World) {
    world.faults = Faults::default();
    for n in 0..NODES {
        world.nodes[n].utc_ahead = Some(0);
        world.intend(n, Intent::QuietHours(None)).unwrap();
        refusable(world.intend(n, Intent::Open));
        for other in (0..NODES).filter(|other| *other != n) {
            world.set_lan(n, other, true);
            world.hears(n, other, Some(-60));
        }
    }
}
