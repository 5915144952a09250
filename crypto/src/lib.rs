//! SigHej's cryptographic core: from a private list of interests to what two devices have in common, and nothing else.
//!
//! Pure: no clock, no sockets, no randomness of its own. Every random byte comes from the caller's generator, every
//! check of the specification (`docs/protocol/`) has its named error, and no type prints a secret.
//!
//! 1. [`Interest`] and [`InterestSet`]: text to canonical bytes.
//! 2. [`EpochSecrets`]: everything a device draws for one epoch; its public half is the [`Commitment`], whose
//!    [`Digest`] begins with the [`Token`] that the air carries.
//! 3. [`exchange`]: two devices meet, in five messages.
//! 4. [`relay`]: the same for a pair with no direct link, through a relay that learns nothing.
//! 5. [`Cue`] and [`Marker`]: what a nudged pair shares afterwards.
//!
//! The set intersection itself is [`voprf`], RFC 9497 on ristretto255.

mod commitment;
mod contribution;
mod cue;
mod epoch;
mod error;
pub mod exchange;
pub mod interest;
mod label;
mod met;
pub mod meter;
mod montgomery;
mod pair;
mod redacted;
pub mod relay;
mod rhythm;
pub mod voprf;

pub use commitment::{Commitment, Digest, EpochNumber, Token};
pub use cue::{COLOURS, Colour, Cue, EMOJI};
pub use epoch::{EpochSecrets, Evaluation};
pub use error::{ApiMisuse, ExchangeError, InvalidMessage, PeerIncompatible, PeerMisbehaved};
pub use interest::{Interest, InterestError, InterestSet};
pub use met::{MET_RECOGNISED, MET_SENT, Marker, MetBlock};
pub use pair::PairKey;
pub use rhythm::{BEAT, RHYTHMS, Rhythm};

/// Slots of a commitment: every device shows 16 blinded interests, however many it has.
pub const SLOTS: usize = 16;
/// The protocol's version byte.
pub const VERSION: u8 = 1;
/// The specification's revision, which `docs/protocol/README.md` names.
pub const REVISION: &str = "r1";
/// How many interests must be shared for a nudge, where the attendee says nothing else.
pub const THRESHOLD_DEFAULT: u8 = 1;
