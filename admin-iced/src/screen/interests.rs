//! What may be said of the attendees' interests: shares with their intervals, and what is withheld.

use std::collections::BTreeSet;

use iced::widget::{Column, column, container, row, text};
use iced::{Center, Element, Fill, Length, Task};
use sighej_relay_api::admin::{EventShares, Interests, Look as Shares, Share};

use super::Last;
use super::answers::Answers;
use crate::chart::{Interval, interval};
use crate::client::{Client, Trouble};
use crate::look::{Look, gap, pad, size, style};
use crate::widget::{choice, label, soft};
use crate::words::{Lang, Word, number, percent, sure_percent};

/// How often they are read: they change at few looks alone.
const EVERY: std::time::Duration = std::time::Duration::from_secs(10);
/// Withheld cells that are named; the rest is a number.
const NAMED: usize = 30;
/// Parts of the width for a name, for its bar, for what is said of it.
const PARTS: [Length; 3] = [Length::FillPortion(3), Length::FillPortion(5), Length::FillPortion(6)];

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// The largest that is certain first.
    #[default]
    Size,
    /// By the name in the admin's language.
    Name,
    /// Single interests by their category, and in it as by size.
    Category,
}

/// What the relay said.
pub(crate) struct State {
    client: Client,
    pub(crate) answers: Answers<Interests>,
    order: Order,
}

#[derive(Clone, Debug)]
pub(crate) enum Message {
    Answered(Result<Interests, Trouble>),
    Order(Order),
}

impl State {
    /// The screen, which asks for as long as it is there. `before` is what it knew when it was left.
    pub(crate) fn new(client: Client, before: Option<Last<Interests>>) -> (Self, Task<Message>) {
        let mut state = Self { client, answers: Answers::new(before), order: Order::default() };
        let task = state.ask();
        (state, task)
    }

    /// Asks at once, and from then on.
    pub(crate) fn ask(&mut self) -> Task<Message> {
        let client = self.client.clone();
        let interests = move || {
            let client = client.clone();
            async move { client.interests().await }
        };
        self.answers.ask(EVERY, interests).map(Message::Answered)
    }

    pub(crate) fn update(&mut self, message: Message, now: u64) {
        match message {
            Message::Answered(result) => self.answers.take(result, now),
            Message::Order(order) => self.order = order,
        }
    }

    /// What is shown, for a file.
    pub(crate) fn shown(&self, is_lost: bool) -> Option<&EventShares> {
        self.answers.shown(is_lost)?.answer.event.as_ref()
    }

    pub(crate) fn view<'a>(&'a self, look: &'a Look, is_lost: bool, now: u64) -> Element<'a, Message> {
        let orders =
            [(Order::Size, Word::BySize), (Order::Name, Word::ByName), (Order::Category, Word::ByCategory)];
        let orders = orders
            .map(|(order, word)| choice(look, look.say(word), order == self.order, Message::Order(order)));
        let content = self.answers.view(look, is_lost, |answer, _| match &answer.event {
            Some(event) => self.event(look, event),
            None => text(look.say(Word::NoEvent)).size(size::BODY).into(),
        });
        let told = self.answers.told(look, is_lost, now);
        let content = Column::new().push(told).push(content).spacing(gap::MEDIUM);
        super::page(look, Word::Interests, row(orders).spacing(gap::SMALL).wrap(), content)
    }

