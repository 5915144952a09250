//! The name that a connected central can read.
//!
//! BlueZ shows the adapter's alias as GAP device name, and unless somebody set one that is the name of the host. While
//! this device appears it has a name that all have.

use crate::linux::bus::{Bus, told};

/// What every device is called while it appears.
const EVERYBODY: &str = "Bluetooth";

/// The name that was there before. Given back by [`Alias::give_back`].
#[derive(Debug)]
pub(super) struct Alias(String);

impl Alias {
    /// Takes the adapter's name away. Where that fails, the name stays: an adapter that lets nobody rename it is no reason
    /// not to appear, and `sighej doctor` tells of it.
    pub(super) async fn take(bus: &Bus) -> Option<Alias> {
        let before = told(bus.adapter.alias(), "asking for the adapter's name").await.ok()?;
        told(bus.adapter.set_alias(EVERYBODY.to_owned()), "naming the adapter").await.ok()?;
        // Left by a run that was killed: then the host's own name, which an empty alias means, is the best there is.
        Some(Alias(if before == EVERYBODY { String::new() } else { before }))
    }

    /// Gives the adapter its name back.
    pub(super) async fn give_back(self, bus: &Bus) {
        let _gone = told(bus.adapter.set_alias(self.0), "naming the adapter").await;
    }
}
