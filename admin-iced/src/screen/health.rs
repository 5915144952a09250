//! How the relay is.

use std::time::{Duration, Instant};

use iced::Length::FillPortion;
use iced::widget::{Column, column, container, row, text};
use iced::{Center, Element, Fill, Task};
use sighej_relay_api::admin::{Health, Summary};

use super::Last;
use super::answers::Answers;
use crate::chart::level;
use crate::client::{Client, Trouble};
use crate::look::{Look, gap, pad, size, style};
use crate::model::Feed;
use crate::model::counters::{FAILED, failure};
use crate::widget::{Cards, label, soft};
use crate::words::{Word, bytes, duration, number};

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(5);
/// The least width of a card.
const CARD: f32 = 180.0;

/// What the relay said, and how soon.
pub(crate) struct State {
    client: Client,
    pub(crate) answers: Answers<Answer>,
}

/// With the time that it took.
pub(crate) type Answer = (Health, Duration);

#[derive(Clone, Debug)]
pub(crate) enum Message {
    Answered(Result<Answer, Trouble>),
}

impl State {
    /// The screen, which asks for as long as it is there. `before` is what it knew when it was left.
    pub(crate) fn new(client: Client, before: Option<Last<Answer>>) -> (Self, Task<Message>) {
        let mut state = Self { client, answers: Answers::new(before) };
        let task = state.ask();
        (state, task)
    }

    /// Asks at once, and from then on.
    pub(crate) fn ask(&mut self) -> Task<Message> {
        let client = self.client.clone();
        let health = move || {
            let client = client.clone();
            async move {
                let asked = Instant::now();
                client.health().await.map(|health| (health, asked.elapsed()))
            }
        };
        self.answers.ask(EVERY, health).map(Message::Answered)
    }

    pub(crate) fn update(&mut self, message: Message, now: u64) {
        let Message::Answered(result) = message;
        self.answers.take(result, now);
    }

    /// What is shown, for a file.
    pub(crate) fn shown(&self, is_lost: bool) -> Option<&Health> {
        self.answers.shown(is_lost).map(|last| &last.answer.0)
    }

    pub(crate) fn view<'a>(&'a self, look: &'a Look, feed: &'a Feed, now: u64) -> Element<'a, Message> {
        let is_lost = feed.is_lost();
        let content = self.answers.view(look, is_lost, |(health, trip), at| {
            column![
                state(look, health, at.map(|at| now.saturating_sub(at))),
                self.facts(look, health, *trip, feed.summary()),
                failures(look, feed.summary())
            ]
            .spacing(gap::MEDIUM)
            .into()
        });
        let told = self.answers.told(look, is_lost, now);
        let content = Column::new().push(told).push(content).spacing(gap::MEDIUM);
        super::page(look, Word::Health, soft(look, ""), content)
    }

    fn facts<'a>(
        &'a self,
        look: &'a Look,
        health: &'a Health,
        trip: Duration,
        summary: Option<&'a Summary>,
    ) -> Element<'a, Message> {
        let lang = look.lang;
        let or = |told: Option<String>| told.unwrap_or_else(|| look.say(Word::NotTold).to_owned());
        let millis = |millis: u64| format!("{} ms", number(millis, lang));
        let facts = [
            (Word::Version, or(summary.map(|summary| summary.version.clone()))),
            (Word::Uptime, or(summary.map(|summary| duration(summary.uptime_secs, lang)))),
            (Word::Connections, or(health.connections.map(|count| number(count, lang)))),
            (Word::Memory, or(health.memory_kib.map(|kib| bytes(kib, lang)))),
            (Word::Lag, or(health.lag_ms.map(millis))),
            (Word::RoundTrip, millis(u64::try_from(trip.as_millis()).unwrap_or(u64::MAX))),
            (Word::DatabaseFailures, number(health.database_failures, lang)),
        ];
        let cards = facts.map(|(name, value)| {
            let size = if value.chars().count() > 14 { size::BODY } else { size::TITLE };
            let card = column![soft(look, look.say(name)), text(value).size(size)].spacing(gap::SMALL);
            container(card).padding(pad::CARD).width(Fill).style(style::card(look.tones)).into()
        });
        let cards = Cards::new(cards.into(), CARD, 4);
        column![cards, soft(look, format!("{}: {}", look.say(Word::Lag), look.say(Word::LagMeans)))]
            .spacing(gap::SMALL)
            .into()
    }
}

