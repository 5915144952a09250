//! What the attendee hears about the relay.

use std::fmt;

use sighej_crypto::relay::RelayError;
use sighej_relay_api::wire::{Bye, Refusal, WireError};
use thiserror::Error;

/// Something about the relay. It names no device, no room and no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayEvent {
    /// This device is registered there.
    Up {
        /// It goes on with what was under way.
        resumed: bool,
    },
    /// It is not there any more.
    Down(RelayDown),
    /// The relay's clock is too far from this device's to be followed: one of the two is wrong, and whoever goes by
    /// another epoch is found by nobody.
    ClockOff {
        /// By how many seconds the relay's is ahead.
        ahead_secs: i64,
    },
    /// A room did not let this device in; it asks again.
    RoomRefused(Refusal),
}

/// Why a device is not registered at its relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayDown {
    /// The connection was lost.
    Lost,
    /// It gave no answer in time.
    Silent,
    /// It said goodbye, for this reason.
    Said(Bye),
    /// It broke the protocol: nothing that it says is believed in this epoch.
    Misbehaved(RelayFault),
}

impl fmt::Display for RelayDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost => f.write_str("the connection was lost"),
            Self::Silent => f.write_str("it did not answer in time"),
            Self::Said(why) => f.write_str(words(*why)),
            Self::Misbehaved(fault) => write!(f, "it broke the protocol ({fault}); use another relay"),
        }
    }
}

/// What a relay did that it never may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RelayFault {
    /// A frame was no message (W-1 to W-3).
    #[error("{0}")]
    Wire(#[from] WireError),
    /// A message came where none belongs.
    #[error("it spoke out of turn")]
    OutOfTurn,
    /// Its challenge cannot be answered.
    #[error("{0}")]
    Challenge(#[from] RelayError),
    /// Its epochs have another length.
    #[error("its epochs last {theirs} s, and ours {ours} s")]
    OtherEpochs {
        /// The relay's.
        theirs: u32,
        /// This device's.
        ours: u64,
    },
}

/// The reasons of `bye`, and what to do.
fn words(why: Bye) -> &'static str {
    match why {
        Bye::Restart => "it starts again",
        Bye::EpochOver => "the epoch is over",
        Bye::Replaced => "another connection of this device took its place",
        Bye::Malformed => "it does not understand this device; update the older of the two",
        Bye::BadRegistration => "it refused the registration; update the older of the two",
        Bye::WrongEpoch => "its clock and this device's differ by an epoch; set the clock",
        Bye::Flood => "this device said too much at once",
        Bye::Slow => "this device read too slowly",
        Bye::Full => "it is full; it is asked again later",
        Bye::IdTaken => "others stand under this device's name; the next epoch brings another",
        Bye::Idle => "this device registered too late",
    }
}
