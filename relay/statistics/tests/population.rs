//! The estimator against simulated populations of 100 to 10,000: every report is made as a device makes it.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sighej_statistics::{
    Cells, Counts, Diary, Epsilon, Estimates, EventName, Question, Report, Tally, interval, share,
};

/// Who holds what: an attendee's interests, and so the truth that the estimator is after.
struct Population {
    attendees: Vec<Vec<&'static str>>,
}

impl Population {
    /// Nobody holds anything that has a cell.
    fn without_signal(size: usize) -> Self {
        Self { attendees: vec![vec![]; size] }
    }

    /// One to eight interests each, the first ones of the catalogue's cells held by many and the last ones by few.
    fn of_a_fair(size: usize, rng: &mut ChaCha8Rng) -> Self {
        let cells = Cells::get();
        let count = cells.count(Question::Interest);
        let mut draw = || {
            let place = (rng.next_u32() as f64 / f64::from(u32::MAX)).powi(6) * (count - 1) as f64;
            // Spread over the catalogue, so that the popular ones are not all of one category.
            cells.id(Question::Interest, place as usize * 37 % count).unwrap()
        };
        let attendees = (0..size).map(|at| (0..=at % 8).map(|_| draw()).collect()).collect();
        Self { attendees }
    }

    /// The share of the answers that each cell has: every attendee weighs the same, and so does each of its interests.
    fn truth(&self, question: Question) -> Vec<f64> {
        let cells = Cells::get();
        let mut shares = vec![0.0; cells.count(question)];
        for own in &self.attendees {
            let mut own = own.clone();
            own.sort_unstable();
            own.dedup();
            for id in &own {
                shares[cells.cell(question, id).unwrap()] +=
                    1.0 / own.len() as f64 / self.attendees.len() as f64;
            }
        }
        shares
    }

    fn reports<'a>(&'a self, rng: &'a mut ChaCha8Rng) -> impl Iterator<Item = Report> + 'a {
        let event = EventName::parse("a simulated event").unwrap();
        self.attendees.iter().map(move |own| {
            let mut diary = Diary::default();
            let bytes = diary.report(&event, Epsilon::DEFAULT, own, Duration::from_secs(1), rng).unwrap();
            Report::from_bytes(bytes, &event).unwrap()
        })
    }

    fn counts(&self, rng: &mut ChaCha8Rng) -> Counts {
        let mut counts = Counts::none();
        self.reports(rng).for_each(|report| counts.add(&report));
        counts
    }
}

const SIZES: [(usize, u64); 3] = [(100, 300), (1_000, 100), (10_000, 20)];

#[test]
fn shares_are_unbiased_at_every_size() {
    for (size, runs) in SIZES {
        let population = Population::of_a_fair(size, &mut ChaCha8Rng::seed_from_u64(7));
        for question in Question::ALL {
            let truth = population.truth(question);
            let mut sums = vec![(0.0, 0.0); truth.len()];
            for run in 0..runs {
                let counts = population.counts(&mut ChaCha8Rng::seed_from_u64(run));
                for ((sum, squares), ones) in sums.iter_mut().zip(counts.ones(question)) {
                    let share = share(*ones, counts.reports(question), Epsilon::DEFAULT);
                    *sum += share;
                    *squares += share * share;
                }
            }
            // The mean of all runs, in its own standard errors: as many cells outside 3 as chance gives, and none far out.
            let runs = runs as f64;
            let off: Vec<f64> = (sums.iter().zip(&truth))
                .map(|((sum, squares), truth)| {
                    let (mean, variance) = (sum / runs, squares / runs - (sum / runs).powi(2));
                    (mean - truth).abs() / (variance / (runs - 1.0)).sqrt()
                })
                .collect();
            let beyond = off.iter().filter(|off| **off > 3.0).count();
            assert!(beyond <= 2 + truth.len() / 50, "{size} {question:?}: {beyond} of {}", truth.len());
            assert!(off.iter().all(|off| *off < 7.0), "{size} {question:?}");
        }
    }
}

