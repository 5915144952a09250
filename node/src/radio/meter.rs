//! What passes over the radio's links, counted.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts packets as they pass.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    packets_sent: AtomicU64,
    bytes_sent: AtomicU64,
    packets_received: AtomicU64,
    bytes_received: AtomicU64,
}

/// Packets of the radio's links and their bytes, with the headers of fragments and what opens and closes channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metered {
    /// Packets sent.
    pub packets_sent: u64,
    /// Their bytes.
    pub bytes_sent: u64,
    /// Packets received.
    pub packets_received: u64,
    /// Their bytes.
    pub bytes_received: u64,
}

impl Meter {
    pub(super) fn sent(&self, packet: &[u8]) {
        self.packets_sent.fetch_add(1, Relaxed);
        self.bytes_sent.fetch_add(packet.len() as u64, Relaxed);
    }

    pub(super) fn received(&self, packet: &[u8]) {
        self.packets_received.fetch_add(1, Relaxed);
        self.bytes_received.fetch_add(packet.len() as u64, Relaxed);
    }

    pub(super) fn read(&self) -> Metered {
        Metered {
            packets_sent: self.packets_sent.load(Relaxed),
            bytes_sent: self.bytes_sent.load(Relaxed),
            packets_received: self.packets_received.load(Relaxed),
            bytes_received: self.bytes_received.load(Relaxed),
        }
    }
}
