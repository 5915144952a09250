//! What may be said from the sums at a look.

use crate::binomial::{lower_limit, tail_from, upper_limit};
use crate::cells::{Cells, Question};
use crate::epsilon::{CHANCE_OF_TRUTH, Epsilon};
use crate::tally::Counts;

/// With no signal at all, the chance that any cell is ever shown at an event stays below this.
pub const ERROR_RATE: f64 = 0.05;

/// Of the intervals that are shown, so many hold.
pub const CONFIDENCE: f64 = 0.95;

/// An interval for a share, within 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// A cell that stands above what chance gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// Which one, among the question's cells.
    pub cell: usize,
    /// The estimated share of the answers, unbiased before it was picked.
    pub share: f64,
    /// The share is at least this: true of all shown cells of all looks at once, but for 1 event in 20.
    pub at_least: f64,
    /// The interval for the share, at 95 %, widened for having been picked.
    pub interval: Interval,
}

/// What an admin is told at one look: for each question the cells that stand above what chance gives, the surest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimates {
    /// The number of the look.
    pub look: u32,
    /// Reports behind the shares of categories, and behind those of interests.
    pub reports: [u32; 2],
    /// Cells of [`Question::Category`].
    pub categories: Vec<Shown>,
    /// Cells of [`Question::Interest`].
    pub interests: Vec<Shown>,
}

impl Estimates {
    /// Estimates from the sums at a look.
    #[must_use]
    pub fn at(look: u32, counts: &Counts, epsilon: Epsilon) -> Self {
        let [categories, interests] = Question::ALL.map(|question| shown(look, counts, question, epsilon));
        let reports = Question::ALL.map(|question| counts.reports(question));
        Self { look, reports, categories, interests }
    }
}

/// The estimated share of a cell: unbiased, and so below 0 now and then.
#[must_use]
pub fn share(ones: u32, reports: u32, epsilon: Epsilon) -> f64 {
    to_share(f64::from(ones) / f64::from(reports.max(1)), epsilon)
}

/// The interval for the share of one cell that was named beforehand, at this confidence.
#[must_use]
pub fn interval(ones: u32, reports: u32, epsilon: Epsilon, confidence: f64) -> Interval {
    let tail = (1.0 - confidence) / 2.0;
    let within = |proportion| to_share(proportion, epsilon).clamp(0.0, 1.0);
    Interval { low: within(lower_limit(ones, reports, tail)), high: within(upper_limit(ones, reports, tail)) }
}

/// The chance of error that one cell may have at one look: half of [`ERROR_RATE`] for each question, over all its cells
/// (Bonferroni) and over the looks, the k-th of which gets 1/(k(k+1)) of it. Together these are no more than 1.
fn tail_of_look(look: u32, question: Question) -> f64 {
    let look = f64::from(look.max(1));
    ERROR_RATE / 2.0 / (look * (look + 1.0)) / cells_of(question)
}

fn shown(look: u32, counts: &Counts, question: Question, epsilon: Epsilon) -> Vec<Shown> {
    let (reports, tail) = (counts.reports(question), tail_of_look(look, question));
    let noise = epsilon.chance_of_noise();
    let stands_out = |ones: u32| ones > 0 && tail_from(ones, reports, noise) < tail;
    let picked: Vec<(usize, u32)> =
        counts.ones(question).iter().copied().enumerate().filter(|(_, ones)| stands_out(*ones)).collect();
    // Benjamini and Yekutieli: of m cells of which R were picked, intervals at 1 - (1 - 95 %) R/m.
    let confidence = 1.0 - (1.0 - CONFIDENCE) * picked.len() as f64 / cells_of(question);
    let to_shown = |(cell, ones)| Shown {
        cell,
        share: share(ones, reports, epsilon).min(1.0),
        at_least: to_share(lower_limit(ones, reports, tail), epsilon).clamp(0.0, 1.0),
        interval: interval(ones, reports, epsilon, confidence),
    };
    let mut shown: Vec<Shown> = picked.into_iter().map(to_shown).collect();
    shown.sort_by(|a, b| b.at_least.total_cmp(&a.at_least));
    shown
}

fn cells_of(question: Question) -> f64 {
    Cells::get().count(question) as f64
}

/// From the proportion of set bits to the share that would give it.
fn to_share(proportion: f64, epsilon: Epsilon) -> f64 {
    let noise = epsilon.chance_of_noise();
    (proportion - noise) / (CHANCE_OF_TRUTH - noise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_undoes_the_noise() {
        let noise = Epsilon::DEFAULT.chance_of_noise();
        assert!(share((1e6 * noise) as u32, 1_000_000, Epsilon::DEFAULT).abs() < 1e-5);
        assert_eq!(share(500, 1_000, Epsilon::DEFAULT), 1.0);
        assert!(share(0, 0, Epsilon::DEFAULT) < 0.0);
    }

    #[test]
    fn all_looks_together_spend_no_more_than_the_error_rate() {
        let of_look = |look| Question::ALL.map(|question| tail_of_look(look, question) * cells_of(question));
        let spent: f64 = (1..1_000).flat_map(of_look).sum();
        assert!(spent < ERROR_RATE && spent > 0.99 * ERROR_RATE);
    }

    #[test]
    fn a_bound_over_all_cells_is_never_above_the_interval_of_one() {
        for (look, question) in (1..20).flat_map(|look| Question::ALL.map(|question| (look, question))) {
            let tail = tail_of_look(look, question);
            for (ones, reports) in [(60, 100), (300, 1_000), (3_000, 20_000)] {
                let one_picked = (1.0 - CONFIDENCE) / cells_of(question);
                let low = interval(ones, reports, Epsilon::DEFAULT, 1.0 - one_picked).low;
                assert!(to_share(lower_limit(ones, reports, tail), Epsilon::DEFAULT) <= low + 1e-12);
            }
        }
    }

    #[test]
    fn before_any_report_nothing_is_shown() {
        let none = Estimates::at(1, &Counts::none(), Epsilon::DEFAULT);
        assert!(none.categories.is_empty() && none.interests.is_empty() && none.reports == [0, 0]);
    }
}
