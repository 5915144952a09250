//! Choosing interests: what is chosen, what is searched for, and the list that follows from both.

use std::collections::BTreeSet;

use sighej_catalogue::{Category, Entry};
use sighej_crypto::{Interest, InterestError, InterestSet, SLOTS};
use zeroize::Zeroizing;

use super::Key;

/// The longest search, in characters; further ones are not taken.
const QUERY: usize = 64;
/// Entries of a search that are listed; more show that the search says too little.
const FOUND: usize = 60;
/// How far a page goes.
const PAGE: usize = 8;

/// One line of the list.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Row {
    /// A heading, which the cursor skips.
    Heading(Heading),
    /// A category, which opens.
    Category(&'static str),
    /// An interest of the catalogue.
    Entry(&'static Entry),
    /// An interest in the attendee's own words, which is chosen.
    Own(Interest),
    /// What was typed, to be chosen as it is.
    Add(Zeroizing<String>),
}

/// What stands above a part of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    Chosen,
    Categories,
    Sensitive,
    Found,
    FoundSensitive,
    /// The category that is open.
    Of(&'static str),
}

/// What came of a key or a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Picked {
    /// The choice is what it was.
    Same,
    /// The choice changed.
    Changed,
    /// A sensitive interest is asked about first.
    Asks,
    /// Sixteen are the most.
    Full,
    /// The text is no interest.
    Unusable(InterestError),
    /// The attendee is done.
    Done,
}

/// The state of the screen.
#[derive(Default)]
pub(crate) struct Picker {
    chosen: BTreeSet<Interest>,
    query: Zeroizing<String>,
    category: Option<&'static str>,
    /// The sensitive interest that is asked about.
    asks: Option<&'static Entry>,
    cursor: usize,
}

impl Picker {
    pub(crate) fn new(chosen: &InterestSet) -> Picker {
        Picker { chosen: chosen.iter().cloned().collect(), ..Picker::default() }
    }

    pub(crate) fn chosen(&self) -> &BTreeSet<Interest> {
        &self.chosen
    }

    /// For the engine. Never more than fit.
    pub(crate) fn set(&self) -> InterestSet {
        InterestSet::new(self.chosen.iter().cloned()).unwrap_or_default()
    }

    pub(crate) fn has(&self, entry: &Entry) -> bool {
        self.chosen.iter().any(|interest| interest.as_str() == entry.id())
    }

    pub(crate) fn query(&self) -> &str {
        &self.query
    }

