//! What reads a stranger's bytes between a device and its relay: both decoders of the wire, and the relay's core.

mod sessions;
mod wire;

pub use sessions::matcher_sessions;
pub use wire::{wire_client, wire_relay};
