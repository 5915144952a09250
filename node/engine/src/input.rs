//! What comes in, beside frames: sightings and the attendee's wishes.

use std::time::Duration;

use sighej_crypto::{InterestSet, Token};
use thiserror::Error;

use crate::{NudgeId, QuietHours, RadioAddress};

/// One advert of the radio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// From where.
    pub address: RadioAddress,
    /// What it said.
    pub advert: AdvertSeen,
    /// How strongly, in dBm; `None` where the radio does not know.
    pub rssi: Option<i8>,
}

/// What an advert says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvertSeen {
    /// Service data with a token.
    Token {
        /// Version in the high nibble, flags in the low one.
        version_flags: u8,
        /// The token.
        token: Token,
    },
    /// The service's UUID alone: the token is read over a link.
    Bare,
}

/// What the attendee wants.
#[derive(Clone, Debug)]
pub enum Intent {
    /// Consent: appear, answer, exchange. Takes up a session that was closed or paused.
    Open,
    /// Stop. Exchanges in flight end with random tags unless their gate is latched.
    Close,
    /// Stop as for [`Intent::Close`], and open again by itself.
    Pause {
        /// When, as `elapsed`.
        until: Duration,
    },
    /// End a pause now.
    Resume,
    /// Never again see this person, nor be recognised by them.
    Block(NudgeId),
    /// Put a nudge away. To the other side it looks the same as [`Intent::Block`]; where both put theirs away, they may be
    /// nudged again in a later epoch.
    NotNow(NudgeId),
    /// Change the interests, at the next boundary where the device is open.
    Interests {
        /// The new set; not empty.
        set: InterestSet,
        /// Do not wait for the boundary: fall silent for 60 to 180 s instead.
        insist: bool,
    },
    /// Set or drop the quiet hours.
    QuietHours(Option<QuietHours>),
    /// Forget everything at once, interests and rooms and all, and show nothing more.
    Wipe,
}

/// Why a wish cannot be followed, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IntentError {
    /// Epochs change at common wall-clock times.
    #[error("the time of day is unknown; set the clock, then open")]
    NoClock,
    /// Without interests nobody can share one.
    #[error("no interests are set; choose at least one, then open")]
    NoInterests,
    /// Open already.
    #[error("this device is open already")]
    AlreadyOpen,
    /// Not open.
    #[error("this device is not open; open it first")]
    NotOpen,
    /// Not paused.
    #[error("this device is not paused")]
    NotPaused,
    /// The pause would end before it began.
    #[error("the pause ends in the past; give a later time")]
    PauseOver,
    /// No such nudge, or too long ago.
    #[error("this nudge is not remembered; only nudges of this session can be blocked")]
    UnknownNudge,
}
