//! Events in words: JSON lines for programs, calm lines for people.
//!
//! What is made here is for the attendee's own eyes: a nudge names interests.

mod calm;
mod danish;
mod json;

use sighej_engine::{Nudge, Reach};

pub use calm::{calm, card, radio_error};
pub use json::{cue_json, json, nudge_json, radio_word};
pub use sighej_catalogue::Lang;

/// The sentence of a nudge: "Someone nearby also works with DevOps and enjoys hardstyle".
pub fn sentence(nudge: &Nudge, lang: Lang) -> String {
    let shared: Vec<&str> = nudge.interests.iter().map(sighej_crypto::Interest::as_str).collect();
    let reach = match nudge.reach {
        Reach::InRange => sighej_catalogue::Reach::InRange,
        Reach::Hops(hops) => sighej_catalogue::Reach::Hops(hops),
        Reach::Relay => sighej_catalogue::Reach::Relay,
    };
    sighej_catalogue::sentence(lang, &shared, reach)
}
