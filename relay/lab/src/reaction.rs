//! What a device does about what it hears.

use std::fmt;

use sighej_crypto::relay::RelayError;
use sighej_relay_api::wire::{ClientMessage, PairNumber};

/// What a device found out.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    /// The relay takes its registration.
    Registered,
    /// A nudge is shown, for these interests.
    Nudge(Vec<String>),
    /// Nothing in common, as far as anybody says.
    NoMatch,
    /// Something was refused, and this is what was wrong.
    Refused(RelayError),
    /// The budget is spent: the knock stays without an answer.
    BudgetSpent,
    /// A proposal or a knock of a room that this device is not in.
    ForeignRoom,
    /// A message about a pair that this device does not know, or is past that step.
    OutOfTurn,
    /// The pair, the knock or the connection is over.
    Over,
}

/// What it says to something, in order, and what it found out.
#[derive(Default)]
pub struct Reaction {
    /// Frames.
    pub say: Vec<Vec<u8>>,
    /// What was found out, if anything.
    pub found: Option<Found>,
}

impl Reaction {
    pub(crate) fn found(found: Found) -> Self {
        Self { say: Vec::new(), found: Some(found) }
    }

    pub(crate) fn say(message: ClientMessage<'_>) -> Self {
        Self { say: vec![message.encode()], found: None }
    }

    /// A message whose bytes have another length than they must is a bug of this crate, and is not said.
    pub(crate) fn add(&mut self, message: Option<ClientMessage<'_>>) {
        self.say.extend(message.map(|message| message.encode()));
    }

    pub(crate) fn and_done(mut self, pair: PairNumber) -> Self {
        self.add(Some(ClientMessage::Done { pair }));
        self
    }
}

/// Of a nudge it prints how many interests are in it, and none of them.
impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registered => f.write_str("Registered"),
            Self::Nudge(interests) => write!(f, "Nudge({})", interests.len()),
            Self::NoMatch => f.write_str("NoMatch"),
            Self::Refused(error) => write!(f, "Refused({error})"),
            Self::BudgetSpent => f.write_str("BudgetSpent"),
            Self::ForeignRoom => f.write_str("ForeignRoom"),
            Self::OutOfTurn => f.write_str("OutOfTurn"),
            Self::Over => f.write_str("Over"),
        }
    }
}

impl fmt::Debug for Reaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reaction({} frames, {:?})", self.say.len(), self.found)
    }
}
