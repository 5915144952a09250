//! The interests that are known by name, for the app's screen of choices.

use sighej_catalogue::Entry;

use crate::Language;

/// One of them. It says nothing about anybody: the catalogue is public.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Interest {
    /// What a profile is given.
    pub id: String,
    /// Its name, in the language asked for.
    pub label: String,
    /// The heading it stands under.
    pub category: String,
    /// Whether its owner has to turn it on by itself.
    pub is_sensitive: bool,
}

/// All of them, in the catalogue's order.
#[uniffi::export]
#[must_use]
pub fn catalogue(language: Language) -> Vec<Interest> {
    sighej_catalogue::all().iter().map(|entry| interest(entry, language)).collect()
}

/// Those of which an id, a label or another name contains the query, the best fit first.
#[uniffi::export]
#[must_use]
pub fn search(query: String, language: Language) -> Vec<Interest> {
    sighej_catalogue::search(&query).into_iter().map(|entry| interest(entry, language)).collect()
}

fn interest(entry: &Entry, language: Language) -> Interest {
    let lang = language.into();
    Interest {
        id: entry.id().into(),
        label: entry.label(lang).into(),
        category: entry.category().label(lang).into(),
        is_sensitive: entry.is_sensitive(),
    }
}
