//! SigHej's cryptographic core, source for source, over a set intersection and key agreements without secrecy: for simulations
//! alone. The modules are those of `sighej-crypto`, and so are the names.

#[path = "../../../../../crypto/src/commitment.rs"]
mod commitment;
#[path = "../../../../../crypto/src/contribution.rs"]
mod contribution;
#[path = "../../../../../crypto/src/cue.rs"]
mod cue;
#[path = "../../../../../crypto/src/epoch.rs"]
mod epoch;
#[path = "../../../../../crypto/src/error.rs"]
mod error;
#[path = "../../../../../crypto/src/exchange/mod.rs"]
pub mod exchange;
#[path = "../../../../../crypto/src/interest.rs"]
pub mod interest;
#[expect(dead_code, reason = "no proof is made here")]
#[path = "../../../../../crypto/src/label.rs"]
mod label;
#[path = "../../../../../crypto/src/met.rs"]
mod met;
#[expect(dead_code, reason = "no products of points are counted here")]
#[path = "../../../../../crypto/src/meter.rs"]
pub mod meter;
#[path = "../../../../../crypto/src/montgomery.rs"]
mod montgomery;
#[path = "../../../../../crypto/src/pair.rs"]
mod pair;
#[path = "../../../../../crypto/src/redacted.rs"]
mod redacted;
#[path = "../../../../../crypto/src/relay/mod.rs"]
pub mod relay;
#[path = "../../../../../crypto/src/rhythm.rs"]
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
pub use sighej_crypto::{SLOTS, THRESHOLD_DEFAULT, VERSION};