    fn event<'a>(&'a self, look: &'a Look, event: &'a EventShares) -> Element<'a, Message> {
        let head = text(event.event.as_str()).size(size::LABEL);
        let factor = format!("{:.1}", event.epsilon.exp());
        let epsilon = look.lang.fill(Word::EpsilonMeans, &[&event.epsilon.to_string(), &factor]);
        let means = column![soft(look, epsilon), soft(look, look.say(Word::SharesMean))].spacing(gap::TINY);
        let next = number(event.next_look_at.into(), look.lang);
        let Some(shares) = &event.look else {
            let first = text(look.lang.fill(Word::NoLook, &[&next])).size(size::BODY);
            return column![head, first, means].spacing(gap::MEDIUM).into();
        };
        let count = |reports: u32| number(reports.into(), look.lang);
        let reports = [&count(shares.category_reports), &count(shares.interest_reports), &next];
        let reports = look.lang.fill(Word::Reports, &reports.map(String::as_str));
        column![
            column![head, soft(look, reports)].spacing(gap::TINY),
            self.part(look, Word::Categories, &shares.categories, withheld_categories(shares, look.lang)),
            self.part(look, Word::SingleInterests, &shares.interests, withheld_interests(shares, look.lang)),
            soft(look, look.say(Word::WithheldMeans)),
            means,
        ]
        .spacing(gap::MEDIUM)
        .into()
    }

    fn part<'a>(
        &'a self,
        look: &'a Look,
        name: Word,
        shares: &'a [Share],
        withheld: Vec<&'static str>,
    ) -> Element<'a, Message> {
        let full = shares.iter().map(|share| share.high).fold(0.1, f64::max);
        let mut rows = Column::new().spacing(gap::SMALL);
        let is_category = name == Word::Categories;
        let order = if is_category && self.order == Order::Category { Order::Size } else { self.order };
        for share in sorted(shares, order, look.lang) {
            rows = rows.push(shown(look, share, full, is_category));
        }
        let rows = (!shares.is_empty()).then_some(rows);
        let hidden = (!withheld.is_empty()).then(|| hidden(look, &withheld));
        let card = column![label(look, look.say(name))].push(rows).push(hidden).spacing(gap::MEDIUM);
        container(card).padding(pad::CARD).width(Fill).style(style::card(look.tones)).into()
    }
}

fn shown<'a>(look: &'a Look, share: &'a Share, full: f64, is_category: bool) -> Element<'a, Message> {
    let of = Interval { at_least: share.at_least, share: share.share, low: share.low, high: share.high };
    let least = match sure_percent(share.at_least, look.lang) {
        Some(sure) => look.lang.fill(Word::AtLeast, &[&sure]),
        None => look.lang.fill(Word::AtLeast, &[look.say(Word::AFew)]),
    };
    let estimate = [share.share, share.low, share.high].map(|share| percent(share, look.lang));
    let estimate = look.lang.fill(Word::Estimate, &estimate.each_ref().map(String::as_str));
    let category = if is_category { None } else { category(share, look.lang) };
    let name = column![text(named(share, look.lang)).size(size::BODY)];
    row![
        name.push(category.map(|category| soft(look, category))).width(PARTS[0]),
        container(interval(of, full, look.tones)).width(PARTS[1]),
        column![text(least).size(size::BODY), soft(look, estimate)].width(PARTS[2]),
    ]
    .spacing(gap::MEDIUM)
    .align_y(Center)
    .into()
}

/// What is withheld, by its names as far as they go.
fn hidden<'a>(look: &'a Look, withheld: &[&'static str]) -> Element<'a, Message> {
    let mut names = withheld.iter().take(NAMED).copied().collect::<Vec<_>>().join(" · ");
    let more = withheld.len().saturating_sub(NAMED);
    if more > 0 {
        let more = look.lang.fill(Word::WithheldMore, &[&number(more as u64, look.lang)]);
        names = format!("{names} {more}");
    }
    let word = text(look.say(Word::Withheld)).size(size::BODY).width(PARTS[0]).color(look.tones.soft);
    row![word, soft(look, names).width(Length::FillPortion(11))].spacing(gap::MEDIUM).into()
}

/// A share's name in a language.
pub(crate) fn named(share: &Share, lang: Lang) -> &str {
    match lang {
        Lang::En => &share.label_en,
        Lang::Da => &share.label_da,
    }
}

fn sorted(shares: &[Share], order: Order, lang: Lang) -> Vec<&Share> {
    let mut shares: Vec<&Share> = shares.iter().collect();
    match order {
        Order::Size => shares.sort_by(|a, b| b.at_least.total_cmp(&a.at_least)),
        Order::Category => shares.sort_by(|a, b| {
            category(a, lang).cmp(&category(b, lang)).then(b.at_least.total_cmp(&a.at_least))
        }),
        Order::Name => shares.sort_by_key(|share| named(share, lang).to_lowercase()),
    }
    shares
}

/// The category of a single interest; none of what is a category itself, or is in another catalogue than this program's.
fn category(share: &Share, lang: Lang) -> Option<&'static str> {
    sighej_catalogue::get(&share.id).map(|entry| entry.category().label(of_catalogue(lang)))
}

