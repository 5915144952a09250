//! The figures `lan_*`: how long it takes two strangers on one network to be nudged. Two hosts (namespaces), separate
//! processes, mDNS alone, crowd guard 1. Standard output has the figures and nothing else.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress beside them"
)]

use std::{
    process::ExitCode,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use sighej_lab::{Host, Line, Network, Program, enter};

const RUNS: usize = 20;
const EPOCH: u64 = 600;
/// Nothing begins in the last 15 s of an epoch, and a run takes a few seconds at most.
const BEFORE_A_BOUNDARY: u64 = 30;
const SOON: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    enter();
    match measure() {
        Ok(figures) => {
            for (name, value, goal) in figures {
                println!("{name}\t{value:.1}\tms\t<= {goal}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the figures lan_* cannot be measured: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<[(&'static str, f64, u32); 2]> {
    let network = Network::new(2)?;
    let (mut nudge, mut link_nudge) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        stay_clear_of_the_boundary();
        let (from_listening, from_link) = one_run(&network).with_context(|| format!("run {run}"))?;
        eprintln!("run {run} of {RUNS}: {from_listening:.1} ms, {from_link:.1} ms from link up");
        nudge.push(from_listening);
        link_nudge.push(from_link);
    }
    Ok([("lan_nudge_ms", median(nudge), 1500), ("lan_link_nudge_ms", median(link_nudge), 60)])
}

/// From both listening to both nudged, and the longer of both ways from link up to the nudge.
fn one_run(network: &Network) -> Result<(f64, f64)> {
    let [h1, h2] = network.hosts() else { anyhow::bail!("two hosts were asked for") };
    let mut one = attendee(h1, "chess")?;
    let mut two = attendee(h2, "opera")?;
    let ours = one.wait_for("nudge", SOON)?;
    let theirs = two.wait_for("nudge", SOON)?;
    anyhow::ensure!(ours.json["cue"] == theirs.json["cue"], "the cues differ");
    let since = |event| Ok::<_, anyhow::Error>((since(event, &one, &ours)?, since(event, &two, &theirs)?));
    let (our_start, their_start) = since("started")?;
    // Each program has its own clock; a nudge is printed as it comes, so the moment it was read ties the two together.
    let both_listening = (ours.at - our_start).max(theirs.at - their_start);
    let both_nudged = ours.at.max(theirs.at);
    let (our_link, their_link) = since("link_up")?;
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    Ok((millis(both_nudged.duration_since(both_listening)), millis(our_link.max(their_link))))
}

fn attendee(host: &Host, other: &str) -> Result<Program> {
    let mut command = host.command(env!("CARGO_BIN_EXE_sighej").as_ref());
    command.args([
        "run",
        "--open",
        "--json",
        "--ble",
        "off",
        "--crowd-guard",
        "1",
        "--interest",
        "devops",
        "hardstyle",
        other,
    ]);
    Ok(Program::start(&mut command)?)
}

/// By the program's own clock, from the first such event on.
fn since(event: &str, program: &Program, nudge: &Line) -> Result<Duration> {
    let first =
        program.seen().iter().find(|line| line.event() == event).with_context(|| format!("no {event}"))?;
    let seconds = |line: &Line| line.json["t"].as_f64().context("every event has its time");
    Ok(Duration::from_secs_f64(seconds(nudge)? - seconds(first)?))
}

fn stay_clear_of_the_boundary() {
    let utc = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let left = EPOCH - utc % EPOCH;
    if left < BEFORE_A_BOUNDARY {
        eprintln!("waiting {left} s for the next epoch");
        thread::sleep(Duration::from_secs(left + 1));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) { (values[middle - 1] + values[middle]) / 2.0 } else { values[middle] }
}
