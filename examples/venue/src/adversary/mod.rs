//! Attackers with a budget of time: what each learns, or breaks, in a run, with and without a defence. They are real
//! engines, or adverts, among real engines; what they do with what they get is theirs.

mod dictionary;
mod flooder;
mod liar;
mod tracker;

use std::fmt;

use crate::{Violation, scenario::EnginePlan};

/// A table: what was tried, under which defences, and what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its rows.
    pub rows: Vec<Row>,
}

/// One attacker.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Who, and how many.
    pub attacker: String,
    /// Which defences, where not the defaults.
    pub defence: String,
    /// What came of it.
    pub outcome: String,
}

impl Row {
    fn new(attacker: impl Into<String>, defence: impl Into<String>, outcome: String) -> Self {
        Self { attacker: attacker.into(), defence: defence.into(), outcome }
    }
}

/// What those who are attacked set: its name, and how.
type Defence = (&'static str, fn(&mut EnginePlan));

/// An attacker, by seed and minutes.
type Play = fn(u64, u32) -> Result<Vec<Row>, Violation>;

/// Plays all of them, and says how far it is in percent.
///
/// # Errors
/// A promise to the honest that did not hold.
pub fn table(seed: u64, minutes: u32, mut progress: impl FnMut(u64)) -> Result<Table, Violation> {
    let plays: [Play; 4] = [dictionary::play, liar::play, tracker::play, flooder::play];
    let mut rows = Vec::new();
    for (number, play) in (1..).zip(plays) {
        rows.extend(play(seed, minutes)?);
        progress(100 * number / 4);
    }
    Ok(Table { rows })
}

/// As Markdown.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| attacker | defences | in the time given |\n| --- | --- | --- |")?;
        self.rows
            .iter()
            .try_for_each(|row| writeln!(f, "| {} | {} | {} |", row.attacker, row.defence, row.outcome))
    }
}
