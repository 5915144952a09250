//! Devices and relays by hand, for the relay's tests and figures; nothing of the product contains them.
//!
//! * [`Device`] and [`Script`] are true to a relay alone: their proofs hold, and their uploads compare. What only another
//!   device could open is filled with noise, so that ten thousand of them cost next to nothing.
//! * [`Attendee`] is a whole device: it seals, opens, and refuses what it must.
//! * [`FalseRelay`] is a relay that means no good.

mod attendee;
mod client;
mod device;
mod false_relay;
mod label;
mod mischief;
mod reaction;
mod script;
mod tls;

pub use attendee::Attendee;
pub use client::{Client, ClientError};
pub use device::Device;
pub use false_relay::FalseRelay;
pub use mischief::{Answers, Mischief};
pub use reaction::{Found, Reaction};
pub use script::{Part, Script};
pub use tls::connect_tls;

/// The epoch by this machine's clock, where an epoch has the usual ten minutes.
#[must_use]
pub fn epoch() -> u32 {
    let utc = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (utc.as_secs() / 600) as u32
}