#[test]
fn intervals_at_95_percent_cover() {
    for (size, runs) in SIZES {
        let population = Population::of_a_fair(size, &mut ChaCha8Rng::seed_from_u64(8));
        for question in Question::ALL {
            let truth = population.truth(question);
            let (mut covered, mut all) = (0, 0);
            for run in 0..runs.min(40) {
                let counts = population.counts(&mut ChaCha8Rng::seed_from_u64(1_000 + run));
                for (ones, truth) in counts.ones(question).iter().zip(&truth) {
                    let interval = interval(*ones, counts.reports(question), Epsilon::DEFAULT, 0.95);
                    covered += u32::from(interval.low <= *truth && *truth <= interval.high);
                    all += 1;
                }
            }
            // Less two standard errors: a few hundred intervals are counted here.
            let least = 0.95 * f64::from(all) - 2.0 * (0.95 * 0.05 * f64::from(all)).sqrt();
            assert!(f64::from(covered) >= least, "{size} {question:?}: {covered} of {all}");
        }
    }
}

#[test]
fn what_is_shown_is_there_and_its_intervals_cover_although_they_were_picked() {
    let (mut shown, mut covered, mut runs_with_a_false_bound) = (0_u32, 0_u32, 0_u32);
    let runs = 40;
    for run in 0..runs {
        let mut rng = ChaCha8Rng::seed_from_u64(2_000 + run);
        let population = Population::of_a_fair(5_000, &mut rng);
        let estimates = Estimates::at(12, &population.counts(&mut rng), Epsilon::DEFAULT);
        let mut is_false = false;
        for (question, cells) in
            [(Question::Category, &estimates.categories), (Question::Interest, &estimates.interests)]
        {
            let truth = population.truth(question);
            for cell in cells {
                let truth = truth[cell.cell];
                shown += 1;
                covered += u32::from(cell.interval.low <= truth && truth <= cell.interval.high);
                is_false |= truth < cell.at_least;
                assert!(
                    0.0 < cell.at_least
                        && cell.at_least <= cell.interval.low
                        && cell.share <= cell.interval.high
                );
            }
        }
        runs_with_a_false_bound += u32::from(is_false);
    }
    assert!(shown > 2 * runs as u32, "what is popular among 5,000 is found: {shown}");
    assert!(f64::from(covered) >= 0.95 * f64::from(shown), "{covered} of {shown}");
    assert!(runs_with_a_false_bound <= 2, "{runs_with_a_false_bound}");
}

#[test]
fn with_no_signal_fewer_than_one_event_in_twenty_ever_shows_a_cell() {
    for (size, runs) in [(100, 1_000), (1_000, 400), (10_000, 30)] {
        let mut events_with_a_cell = 0;
        for run in 0..runs {
            let mut rng = ChaCha8Rng::seed_from_u64(3_000 + run);
            let (mut tally, mut look, mut any) = (Tally::new(), 0, false);
            for report in Population::without_signal(size).reports(&mut rng) {
                tally.add(&report).unwrap();
                if let Some((new, counts)) = tally.seen().filter(|(new, _)| *new > look) {
                    look = new;
                    let estimates = Estimates::at(look, counts, Epsilon::DEFAULT);
                    any |= !estimates.categories.is_empty() || !estimates.interests.is_empty();
                }
            }
            assert!(look > 0, "somebody looked");
            events_with_a_cell += u64::from(any);
        }
        assert!(events_with_a_cell * 20 < runs, "{size}: {events_with_a_cell} of {runs}");
    }
}

/// The same look, were its bound not corrected, would show cells in nearly every run: the test above can fail.
#[test]
fn an_uncorrected_bound_would_show_cells_where_nothing_is() {
    let counts = Population::without_signal(1_000).counts(&mut ChaCha8Rng::seed_from_u64(4));
    let reports = counts.reports(Question::Interest);
    let ones = counts.ones(Question::Interest).iter();
    let above = ones.filter(|ones| interval(**ones, reports, Epsilon::DEFAULT, 0.95).low > 0.0).count();
    assert!(above > 5, "{above}");
}

/// An interest that a third of a hall of 1,000 gives as its answer is found in nearly every run.
#[test]
fn a_strong_signal_is_found_at_its_size() {
    let rust = Cells::get().cell(Question::Interest, "rust").unwrap();
    let found = (0..20)
        .filter(|run| {
            let mut population = Population::without_signal(1_000);
            population.attendees.iter_mut().step_by(3).for_each(|own| own.push("rust"));
            let counts = population.counts(&mut ChaCha8Rng::seed_from_u64(5_000 + run));
            let estimates = Estimates::at(8, &counts, Epsilon::DEFAULT);
            estimates.interests.iter().any(|shown| shown.cell == rust)
        })
        .count();
    assert!(found >= 18, "{found} of 20");
}