/// In one sentence. Of an answer that is so many seconds old it is what was known then: how the relay is now, nobody knows.
fn state<'a>(look: &'a Look, health: &'a Health, age: Option<u64>) -> Element<'a, Message> {
    let edge = match (health.ok, age) {
        (true, None) => look.tones.good,
        (true, Some(_)) => look.tones.soft,
        (false, _) => look.tones.bad,
    };
    let known = |word, age| look.lang.fill(word, &[&duration(age, look.lang)]);
    let said = match (health.ok, age) {
        (true, None) => look.say(Word::AllWell).to_owned(),
        (true, Some(age)) => known(Word::AllWasWell, age),
        (false, None) => look.say(Word::NotSaved).to_owned(),
        (false, Some(age)) => known(Word::WereNotSaved, age),
    };
    let mut told = column![text(said).size(size::LABEL).color(edge)].spacing(gap::TINY);
    if let Some(trouble) = &health.database {
        let since = look.lang.fill(Word::NotSavedFor, &[&duration(trouble.for_secs, look.lang)]);
        told = told.push(text(trouble.reason.as_str()).size(size::BODY)).push(soft(look, since));
    }
    if let Some(secs) = health.clock_set_back_secs {
        let text_back = look.lang.fill(Word::ClockSetBack, &[&duration(secs, look.lang)]);
        told = told.push(text(text_back).size(size::BODY));
    }
    container(told).padding(pad::BANNER).width(Fill).style(style::banner(look.tones, edge)).into()
}

/// The failures of today by their kinds, the most frequent first.
pub(crate) fn failed(summary: &Summary) -> Vec<(&str, u64)> {
    let today = summary.today.iter().filter(|(name, count)| name.starts_with(FAILED) && **count > 0);
    let mut failed: Vec<_> = today.map(|(name, count)| (name.as_str(), *count)).collect();
    failed.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    failed
}

fn failures<'a>(look: &'a Look, summary: Option<&'a Summary>) -> Option<Element<'a, Message>> {
    let summary = summary?;
    let failed = failed(summary);
    let most = failed.first().map_or(1, |(_, count)| *count);
    let rows = failed.into_iter().map(|(name, count)| {
        row![
            text(failure(name, &summary.meaning, look.lang)).size(size::BODY).width(FillPortion(5)),
            container(level(count as f32 / most as f32, look.tones.bad, look.tones)).width(FillPortion(4)),
            text(number(count, look.lang)).size(size::BODY).width(70).align_x(iced::Right),
        ]
        .spacing(gap::MEDIUM)
        .align_y(Center)
        .into()
    });
    let rows: Vec<Element<'a, Message>> = rows.collect();
    let rows: Element<'a, Message> = match rows.is_empty() {
        true => soft(look, look.say(Word::NoFailures)).into(),
        false => Column::with_children(rows).spacing(gap::SMALL).into(),
    };
    let card = column![label(look, look.say(Word::Failures)), rows];
    Some(
        container(card.spacing(gap::MEDIUM))
            .padding(pad::CARD)
            .width(Fill)
            .style(style::card(look.tones))
            .into(),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::tests_support::{NOW, numbers};

    pub(crate) fn health() -> Health {
        Health {
            ok: true,
            database: None,
            database_failures: 0,
            clock_set_back_secs: None,
            connections: Some(235),
            memory_kib: Some(41_000),
            lag_ms: Some(2),
        }
    }

    #[test]
    fn failures_are_sorted_and_what_did_not_fail_is_left_out() {
        let crate::client::Heard::Numbers { mut summary, .. } = numbers(9, None, NOW) else { unreachable!() };
        for (name, count) in
            [("failed_slow", 5), ("failed_absent", 12), ("failed_busy", 12), ("failed_full", 0)]
        {
            summary.today.insert(name.into(), count);
        }
        assert_eq!(failed(&summary), [("failed_absent", 12), ("failed_busy", 12), ("failed_slow", 5)]);
    }
}
