//! Devices by hand, for the relay's tests and figures. To the relay they are devices: their proofs hold, and their uploads
//! compare. What only another device could open is filled with noise, so that ten thousand of them cost next to nothing.

mod client;
mod device;
mod label;
mod script;

pub use client::{Client, ClientError};
pub use device::Device;
pub use script::{Part, Script};
