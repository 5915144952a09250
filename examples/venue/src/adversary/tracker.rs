//! Who listens with an antenna in every corner, and tries to tell which new token was which old one.
//!
//! It measures every token's strength at each antenna for some seconds before a boundary and after a token appears, and
//! joins the two whose measurements are most alike, the best first.

use std::collections::BTreeMap;

use sighej_crypto::Token;

use crate::{Scenario, Violation, World, hall::Point, people::SECOND, world::START};

use super::Row;

const ANTENNAS: usize = 9;
/// Numbers beyond those of devices.
const FIRST_ANTENNA: u32 = 1 << 30;
/// For how many seconds a token is measured.
const SAMPLES: u64 = 5;
/// The longest silence after a boundary.
const SILENCE: u64 = 30;

type Print = [f64; ANTENNAS];

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    let plays = [(10, 600), (50, 600), (200, 600), (50, 120), (50, 1_800)];
    plays.into_iter().map(|(attendees, epoch_s)| one(seed, minutes, attendees, epoch_s)).collect()
}

fn one(seed: u64, minutes: u32, attendees: u32, epoch_s: u64) -> Result<Row, Violation> {
    let mut scenario = Scenario::built_in("conference")
        .unwrap_or_else(|| unreachable!("it comes with the program, and is tested"));
    (scenario.attendees, scenario.minutes) = (attendees, minutes);
    scenario.people.arrive_minutes = 0.5;
    scenario.engine.epoch_s = Some(epoch_s);
    // Nobody is near: no exchanges, which have nothing to do with tracking and cost much.
    scenario.engine.rssi_gate = Some(0);
    let mut world = World::new(scenario, seed);
    let (mut right, mut wrong) = (0, 0);
    let mut boundary = epoch_s - START % epoch_s;
    while (boundary + SILENCE + 2 * SAMPLES) * SECOND < world.length() {
        let before = watch(&mut world, boundary - 2 * SAMPLES, SAMPLES)?;
        let after = watch(&mut world, boundary + 1, SILENCE + SAMPLES)?;
        for (old, new) in join(&before, &after) {
            if old == new { right += 1 } else { wrong += 1 }
        }
        boundary += epoch_s;
    }
    let share = 100.0 * f64::from(right) / f64::from((right + wrong).max(1));
    let defence = if epoch_s == 600 { "the defaults".to_owned() } else { format!("epochs of {epoch_s} s") };
    let guess = 100.0 / f64::from(attendees);
    Ok(Row::new(
        format!("tracker, {ANTENNAS} antennas, {attendees} people"),
        defence,
        format!("{share:.0} % of the new tokens joined to the right old one; by guessing {guess:.1} %"),
    ))
}

/// Every token that shows itself in these seconds: whose it is, and its first measurements, averaged.
fn watch(world: &mut World, from: u64, seconds: u64) -> Result<Vec<(u32, Print)>, Violation> {
    let places = antennas(world);
    let mut seen: BTreeMap<Token, (u32, u64, Print)> = BTreeMap::new();
    for second in from..from + seconds {
        world.run_until(second * SECOND)?;
        for who in 0..world.devices.len() as u32 {
            let Some(token) = world.devices[who as usize].token else { continue };
            let (_, count, sum) = seen.entry(token).or_insert((who, 0, [0.0; ANTENNAS]));
            if *count < SAMPLES {
                *count += 1;
                for (antenna, place) in (0..).zip(places) {
                    sum[antenna as usize] +=
                        world.measured(FIRST_ANTENNA + antenna, place, who).unwrap_or_default();
                }
            }
        }
    }
    Ok(seen.into_values().map(|(who, count, sum)| (who, sum.map(|sum| sum / count as f64))).collect())
}

/// In a square over the hall.
fn antennas(world: &World) -> [Point; ANTENNAS] {
    std::array::from_fn(|number| {
        let (column, row) = ((number % 3) as f64, (number / 3) as f64);
        Point { x: world.hall.width * column / 2.0, y: world.hall.depth * row / 2.0 }
    })
}

/// Old and new, the most alike first, each once.
fn join(before: &[(u32, Print)], after: &[(u32, Print)]) -> Vec<(u32, u32)> {
    let unlike = |a: &Print, b: &Print| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let mut all: Vec<(f64, usize, usize)> = Vec::new();
    for (old, (_, a)) in before.iter().enumerate() {
        all.extend(after.iter().enumerate().map(|(new, (_, b))| (unlike(a, b), old, new)));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut old_taken, mut new_taken) = (vec![false; before.len()], vec![false; after.len()]);
    let mut joined = Vec::new();
    for (_, old, new) in all {
        if !old_taken[old] && !new_taken[new] {
            (old_taken[old], new_taken[new]) = (true, true);
            joined.push((before[old].0, after[new].0));
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_most_alike_are_joined_first_and_each_once() {
        let at = |x: f64| [x; ANTENNAS];
        let joined = join(&[(1, at(0.0)), (2, at(10.0))], &[(7, at(9.0)), (8, at(4.0))]);
        assert_eq!(joined, [(2, 7), (1, 8)]);
    }
}
