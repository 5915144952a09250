//! Counts over a time of one's choice, with values under the pointer and peaks marked.

use iced::widget::{Column, center, column, container, responsive, row, text};
use iced::{Element, Fill, Length, Task};
use sighej_relay_api::admin::{SeriesAnswer, Step};

use super::answers::{Answers, aged};
use super::{Asking, Last};
use crate::chart::{Line, Plot, Pointed, plot};
use crate::client::{Client, Trouble, Wanted};
use crate::look::{Look, gap, pad, style};
use crate::model::counters::Measure;
use crate::model::{Choice, Range, step_secs};
use crate::widget::{choice, soft};
use crate::words::Word;

/// What a line's panel has to have to be read, what is around the panels in their card, and around it on the page. Where there
/// is less room, the page scrolls.
const PANEL: f32 = 90.0;
const IN_CARD: f32 = 90.0;
const ON_PAGE: f32 = 230.0;

/// An answer, and to what.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    range: Range,
    step: Step,
    series: SeriesAnswer,
}

/// The chart and what it was asked for.
pub(crate) struct State {
    client: Client,
    choice: Choice,
    pub(crate) answers: Answers<Drawn>,
    plot: Option<Plot>,
    pointed: Pointed,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    None,
    /// Asks, by the relay's time.
    Ask,
}

impl State {
    /// The screen, and its first question. `before` is what it knew when it was left, `now` is by the relay's
    /// clock, in seconds since 1970.
    pub(crate) fn new(
        client: Client,
        choice: Choice,
        before: Option<Last<Drawn>>,
        now: u64,
    ) -> (Self, Task<Message>) {
        let mut state = Self {
            client,
            choice,
            answers: Answers::new(before),
            plot: None,
            pointed: None,
            asking: Asking::default(),
        };
        let task = state.ask(now);
        (state, task)
    }

    /// Asks where the last question may have failed.
    pub(crate) fn ask_anew(&mut self, now: u64) -> Task<Message> {
        self.answers.hope();
        self.ask(now)
    }

    /// Asks again, as when there is something new. `now` is by the relay's clock, whose buckets are cut by it.
    pub(crate) fn ask(&mut self, now: u64) -> Task<Message> {
        let counters = Measure::ALL.iter().flat_map(|measure| measure.counters()).copied().collect();
        let step = step_secs(self.choice.step());
        // Whole buckets, and the one that is now.
        let from = now.saturating_sub(self.choice.range().secs()).next_multiple_of(step);
        let wanted = Wanted { counters, step: self.choice.step(), from, to: now + 1 };
        let client = self.client.clone();
        self.asking.run(Task::perform(async move { client.series(&wanted).await }, Message::Answered))
    }

    /// Where there is news: a chart by the day need not be drawn every five seconds.
    pub(crate) fn heard(&self) -> Action {
        match self.choice.step() {
            Step::Minute if !self.asking.is_running() => Action::Ask,
            Step::Minute | Step::Hour | Step::Day => Action::None,
        }
    }

