//! A link as the air sees it: two ends, and what is under way to each.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use tokio::{sync::Notify, time::Instant};

use crate::Path;

/// Packets under way to one end. While there are so many, the sender waits.
pub(super) const INBOX: usize = 32;

/// A link.
pub(super) struct Wire {
    pub(super) path: Path,
    pub(super) max_packet: usize,
    /// The stations at its ends: who dialled, who was dialled.
    pub(super) ends: [usize; 2],
    pub(super) inboxes: [Inbox; 2],
    /// Ends that somebody holds.
    pub(super) held: u8,
    /// Nothing more can be sent.
    pub(super) ended: bool,
    /// Told whenever anything of this changes.
    pub(super) changed: Arc<Notify>,
}

/// What is under way to an end.
#[derive(Default)]
pub(super) struct Inbox {
    packets: BinaryHeap<Reverse<(Instant, u64, Vec<u8>)>>,
    count: u64,
    latest: Option<Instant>,
}

impl Wire {
    pub(super) fn new(path: Path, max_packet: usize, ends: [usize; 2]) -> Wire {
        let inboxes = Default::default();
        Wire { path, max_packet, ends, inboxes, held: 2, ended: false, changed: Arc::default() }
    }

    /// Ends it in order: what was sent before still arrives.
    pub(super) fn close(&mut self) {
        self.ended = true;
        self.changed.notify_waiters();
    }

    /// Ends it at once: what is under way is lost.
    pub(super) fn tear(&mut self) {
        self.inboxes = Default::default();
        self.close();
    }
}

impl Inbox {
    pub(super) fn is_full(&self) -> bool {
        self.packets.len() >= INBOX
    }

    /// A packet that arrives at this time, or not before those sent earlier.
    pub(super) fn put_in_order(&mut self, at: Instant, packet: &[u8]) {
        let at = self.latest.map_or(at, |latest| at.max(latest));
        self.latest = Some(at);
        self.put(at, packet);
    }

    /// A packet that arrives at this time, whatever was sent before or after.
    pub(super) fn put(&mut self, at: Instant, packet: &[u8]) {
        self.count += 1;
        self.packets.push(Reverse((at, self.count, packet.to_vec())));
    }

    /// When the next packet arrives.
    pub(super) fn due(&self) -> Option<Instant> {
        self.packets.peek().map(|Reverse((at, ..))| *at)
    }

    /// The next packet, where it has arrived.
    pub(super) fn take(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.due().filter(|&at| at <= now)?;
        self.packets.pop().map(|Reverse((.., packet))| packet)
    }
}
