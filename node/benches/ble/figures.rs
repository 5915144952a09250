//! Outside the labs: boots them, and makes figures of what was measured in them.

use std::{env, process::ExitCode};

use anyhow::{Context, Result, ensure};
use sighej_ble_lab::{Availability, Lab, availability};

use crate::{
    measured::{FourMet, Measured, PairMet, Scene},
    room::MID_EPOCH,
};

/// How many labs, for each scene; `SIGHEJ_LAB_RUNS` may say fewer.
const RUNS: usize = 20;
/// Labs in which packets are counted: their number does not vary.
const COUNTS: usize = 3;
/// As phones and laptops agree with each other over the air: what fits one packet of the link layer.
const USUAL_MTU: u16 = 247;
/// The messages of an exchange (docs/protocol/ble.md, section 16.5).
const EXCHANGE_BYTES: f64 = 3_372.0;

/// A figure: name, unit, goal.
type Name = (&'static str, &'static str, &'static str);

const NUDGE_GATT: Name = ("ble_nudge_gatt_ms", "ms", "<= 1500");
const NUDGE_L2CAP: Name = ("ble_nudge_l2cap_ms", "ms", "<= 900");
const EXCHANGE_GATT: Name = ("ble_exchange_gatt_ms", "ms", "<= 600");
const EXCHANGE_L2CAP: Name = ("ble_exchange_l2cap_ms", "ms", "<= 150");
const ATT_PACKETS: Name = ("ble_att_packets", "packets", "reported");
const AIR_RATIO: Name = ("ble_air_ratio", "ratio", "<= 1.15");
const FOUR: Name = ("ble_four_ms", "ms", "reported");

pub(crate) fn main() -> ExitCode {
    match availability() {
        Availability::Here => {}
        Availability::Missing(_) => {
            let all = [NUDGE_GATT, EXCHANGE_GATT, NUDGE_L2CAP, EXCHANGE_L2CAP, ATT_PACKETS, AIR_RATIO, FOUR];
            all.into_iter().for_each(|name| tell(name, "missing"));
            return ExitCode::SUCCESS;
        }
        Availability::MissingButRequired(_) => return ExitCode::FAILURE,
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the figures ble_* cannot be measured: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<()> {
    let runs = env::var("SIGHEJ_LAB_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS).max(1);

    let gatt: Vec<PairMet> = repeat(runs, Scene::PairByGatt, &Lab::new(2))?;
    tell(NUDGE_GATT, &format!("{:.0}", median(&gatt, |met| met.nudge_ms)));
    tell(EXCHANGE_GATT, &format!("{:.0}", median(&gatt, |met| met.exchange_ms)));

    let l2cap: Vec<PairMet> = repeat(runs, Scene::PairByL2cap, &Lab::new(2))?;
    tell(NUDGE_L2CAP, &format!("{:.0}", median(&l2cap, |met| met.nudge_ms)));
    tell(EXCHANGE_L2CAP, &format!("{:.0}", median(&l2cap, |met| met.exchange_ms)));

    let usual = Lab::new(2).att_mtu(USUAL_MTU);
    let usual: Vec<PairMet> = repeat(runs.min(COUNTS), Scene::PairByGatt, &usual)?;
    for met in &usual {
        ensure!(
            met.largest_att == usize::from(USUAL_MTU),
            "the largest packet had {} bytes",
            met.largest_att
        );
    }
    tell(ATT_PACKETS, &format!("{:.0}", median(&usual, |met| met.packets as f64)));

    let ratio = |met: &PairMet| met.bytes as f64 / EXCHANGE_BYTES;
    let (by_gatt, by_l2cap) = (median(&usual, ratio), median(&l2cap, ratio));
    eprintln!("bytes on the link over the exchange's: {by_gatt:.3} by GATT, {by_l2cap:.3} by L2CAP");
    tell(AIR_RATIO, &format!("{:.3}", by_gatt.max(by_l2cap)));

    let four: Vec<FourMet> = repeat(runs, Scene::Four, &Lab::new(4))?;
    tell(FOUR, &format!("{:.0}", median(&four, |met| met.nudged_ms)));
    Ok(())
}

/// Plays a scene, each time in a fresh lab.
fn repeat<T: Measured>(runs: usize, scene: Scene, lab: &Lab) -> Result<Vec<T>> {
    // A minute into an epoch, so that no boundary comes.
    let lab = lab.clone().clock(MID_EPOCH);
    let mut all = Vec::new();
    for run in 1..=runs {
        let measured: T = play(scene, &lab).with_context(|| format!("{scene}, run {run} of {runs}"))?;
        eprintln!("{scene}, run {run} of {runs}: {measured}");
        all.push(measured);
    }
    Ok(all)
}

fn play<T: Measured>(scene: Scene, lab: &Lab) -> Result<T> {
    let mut outcome = lab.run(env::current_exe()?, &[scene.to_string()])?;
    for defect in outcome.defects_of_the_system() {
        eprintln!("{defect}");
    }
    let output = outcome.output();
    let measured = output.lines().find_map(T::read).filter(|_| outcome.code() == 0);
    measured.with_context(|| {
        format!("exit code {}\n{output}\nThe lab left {}", outcome.code(), outcome.keep().display())
    })
}

fn tell((name, unit, goal): Name, value: &str) {
    println!("{name}\t{value}\t{unit}\t{goal}");
}

fn median<T>(of: &[T], value: impl Fn(&T) -> f64) -> f64 {
    let mut values: Vec<f64> = of.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) { (values[middle - 1] + values[middle]) / 2.0 } else { values[middle] }
}
