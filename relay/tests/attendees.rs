//! The program `sighej` at a relay that means no good: it answers nothing that it should not, shows no nudge that is false,
//! and says what it caught. Everything is on this machine's loopback; no air and no network is used beside the relay.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what cannot go on has failed, and tests that are left out are said where people look"
)]

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use libtest_mimic::{Arguments, Trial};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::relay::RoomSecret;
use sighej_lab::{Line, Program};
use sighej_relay::{Relay, ServerConfig};
use sighej_relay_lab::{FalseRelay, Mischief};
use tokio::runtime::Runtime;

/// With this set to 1, a missing program is an error; continuous integration sets it.
const REQUIRED: &str = "SIGHEJ_REQUIRE_LABS";
/// Another program to try than the one that cargo put beside the relay's.
const PROGRAM: &str = "SIGHEJ_TRIED_PROGRAM";

fn main() -> ExitCode {
    let missing = missing();
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    if let Some(missing) = &missing {
        eprintln!("\n*** THE ATTENDEE IS MISSING: {missing}");
        eprintln!(
            "*** Trials that need it are {}.\n",
            if required { "failed" } else { "ignored, not passed" }
        );
    }
    let trials: Vec<(&str, fn())> = vec![
        ("without_any_mischief_two_in_a_room_are_nudged", honest),
        ("commitments_that_change_places_are_named_and_nudge_nobody", swapped),
        ("an_invented_match_is_named_and_shown_to_nobody", invented_match),
        ("knocks_with_a_dictionary_under_guessed_tokens_get_no_answer", guessed_tokens),
        ("a_dictionary_of_an_accomplice_in_the_room_ends_with_the_budget", accomplice),
        ("a_match_withheld_from_one_is_shown_to_the_other_alone", withheld),
        ("replayed_answers_nudge_each_once", replayed),
        ("false_rooms_are_not_answered_and_no_evaluation_leaves", false_rooms),
        ("a_clock_that_is_an_hour_off_is_named", clock),
    ];
    let ignored = missing.is_some() && !required;
    let trials = trials.into_iter().map(|(name, body)| {
        Trial::test(name, move || {
            body();
            Ok(())
        })
        .with_ignored_flag(ignored)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn program() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_sighej-relay")).with_file_name("sighej");
    std::env::var_os(PROGRAM).map_or(beside, PathBuf::from)
}

/// Why there is no program that knows of relays.
fn missing() -> Option<String> {
    let help = Command::new(program()).args(["run", "--help"]).stderr(Stdio::null()).output();
    match help {
        Ok(help) if String::from_utf8_lossy(&help.stdout).contains("--relay") => None,
        Ok(_) => Some("this sighej knows no --relay; build it again".to_owned()),
        Err(error) => Some(format!("sighej does not run ({error}): cargo build --release -p sighej-node")),
    }
}

/// The last seconds of an epoch and its silence may fall into any wait.
const WITH_A_BOUNDARY: Duration = Duration::from_secs(120);
/// Whatever is going to happen at a relay on this machine has happened.
const AWHILE: Duration = Duration::from_secs(8);

/// A relay with a mischief, before an honest one.
struct Stage {
    runtime: Runtime,
    _honest: Relay,
    relay: FalseRelay,
}

impl Stage {
    fn new(mischief: Mischief) -> Self {
        let runtime = Runtime::new().unwrap();
        let (honest, relay) = runtime.block_on(async {
            let honest = Relay::start(ServerConfig::default(), None, Arc::new(()), Router::new());
            let honest = honest.await.unwrap();
            let relay = FalseRelay::start(honest.address(), mischief).await.unwrap();
            (honest, relay)
        });
        Self { runtime, _honest: honest, relay }
    }

    /// An attendee in the room, who uses nothing but the relay.
    fn attendee(&self, interests: &[&str]) -> Program {
        let mut command = Command::new(program());
        command
            .args(["run", "--json", "--open", "--no-lan", "--ble", "off", "--crowd-guard", "1"])
            .arg("--relay")
            .arg(format!("ws://{}", self.relay.address()))
            .args(["--room", &room().to_text(), "--interest"])
            .args(interests);
        Program::start(&mut command).unwrap()
    }

    /// Two of them; each is registered.
    fn two(&self, one: &[&str], other: &[&str]) -> [Program; 2] {
        let mut two = [self.attendee(one), self.attendee(other)];
        for program in &mut two {
            is_up(program);
        }
        two
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Entered, so that what the relays leave behind finds its runtime.
        let _entered = self.runtime.enter();
    }
}

fn room() -> RoomSecret {
    RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(11))
}

fn is_up(program: &mut Program) {
    let up = |line: &Line| line.event() == "relay" && line.json["state"] == "up";
    program.wait_until("the relay", WITH_A_BOUNDARY, up).unwrap();
}

fn nudges(program: &Program) -> usize {
    program.seen().iter().filter(|line| line.event() == "nudge").count()
}

fn said(program: &Program) -> String {
    program.seen().iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Whether it said what it caught, by this name in the code of a failed exchange.
fn caught(program: &Program, what: &str) -> bool {
    program.seen().iter().any(|line| {
        line.event() == "exchange_failed"
            && line.json["code"].as_str().is_some_and(|code| code.contains(what))
    })
}

fn honest() {
    let stage = Stage::new(Mischief::None);
    let [mut one, mut two] = stage.two(&["devops", "chess"], &["devops", "opera"]);
    let ours = one.wait_for("nudge", WITH_A_BOUNDARY).unwrap().json;
    let theirs = two.wait_for("nudge", WITH_A_BOUNDARY).unwrap().json;
    assert_eq!((&ours["interests"], &ours["cue"]), (&theirs["interests"], &theirs["cue"]));
    assert_eq!(ours["transport"], "relay");
}

/// So many that somebody is knocked at twice within the time that a knock waits.
const CROWD: usize = 6;

fn swapped() {
    let stage = Stage::new(Mischief::SwapCommitments);
    let mut crowd: Vec<Program> = (0..CROWD).map(|_| stage.attendee(&["devops"])).collect();
    let until = Instant::now() + WITH_A_BOUNDARY;
    while !crowd.iter().any(|program| caught(program, "Decryption")) {
        assert!(Instant::now() < until, "nobody caught it: {:?}", crowd.iter().map(said).collect::<Vec<_>>());
        crowd.iter_mut().for_each(|program| program.watch(Duration::from_millis(100)));
    }
    crowd[0].watch(AWHILE);
    for program in &mut crowd {
        program.watch(Duration::from_millis(100));
        assert_eq!(nudges(program), 0, "{}", said(program));
    }
}

fn invented_match() {
    let stage = Stage::new(Mischief::InventMatches);
    for mut program in stage.two(&["devops"], &["opera"]) {
        program.wait_for("exchange_failed", WITH_A_BOUNDARY).unwrap();
        program.watch(AWHILE);
        assert!(caught(&program, "FalseSeal"), "{}", said(&program));
        assert_eq!(nudges(&program), 0);
    }
}

fn guessed_tokens() {
    let stage = Stage::new(Mischief::KnockWithADictionary(None, 40));
    let mut program = stage.attendee(&["devops"]);
    is_up(&mut program);
    program.watch(AWHILE);
    assert_eq!((stage.relay.answered().frames, nudges(&program)), (0, 0), "{}", said(&program));
}

fn accomplice() {
    let stage = Stage::new(Mischief::KnockWithADictionary(Some(room()), 40));
    let mut program = stage.attendee(&["devops"]);
    is_up(&mut program);
    program.watch(AWHILE);
    let seals = stage.relay.answered().seals;
    assert!((1..=8).contains(&seals), "{seals} evaluations\n{}", said(&program));
    assert_eq!(nudges(&program), 0);
}

fn withheld() {
    let stage = Stage::new(Mischief::WithholdFrom(1));
    let mut first = stage.attendee(&["devops"]);
    is_up(&mut first);
    let mut second = stage.attendee(&["devops"]);
    first.wait_for("nudge", WITH_A_BOUNDARY).unwrap();
    second.wait_for("no_match", WITH_A_BOUNDARY).unwrap();
    second.watch(AWHILE);
    assert_eq!(nudges(&second), 0, "{}", said(&second));
}

fn replayed() {
    let stage = Stage::new(Mischief::ReplayAnswers);
    for mut program in stage.two(&["devops"], &["devops"]) {
        program.wait_for("nudge", WITH_A_BOUNDARY).unwrap();
        program.watch(AWHILE);
        assert_eq!(nudges(&program), 1, "{}", said(&program));
    }
}

fn false_rooms() {
    let stage = Stage::new(Mischief::ProposeFalseRooms);
    let mut program = stage.attendee(&["devops"]);
    program.watch(AWHILE);
    assert_eq!((stage.relay.answered().seals, nudges(&program)), (0, 0), "{}", said(&program));
    let knocks = stage.relay.answered().frames;
    assert!(knocks <= 16, "{knocks} knocks, each of which only the room's members open");
}

fn clock() {
    let stage = Stage::new(Mischief::LieAboutTheClock(3_600_000));
    let mut program = stage.attendee(&["devops"]);
    let named = |line: &Line| line.event() == "relay" && line.json["state"] == "clock_off";
    let line = program.wait_until("the relay's clock", WITH_A_BOUNDARY, named).unwrap();
    let ahead = line.json["ahead_s"].as_i64().unwrap();
    assert!((3_598..=3_602).contains(&ahead), "{ahead}");
}
