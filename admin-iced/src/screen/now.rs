//! The venue as it is now.

use std::time::Instant;

use iced::widget::{Column, column, container, row, space, text};
use iced::{Center, Element, Fill};

use super::answers::aged;
use super::wall;
use crate::chart::{Pulse, Spark, level, pulse, spark};
use crate::look::{Look, gap, pad, size, style};
use crate::model::counters::Measure;
use crate::model::{Feed, Figure};
use crate::widget::{Cards, label, soft};
use crate::words::{Word, number};

/// What is shown, in its order.
pub(crate) const SHOWN: [Measure; 4] = [Measure::Sessions, Measure::Pings, Measure::Matches, Measure::Nudges];
/// How much pairs had in common: the counter and how it is called.
const OVERLAPS: [(&str, &str); 7] = [
    ("overlap_0", "0"),
    ("overlap_1", "1"),
    ("overlap_2", "2"),
    ("overlap_3", "3"),
    ("overlap_4", "4"),
    ("overlap_5_to_8", "5–8"),
    ("overlap_9_to_16", "9–16"),
];

/// The least width of a card.
const CARD: f32 = 250.0;

/// Lines and the pulse.
#[derive(Default)]
pub(crate) struct State {
    sparks: [Spark; SHOWN.len()],
    pulse: Pulse,
}

impl State {
    /// There are new numbers.
    pub(crate) fn heard(&mut self, feed: &Feed) {
        for (spark, measure) in self.sparks.iter_mut().zip(SHOWN) {
            spark.set(feed.minutes(measure));
        }
    }

    /// There was a nudge.
    pub(crate) fn nudged(&mut self, now: Instant) {
        self.pulse.beat(now);
    }

    pub(crate) fn frame(&mut self, now: Instant) {
        self.pulse.go_on(now);
    }

    pub(crate) fn is_moving(&self) -> bool {
        self.pulse.is_beating()
    }

    /// The colours are others now.
    pub(crate) fn redraw(&self) {
        self.sparks.iter().for_each(Spark::redraw);
    }

    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        look: &'a Look,
        feed: &'a Feed,
        now: u64,
    ) -> Element<'a, Message> {
        let cards = SHOWN.into_iter().zip(&self.sparks).map(|(measure, spark)| {
            let figure = feed.figure(measure, now);
            self.card(look, measure, figure, spark)
        });
        let cards = Cards::new(cards.collect(), CARD, 2);
        let content = column![cards].push(overlaps(look, feed)).push(footnote(look, feed));
        let beside = soft(look, look.say(Word::LastHour));
        let content = aged(look, feed.is_lost(), content.spacing(gap::MEDIUM));
        super::page(look, Word::Now, beside, content)
    }

    fn card<'a, Message: 'a>(
        &'a self,
        look: &'a Look,
        measure: Measure,
        figure: Option<Figure>,
        line: &'a Spark,
    ) -> Element<'a, Message> {
        let color = look.tones.of(measure);
        let mark = if measure == Measure::Nudges { self.pulse } else { Pulse::default() };
        let head = row![label(look, look.say(measure.word())), space::horizontal(), pulse(mark, color, 30.0)];
        let big =
            text(shown(look, figure.map(|figure| figure.now))).size(size::FIGURE).color(look.tones.text);
        let figures =
            row![big, column![soft(look, when(look, measure)), soft(look, day(look, measure, figure))]]
                .spacing(gap::MEDIUM)
                .align_y(Center);
        let card = column![
            head.spacing(gap::SMALL).align_y(Center),
            figures,
            spark(line, color, 56.0),
            soft(look, look.say(measure.explained())),
        ];
        container(card.spacing(gap::SMALL))
            .padding(pad::CARD)
            .width(Fill)
            .style(style::card(look.tones))
            .into()
    }

    /// The same for a screen at the venue, so far from its edge.
    pub(crate) fn wall<'a, Message: 'a>(
        &'a self,
        look: &'a Look,
        feed: &'a Feed,
        now: u64,
        margin: f32,
    ) -> Element<'a, Message> {
        let figure = |measure| feed.figure(measure, now);
        let wall = wall::view(look, figure, self.pulse, self.sparks.last(), margin);
        aged(look, feed.is_lost(), wall)
    }
}

/// A number where there is one.
pub(super) fn shown(look: &Look, value: Option<u64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| number(value, look.lang))
}

fn when(look: &Look, measure: Measure) -> &'static str {
    match measure {
        Measure::Sessions => look.say(Word::RightNow),
        Measure::Pings | Measure::Exchanges | Measure::Matches | Measure::Nudges => {
            look.say(Word::LastMinute)
        }
    }
}

fn day(look: &Look, measure: Measure, figure: Option<Figure>) -> String {
    let word = match measure {
        Measure::Sessions => Word::MostToday,
        Measure::Pings | Measure::Exchanges | Measure::Matches | Measure::Nudges => Word::Today,
    };
    look.lang.fill(word, &[&shown(look, figure.map(|figure| figure.today))])
}

/// How much pairs had in common: of those counts that may be shown.
fn overlaps<'a, Message: 'a>(look: &'a Look, feed: &'a Feed) -> Option<Element<'a, Message>> {
    let today = &feed.summary()?.today;
    let counts = OVERLAPS.map(|(name, items)| (items, today.get(name).copied().unwrap_or(0)));
    let most = counts.iter().map(|(_, count)| *count).max().filter(|most| *most > 0)?;
    let rows = counts.into_iter().filter(|(_, count)| *count > 0).map(|(items, count)| {
        let name = match items {
            "0" => look.say(Word::ItemsNone).to_owned(),
            "1" => look.say(Word::ItemsOne).to_owned(),
            items => look.lang.fill(Word::ItemsMany, &[items]),
        };
        let color = if items == "0" { look.tones.soft } else { look.tones.of(Measure::Matches) };
        row![
            text(name).size(size::BODY).width(120),
            level(count as f32 / most as f32, color, look.tones),
            text(number(count, look.lang)).size(size::BODY).width(80).align_x(iced::Right),
        ]
        .spacing(gap::MEDIUM)
        .align_y(Center)
        .into()
    });
    let card =
        column![label(look, look.say(Word::InCommon)), Column::with_children(rows).spacing(gap::SMALL)];
    Some(
        container(card.spacing(gap::MEDIUM))
            .padding(pad::CARD)
            .width(Fill)
            .style(style::card(look.tones))
            .into(),
    )
}

fn footnote<'a, Message: 'a>(look: &'a Look, feed: &'a Feed) -> Option<Element<'a, Message>> {
    let summary = feed.summary()?;
    let below = number(summary.withholding.below, look.lang);
    let is_empty = SHOWN.iter().all(|measure| measure.of(&summary.today) == 0);
    let word = if is_empty { Word::NothingYet } else { Word::WithheldBelow };
    Some(soft(look, look.lang.fill(word, &[&below])).into())
}
