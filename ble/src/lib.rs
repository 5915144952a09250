//! SigHej over Bluetooth LE, without Noise and without interests: how a device appears, whom it hears, and how whole
//! messages cross a link made of small packets.
//!
//! [`Radio`] and [`Link`] are what a platform implements: an app on a phone does so over `CoreBluetooth` or Android's
//! API. What is above them is the same everywhere: [`advert`] (what is on the air), [`wire`] (packets and messages) and
//! [`Sightings`] (strengths) are pure, without a clock, chance or a socket. [`air`] is a radio for tests, and
//! [`system_radio`] the one of the machine.
//!
//! # Logs
//! This crate writes no address, token or packet to a log. The libraries under it do, at debug and trace: a program
//! that takes their records (through `tracing-log`, or a logger of `log`) must switch [`LOUD_TARGETS`] off, whatever
//! filter its user gives.

pub mod advert;
pub mod air;
#[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
#[cfg_attr(
    not(target_os = "linux"),
    allow(
        dead_code,
        unused_imports,
        reason = "a peripheral beside it asks for more, and only Linux has one"
    )
)]
mod central;
#[cfg(any(test, target_os = "macos", target_os = "windows"))]
#[cfg_attr(
    target_os = "linux",
    allow(dead_code, reason = "on Linux it is compiled to be checked, and not used")
)]
mod desktop;
mod events;
pub mod gatt;
#[cfg(target_os = "linux")]
mod linux;
mod radio;
mod sightings;
pub mod survey;
mod system;
pub mod wire;

pub use events::EventQueue;
pub use radio::{
    Abilities, AdvertSeen, Link, LinkError, PRESENCE_BYTES, Path, PeerAddress, Presence, Radio, RadioError,
    RadioEvent, Sighting,
};
pub use sightings::Sightings;
pub use system::{Adapter, Setup, system_radio};

/// Log targets of libraries that name addresses: `tracing` filters take each as `target=off`.
pub const LOUD_TARGETS: [&str; 4] = ["bluer", "bluez_async", "btleplug", "dbus"];
