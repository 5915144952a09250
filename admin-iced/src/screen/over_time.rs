//! Counts over a time of one's choice, with values under the pointer and peaks marked.

use iced::widget::{center, column, container, responsive, row, text};
use iced::{Element, Fill, Length, Task};
use sighej_relay_api::admin::{SeriesAnswer, Step};

use super::Asking;
use crate::chart::{Line, Plot, Pointed, plot};
use crate::client::{Client, Trouble, Wanted};
use crate::look::{Look, gap, pad, style};
use crate::model::counters::Measure;
use crate::model::{Range, step_secs};
use crate::widget::{choice, soft};
use crate::words::Word;

/// What a line's panel has to have to be read, what is around the panels in their card, and around it on the page. Where there
/// is less room, the page scrolls.
const PANEL: f32 = 90.0;
const IN_CARD: f32 = 90.0;
const ON_PAGE: f32 = 230.0;

/// What is drawn: it outlives the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    range: Range,
    step: Step,
    lines: Vec<Measure>,
}

impl Default for Choice {
    fn default() -> Self {
        let range = Range::default();
        Self {
            range,
            step: range.usual_step(),
            lines: vec![Measure::Sessions, Measure::Matches, Measure::Nudges],
        }
    }
}

/// The chart and what it was asked for.
pub(crate) struct State {
    client: Client,
    choice: Choice,
    answer: Option<SeriesAnswer>,
    plot: Option<Plot>,
    pointed: Pointed,
    trouble: Option<Trouble>,
    asking: Asking,
}

#[derive(Clone, Debug)]
pub(crate) enum Message {
    Range(Range),
    Step(Step),
    Toggle(Measure),
    Point(Pointed),
    /// By so many buckets, with the keys.
    Move(isize),
    Answered(Result<SeriesAnswer, Trouble>),
}

/// What the app does next.
pub(crate) enum Action {
    None,
    Run(Task<Message>),
}

impl State {
    /// The screen, and its first question. `now` is in seconds since 1970.
    pub(crate) fn new(client: Client, choice: Choice, now: u64) -> (Self, Task<Message>) {
        let mut state = Self {
            client,
            choice,
            answer: None,
            plot: None,
            pointed: None,
            trouble: None,
            asking: Asking::default(),
        };
        let task = state.ask(now);
        (state, task)
    }

    /// Asks again, as when there is something new.
    pub(crate) fn ask(&mut self, now: u64) -> Task<Message> {
        let counters = Measure::ALL.iter().flat_map(|measure| measure.counters()).copied().collect();
        let step = step_secs(self.choice.step);
        // Whole buckets, and the one that is now.
        let from = now.saturating_sub(self.choice.range.secs()).next_multiple_of(step);
        let wanted = Wanted { counters, step: self.choice.step, from, to: now + 1 };
        let client = self.client.clone();
        self.asking.run(Task::perform(async move { client.series(&wanted).await }, Message::Answered))
    }

    /// Where there is news: a chart by the day need not be drawn every five seconds.
    pub(crate) fn heard(&mut self, now: u64) -> Action {
        match self.choice.step {
            Step::Minute if !self.asking.is_running() => Action::Run(self.ask(now)),
            Step::Minute | Step::Hour | Step::Day => Action::None,
        }
    }

    pub(crate) fn update(&mut self, message: Message, now: u64) -> Action {
        match message {
            Message::Range(range) => {
                self.choice.range = range;
                if !range.fits(self.choice.step) {
                    self.choice.step = range.usual_step();
                }
                self.pointed = None;
                return Action::Run(self.ask(now));
            }
            Message::Step(step) if self.choice.range.fits(step) => {
                self.choice.step = step;
                self.pointed = None;
                return Action::Run(self.ask(now));
            }
            Message::Step(_) => {}
            Message::Toggle(measure) => {
                let lines = &mut self.choice.lines;
                match lines.iter().position(|line| *line == measure) {
                    Some(place) => drop(lines.remove(place)),
                    None => {
                        lines.push(measure);
                        lines.sort_unstable();
                    }
                }
                self.plot = None;
            }
            Message::Point(pointed) => self.pointed = pointed,
            Message::Move(by) => self.move_by(by),
            Message::Answered(result) => {
                self.asking.is_over();
                match result {
                    Ok(answer) => {
                        self.trouble = None;
                        self.plot = None;
                        self.answer = Some(answer);
                    }
                    Err(trouble) => self.trouble = Some(trouble),
                }
            }
        }
        Action::None
    }

    fn move_by(&mut self, by: isize) {
        let count = self.buckets();
        let Some(last) = count.checked_sub(1) else { return };
        let place = self.pointed.unwrap_or(last).saturating_add_signed(by).min(last);
        self.pointed = Some(place);
    }

    fn buckets(&self) -> usize {
        let answer = self.answer.as_ref();
        answer.and_then(|answer| answer.series.values().map(Vec::len).max()).unwrap_or(0)
    }

    /// Makes the plot where it is due. Called after each update, since its words have a language.
    pub(crate) fn prepare(&mut self, look: &Look) {
        if self.plot.is_some() {
            return;
        }
        let Some(answer) = &self.answer else { return };
        let line = |measure: &Measure| Line {
            label: look.say(measure.word()),
            color: look.tones.of(*measure),
            values: measure.series(&answer.series),
        };
        self.plot =
            Some(Plot::new(answer.start, answer.step_secs, self.choice.lines.iter().map(line).collect()));
        let last = self.buckets().saturating_sub(1);
        self.pointed = self.pointed.map(|place| place.min(last));
    }

