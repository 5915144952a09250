//! Events in words: JSON lines for programs, calm lines for people.
//!
//! What is made here is for the attendee's own eyes: a nudge names interests.

mod calm;
mod json;
mod words;

use sighej_engine::{Nudge, Reach};

pub use calm::{calm, cannot_advertise, card, not_private, offer, radio_error, shared};
pub use json::{cue_json, json, nudge_json, radio_word};
pub use sighej_catalogue::Lang;
use sighej_crypto::Cue;

/// What the cue's colour and emoji are called.
pub fn cue_names(cue: Cue, lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::En => (cue.colour.name_en, cue.name),
        Lang::Da => (cue.colour.name_da, cue.name_da),
    }
}

/// What the cue's rhythm is called.
pub fn rhythm_name(cue: Cue, lang: Lang) -> &'static str {
    match lang {
        Lang::En => cue.rhythm.name_en,
        Lang::Da => cue.rhythm.name_da,
    }
}

/// Shared interests that a sentence names. Whoever looks over a shoulder learns no more, and it is enough to begin with.
pub const NAMED: usize = 2;

/// The sentence of a nudge: "Someone nearby also works with DevOps and enjoys hardstyle". It names the [`NAMED`] most
/// ordinary of the shared interests.
pub fn sentence(nudge: &Nudge, lang: Lang) -> String {
    let shared: Vec<&str> = nudge.interests.iter().map(sighej_crypto::Interest::as_str).collect();
    let shared = sighej_catalogue::most_ordinary(&shared, NAMED);
    let reach = match nudge.reach {
        Reach::InRange => sighej_catalogue::Reach::InRange,
        Reach::Hops(hops) => sighej_catalogue::Reach::Hops(hops),
        Reach::Relay => sighej_catalogue::Reach::Relay,
    };
    sighej_catalogue::sentence(lang, &shared, reach)
}
