//! The direct exchange: five messages in a Noise XX session (specification, section 5).
//!
//! ```text
//! 1  I→R  e
//! 2  R→I  e, ee, s, es   { C_R }
//! 3  I→R  s, se          { C_I, k_I·c_R, DLEQ, met_I, t_I }
//! 4  R→I                 { k_R·c_I, DLEQ, met_R, t_R, tags_R }
//! 5  I→R                 { tags_I }
//! ```
//!
//! Each side is a chain of types; every step consumes the one before, so a session that failed is gone and nothing can
//! be sent twice:
//!
//! * [`InitiatorHello`] → [`InitiatorIdentified`] → [`InitiatorWaiting`] → [`InitiatorAnswered`] → [`Conclusion`]
//! * [`ResponderHello`] → [`ResponderOffered`] → [`ResponderIdentified`] → [`ResponderAnswered`] → [`Conclusion`]
//!
//! Whether this device would nudge now is the caller's to say, as a [`Gate`]. It changes neither the length, nor the
//! order, nor the work of what is sent.

mod initiator;
mod messages;
mod noise;
mod responder;
mod tags;

pub use initiator::{InitiatorAnswered, InitiatorHello, InitiatorIdentified, InitiatorWaiting};
pub use messages::{MESSAGE_LEN, Message};
pub use responder::{ResponderAnswered, ResponderHello, ResponderIdentified, ResponderOffered};

use subtle::Choice;

use crate::redacted::redacted;
use crate::{Interest, PairKey};

/// Whether this device would itself nudge now. Latched once: R before message 4, I before message 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It would: true tags are sent, and the peer's are looked at.
    Open,
    /// It would not: random tags are sent, and the peer's stay unseen.
    Closed,
}

impl From<Gate> for Choice {
    fn from(gate: Gate) -> Self {
        Self::from(u8::from(matches!(gate, Gate::Open)))
    }
}

/// How an exchange ended for this side.
pub enum Conclusion {
    /// Enough is shared: both would nudge, and this side knows what.
    Match {
        /// The shared interests, ascending.
        interests: Vec<Interest>,
        /// What the two devices share from now on.
        pair: PairKey,
    },
    /// The peer's tags show less than the threshold in common, or the peer sent random ones.
    NoMatch,
    /// One's own gate was closed: nothing was looked at.
    Withheld,
}

redacted!(Conclusion);

/// Which end of the session; the byte stands in the tags.
#[derive(Clone, Copy)]
enum Role {
    Initiator = 0,
    Responder = 1,
}
