//! The files in `crypto/vectors/` are what the crate computes: each is made afresh, from inputs listed here, and
//! compared. After a change of the protocol, write them anew with
//! `UPDATE_VECTORS=1 cargo test --release -p sighej-crypto --test vectors`, and say so in the changelog.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/format.rs"]
mod format;
#[path = "../common/replay.rs"]
mod replay;

mod canonical;
mod commitment;
mod exchange;
mod relay;

use serde::Serialize;
use sighej_crypto::{COLOURS, EMOJI, RHYTHMS};

use format::{ColourRow, Cues, EmojiRow, RhythmRow};

#[track_caller]
fn is_in(file: &str, value: &impl Serialize) {
    let (fresh, path) = (format::text(value), format::path(file));
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == fresh, "{file} differs from what is computed: see the top of this test");
}

/// The name of an error's variant.
fn name_of(error: &impl std::fmt::Debug) -> String {
    let printed = format!("{error:?}");
    let innermost =
        printed.rsplit(['(', ' ']).find(|part| part.starts_with(|c: char| c.is_ascii_uppercase()));
    innermost.unwrap().trim_end_matches([')', '}', ' ']).to_owned()
}

#[test]
fn canonical_forms() {
    is_in("canonical.json", &canonical::fresh());
}

#[test]
fn commitments() {
    is_in("commitment.json", &commitment::fresh());
}

#[test]
fn exchanges() {
    is_in("exchange.json", &exchange::fresh());
}

#[test]
fn pairings_through_a_relay() {
    is_in("relay.json", &relay::fresh());
}

#[test]
fn tables_of_cues() {
    let colours = COLOURS.iter().enumerate().map(|(index, colour)| ColourRow {
        index,
        en: colour.name_en.to_owned(),
        da: colour.name_da.to_owned(),
        rgb: colour.rgb,
    });
    let emoji = EMOJI.iter().enumerate().map(|(index, (emoji, en, da))| EmojiRow {
        index,
        emoji: (*emoji).to_owned(),
        en: (*en).to_owned(),
        da: (*da).to_owned(),
    });
    let rhythms = RHYTHMS.iter().enumerate().map(|(index, rhythm)| RhythmRow {
        index,
        beats: format!("{:08b}", rhythm.beats),
        en: rhythm.name_en.to_owned(),
        da: rhythm.name_da.to_owned(),
    });
    let (colours, emoji) = (colours.collect(), emoji.collect());
    is_in("cues.json", &Cues { colours, emoji, rhythms: rhythms.collect() });
}

#[test]
fn an_error_s_name_is_its_variant_s() {
    use sighej_crypto::{ExchangeError, InterestError, InvalidMessage, PeerIncompatible, PeerMisbehaved};
    assert_eq!(name_of(&InterestError::TooLong { bytes: 65 }), "TooLong");
    assert_eq!(name_of(&ExchangeError::from(PeerMisbehaved::BadProof)), "BadProof");
    assert_eq!(name_of(&ExchangeError::from(PeerIncompatible::Version { theirs: 2 })), "Version");
    let length = InvalidMessage::Length { expected: 613, got: 1 };
    assert_eq!(name_of(&ExchangeError::from(length)), "Length");
}
