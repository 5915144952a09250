//! SigHej over Bluetooth LE, without Noise and without interests: how a device appears, whom it hears, and how whole
//! messages cross a link made of small packets.
//!
//! [`Radio`] and [`Link`] are what a platform implements: an app on a phone does so over `CoreBluetooth` or Android's
//! API. What is above them is the same everywhere: [`advert`] (what is on the air), [`wire`] (packets and messages) and
//! [`Sightings`] (strengths) are pure, without a clock, chance or a socket. [`air`] is a radio for tests.

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
