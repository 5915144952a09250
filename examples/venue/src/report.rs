//! What came of a run, in numbers.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use crate::{
    World,
    measure::{Measure, Way},
    radio::Platform,
};

/// A run in numbers. Shares are 0 to 1, and absent where there was nothing to share; times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The scenario.
    pub scenario: String,
    /// How many people came.
    pub attendees: u32,
    /// How long the event was.
    pub minutes: u32,
    /// The seed: with the scenario it gives this report again.
    pub seed: u64,
    /// Exchanges that were begun.
    pub exchanges_begun: u64,
    /// Exchanges that ended for both sides, or for one where the last message was lost.
    pub exchanges_ended: f64,
    /// Exchanges that came to nothing, by the reason of each side.
    pub failures: BTreeMap<String, u64>,
    /// Nudges that were shown.
    pub nudges: u64,
    /// The same by how they came about.
    pub nudges_by_way: BTreeMap<&'static str, u64>,
    /// Attendees who had somebody matching and open in range for three minutes.
    pub attendees_due: u64,
    /// The share of them who got at least one nudge.
    pub reached: Option<f64>,
    /// The same by what they carry.
    pub reached_by_platform: BTreeMap<&'static str, Option<f64>>,
    /// Pairs that matched, were open, and were in range for three minutes.
    pub pairs_due: u64,
    /// The share of them in which somebody was told of the other.
    pub recall: Option<f64>,
    /// From the moment at which a pair was first in range to its nudge, of those that were nudged.
    pub nudge_s: Spread,
    /// Bytes that each attendee sent in exchanges.
    pub bytes: Spread,
    /// Bytes that each attendee sent to neighbours of the mesh.
    pub bytes_passed: Spread,
    /// Exchanges that ended for each attendee.
    pub exchanges: Spread,
}

/// How values spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Half are not above it.
    pub p50: Option<u64>,
    /// 95 of 100 are not above it.
    pub p95: Option<u64>,
    /// The greatest.
    pub max: Option<u64>,
}

impl Spread {
    /// Of these values.
    #[must_use]
    pub fn of(mut values: Vec<u64>) -> Self {
        values.sort_unstable();
        let at =
            |percent: usize| values.get((values.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Self { p50: at(50), p95: at(95), max: values.last().copied() }
    }
}

impl Report {
    /// Of a run that is over.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let measure = &world.measure;
        let accounts = &measure.accounts;
        let due = due(measure);
        let pairs: Vec<_> = measure.pairs().map(|(_, _, pair)| pair).filter(|pair| pair.is_due()).collect();
        let nudged = measure.pairs().map(|(_, _, pair)| pair).filter(|pair| pair.is_nudged());
        let reached = |platform: Option<Platform>| {
            let of = |who: &usize| platform.is_none_or(|platform| world.devices[*who].platform == platform);
            let people: Vec<usize> = (0..due.len()).filter(|who| due[*who]).filter(of).collect();
            let got = people.iter().filter(|who| accounts[**who].nudges > 0).count();
            share(got as u64, people.len() as u64)
        };
        Self {
            scenario: world.scenario.name.clone(),
            attendees: world.scenario.attendees,
            minutes: world.scenario.minutes,
            seed: world.seed(),
            exchanges_begun: accounts.iter().map(|account| u64::from(account.began)).sum(),
            exchanges_ended: accounts.iter().map(|account| f64::from(account.ended)).sum::<f64>() / 2.0,
            failures: measure.failures.clone(),
            nudges: accounts.iter().map(|account| u64::from(account.nudges)).sum(),
            nudges_by_way: Way::ALL.map(|way| (way.name(), by_way(measure, way))).into(),
            attendees_due: due.iter().filter(|is_due| **is_due).count() as u64,
            reached: reached(None),
            reached_by_platform: Platform::ALL.map(|one| (one.traits().name, reached(Some(one)))).into(),
            pairs_due: pairs.len() as u64,
            recall: share(pairs.iter().filter(|pair| pair.is_nudged()).count() as u64, pairs.len() as u64),
            nudge_s: Spread::of(
                nudged.map(|pair| u64::from(pair.nudged_s.saturating_sub(pair.first_s))).collect(),
            ),
            bytes: Spread::of(accounts.iter().map(|account| account.bytes).collect()),
            bytes_passed: Spread::of(accounts.iter().map(|account| account.passed).collect()),
            exchanges: Spread::of(accounts.iter().map(|account| u64::from(account.ended)).collect()),
        }
    }
}

/// Who had somebody matching and open in range for long enough.
fn due(measure: &Measure) -> Vec<bool> {
    let mut due = vec![false; measure.accounts.len()];
    for (low, high, _) in measure.pairs().filter(|(_, _, pair)| pair.is_due()) {
        due[low as usize] = true;
        due[high as usize] = true;
    }
    due
}

fn by_way(measure: &Measure, way: Way) -> u64 {
    measure.nudges.iter().filter(|nudge| nudge.way == way).count() as u64
}

/// To four places, so that what is printed is what is compared.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent =
            |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share));
        let number = |value: Option<u64>| value.map_or("-".to_owned(), |value| value.to_string());
        let each = f64::from(self.attendees);
        writeln!(
            f,
            "{}: {} attendees, {} minutes, seed {}",
            self.scenario, self.attendees, self.minutes, self.seed
        )?;
        writeln!(f, "  reached, of {} attendees due     {:>9}", self.attendees_due, percent(self.reached))?;
        for (platform, reached) in &self.reached_by_platform {
            writeln!(f, "    {platform:<32}{:>9}", percent(*reached))?;
        }
        writeln!(f, "  recall, of {} pairs due     {:>9}", self.pairs_due, percent(self.recall))?;
        writeln!(f, "  nudges an attendee                {:>9.2}", self.nudges as f64 / each)?;
        for (way, nudges) in &self.nudges_by_way {
            writeln!(f, "    {way:<32}{:>9.2}", *nudges as f64 / each)?;
        }
        writeln!(f, "  exchanges an attendee             {:>9.2}", 2.0 * self.exchanges_ended / each)?;
        writeln!(f, "                        p50       p95       max")?;
        for (name, spread) in [
            ("time to nudge, s", self.nudge_s),
            ("exchanges", self.exchanges),
            ("bytes sent", self.bytes),
            ("to neighbours", self.bytes_passed),
        ] {
            let [p50, p95, max] = [spread.p50, spread.p95, spread.max].map(number);
            writeln!(f, "  {name:<17}{p50:>9}{p95:>10}{max:>10}")?;
        }
        writeln!(f, "  exchanges that came to nothing, {} begun:", self.exchanges_begun)?;
        self.failures.iter().try_for_each(|(why, count)| writeln!(f, "  {count:>9}  {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_takes_values_that_were_there() {
        let spread = Spread::of((1..=100).rev().collect());
        assert_eq!((spread.p50, spread.p95, spread.max), (Some(50), Some(95), Some(100)));
        assert_eq!(Spread::of(vec![7]).p50, Some(7));
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }
}
