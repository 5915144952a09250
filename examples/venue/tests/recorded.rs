//! Cryptography that costs nothing comes to the same as the product's.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::thread;

/// An hour's start: everybody arrives, most exchanges are first contacts, and one boundary is crossed.
const ATTENDEES: u32 = 200;
const MINUTES: u32 = 12;

/// Plays the conference by one of the two simulators, which are the same sources: the report, and who was nudged when.
macro_rules! played {
    ($venue:ident, $seed:expr) => {
        played!($venue, $seed, ATTENDEES, "")
    };
    ($venue:ident, $seed:expr, $attendees:expr, $more:expr) => {{
        let text = $venue::scenario::BUILT_IN[0].1.to_owned() + $more;
        let mut scenario = $venue::Scenario::parse("conference", &text).unwrap();
        (scenario.attendees, scenario.minutes) = ($attendees, MINUTES);
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

#[test]
fn the_same_holds_where_a_local_network_and_a_relay_are_used() {
    const WAYS: &str =
        "\n[lan]\ncoverage = 0.5\njoined = 0.5\n\n[relay]\nused = 0.5\nlatency_ms = [20.0, 120.0]\n";
    let recorded = played!(recorded_venue, 11, 60, WAYS);
    for way in ["lan", "one_hop", "relay"] {
        assert!(!recorded.0.contains(&format!("\"{way}\":0,")), "no nudge of its kind: {}", recorded.0);
    }
    assert_eq!(played!(venue, 11, 60, WAYS), recorded);
}

/// Somebody here is charged for an evaluation that is lost with its link, and sends it again 50 s later, after a window's start.
#[test]
fn a_charge_counts_for_the_window_in_which_it_was_made_not_for_that_in_which_its_evaluation_arrives() {
    let mut scenario = recorded_venue::Scenario::built_in("conference").unwrap();
    (scenario.attendees, scenario.minutes) = (120, 60);
    let mut world = recorded_venue::World::new(scenario, 7);
    assert_eq!(world.run_until(2_300 * recorded_venue::people::SECOND), Ok(()));
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