    pub(crate) fn asks(&self) -> Option<&'static Entry> {
        self.asks
    }

    /// The row under the cursor, by index into [`Picker::rows`].
    pub(crate) fn cursor(&self) -> usize {
        let rows = self.rows();
        let last = rows.len().saturating_sub(1);
        let down = (self.cursor.min(last)..rows.len()).find(|row| is_choice(rows.get(*row)));
        down.or_else(|| (0..=last).rev().find(|row| is_choice(rows.get(*row)))).unwrap_or(0)
    }

    /// The list as it follows from the search, or else from the category that is open.
    pub(crate) fn rows(&self) -> Vec<Row> {
        if !self.query.trim().is_empty() {
            self.found()
        } else if let Some(category) = self.category {
            let entries = sighej_catalogue::all().iter().filter(|entry| entry.category().id() == category);
            std::iter::once(Row::Heading(Heading::Of(category))).chain(entries.map(Row::Entry)).collect()
        } else {
            self.overview()
        }
    }

    fn overview(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        if !self.chosen.is_empty() {
            rows.push(Row::Heading(Heading::Chosen));
            rows.extend(self.chosen.iter().map(|interest| {
                sighej_catalogue::get(interest.as_str())
                    .map_or_else(|| Row::Own(interest.clone()), Row::Entry)
            }));
        }
        let (sensitive, others): (Vec<&'static Category>, Vec<&'static Category>) =
            sighej_catalogue::categories().iter().partition(|category| category.is_sensitive());
        for (heading, categories) in [(Heading::Categories, others), (Heading::Sensitive, sensitive)] {
            rows.push(Row::Heading(heading));
            rows.extend(categories.iter().map(|category| Row::Category(category.id())));
        }
        rows
    }

    fn found(&self) -> Vec<Row> {
        let typed = Interest::parse(&self.query).ok();
        let exact = typed.as_ref().and_then(|typed| sighej_catalogue::resolve(typed.as_str()));
        let mut found: Vec<&'static Entry> = exact.into_iter().collect();
        found.extend(sighej_catalogue::search(&self.query).into_iter().filter(|entry| Some(*entry) != exact));
        let (sensitive, others): (Vec<&Entry>, Vec<&Entry>) =
            found.into_iter().take(FOUND).partition(|entry| entry.is_sensitive());
        let mut rows = Vec::new();
        for (heading, entries) in [(Heading::Found, others), (Heading::FoundSensitive, sensitive)] {
            if !entries.is_empty() {
                rows.push(Row::Heading(heading));
                rows.extend(entries.into_iter().map(Row::Entry));
            }
        }
        if exact.is_none() {
            rows.push(Row::Add(self.query.clone()));
        }
        rows
    }

    pub(crate) fn key(&mut self, key: Key) -> Picked {
        if let Some(entry) = self.asks {
            return self.answer(entry, key);
        }
        match key {
            Key::Char(letter) if !letter.is_control() => self.search(letter),
            Key::Backspace => self.unsearch(),
            Key::Up => self.step(-1),
            Key::Down => self.step(1),
            Key::PageUp => self.step(-(PAGE as isize)),
            Key::PageDown => self.step(PAGE as isize),
            Key::Enter => return self.choose(),
            Key::Esc => return self.back(),
            Key::Char(_) | Key::Wipe | Key::Quit => {}
        }
        Picked::Same
    }

    fn answer(&mut self, entry: &'static Entry, key: Key) -> Picked {
        match key {
            Key::Enter => {
                self.asks = None;
                self.add(entry.id())
            }
            Key::Esc | Key::Char('n') => {
                self.asks = None;
                Picked::Same
            }
            Key::Char(_)
            | Key::Backspace
            | Key::Up
            | Key::Down
            | Key::PageUp
            | Key::PageDown
            | Key::Wipe
            | Key::Quit => Picked::Asks,
        }
    }

    fn search(&mut self, letter: char) {
        if self.query.chars().count() < QUERY {
            self.query.push(letter);
            self.cursor = 0;
        }
    }

    fn unsearch(&mut self) {
        if self.query.pop().is_none() {
            self.category = None;
        }
        self.cursor = 0;
    }

    /// Moves over headings, and stays within the list.
    fn step(&mut self, by: isize) {
        let rows = self.rows();
        let choices: Vec<usize> = (0..rows.len()).filter(|row| is_choice(rows.get(*row))).collect();
        let here = choices.iter().position(|row| *row == self.cursor()).unwrap_or(0);
        let there = here.saturating_add_signed(by).min(choices.len().saturating_sub(1));
        self.cursor = choices.get(there).copied().unwrap_or(0);
    }

    fn choose(&mut self) -> Picked {
        match self.rows().get(self.cursor()) {
            Some(Row::Category(id)) => {
                self.category = Some(id);
                self.cursor = 0;
                Picked::Same
            }
            Some(Row::Entry(entry)) => self.toggle(entry),
            Some(Row::Own(interest)) => self.remove(interest.as_str()),
            Some(Row::Add(text)) => self.add_own(text),
            Some(Row::Heading(_)) | None => Picked::Same,
        }
    }

    /// A sensitive one is asked about before it is turned on.
    pub(crate) fn toggle(&mut self, entry: &'static Entry) -> Picked {
        if self.has(entry) {
            self.remove(entry.id())
        } else if entry.is_sensitive() {
            self.asks = Some(entry);
            Picked::Asks
        } else {
            self.add(entry.id())
        }
    }

    /// Chooses what was typed: an interest of the catalogue by any of its names, or the words themselves.
    pub(crate) fn add_own(&mut self, text: &str) -> Picked {
        match Interest::parse(text) {
            Err(why) => Picked::Unusable(why),
            Ok(typed) => match sighej_catalogue::resolve(typed.as_str()) {
                Some(entry) if self.has(entry) => Picked::Same,
                Some(entry) => self.toggle(entry),
                None => self.add(typed.as_str()),
            },
        }
    }

    fn add(&mut self, canonical: &str) -> Picked {
        let Ok(interest) = Interest::parse(canonical) else { return Picked::Same };
        if self.chosen.contains(&interest) {
            return Picked::Same;
        }
        if self.chosen.len() >= SLOTS {
            return Picked::Full;
        }
        self.chosen.insert(interest);
        self.query = Zeroizing::default();
        Picked::Changed
    }

    /// Says whether it was there.
    pub(crate) fn remove(&mut self, canonical: &str) -> Picked {
        let before = self.chosen.len();
        self.chosen.retain(|interest| interest.as_str() != canonical);
        if self.chosen.len() < before { Picked::Changed } else { Picked::Same }
    }

    fn back(&mut self) -> Picked {
        self.cursor = 0;
        if !self.query.is_empty() {
            self.query = Zeroizing::default();
            Picked::Same
        } else if self.category.take().is_some() {
            Picked::Same
        } else {
            Picked::Done
        }
    }
}

