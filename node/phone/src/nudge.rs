//! Someone nearby shares an interest.

use std::{fmt, sync::Arc, time::Duration};

use sighej_node::{Reach, report};

use crate::Language;

/// A nudge. An object, so that no language prints what is shared by the way: show [`Nudge::sentence`] to the attendee once they look,
/// and log nothing of it.
#[derive(uniffi::Object)]
pub struct Nudge(sighej_node::Nudge);

/// By what two who were nudged find each other. Both screens show the same.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Cue {
    /// The card's colour: red, green, blue.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
    /// What the colour is called.
    pub colour: String,
    /// The emoji on the card.
    pub emoji: String,
    /// What the emoji is called, for screen readers.
    pub emoji_name: String,
    /// What the rhythm is called.
    pub rhythm: String,
}

impl fmt::Debug for Cue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cue(redacted)")
    }
}

#[uniffi::export]
impl Nudge {
    /// Names it for [`Phone::block`](crate::Phone::block) and [`Phone::not_now`](crate::Phone::not_now), within this session.
    pub fn id(&self) -> u64 {
        self.0.id.0
    }

    /// "Someone nearby also works with DevOps and enjoys hardstyle": at most two of what is shared, the most ordinary first.
    pub fn sentence(&self, language: Language) -> String {
        report::sentence(&self.0, language.into())
    }

    /// Everything that is shared, as canonical ids and texts.
    pub fn interests(&self) -> Vec<String> {
        self.0.interests.iter().map(|interest| interest.as_str().to_owned()).collect()
    }

    /// By what the two find each other.
    pub fn cue(&self, language: Language) -> Cue {
        let cue = self.0.cue;
        let (red, green, blue) = cue.colour.rgb;
        let (colour, emoji_name) = report::cue_names(cue, language.into());
        Cue {
            red,
            green,
            blue,
            colour: colour.into(),
            emoji: cue.emoji.into(),
            emoji_name: emoji_name.into(),
            rhythm: report::rhythm_name(cue, language.into()).into(),
        }
    }

    /// Whether the card is lit at this time since the Unix epoch, in milliseconds. Two devices whose clocks agree light up together.
    pub fn is_lit(&self, utc_ms: u64) -> bool {
        self.0.cue.rhythm.is_lit(Duration::from_millis(utc_ms))
    }

    /// How many devices are between, where the other is out of reach; none where they are in range, or known by a relay alone.
    pub fn hops(&self) -> Option<u8> {
        match self.0.reach {
            Reach::Hops(hops) => Some(hops),
            Reach::InRange | Reach::Relay => None,
        }
    }
}

impl Nudge {
    pub(crate) fn new(nudge: sighej_node::Nudge) -> Arc<Nudge> {
        Arc::new(Nudge(nudge))
    }
}

impl fmt::Debug for Nudge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nudge(redacted)")
    }
}
