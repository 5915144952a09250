//! Finding interests by a part of their name.

use proptest::prelude::*;
use sighej_catalogue::{Entry, all, search};

fn found(query: &str) -> Vec<&'static str> {
    search(query).into_iter().map(Entry::id).collect()
}

#[expect(clippy::panic, reason = "names the text that fails the test")]
fn rank(query: &str, id: &str) -> usize {
    found(query)
        .iter()
        .position(|found| *found == id)
        .unwrap_or_else(|| panic!("{id} is not found by {query}"))
}

#[test]
fn the_whole_name_comes_first() {
    assert_eq!(found("rust")[0], "rust");
    assert_eq!(found("Go")[0], "golang");
    assert_eq!(found("C++"), ["cpp"]);
}

#[test]
fn a_beginning_comes_before_a_later_word_and_that_before_any_other_part() {
    assert!(rank("rock", "rock") < rank("rock", "indie-rock"));
    assert!(rank("metal", "metalcore") < rank("metal", "death-metal"));
    assert!(rank("bio", "biology") < rank("bio", "marine-biology"));
    assert!(rank("art", "art-museums") < rank("art", "street-art"));
    assert!(rank("art", "street-art") < rank("art", "partners-game"));
}

#[test]
fn aliases_and_both_languages_are_searched() {
    assert_eq!(found("k8s"), ["kubernetes"]);
    assert_eq!(found("d&d")[0], "dungeons-and-dragons");
    assert_eq!(rank("brætspil", "board-games"), 0);
    assert_eq!(rank("board games", "board-games"), 0);
    assert_eq!(found("madpak"), ["lunch-boxes"]);
}

#[test]
fn danish_letters_may_be_spelled_out_and_case_does_not_matter() {
    for (plain, proper) in [
        ("braetspil", "brætspil"),
        ("smoerrebroed", "smørrebrød"),
        ("haandbold", "håndbold"),
        ("Faeroeerne", "Færøerne"),
        ("KOEKKENHAVE", "køkkenhave"),
    ] {
        assert!(!found(plain).is_empty());
        assert_eq!(found(plain), found(proper));
        assert_eq!(found(plain), found(&proper.to_uppercase()));
    }
}

#[test]
fn nothing_typed_shows_everything_in_order_and_nonsense_shows_nothing() {
    let every: Vec<&str> = all().iter().map(Entry::id).collect();
    assert_eq!(found(""), every);
    assert_eq!(found("  "), every);
    assert!(found("qqxzzy").is_empty());
}

#[test]
fn every_entry_is_found_by_its_own_labels() {
    for entry in all() {
        for lang in sighej_catalogue::Lang::ALL {
            assert!(search(entry.label(lang)).contains(&entry), "{}", entry.id());
        }
    }
}

proptest! {
    #[test]
    fn any_query_is_answered_without_repeating_an_entry(query in any::<String>()) {
        let mut ids = found(&query);
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
    }
}
