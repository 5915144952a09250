//! What can go wrong between an app and the node. No error holds what somebody typed: positions count from 0.

use sighej_node::{CommandError, IntentError};
use thiserror::Error;

/// Why a list of interests is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum ProfileError {
    /// One of them is empty.
    #[error("the interest at position {index} has no visible character")]
    Empty {
        /// Which, from 0.
        index: u32,
    },
    /// One of them is too long.
    #[error("the interest at position {index} has more than 64 bytes: use fewer words")]
    TooLong {
        /// Which, from 0.
        index: u32,
    },
    /// One of them holds a control or formatting character.
    #[error("the interest at position {index} holds an invisible character: remove it")]
    Invisible {
        /// Which, from 0.
        index: u32,
    },
    /// One of them is sensitive, and not allowed by its own id.
    #[error(
        "the interest at position {index} is sensitive: ask its owner, and name it among the allowed ones"
    )]
    Sensitive {
        /// Which, from 0.
        index: u32,
    },
    /// What shall be allowed is not in the catalogue.
    #[error("the allowed interest at position {index} is not in the catalogue")]
    UnknownAllowance {
        /// Which of the allowed ones, from 0.
        index: u32,
    },
    /// More than fit.
    #[error("at most 16 interests fit: let their owner leave some out")]
    TooMany,
}

/// Why a node does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum StartError {
    /// The system gives no randomness or no threads.
    #[error("the system gives no randomness or no threads: try again when it has memory")]
    System,
    /// An address to listen at is none.
    #[error("the address to listen at, position {index}, is none such as /ip4/192.0.2.7/tcp/4001")]
    Listen {
        /// Which, from 0.
        index: u32,
    },
    /// A peer's address is none.
    #[error("the peer's address at position {index} is none such as /ip4/192.0.2.7/tcp/4001")]
    Peer {
        /// Which, from 0.
        index: u32,
    },
    /// A minute of the quiet hours is none of a day.
    #[error("quiet hours are minutes of a day, from 0 to 1439")]
    QuietHours,
    /// The app's radio threw when it was asked for its abilities or given its inbox.
    #[error("the radio of this app failed before it began")]
    Radio,
}

/// Why a relay's invitation is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum InvitationError {
    /// It is no such link.
    #[error("this is no invitation such as wss://relay.example#pin=…&room=…: copy the whole link")]
    NotALink,
    /// It leads to another machine without encryption.
    #[error("the link is not encrypted: ask for one that begins with wss://")]
    PlainText,
    /// Its room's secret is mistyped.
    #[error("the room's secret is not whole: copy the whole link")]
    Room,
}

/// Why a wish is not followed. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum WishError {
    /// Epochs change at common wall-clock times.
    #[error("the time of day is unknown: set the clock, then open")]
    NoClock,
    /// Without interests nobody can share one.
    #[error("no interests are set: choose at least one, then open")]
    NoInterests,
    /// Open already.
    #[error("this device is open already")]
    AlreadyOpen,
    /// Not open.
    #[error("this device is not open: open it first")]
    NotOpen,
    /// Not paused.
    #[error("this device is not paused")]
    NotPaused,
    /// The pause would end before it began.
    #[error("a pause takes longer than no time")]
    PauseOver,
    /// No such nudge, or too long ago.
    #[error("this nudge is not remembered: only those of this session are")]
    UnknownNudge,
    /// A minute of the quiet hours is none of a day.
    #[error("quiet hours are minutes of a day, from 0 to 1439")]
    QuietHours,
    /// The node has ended, by a stop or a wipe.
    #[error("the node has ended: start another")]
    Ended,
}

impl From<CommandError> for WishError {
    fn from(error: CommandError) -> WishError {
        match error {
            CommandError::Ended => WishError::Ended,
            CommandError::Refused(refused) => match refused {
                IntentError::NoClock => WishError::NoClock,
                IntentError::NoInterests => WishError::NoInterests,
                IntentError::AlreadyOpen => WishError::AlreadyOpen,
                IntentError::NotOpen => WishError::NotOpen,
                IntentError::NotPaused => WishError::NotPaused,
                IntentError::PauseOver => WishError::PauseOver,
                IntentError::UnknownNudge => WishError::UnknownNudge,
            },
        }
    }
}

/// A listener threw. What it says stays in the app: it may quote what it was showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum ListenerFault {
    /// It did.
    #[error("the app's listener failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ListenerFault {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> ListenerFault {
        ListenerFault::Failed
    }
}
