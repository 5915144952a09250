//! The main job on real input: separate processes on separate hosts of one network, found by mDNS alone. No internet,
//! no server. The crowd guard is 1 in all of it, as in the demo: with two or three people near, the usual 3 would
//! keep everybody waiting.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the programs in it tell their watcher how far they have come"
)]

mod resident;
mod stranger;

use std::{
    fs,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Failed, Trial};
use sighej_lab::{Availability, Host, Network, Program, availability, enter};

type Test = fn() -> Result<(), Failed>;

/// The last 15 s of an epoch, its silence of up to 30 s, and discovery may fall into any wait.
const WITH_A_BOUNDARY: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    if let Some(code) = stranger::main().or_else(resident::main) {
        return code;
    }
    enter();
    let here = availability();
    let trials: Vec<(&'static str, Test)> = vec![
        ("two_who_match_are_nudged_and_nobody_else", four_roles),
        ("one_killed_mid_exchange_leaves_the_rest_well", killed_mid_exchange),
        ("a_strangers_garbage_harms_nothing", strangers_garbage),
        ("a_boundary_changes_every_identity_and_the_two_meet_again", boundary),
        ("after_closing_nothing_is_on_the_wire", silence_after_closing),
    ];
    let trials = trials.into_iter().map(|(name, trial)| {
        Trial::test(name, trial).with_ignored_flag(matches!(here, Availability::Missing(_)))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// An attendee on a host, found by mDNS.
fn attendee(host: &Host, args: &[&str]) -> Result<Program, Failed> {
    let mut command = host.command(env!("CARGO_BIN_EXE_sighej").as_ref());
    command.args(["run", "--json", "--ble", "off", "--crowd-guard", "1"]).args(args);
    Ok(Program::start(&mut command)?)
}

fn four_roles() -> Result<(), Failed> {
    let network = Network::new(4)?;
    let [h1, h2, h3, h4] = network.hosts() else { return Err("four hosts were asked for".into()) };
    let before = h4.packets_sent()?;
    let mut closed = attendee(h4, &["--interest", "devops", "hardstyle"])?;
    closed.wait_for("started", SOON)?;
    let mut other = attendee(h3, &["--open", "--interest", "knitting", "opera"])?;
    let mut one = attendee(h1, &["--open", "--interest", "devops", "hardstyle", "sourdough"])?;
    let mut two = attendee(h2, &["--open", "--interest", "chess", "hardstyle", "dev ops"])?;

    let ours = one.wait_for("nudge", WITH_A_BOUNDARY)?.json;
    let theirs = two.wait_for("nudge", WITH_A_BOUNDARY)?.json;
    assert_eq!(ours["interests"], serde_json::json!(["devops", "hardstyle"]));
    assert_eq!(ours["interests"], theirs["interests"]);
    assert_eq!(ours["cue"], theirs["cue"]);
    for _ in 0..2 {
        other.wait_for("no_match", WITH_A_BOUNDARY)?;
    }

    for program in [&mut one, &mut two, &mut other, &mut closed] {
        program.watch(Duration::from_millis(500));
    }
    let nudges = |program: &Program| program.seen().iter().filter(|line| line.event() == "nudge").count();
    assert_eq!([&one, &two, &other, &closed].map(nudges), [1, 1, 0, 0]);
    assert_eq!(h4.packets_sent()?, before, "the one who is not open sends nothing");
    assert!(!closed.has_seen("peer_seen"));
    Ok(())
}

fn killed_mid_exchange() -> Result<(), Failed> {
    let network = Network::new(3)?;
    let [h1, h2, h3] = network.hosts() else { return Err("three hosts were asked for".into()) };
    let mut one = attendee(h1, &["--open", "--interest", "devops", "hardstyle"])?;
    one.wait_for("started", SOON)?;
    // An exchange takes some 4 ms, so the kill may come too early or too late: then another victim arrives, and lives a little longer.
    // Those that came too late are within the budget.
    let mut killed = false;
    for lives in (0..8).map(|n| Duration::from_micros(700) * n) {
        let mut victim = attendee(h2, &["--open", "--interest", "knitting"])?;
        one.wait_for("peer_seen", WITH_A_BOUNDARY)?;
        thread::sleep(lives);
        victim.kill()?;
        one.wait_for("peer_lost", WITH_A_BOUNDARY)?;
        if one.has_seen("exchange_failed") {
            killed = true;
            break;
        }
    }
    let said: Vec<&str> = one.seen().iter().map(|line| line.text.as_str()).collect();
    assert!(killed, "no victim was killed within an exchange; the other said\n{}", said.join("\n"));

    let mut three = attendee(h3, &["--open", "--interest", "hardstyle"])?;
    let theirs = three.wait_for("nudge", WITH_A_BOUNDARY)?.json;
    let ours = one.wait_for("nudge", SOON)?.json;
    assert_eq!((&ours["interests"], &ours["cue"]), (&theirs["interests"], &theirs["cue"]));
    Ok(())
}

fn strangers_garbage() -> Result<(), Failed> {
    let network = Network::new(3)?;
    let [h1, h2, h3] = network.hosts() else { return Err("three hosts were asked for".into()) };
    let mut one = attendee(h1, &["--open", "--interest", "devops"])?;
    let started = one.wait_for("started", SOON)?.json;
    let here = h1.address().to_string();
    let listen = started["listen"].as_array().into_iter().flatten().filter_map(|address| address.as_str());
    let port = listen.filter(|address| address.contains(&here)).find_map(|address| address.split('/').nth(4));
    let target = format!("{here}:{}", port.ok_or("it listens at its address")?);

    let mut stranger = stranger::on(h3, &target)?;
    stranger.wait_for("at_work", SOON)?;
    let deadline = Instant::now() + Duration::from_secs(4);
    while Instant::now() < deadline {
        assert!(open_files(&one)? < 128, "half-open connections are bounded");
        thread::sleep(Duration::from_millis(200));
    }
    // While the stranger goes on, somebody worth meeting arrives.
    let mut two = attendee(h2, &["--open", "--interest", "devops"])?;
    let theirs = two.wait_for("nudge", WITH_A_BOUNDARY)?.json;
    let ours = one.wait_for("nudge", SOON)?.json;
    assert_eq!(ours["cue"], theirs["cue"]);
    stranger.watch(Duration::ZERO);
    assert!(!stranger.has_seen("tired"), "the stranger was at work all the time");
    assert!(one.memory_kib()? < 100 * 1024, "memory is bounded");
    one.signal("TERM")?;
    assert_eq!(one.wait(SOON)?.code(), Some(0));
    assert_eq!(one.errors(SOON)?, "", "nothing to complain about");
    Ok(())
}

fn boundary() -> Result<(), Failed> {
    let network = Network::new(2)?;
    let [h1, h2] = network.hosts() else { return Err("two hosts were asked for".into()) };
    // Ten seconds before a boundary: they see each other, and it is too late for an exchange in this epoch.
    let time_of_day = 2_900_000 * 600 - 10;
    let mut one = resident::on(h1, time_of_day)?;
    let mut two = resident::on(h2, time_of_day)?;
    let identity = |program: &mut Program| -> Result<(u64, String), Failed> {
        let is_beyond_loopback =
            |line: &sighej_lab::Line| line.event() == "listening" && line.text.contains("10.77.");
        let number = program.wait_for("epoch", WITH_A_BOUNDARY)?.json["number"].as_u64().ok_or("a number")?;
        let address = program.wait_until("an address", SOON, is_beyond_loopback)?.text;
        Ok((number, address))
    };
    let before = [identity(&mut one)?, identity(&mut two)?];
    one.wait_for("peer_seen", SOON)?;
    two.wait_for("peer_seen", SOON)?;
    let after = [identity(&mut one)?, identity(&mut two)?];
    assert!([&one, &two].iter().all(|program| !program.has_seen("nudge")), "nothing begins in the last 15 s");
    for ((epoch, address), (next_epoch, next_address)) in before.iter().zip(&after) {
        assert_eq!(epoch + 1, *next_epoch);
        assert_ne!(address, next_address, "a port that stays links two epochs");
    }
    let ours = one.wait_for("nudge", WITH_A_BOUNDARY)?.json;
    let theirs = two.wait_for("nudge", SOON)?.json;
    assert_eq!((&ours["interests"], &ours["cue"]), (&theirs["interests"], &theirs["cue"]));
    Ok(())
}

fn silence_after_closing() -> Result<(), Failed> {
    let network = Network::new(2)?;
    let [h1, h2] = network.hosts() else { return Err("two hosts were asked for".into()) };
    let mut one = attendee(h1, &["--open", "--interest", "devops"])?;
    let mut two = attendee(h2, &["--open", "--interest", "opera"])?;
    one.wait_for("peer_seen", WITH_A_BOUNDARY)?;
    two.wait_for("peer_seen", WITH_A_BOUNDARY)?;
    one.say(r#"{"cmd":"close"}"#)?;
    one.wait_for("closed", Duration::from_secs(15))?;
    two.wait_for("peer_lost", SOON)?;
    assert_eq!(sockets(h1)?, Vec::<String>::new(), "no socket is left");
    // The kernel still answers a neighbour who asks or dials; whoever was just dropped does both.
    two.say(r#"{"cmd":"quit"}"#)?;
    two.wait_for("stopped", SOON)?;
    thread::sleep(Duration::from_secs(1));
    let before = h1.packets_sent()?;
    // A stranger asks for everybody by mDNS: nobody answers under an old name.
    stranger::asks_who_is_there(h2)?;
    thread::sleep(Duration::from_secs(2));
    assert!(h1.packets_sent()? <= before + 1, "not a word, but for the kernel's own");
    Ok(())
}

/// Every TCP socket that listens or is connected, and every UDP socket, of a host.
fn sockets(host: &Host) -> Result<Vec<String>, Failed> {
    let output = host.command("cat".as_ref()).args(["/proc/net/tcp", "/proc/net/udp"]).output()?;
    let text = String::from_utf8(output.stdout)?;
    // State 06 is TIME_WAIT, in which only the kernel remembers.
    let alive = |line: &&str| line.contains(':') && line.split_whitespace().nth(3) != Some("06");
    Ok(text.lines().filter(|line| !line.contains("local_address")).filter(alive).map(str::to_owned).collect())
}

fn open_files(program: &Program) -> Result<usize, Failed> {
    Ok(fs::read_dir(format!("/proc/{}/fd", program.id()))?.count())
}
