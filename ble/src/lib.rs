//! SigHej over Bluetooth LE, without Noise and without interests: how a device appears, whom it hears, and how whole
//! messages cross a link made of small packets.
//!
//! [`Radio`] and [`Link`] are what a platform implements: an app on a phone does so over `CoreBluetooth` or Android's
//! API. Everything above them is pure and the same everywhere.

pub mod advert;
pub mod air;
mod radio;
mod sightings;
pub mod wire;

pub use radio::{
    Abilities, AdvertSeen, Link, LinkError, PRESENCE_BYTES, Path, PeerAddress, Presence, Radio, RadioError,
    RadioEvent, Sighting,
};
pub use sightings::Sightings;
