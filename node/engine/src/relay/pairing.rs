//! One pairing through the relay, and how far it has come.

use std::time::Duration;

use sighej_crypto::{
    Digest,
    relay::{Introduced, KnockSent, Knocked, Sealed, Uploaded},
};

use crate::GateReason;

/// A pairing. What was sent in it and not yet answered is kept, to be sent again as it is.
pub(crate) struct Pairing {
    /// Introduced by a room, and not by a token that was heard.
    pub(crate) in_room: bool,
    /// This device's knock opened it; of two that crossed, the lower digest's.
    pub(crate) by_us: bool,
    pub(crate) deadline: Duration,
    /// At most two frames.
    pub(crate) unanswered: Vec<Vec<u8>>,
    pub(crate) stage: Stage,
}

/// How far it has come. Who knocks waits as Proposed (in a room), Introduced, Uploaded; who is knocked at as Waiting,
/// Sealed, Uploaded; of two whose knocks crossed, the lower digest seals first.
pub(crate) enum Stage {
    /// The knock that the relay proposed is out.
    Proposed(Box<KnockSent>),
    /// The knock opened; an evaluation is waited for.
    Waiting(Box<Knocked>),
    /// Knocks crossed, and it is this device's turn to seal; an evaluation is waited for.
    Crossed(Box<Introduced>),
    /// The peer's seal comes first.
    Introduced(Box<Introduced>),
    /// One's own seal is out.
    Sealed(Box<Sealed>),
    /// The upload is out, under a gate that was latched.
    Uploaded(Digest, Result<(), GateReason>, Box<Uploaded>),
}

impl Stage {
    /// The peer's digest, once it is known.
    pub(crate) fn digest(&self) -> Option<Digest> {
        match self {
            Self::Proposed(_) => None,
            Self::Waiting(state) => Some(state.peer().digest()),
            Self::Crossed(state) | Self::Introduced(state) => Some(state.peer().digest()),
            Self::Sealed(state) => Some(state.peer().digest()),
            Self::Uploaded(digest, ..) => Some(*digest),
        }
    }

    /// Whether an evaluation has left: the pairing is worth ending well.
    pub(crate) fn has_sealed(&self) -> bool {
        match self {
            Self::Proposed(_) | Self::Waiting(_) | Self::Crossed(_) | Self::Introduced(_) => false,
            Self::Sealed(_) | Self::Uploaded(..) => true,
        }
    }

    /// Whether it waits for an evaluation.
    pub(crate) fn wants_budget(&self) -> bool {
        match self {
            Self::Waiting(_) | Self::Crossed(_) => true,
            Self::Proposed(_) | Self::Introduced(_) | Self::Sealed(_) | Self::Uploaded(..) => false,
        }
    }

    /// Whether its verdict may bring a nudge.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Uploaded(_, latched, _) => latched.is_ok(),
            Self::Proposed(_)
            | Self::Waiting(_)
            | Self::Crossed(_)
            | Self::Introduced(_)
            | Self::Sealed(_) => false,
        }
    }
}
