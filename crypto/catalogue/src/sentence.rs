//! The sentence of a nudge: "Someone nearby also works with DevOps and enjoys hardstyle".

use std::collections::BTreeSet;

use crate::catalogue::{all, place};
use crate::free_text;
use crate::phrase::Phrase;
use crate::{Entry, Lang};

/// How far away the other person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Heard directly.
    InRange,
    /// Heard through this many other devices; 0 means directly.
    Hops(u8),
    /// Found through a relay: at the same event, and perhaps not in sight.
    Relay,
}

/// The most ordinary `count` of what somebody shares, the most ordinary first: interests of the catalogue in its own order,
/// then free text alphabetically, and sensitive ones last. Both sides of a pair come to the same.
pub fn most_ordinary<'a>(shared: &[&'a str], count: usize) -> Vec<&'a str> {
    let mut ranked: Vec<(Rank, &'a str)> =
        shared.iter().map(|interest| (rank(interest), *interest)).collect();
    ranked.sort();
    ranked.dedup();
    ranked.into_iter().map(|(_, interest)| interest).take(count).collect()
}

/// How ordinary an interest is, the most ordinary first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// At this place of the catalogue.
    Known(usize),
    Free,
    Sensitive(usize),
}

fn rank(interest: &str) -> Rank {
    match place(interest).and_then(|place| Some((place, all().get(place)?))) {
        None => Rank::Free,
        Some((place, entry)) if entry.is_sensitive() => Rank::Sensitive(place),
        Some((place, _)) => Rank::Known(place),
    }
}

/// Says what somebody shares. `shared` holds canonical interests, ids of the catalogue or free text, in any order; the
/// sentence speaks of the catalogue's in its own order, then of the free ones alphabetically, of sensitive ones last, of each once. Interests
/// about which one says the same thing stand together, and "also" is said once. Free text is untrusted: whatever could
/// reorder, hide or break the words around it is taken out. The sentence has no full stop.
pub fn sentence(lang: Lang, shared: &[&str], reach: Reach) -> String {
    let words = Words::of(lang);
    let someone = match reach {
        Reach::InRange | Reach::Hops(0) => words.nearby,
        Reach::Hops(_) => words.further_away,
        Reach::Relay => words.at_the_event,
    };
    let said: Vec<Said> = grouped(lang, shared, &words.free)
        .iter()
        .enumerate()
        .map(|(index, group)| group.say(index == 0, &words))
        .collect();
    let predicate = if said.is_empty() { words.nothing_to_name.to_owned() } else { joined(&said, &words) };
    format!("{someone} {predicate}")
}

/// The words that belong to no category.
struct Words {
    nearby: &'static str,
    further_away: &'static str,
    at_the_event: &'static str,
    /// Said of free text.
    free: Phrase,
    and: &'static str,
    /// Between the last two phrases where one of them contains `and` itself.
    and_after_lists: &'static str,
    /// Where nothing visible is shared, which an exchange never concludes.
    nothing_to_name: &'static str,
}

impl Words {
    const fn of(lang: Lang) -> Self {
        match lang {
            Lang::En => Self {
                nearby: "Someone nearby",
                further_away: "Someone a little further away",
                at_the_event: "Someone at this event",
                free: Phrase::of("is ", "also", " into "),
                and: " and ",
                and_after_lists: ", and ",
                nothing_to_name: "has something in common with you",
            },
            Lang::Da => Self {
                nearby: "En i nærheden",
                further_away: "En lidt længere væk",
                at_the_event: "En her til arrangementet",
                free: Phrase::of("er ", "også", " til "),
                and: " og ",
                // Danish sets no comma before "og" where the subject is the same.
                and_after_lists: " og ",
                nothing_to_name: "har noget til fælles med dig",
            },
        }
    }
}

/// Interests about which one says the same thing.
struct Group<'a> {
    phrase: &'a Phrase,
    names: Vec<String>,
}

impl Group<'_> {
    fn say(&self, first: bool, words: &Words) -> Said {
        let names = list(&self.names, words.and);
        let text = if first { self.phrase.with_also(&names) } else { self.phrase.plain(&names) };
        Said { text, is_list: self.names.len() > 1 }
    }
}

/// A phrase around its interests.
struct Said {
    text: String,
    is_list: bool,
}

/// The shared interests by what one says of them, each in the order of the sentence.
fn grouped<'a>(lang: Lang, shared: &[&str], free_phrase: &'a Phrase) -> Vec<Group<'a>> {
    let known: BTreeSet<usize> = shared.iter().filter_map(|interest| place(interest)).collect();
    let (sensitive, known): (Vec<&'static Entry>, Vec<&'static Entry>) =
        known.into_iter().filter_map(|place| all().get(place)).partition(|entry| entry.is_sensitive());
    let free: BTreeSet<String> = shared
        .iter()
        .filter(|interest| place(interest).is_none())
        .filter_map(|interest| free_text::shown(interest))
        .collect();
    let said = |entries: Vec<&'static Entry>| entries.into_iter().map(move |entry| said_of(entry, lang));
    let free = free.into_iter().map(|name| (free_phrase, name));
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (phrase, name) in said(known).chain(free).chain(said(sensitive)) {
        match groups.iter_mut().find(|group| group.phrase == phrase) {
            Some(group) => group.names.push(name),
            None => groups.push(Group { phrase, names: vec![name] }),
        }
    }
    groups
}

fn said_of(entry: &Entry, lang: Lang) -> (&'static Phrase, String) {
    (entry.category().phrase(lang), entry.label(lang).to_owned())
}

/// The phrases one after the other; where one is a list, the last "and" is set apart as the language does it.
fn joined(said: &[Said], words: &Words) -> String {
    let texts: Vec<String> = said.iter().map(|said| said.text.clone()).collect();
    let and = if said.iter().any(|said| said.is_list) { words.and_after_lists } else { words.and };
    list(&texts, and)
}

/// "a", "a and b", "a, b and c".
fn list(items: &[String], and: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{}{and}{last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_ordinary_come_first_and_the_sensitive_last() {
        let sensitive = all().iter().find(|entry| entry.is_sensitive()).map_or("", Entry::id);
        let shared = ["old tractors", sensitive, "hardstyle", "devops", "devops"];
        assert_eq!(most_ordinary(&shared, 2), ["devops", "hardstyle"]);
        assert_eq!(most_ordinary(&shared, 9), ["devops", "hardstyle", "old tractors", sensitive]);
        assert_eq!(most_ordinary(&shared[..2], 1), ["old tractors"]);
    }

    #[test]
    fn a_list_reads_naturally_at_every_length() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&items[..0], " and "), "");
        assert_eq!(list(&items[..1], " and "), "a");
        assert_eq!(list(&items[..2], " and "), "a and b");
        assert_eq!(list(&items, " og "), "a, b og c");
    }
}
