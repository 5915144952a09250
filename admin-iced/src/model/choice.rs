//! Which lines a chart draws, how far back, and in how large steps.

use sighej_relay_api::admin::Step;

use super::Range;
use super::counters::Measure;

/// A choice that can be drawn: the step is one that the range has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    range: Range,
    step: Step,
    lines: Vec<Measure>,
}

impl Default for Choice {
    fn default() -> Self {
        let range = Range::default();
        let lines = vec![Measure::Sessions, Measure::Matches, Measure::Nudges];
        Self { range, step: range.usual_step(), lines }
    }
}

impl Choice {
    pub(crate) fn range(&self) -> Range {
        self.range
    }

    pub(crate) fn step(&self) -> Step {
        self.step
    }

    /// In the order in which they are drawn.
    pub(crate) fn lines(&self) -> &[Measure] {
        &self.lines
    }

    /// Goes back so far, with the range's usual step where it does not have this one.
    pub(crate) fn reach(&mut self, range: Range) {
        self.range = range;
        if !range.fits(self.step) {
            self.step = range.usual_step();
        }
    }

    /// Takes another step, where the range has it. False where it does not.
    pub(crate) fn step_by(&mut self, step: Step) -> bool {
        let fits = self.range.fits(step);
        if fits {
            self.step = step;
        }
        fits
    }

    /// Adds a line, or takes it away.
    pub(crate) fn toggle(&mut self, line: Measure) {
        match self.lines.iter().position(|drawn| *drawn == line) {
            Some(place) => drop(self.lines.remove(place)),
            None => {
                self.lines.push(line);
                self.lines.sort_unstable();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_does_not_have_the_step_takes_its_usual_one() {
        let mut choice = Choice::default();
        choice.reach(Range::Year);
        assert_eq!(choice.step(), Step::Day);
        assert!(!choice.step_by(Step::Minute), "a year has no minutes");
        assert_eq!(choice.step(), Step::Day);
    }

    #[test]
    fn lines_come_and_go_and_keep_their_order() {
        let mut choice = Choice::default();
        choice.toggle(Measure::Pings);
        assert_eq!(choice.lines(), [Measure::Sessions, Measure::Pings, Measure::Matches, Measure::Nudges]);
        choice.toggle(Measure::Sessions);
        assert_eq!(choice.lines(), [Measure::Pings, Measure::Matches, Measure::Nudges]);
    }
}