    pub(crate) fn update(&mut self, message: Message, now: u64) -> Action {
        match message {
            Message::Range(range) => {
                self.choice.reach(range);
                self.pointed = None;
                return Action::Ask;
            }
            Message::Step(step) => {
                if self.choice.step_by(step) {
                    self.pointed = None;
                    return Action::Ask;
                }
            }
            Message::Toggle(measure) => {
                self.choice.toggle(measure);
                self.plot = None;
            }
            Message::Point(pointed) => self.pointed = pointed,
            Message::Move(by) => self.move_by(by),
            Message::Answered(result) => {
                self.asking.is_over();
                let (range, step) = (self.choice.range(), self.choice.step());
                let is_of_this = |last: &Last<Drawn>| (last.answer.range, last.answer.step) == (range, step);
                if result.is_ok() || !self.answers.last().is_some_and(is_of_this) {
                    self.answers.forget();
                    self.plot = None;
                }
                self.answers.take(result.map(|series| Drawn { range, step, series }), now);
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
        let series = self.answers.last().map(|last| &last.answer.series.series);
        series.and_then(|series| series.values().map(Vec::len).max()).unwrap_or(0)
    }

    /// Makes the plot where it is due. Called after each update, since its words have a language.
    pub(crate) fn prepare(&mut self, look: &Look) {
        if self.plot.is_some() {
            return;
        }
        let Some(answer) = self.answers.last().map(|last| &last.answer.series) else { return };
        let line = |measure: &Measure| Line {
            label: look.say(measure.word()),
            color: look.tones.of(*measure),
            values: measure.series(&answer.series),
        };
        self.plot =
            Some(Plot::new(answer.start, answer.step_secs, self.choice.lines().iter().map(line).collect()));
        let last = self.buckets().saturating_sub(1);
        self.pointed = self.pointed.map(|place| place.min(last));
    }

    pub(crate) fn choice(&self) -> Choice {
        self.choice.clone()
    }

    /// What is drawn, for a file.
    pub(crate) fn drawn(&self, is_lost: bool) -> Option<(&SeriesAnswer, &[Measure])> {
        self.answers.shown(is_lost).map(|last| (&last.answer.series, self.choice.lines()))
    }

    #[cfg(test)]
    pub(crate) fn pointed(&self) -> Pointed {
        self.pointed
    }

    pub(crate) fn view<'a>(&'a self, look: &'a Look, is_lost: bool, now: u64) -> Element<'a, Message> {
        responsive(move |room| {
            let hint = soft(look, look.say(Word::HoverHint));
            let told = self.answers.told(look, is_lost, now);
            let above = Column::new().push(self.controls(look)).push(told).spacing(gap::MEDIUM);
            let least = PANEL * self.choice.lines().len().max(2) as f32 + IN_CARD;
            if room.height < least + ON_PAGE {
                let content = column![above, self.chart(look, is_lost, least.into()), hint];
                return super::page(look, Word::OverTime, soft(look, ""), content.spacing(gap::MEDIUM));
            }
            let name = text(look.say(Word::OverTime)).size(look.title());
            column![name, above, self.chart(look, is_lost, Fill), hint]
                .spacing(gap::MEDIUM)
                .padding(look.margin())
                .into()
        })
        .into()
    }

    fn chart<'a>(&'a self, look: &'a Look, is_lost: bool, height: Length) -> Element<'a, Message> {
        let plotted = self.plot.as_ref().filter(|_| self.answers.shown(is_lost).is_some());
        let chart: Element<'a, Message> = match plotted {
            Some(plot) if plot.is_empty() => center(text(look.say(Word::NoLines))).into(),
            Some(drawn) => plot(drawn, look, self.pointed, Message::Point),
            None if self.answers.is_old(is_lost) => center(soft(look, look.say(Word::NothingHeard))).into(),
            None => center(soft(look, look.say(Word::Loading))).into(),
        };
        let card = container(chart).padding(pad::CARD).width(Fill).height(height);
        aged(look, self.answers.is_old(is_lost), card.style(style::card(look.tones)))
    }

    fn controls<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let range = |range: Range| {
            choice(look, look.say(name(range)), range == self.choice.range(), Message::Range(range))
        };
        let steps = [(Step::Minute, Word::ByMinute), (Step::Hour, Word::ByHour), (Step::Day, Word::ByDay)];
        let step = |(step, word)| {
            let fits = self.choice.range().fits(step);
            fits.then(|| choice(look, look.say(word), step == self.choice.step(), Message::Step(step)))
        };
        let line = |measure: Measure| {
            let is_drawn = self.choice.lines().contains(&measure);
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
        State::new(nobody(), Choice::default(), None, NOW).0
    }

    #[test]
    fn another_range_or_step_is_asked_for_and_a_step_that_the_range_has_not_is_not() {
        let mut state = state();
        assert_eq!(state.update(Message::Range(Range::Day), NOW), Action::Ask);
        assert_eq!(state.update(Message::Step(Step::Hour), NOW), Action::Ask);
        assert_eq!(state.update(Message::Range(Range::Year), NOW), Action::Ask);
        assert_eq!(state.update(Message::Step(Step::Minute), NOW), Action::None, "a year has no minutes");
        assert_eq!(state.choice.step(), Step::Day);
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
        assert!(state.answers.is_old(false) && state.drawn(false).is_none());
        state.update(Message::Answered(Ok(answer(60))), NOW);
        assert!(!state.answers.is_old(false) && state.drawn(false).is_some());
    }

    #[test]
    fn a_chart_stays_while_nothing_new_comes_and_goes_where_another_was_asked_for() {
        let mut state = state();
        state.update(Message::Answered(Ok(answer(60))), NOW);
        state.update(Message::Answered(Err(Trouble::Refused)), NOW + 9);
        assert!(state.drawn(true).is_some() && state.answers.last().is_some_and(|last| last.at == NOW));
        state.update(Message::Range(Range::Week), NOW + 9);
        state.update(Message::Answered(Err(Trouble::Refused)), NOW + 9);
        assert!(state.drawn(true).is_none(), "an hour is no week");
    }
}
