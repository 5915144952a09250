//! The specification's table of MUSTs says what is true of the sources: every error and test that it names exists, and
//! every number in the sources stands in it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot go on has failed")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// How the numbers begin: of the exchange, of the relay, of Bluetooth.
const PREFIXES: [&str; 3] = ["M-", "R-", "B-"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust sources of the crates that implement the specification.
fn sources() -> String {
    let mut text = String::new();
    let mut folders =
        ["crypto/src", "crypto/tests", "node/engine/src", "node/engine/tests", "ble/src", "ble/tests"]
            .map(|f| repository().join(f))
            .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs")
                && path.file_name() != Path::new(file!()).file_name()
            {
                text += &fs::read_to_string(path).unwrap();
            }
        }
    }
    text
}

/// The rows of the table: number, error, test.
fn rows() -> Vec<[String; 3]> {
    let page = fs::read_to_string(repository().join("docs/protocol/musts.md")).unwrap();
    let cells = |line: &str| -> Vec<String> {
        line.split('|').map(|c| c.trim().trim_matches('`').to_owned()).collect()
    };
    let lines = page
        .lines()
        .map(cells)
        .filter(|c| c.len() == 7 && PREFIXES.iter().any(|prefix| c[1].starts_with(prefix)));
    lines.map(|c| [c[1].clone(), c[4].clone(), c[5].clone()]).collect()
}

/// The numbers `M-n`, `R-n` and `B-n` in a text.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for prefix in PREFIXES {
        for (at, _) in text.match_indices(prefix) {
            let digits: String = text[at + 2..].chars().take_while(char::is_ascii_digit).collect();
            let starts_a_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
            if !digits.is_empty() && starts_a_word {
                found.insert(format!("{prefix}{digits}"));
            }
        }
    }
    found
}

#[test]
fn every_must_names_an_error_and_a_test_that_exist() {
    let sources = sources();
    assert!(rows().len() >= 48, "the table was read");
    for [number, error, test] in rows() {
        assert!(sources.contains(&format!("fn {test}(")), "{number}: no test is called {test}");
        let (owner, variant) = error.split_once("::").unwrap();
        let body = sources
            .split(&format!("pub enum {owner} {{"))
            .nth(1)
            .unwrap_or_else(|| panic!("{number}: no {owner}"));
        let body = body.split("\n}").next().unwrap();
        let is_variant = |line: &str| {
            line.trim().strip_prefix(variant).is_some_and(|rest| rest.starts_with([',', '(', ' ']))
        };
        assert!(body.lines().any(is_variant), "{number}: {owner} has no variant {variant}");
    }
}

#[test]
fn every_number_in_the_sources_and_the_specification_stands_in_the_table() {
    let known: BTreeSet<String> = rows().into_iter().map(|[number, ..]| number).collect();
    let specification = ["core.md", "relay.md", "device.md", "ble.md"]
        .map(|page| fs::read_to_string(repository().join("docs/protocol").join(page)).unwrap())
        .concat();
    let used = numbers(&(sources() + &specification));
    assert!(used.len() >= 20, "numbers were found");
    let strangers: Vec<_> = used.difference(&known).collect();
    assert!(strangers.is_empty(), "not in docs/protocol/musts.md: {strangers:?}");
}
