//! Random users on random networks. Safety always; both or neither where the last message arrived, and once; liveness once
//! the faults are over; and enough nudges that an engine which never nudges cannot pass.

use std::{cell::Cell, collections::BTreeSet, time::Duration};

use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};
use sighej_crypto::Token;
use sighej_engine::{Event, GateReason};

use crate::{
    plays::{NODES, Play, Step, calm, play},
    world::{Outcome, World, secs},
};

const CASES: u32 = 160;
/// Three epochs: in one of them the budget's window is fresh, and every silence over.
const CALM: Duration = secs(1_900);

/// What must hold of everything seen so far.
#[derive(Default)]
struct Oracle {
    /// Outcomes judged so far.
    judged: usize,
    /// Who was nudged about whom, ever, and under which tokens.
    nudged: BTreeSet<(usize, usize)>,
    tokens: BTreeSet<(usize, Option<Token>, Option<Token>)>,
    /// Pairs that were both nudged, and remember it.
    remembered: BTreeSet<(usize, usize)>,
    /// Whom each node was nudged about last.
    last: [Option<usize>; NODES],
    /// Who blocked whom; where both remember, it holds.
    blocked: BTreeSet<(usize, usize)>,
}

impl Oracle {
    /// A step was taken; what it made happen is judged first.
    fn follow(&mut self, step: &Step, world: &World) -> Result<(), TestCaseError> {
        match step {
            Step::Wipe(n) => {
                self.remembered.retain(|(a, b)| a != n && b != n);
                self.last[*n] = None;
            }
            Step::Block(n) => self.block(*n),
            Step::Wait(_)
            | Step::Open(_)
            | Step::Close(_)
            | Step::Pause(..)
            | Step::Resume(_)
            | Step::Interests(..)
            | Step::Quiet(..)
            | Step::Lan(..)
            | Step::Air(..)
            | Step::Clock(..)
            | Step::Faults(..) => {}
        }
        self.judge(world)
    }

    /// Two that blocked each other both hide, so neither can recognise the other any more.
    fn block(&mut self, n: usize) {
        let Some(peer) = self.last[n] else { return };
        self.blocked.insert((n, peer));
        if self.blocked.contains(&(peer, n)) {
            self.remembered.remove(&(n.min(peer), n.max(peer)));
        }
    }

    fn judge(&mut self, world: &World) -> Result<(), TestCaseError> {
        for (i, outcome) in world.outcomes.iter().enumerate().skip(self.judged) {
            let sides = world.exchanges[&outcome.exchange];
            let [me, peer] = if sides[0].0 == outcome.node { sides } else { [sides[1], sides[0]] };
            let other =
                world.outcomes[..i].iter().find(|o| o.exchange == outcome.exchange && o.node == peer.0);
            self.judge_nudge(outcome, me, peer)?;
            if let Some(other) = other {
                self.judge_both(outcome, other)?;
            }
        }
        self.judged = world.outcomes.len();
        Ok(())
    }

    /// A nudge shows exactly what both share, about nobody blocked or met, and once.
    fn judge_nudge(
        &mut self,
        outcome: &Outcome,
        me: (usize, Option<Token>),
        peer: (usize, Option<Token>),
    ) -> Result<(), TestCaseError> {
        let Event::Nudge(nudge) = &outcome.event else { return Ok(()) };
        let pair = (me.0.min(peer.0), me.0.max(peer.0));
        prop_assert!(!nudge.interests.is_empty());
        prop_assert_eq!(&nudge.interests, &outcome.shared, "exactly what both hold");
        prop_assert!(self.tokens.insert((me.0, me.1, peer.1)), "nudged twice in an epoch");
        prop_assert!(!self.remembered.contains(&pair), "nudged again, though both remember");
        self.nudged.insert((me.0, peer.0));
        self.last[me.0] = Some(peer.0);
        Ok(())
    }

    /// Both sides of an exchange whose last message arrived.
    fn judge_both(&mut self, one: &Outcome, other: &Outcome) -> Result<(), TestCaseError> {
        for (a, b) in [(one, other), (other, one)] {
            let both = is_match(&b.event) || gate(&b.event) == Some(GateReason::Blocked);
            prop_assert!(both || !is_match(&a.event), "{:?} here, {:?} there", a.event, b.event);
        }
        if let (Event::Nudge(a), Event::Nudge(b)) = (&one.event, &other.event) {
            prop_assert_eq!(&a.interests, &b.interests);
            prop_assert_eq!(a.cue, b.cue);
            self.remembered.insert((one.node.min(other.node), one.node.max(other.node)));
        }
        Ok(())
    }

    /// Everybody who shares an interest with an open device in reach knows of it by now.
    fn judge_calm(&self, world: &World) -> Result<(), TestCaseError> {
        for a in 0..NODES {
            for b in (0..NODES).filter(|b| *b != a) {
                let shares =
                    world.nodes[a].held.iter().any(|interest| world.nodes[b].held.contains(interest));
                let blocked = self.blocked.contains(&(a, b)) || self.blocked.contains(&(b, a));
                prop_assert!(!shares || blocked || self.nudged.contains(&(a, b)), "{a} never learnt of {b}");
            }
        }
        Ok(())
    }
}

fn is_match(event: &Event) -> bool {
    matches!(event, Event::Nudge(_)) || gate(event) == Some(GateReason::AlreadyNudged)
}

fn gate(event: &Event) -> Option<GateReason> {
    if let Event::Withheld { gate, .. } = event { Some(*gate) } else { None }
}

/// Plays it. Says whether anybody was nudged before the calm.
fn run(play: &Play) -> Result<bool, TestCaseError> {
    let (mut world, mut oracle) = (play.world(), Oracle::default());
    for step in &play.steps {
        step.take(&mut world);
        oracle.follow(step, &world)?;
    }
    let nudged = !oracle.nudged.is_empty();
    calm(&mut world);
    world.run_for(CALM);
    oracle.judge(&world)?;
    if play.cool_down == 0 {
        oracle.judge_calm(&world)?;
    }
    Ok(nudged)
}

#[test]
fn no_play_breaks_safety_and_every_calm_brings_the_nudges_due() {
    let (cases, nudging) = (Cell::new(0_u32), Cell::new(0_u32));
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    let verdict = TestRunner::new(config).run(&play(), |play| {
        let nudged = run(&play)?;
        cases.set(cases.get() + 1);
        nudging.set(nudging.get() + u32::from(nudged));
        Ok(())
    });
    if let Err(broken) = verdict {
        panic!("{broken}");
    }
    println!("{} of {} plays nudged somebody before the calm", nudging.get(), cases.get());
    assert!(
        5 * nudging.get() >= cases.get(),
        "only {} of {} plays nudged anybody",
        nudging.get(),
        cases.get()
    );
}

/// The ends of a mesh know each other by what they were nudged with: who was nudged out of reach is judged like anybody.
#[test]
fn who_was_nudged_over_the_mesh_is_known_to_have_learnt_of_the_other() {
    let (tea, chess) = (1, 2);
    let steps = vec![Step::Open(0), Step::Air(0, 2, Some(-86)), Step::Open(2), Step::Open(1), Step::Wait(36)];
    for seed in 0..20 {
        let words = [chess, tea, chess, tea];
        let (crowd_guard, cool_down, bare, lan, open) = (0, 0, false, false, false);
        let play = Play { seed, words, crowd_guard, cool_down, bare, lan, open, steps: steps.clone() };
        run(&play).unwrap();
    }
}