fn of_catalogue(lang: Lang) -> sighej_catalogue::Lang {
    match lang {
        Lang::En => sighej_catalogue::Lang::En,
        Lang::Da => sighej_catalogue::Lang::Da,
    }
}

/// The names of the catalogue's categories that have a cell, and are not among the shares.
pub(crate) fn withheld_categories(shares: &Shares, lang: Lang) -> Vec<&'static str> {
    let shown: BTreeSet<&str> = shares.categories.iter().map(|share| share.id.as_str()).collect();
    let with_cells: BTreeSet<&str> = cells().map(|entry| entry.category().id()).collect();
    let categories = sighej_catalogue::categories().iter();
    let hidden =
        categories.filter(|category| with_cells.contains(category.id()) && !shown.contains(category.id()));
    names(hidden.map(|category| category.label(of_catalogue(lang))))
}

/// The names of single interests, likewise.
pub(crate) fn withheld_interests(shares: &Shares, lang: Lang) -> Vec<&'static str> {
    let shown: BTreeSet<&str> = shares.interests.iter().map(|share| share.id.as_str()).collect();
    let hidden = cells().filter(|entry| !shown.contains(entry.id()));
    names(hidden.map(|entry| entry.label(of_catalogue(lang))))
}

fn cells() -> impl Iterator<Item = &'static sighej_catalogue::Entry> {
    sighej_catalogue::all().iter().filter(|entry| !entry.is_sensitive())
}

fn names(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|name| name.to_lowercase());
    names
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn share(id: &str, label_en: &str, at_least: f64) -> Share {
        Share {
            id: id.into(),
            label_en: label_en.into(),
            label_da: label_en.into(),
            at_least,
            share: at_least + 0.12,
            low: at_least + 0.04,
            high: at_least + 0.21,
        }
    }

    pub(crate) fn answer() -> Interests {
        let look = Shares {
            category_reports: 281,
            interest_reports: 286,
            categories: vec![
                share("technology", "software and operations", 0.21),
                share("music", "music", 0.34),
                share("games", "games", 0.08),
            ],
            interests: vec![share("rust", "Rust", 0.11)],
            error_rate: 0.05,
            confidence: 0.95,
        };
        let event =
            EventShares { event: "Rust Nation".into(), epsilon: 2.0, look: Some(look), next_look_at: 850 };
        Interests { event: Some(event) }
    }

    #[test]
    fn rows_are_in_the_order_that_is_asked_for() {
        let answer = answer();
        let shares = &answer.event.as_ref().unwrap().look.as_ref().unwrap().categories;
        let ids = |order| -> Vec<_> {
            sorted(shares, order, Lang::En).into_iter().map(|share| share.id.as_str()).collect()
        };
        assert_eq!(ids(Order::Size), ["music", "technology", "games"]);
        assert_eq!(ids(Order::Name), ["games", "music", "technology"]);
        let mixed = [share("chess", "chess", 0.3), share("rust", "Rust", 0.1), share("linux", "Linux", 0.2)];
        let by_category = sorted(&mixed, Order::Category, Lang::En);
        let categories: Vec<_> = by_category.iter().filter_map(|share| category(share, Lang::En)).collect();
        assert!(categories.is_sorted() && categories.len() == 3, "{categories:?}");
    }

    #[test]
    fn whatever_has_a_cell_is_shown_or_withheld_and_nothing_sensitive_is_either() {
        let answer = answer();
        let look = answer.event.unwrap().look.unwrap();
        let withheld = withheld_categories(&look, Lang::En);
        let shown = look.categories.len();
        let with_cells: BTreeSet<_> = cells().map(|entry| entry.category().id()).collect();
        assert_eq!(withheld.len() + shown, with_cells.len());
        let interests = withheld_interests(&look, Lang::Da);
        let sensitive = sighej_catalogue::all().iter().filter(|entry| entry.is_sensitive());
        for entry in sensitive {
            let twin = cells().any(|other| {
                other.label(sighej_catalogue::Lang::Da) == entry.label(sighej_catalogue::Lang::Da)
            });
            assert!(twin || !interests.contains(&entry.label(sighej_catalogue::Lang::Da)));
        }
    }
}
