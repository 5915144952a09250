//! Cryptography that costs nothing comes to the same as the product's.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::thread;

/// An hour's start: everybody arrives, most exchanges are first contacts, and one boundary is crossed.
const ATTENDEES: u32 = 200;
const MINUTES: u32 = 12;

/// Plays the conference by one of the two simulators, which are the same sources: the report, and who was nudged when.
macro_rules! played {
    ($venue:ident, $seed:expr) => {{
        let mut scenario = $venue::Scenario::built_in("conference").unwrap();
        (scenario.attendees, scenario.minutes) = (ATTENDEES, MINUTES);
        let mut world = $venue::World::new(scenario, $seed);
        world.run_until(world.length()).unwrap();
        let nudges: Vec<_> = world.measure.accounts.iter().map(|account| account.nudges).collect();
        (serde_json::to_string(&$venue::report::Report::of(&world)).unwrap(), nudges)
    }};
}

#[test]
fn real_and_recorded_cryptography_give_the_same_nudges_for_a_seed() {
    let real = thread::spawn(|| played!(venue, 11));
    let recorded = played!(recorded_venue, 11);
    assert!(recorded.1.iter().sum::<u32>() > 20, "there are nudges to compare");
    assert_eq!(real.join().unwrap(), recorded);
    assert_ne!(played!(recorded_venue, 12), recorded, "another seed is another hall");
}

/// CI's part of `just sim`: every fault of the real run, and many times its seeds.
#[test]
fn in_hundreds_of_seeds_no_promise_breaks_and_every_calm_brings_what_is_due() {
    let play = |first: u64| {
        (first..=SEEDS).step_by(THREADS).fold(0, |nudges, seed| {
            let played = recorded_venue::sim::play(seed);
            nudges + played.unwrap_or_else(|broken| unreachable!("seed {seed}: {broken}")).nudges
        })
    };
    let nudges: u64 = thread::scope(|scope| {
        let shares: Vec<_> = (1..=THREADS as u64).map(|first| scope.spawn(move || play(first))).collect();
        shares.into_iter().map(|share| share.join().unwrap()).sum()
    });
    assert!(nudges > 10 * SEEDS, "{nudges} nudges");
}

const SEEDS: u64 = 300;
const THREADS: usize = 2;
