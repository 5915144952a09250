//! Whole halls: the same seed again, what a run shows, promises under faults.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::process::Command;

use venue::{Scenario, World, measure::TOGETHER, report::Report, sim};

fn run(name: &str, attendees: u32, minutes: u32, seed: u64) -> World {
    let mut scenario = Scenario::built_in(name).unwrap();
    (scenario.attendees, scenario.minutes) = (attendees, minutes);
    let mut world = World::new(scenario, seed);
    world.run_until(world.length()).unwrap();
    world
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let json = |seed| serde_json::to_string(&Report::of(&run("conference", 30, 6, seed))).unwrap();
    assert_eq!(json(7), json(7));
    assert_ne!(json(7), json(8));
}

#[test]
fn the_result_is_the_same_however_many_threads_share_the_work() {
    let json = |threads| {
        let mut scenario = Scenario::built_in("conference").unwrap();
        // Enough for more than one thread at some ticks.
        (scenario.attendees, scenario.minutes, scenario.people.arrive_minutes) = (600, 1, 0.0);
        let mut world = World::new(scenario, 7);
        world.threads = threads;
        world.run_until(world.length()).unwrap();
        serde_json::to_string(&Report::of(&world)).unwrap()
    };
    assert_eq!(json(1), json(3));
}

#[test]
fn five_people_in_a_bar_find_each_other() {
    let report = Report::of(&run("bar", 5, 60, 7));
    assert!(report.pairs_due > 0 && report.recall.unwrap() > 0.5, "{report}");
    assert_eq!(report.reached, Some(1.0));
}

#[test]
fn at_a_conference_people_are_reached_and_never_beyond_their_budget() {
    let world = run("conference", 40, 15, 7);
    let report = Report::of(&world);
    assert!(report.attendees_due > 20 && report.reached.unwrap() >= 0.8, "{report}");
    assert!(world.measure.pairs().all(|(low, high, _)| low < high));
    assert!(TOGETHER > 0 && report.nudge_s.p50.is_some());
}

/// CI's part of `just sim`; faults of every kind, and then a calm in which what is due has to come.
#[test]
fn no_promise_breaks_under_faults_and_every_calm_brings_what_is_due() {
    let (mut nudges, mut ended) = (0, 0);
    for seed in 1..=SEEDS {
        let played = sim::play(seed).unwrap_or_else(|broken| unreachable!("seed {seed}: {broken}"));
        nudges += played.nudges;
        ended += played.ended;
    }
    assert!(nudges > 10 * SEEDS && ended > 50 * SEEDS, "{nudges} nudges, {ended} ends");
}

#[test]
fn what_a_seed_once_found_stays_mended() {
    for (what, seed) in sim::REGRESSIONS {
        assert!(sim::play(seed).is_ok(), "again: {what}: seed {seed}");
    }
}

const SEEDS: u64 = 30;

#[test]
fn the_program_prints_json_on_stdout_and_nothing_else() {
    let args = ["--scenario", "bar", "--minutes", "3", "--seed", "9", "--json"];
    let run = || Command::new(env!("CARGO_BIN_EXE_venue")).args(args).output().unwrap();
    let (one, two) = (run(), run());
    assert!(one.status.success() && one.stderr.is_empty());
    assert_eq!(one.stdout, two.stdout);
    let json: serde_json::Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!((json["seed"].as_u64(), json["minutes"].as_u64()), (Some(9), Some(3)));
}

#[test]
fn a_broken_scenario_file_is_named_with_its_line() {
    let path = std::env::temp_dir().join(format!("venue-{}.toml", std::process::id()));
    let text = venue::scenario::BUILT_IN[2].1.replace("zipf = 1.0", "zipf = 7.0");
    std::fs::write(&path, &text).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_venue")).arg("--scenario").arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    let line = 1 + text.lines().position(|line| line == "zipf = 7.0").unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success() && said.contains(&format!(".toml:{line}: `zipf`")), "{said}");
}

#[test]
fn pictures_are_drawn_into_the_folder() {
    let folder = std::env::temp_dir().join(format!("venue-pictures-{}", std::process::id()));
    let world = run("bar", 5, 20, 7);
    venue::pictures::draw(&world, &Report::of(&world), &folder).unwrap();
    for name in ["time_to_nudge.svg", "exchanges.svg", "bytes.svg", "reached.svg", "map.svg"] {
        let svg = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(svg.contains("<svg") && svg.contains("</svg>"), "{name}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
