//! What must be the same on every platform needs none: no clock, no chance, no task, no socket. A nested `clippy.toml`
//! says so for the crates that are pure as a whole; this one holds the shells of radios too, so its sources are read.

#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

const PURE: [&str; 3] = ["advert.rs", "sightings.rs", "wire"];
const FOREIGN: [&str; 11] = [
    "Instant",
    "SystemTime",
    "tokio",
    "thread",
    "std::net",
    "std::fs",
    "rand::",
    "getrandom",
    "HashMap",
    "HashSet",
    "tracing",
];

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = PURE.iter().map(|name| root.join(name)).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_pure_modules_name_no_clock_no_chance_and_no_socket() {
    let sources = sources();
    assert!(sources.len() >= 6, "they were found");
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let foreign = FOREIGN.iter().find(|word| line.contains(**word));
            assert_eq!(foreign, None, "{}: {line}", path.display());
        }
    }
}