    pub(crate) fn choice(&self) -> Choice {
        self.choice.clone()
    }

    /// What is drawn, for a file.
    pub(crate) fn drawn(&self) -> Option<(&SeriesAnswer, &[Measure])> {
        self.answer.as_ref().map(|answer| (answer, self.choice.lines.as_slice()))
    }

    #[cfg(test)]
    pub(crate) fn pointed(&self) -> Pointed {
        self.pointed
    }

    pub(crate) fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        responsive(move |room| {
            let hint = soft(look, look.say(Word::HoverHint));
            let least = PANEL * self.choice.lines.len().max(2) as f32 + IN_CARD;
            if room.height < least + ON_PAGE {
                let content = column![self.controls(look), self.chart(look, least.into()), hint];
                return super::page(look, Word::OverTime, soft(look, ""), content.spacing(gap::MEDIUM));
            }
            let name = text(look.say(Word::OverTime)).size(crate::look::size::TITLE);
            column![name, self.controls(look), self.chart(look, Fill), hint]
                .spacing(gap::MEDIUM)
                .padding(pad::SCREEN)
                .into()
        })
        .into()
    }

    fn chart<'a>(&'a self, look: &'a Look, height: Length) -> Element<'a, Message> {
        let chart: Element<'a, Message> = match (&self.plot, &self.trouble) {
            (_, Some(trouble)) => center(super::trouble(look, trouble)).into(),
            (Some(plot), None) if plot.is_empty() => center(text(look.say(Word::NoLines))).into(),
            (Some(drawn), None) => plot(drawn, look, self.pointed, Message::Point),
            (None, None) => center(soft(look, look.say(Word::Loading))).into(),
        };
        container(chart).padding(pad::CARD).width(Fill).height(height).style(style::card(look.tones)).into()
    }

    fn controls<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let range = |range: Range| {
            choice(look, look.say(name(range)), range == self.choice.range, Message::Range(range))
        };
        let steps = [(Step::Minute, Word::ByMinute), (Step::Hour, Word::ByHour), (Step::Day, Word::ByDay)];
        let step = |(step, word)| {
            let fits = self.choice.range.fits(step);
            fits.then(|| choice(look, look.say(word), step == self.choice.step, Message::Step(step)))
        };
        let line = |measure: Measure| {
            let is_drawn = self.choice.lines.contains(&measure);
            choice(look, look.say(measure.word()), is_drawn, Message::Toggle(measure))
        };
        let ranges = row(Range::ALL.map(range)).spacing(gap::SMALL).wrap();
        let steps = row(steps.into_iter().filter_map(step)).spacing(gap::SMALL).wrap();
        let lines = row(Measure::ALL.map(line)).spacing(gap::SMALL);
        column![row![ranges, steps].spacing(gap::LARGE).wrap(), lines.wrap()].spacing(gap::SMALL).into()
    }
}

fn name(range: Range) -> Word {
    match range {
        Range::Hour => Word::RangeHour,
        Range::Evening => Word::RangeEvening,
        Range::Day => Word::RangeDay,
        Range::Week => Word::RangeWeek,
        Range::Season => Word::RangeSeason,
        Range::Year => Word::RangeYear,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use sighej_relay_api::admin::Withholding;

    use super::*;
    use crate::client::tests_support::nobody;
    use crate::model::tests_support::NOW;

    pub(crate) fn answer(buckets: usize) -> SeriesAnswer {
        let wave = |height: f64| -> Vec<u64> {
            let value =
                |at: usize| height * (1.0 - (at as f64 / buckets as f64 * std::f64::consts::TAU).cos()) / 2.0;
            (0..buckets).map(|at| value(at) as u64).collect()
        };
        let series = [("sessions_open", 310.0), ("exchanges", 60.0), ("matches", 40.0), ("nudges", 30.0)];
        let series: BTreeMap<_, _> =
            series.into_iter().map(|(name, height)| (name.to_owned(), wave(height))).collect();
        let start = NOW - 60 * buckets as u64;
        SeriesAnswer {
            step: Step::Minute,
            step_secs: 60,
            start,
            series,
            withholding: Withholding { below: 5 },
        }
    }

    fn state() -> State {
        State::new(nobody(), Choice::default(), NOW).0
    }

    #[test]
    fn a_range_that_does_not_fit_the_step_takes_its_usual_one() {
        let mut state = state();
        assert!(matches!(state.update(Message::Range(Range::Year), NOW), Action::Run(_)));
        assert_eq!(state.choice.step, Step::Day);
        assert!(
            matches!(state.update(Message::Step(Step::Minute), NOW), Action::None),
            "a year has no minutes"
        );
        assert_eq!(state.choice.step, Step::Day);
    }

    #[test]
    fn the_keys_move_from_bucket_to_bucket_and_stay_inside() {
        let mut state = state();
        state.update(Message::Move(1), NOW);
        assert_eq!(state.pointed(), None, "there is nothing to read yet");
        state.update(Message::Answered(Ok(answer(60))), NOW);
        for (by, place) in [(-1, 58), (1, 59), (1, 59), (-100, 0), (7, 7)] {
            state.update(Message::Move(by), NOW);
            assert_eq!(state.pointed(), Some(place));
        }
    }

    #[test]
    fn a_trouble_is_told_and_the_next_answer_takes_it_away() {
        let mut state = state();
        state.update(Message::Answered(Err(Trouble::Silent)), NOW);
        assert_eq!(state.trouble, Some(Trouble::Silent));
        state.update(Message::Answered(Ok(answer(60))), NOW);
        assert!(state.trouble.is_none() && state.drawn().is_some());
    }
}
