//! What the shipped data promises.

use std::collections::{BTreeMap, BTreeSet};

use sighej_catalogue::{Entry, Lang, all, categories, get, resolve};
use sighej_crypto::Interest;

const SENSITIVE_CATEGORIES: [&str; 4] = ["faith", "health", "orientation", "politics"];

#[expect(clippy::panic, reason = "names the text that fails the test")]
fn canonical(text: &str) -> String {
    Interest::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).as_str().to_owned()
}

fn texts(entry: &Entry) -> Vec<&str> {
    let labels = Lang::ALL.map(|lang| entry.label(lang));
    let aliases = entry.aliases().iter().map(String::as_str);
    [entry.id()].into_iter().chain(labels).chain(aliases).collect()
}

fn is_kebab_case(id: &str) -> bool {
    id.split('-')
        .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

#[test]
fn the_catalogue_is_larger_than_what_ten_minutes_of_guessing_can_try() {
    assert!(all().len() >= 560, "{} interests", all().len());
    assert!(categories().len() >= 16, "{} categories", categories().len());
    for category in categories() {
        let size = all().iter().filter(|entry| entry.category().id() == category.id()).count();
        assert!(size >= 10, "{} has {size} interests", category.id());
    }
}

#[test]
fn every_key_resolves_to_exactly_one_entry() {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut clashes = Vec::new();
    for entry in all() {
        for text in texts(entry) {
            let owner = *owners.entry(canonical(text)).or_insert(entry.id());
            if owner != entry.id() {
                clashes.push(format!("{text}: {owner}, {}", entry.id()));
            }
        }
    }
    assert!(clashes.is_empty(), "{clashes:#?}");
    for (key, owner) in &owners {
        assert_eq!(resolve(key).map(Entry::id), Some(*owner), "{key}");
    }
}

#[test]
fn ids_aliases_and_lower_cased_labels_are_their_own_canonical_form() {
    for entry in all() {
        assert!(is_kebab_case(entry.id()), "{}", entry.id());
        assert_eq!(entry.id(), canonical(entry.id()));
        for alias in entry.aliases() {
            assert_eq!(*alias, canonical(alias), "an alias of {}", entry.id());
        }
        for lang in Lang::ALL {
            assert_eq!(entry.label(lang).to_lowercase(), canonical(entry.label(lang)));
        }
    }
}

#[test]
fn no_alias_repeats_what_the_entry_already_says() {
    let mut repeated = Vec::new();
    for entry in all() {
        let said = Lang::ALL.map(|lang| entry.label(lang).to_lowercase());
        let mut seen: BTreeSet<&str> = BTreeSet::from([entry.id()]);
        for alias in entry.aliases() {
            if !seen.insert(alias) || said.contains(alias) {
                repeated.push(alias);
            }
        }
    }
    assert!(repeated.is_empty(), "{repeated:?}");
}

#[test]
fn every_label_is_text_that_fits_into_a_sentence() {
    for entry in all() {
        for lang in Lang::ALL {
            let label = entry.label(lang);
            assert!(!label.is_empty() && label.trim() == label, "{} in {lang}", entry.id());
            assert!(!label.ends_with(['.', ',', ';', ':']), "{label}");
            assert!(label.chars().count() <= 40, "{label} is too long for a sentence");
        }
    }
    for category in categories() {
        assert!(is_kebab_case(category.id()), "{}", category.id());
        for lang in Lang::ALL {
            let label = category.label(lang);
            assert!(!label.is_empty() && label.to_lowercase() == label, "{label}");
        }
    }
}

#[test]
fn categories_are_distinct() {
    let ids: BTreeSet<&str> = categories().iter().map(|category| category.id()).collect();
    assert_eq!(ids.len(), categories().len());
    for lang in Lang::ALL {
        let labels: BTreeSet<&str> = categories().iter().map(|category| category.label(lang)).collect();
        assert_eq!(labels.len(), categories().len(), "in {lang}");
    }
}

#[test]
fn faith_health_orientation_and_politics_are_sensitive() {
    let flagged: Vec<&str> = categories().iter().filter(|c| c.is_sensitive()).map(|c| c.id()).collect();
    assert_eq!(flagged, SENSITIVE_CATEGORIES);
    for entry in all().iter().filter(|entry| SENSITIVE_CATEGORIES.contains(&entry.category().id())) {
        assert!(entry.is_sensitive(), "{}", entry.id());
    }
}

#[test]
fn an_entry_may_be_sensitive_in_a_category_that_is_not() {
    let pride = get("copenhagen-pride").unwrap();
    assert!(pride.is_sensitive() && !pride.category().is_sensitive());
    assert!(!get("kubernetes").unwrap().is_sensitive());
    let sensitive = all().iter().filter(|entry| entry.is_sensitive()).count();
    assert!(sensitive * 4 < all().len(), "{sensitive} sensitive entries");
}