fn is_choice(row: Option<&Row>) -> bool {
    row.is_some_and(|row| !matches!(row, Row::Heading(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typing(picker: &mut Picker, text: &str) {
        text.chars().for_each(|letter| assert_eq!(picker.key(Key::Char(letter)), Picked::Same));
    }

    fn ids(picker: &Picker) -> Vec<&str> {
        picker.chosen().iter().map(Interest::as_str).collect()
    }

    fn sensitive() -> &'static Entry {
        sighej_catalogue::all().iter().find(|entry| entry.is_sensitive()).unwrap()
    }

    #[test]
    fn another_name_finds_an_interest_and_enter_chooses_it() {
        let mut picker = Picker::default();
        typing(&mut picker, "k8s");
        assert_eq!(picker.key(Key::Enter), Picked::Changed);
        assert_eq!(ids(&picker), ["kubernetes"]);
        assert_eq!(picker.query(), "", "ready for the next");
        assert_eq!(picker.cursor(), 1, "the heading is skipped");
        assert_eq!(picker.key(Key::Enter), Picked::Changed);
        assert!(picker.chosen().is_empty(), "and takes it away again");
    }

    #[test]
    fn a_category_opens_and_closes() {
        let mut picker = Picker::default();
        let overview = picker.rows().len();
        assert_eq!(overview, sighej_catalogue::categories().len() + 2);
        picker.key(Key::Enter);
        assert!(matches!(picker.rows()[0], Row::Heading(Heading::Of("technology"))));
        assert_eq!(picker.key(Key::Esc), Picked::Same);
        assert_eq!(picker.rows().len(), overview);
        assert_eq!(picker.key(Key::Esc), Picked::Done);
    }

    #[test]
    fn a_sensitive_interest_is_asked_about_and_stands_apart() {
        let mut picker = Picker::default();
        typing(&mut picker, sensitive().id());
        let rows = picker.rows();
        let heading = rows.iter().position(|row| *row == Row::Heading(Heading::FoundSensitive)).unwrap();
        assert!(rows[heading + 1..].contains(&Row::Entry(sensitive())));
        assert_eq!(picker.toggle(sensitive()), Picked::Asks);
        assert_eq!(picker.key(Key::Char('x')), Picked::Asks, "nothing but an answer counts");
        assert_eq!(picker.key(Key::Esc), Picked::Same);
        assert!(picker.chosen().is_empty());
        picker.toggle(sensitive());
        assert_eq!(picker.key(Key::Enter), Picked::Changed);
        assert_eq!(ids(&picker), [sensitive().id()]);
    }

    #[test]
    fn own_words_are_taken_as_typed_and_the_seventeenth_is_not() {
        let mut picker = Picker::default();
        typing(&mut picker, "Restoring  Tractors");
        assert!(matches!(picker.rows().last(), Some(Row::Add(_))));
        picker.key(Key::PageDown);
        picker.key(Key::PageDown);
        assert_eq!(picker.key(Key::Enter), Picked::Changed);
        assert_eq!(ids(&picker), ["restoring tractors"]);
        for n in 1..SLOTS {
            assert_eq!(picker.add_own(&format!("tractor number {n}")), Picked::Changed);
        }
        assert_eq!(picker.add_own("one more"), Picked::Full);
        assert!(matches!(picker.add_own("\u{7}"), Picked::Unusable(_)));
        assert_eq!(picker.set().len(), SLOTS);
    }

    #[test]
    fn the_cursor_stays_in_the_list() {
        let mut picker = Picker::default();
        picker.key(Key::Up);
        assert_eq!(picker.cursor(), 1);
        for _ in 0..50 {
            picker.key(Key::PageDown);
        }
        assert_eq!(picker.cursor(), picker.rows().len() - 1);
    }
}
