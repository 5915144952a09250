//! Pairing through a relay: honest pairs, and everybody who might cheat them.
#![expect(clippy::unwrap_used, reason = "what cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;
mod gates;
mod honest;
mod knocks;
mod recorder;
mod registration;
mod seals;
mod support;
mod verdicts;
