//! Whatever devices do, in whatever order, whatever is lost, and whoever lies.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sighej_matcher::{Event, Limits};
use sighej_relay_api::wire::ClientMessage;

use crate::world::{Told, World};

const DEVICES: usize = 6;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Register(usize),
    Lose(usize),
    Goodbye(usize),
    Knock(usize, usize),
    Join(usize, bool),
    /// The device reacts to what it was told, as an honest one does.
    React(usize),
    /// It says something about a pair of this number that nobody asked for.
    Lie(usize, u32, u8),
    Garbage(usize, Vec<u8>),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let device = 0..DEVICES;
    prop_oneof![
        3 => device.clone().prop_map(Step::Register),
        2 => device.clone().prop_map(Step::Lose),
        1 => device.clone().prop_map(Step::Goodbye),
        6 => (device.clone(), device.clone()).prop_map(|(from, to)| Step::Knock(from, to)),
        2 => (device.clone(), any::<bool>()).prop_map(|(device, open)| Step::Join(device, open)),
        16 => device.clone().prop_map(Step::React),
        3 => (device.clone(), 0..6_u32, 0..6_u8).prop_map(|(device, pair, what)| Step::Lie(device, pair, what)),
        1 => (device, prop::collection::vec(any::<u8>(), 0..800))
            .prop_map(|(device, bytes)| Step::Garbage(device, bytes)),
        2 => (0..40_u64).prop_map(Step::Pass),
    ]
}

/// What each device knows of its pairs, and what it was told of matches.
struct Crowd {
    world: World,
    /// By device and number, the other.
    peers: BTreeMap<(usize, u32), usize>,
    /// What each device has not reacted to.
    waiting: Vec<Vec<Told>>,
}

impl Crowd {
    fn new() -> Self {
        let limits = Limits { pairs: 12, pairs_per_session: 4, knocks_outstanding: 3, ..Limits::default() };
        let world = World::with_limits(DEVICES, limits);
        Self { world, peers: BTreeMap::new(), waiting: vec![Vec::new(); DEVICES] }
    }

    fn run(&mut self, step: &Step) {
        let nudged = self.world.count(Event::Nudged);
        match step {
            Step::Register(device) => self.world.register(*device),
            Step::Lose(device) => {
                self.world.lose(*device);
                self.waiting[*device].clear();
            }
            Step::Goodbye(device) => self.world.say(*device, ClientMessage::Goodbye),
            Step::Knock(from, to) => self.world.knock(*from, *to),
            Step::Join(device, open) => self.world.join(*device, 1, *open),
            Step::React(device) => self.react(*device),
            Step::Lie(device, pair, what) => self.lie(*device, *pair, *what),
            Step::Garbage(device, bytes) => self.world.say_bytes(*device, bytes),
            Step::Pass(secs) => self.world.pass(*secs),
        }
        self.check(self.world.count(Event::Nudged) - nudged);
    }

    /// Bounds, and the one thing that must never be: a match that one side alone was told of.
    fn check(&mut self, newly_nudged: usize) {
        assert!(self.world.matcher.pairs() <= 12);
        assert!(self.world.matcher.sessions() <= DEVICES);
        assert!(self.world.matcher.connected() <= self.world.matcher.sessions());
        let mut first = 0;
        for device in 0..DEVICES {
            for told in self.world.take(device) {
                if let Told::Verdict { items: 1.., .. } = told {
                    first += 1;
                }
                self.waiting[device].push(told);
            }
        }
        assert!(first >= 2 * newly_nudged, "{newly_nudged} matches released, and {first} devices told");
    }

    fn react(&mut self, device: usize) {
        if self.waiting[device].is_empty() {
            return;
        }
        match self.waiting[device].remove(0) {
            Told::Knocked { pair, by, .. } => {
                self.peers.insert((device, pair), by);
                self.world.accept(device, by, pair);
            }
            Told::Proposed { pair } => self.world.knock_proposed(device, pair),
            Told::Accepted { pair, by } => {
                self.peers.insert((device, pair), by);
                self.world.seal(device, by, pair);
            }
            Told::Sealed { pair, by } => {
                self.world.seal(device, by, pair);
                self.world.upload(device, by, pair, (device + by) % 2 * 2);
            }
            Told::Verdict { pair, .. } => self.world.done(device, pair),
            Told::Registered { .. } | Told::Ended { .. } | Told::Refused(_) | Told::Closed(_) => {}
        }
    }

    fn lie(&mut self, device: usize, pair: u32, what: u8) {
        let peer = self.peers.get(&(device, pair)).copied().unwrap_or(0);
        match what {
            0 => self.world.accept(device, peer, pair),
            1 => self.world.seal(device, peer, pair),
            2 => self.world.upload(device, peer, pair, 16),
            3 => self.world.done(device, pair),
            4 => self.world.knock_proposed(device, pair),
            _ => self.world.upload(device, DEVICES, pair, 16),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn both_or_neither_within_the_bounds_and_nothing_is_kept(steps in prop::collection::vec(step(), 1..200)) {
        let mut crowd = Crowd::new();
        for step in &steps {
            crowd.run(step);
        }
        // Whatever is left goes with its epoch, and nothing waits for anything then.
        crowd.world.pass(1_300);
        prop_assert_eq!(crowd.world.matcher.sessions(), 0);
        prop_assert_eq!(crowd.world.matcher.pairs(), 0);
        prop_assert_eq!(crowd.world.matcher.poll_timeout(), None);
    }

    #[test]
    fn no_two_devices_that_stay_are_nudged_twice(
        steps in prop::collection::vec(step(), 1..200)
    ) {
        let mut crowd = Crowd::new();
        (0..DEVICES).for_each(|device| crowd.world.register(device));
        for step in steps.iter().filter(|step| !matches!(step, Step::Goodbye(_) | Step::Garbage(..) | Step::Pass(_))) {
            crowd.run(step);
        }
        // Six devices have fifteen pairs.
        let compared = crowd.world.events.iter().filter(|event| matches!(event, Event::Compared { .. })).count();
        prop_assert!(compared <= 15);
        prop_assert!(crowd.world.count(Event::Nudged) <= compared);
    }

    #[test]
    fn honest_devices_that_stay_all_come_to_a_verdict(order in prop::collection::vec(0..DEVICES, 600..601)) {
        let mut crowd = Crowd::new();
        (0..DEVICES).for_each(|device| crowd.world.register(device));
        for (from, to) in [(0, 1), (2, 3), (4, 5)] {
            crowd.run(&Step::Knock(from, to));
        }
        for device in order {
            crowd.run(&Step::React(device));
        }
        (0..DEVICES).for_each(|device| while !crowd.waiting[device].is_empty() { crowd.run(&Step::React(device)) });
        prop_assert_eq!(crowd.world.count(Event::Nudged), 3);
        prop_assert_eq!(crowd.world.matcher.pairs(), 0);
    }
}
