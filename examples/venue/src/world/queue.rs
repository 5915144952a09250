//! What happens next.

use std::{cmp::Ordering, collections::BinaryHeap};

use sighej_engine::{LinkId, RadioAddress};

use crate::faults::Fault;

use super::relay::Step;

/// Something that happens at a time. `who` is a device, `life` one run of its program.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Arrive(u32),
    Leave(u32),
    Gone(u32),
    /// The program starts, again perhaps.
    Start(u32),
    Tick,
    /// A program's timer rings: it wakes at the next tick.
    Wake(u32),
    /// A dial comes to an end, if the dialler is still under the address that it had then.
    Dialled {
        who: u32,
        under: RadioAddress,
        address: RadioAddress,
    },
    DialFailed {
        who: u32,
        under: RadioAddress,
        address: RadioAddress,
    },
    LinkDown {
        who: u32,
        life: u32,
        link: LinkId,
    },
    /// Something arrives at one end of a link, unless the link is gone by then.
    OnWire {
        wire: u64,
        side: usize,
        what: Arrival,
    },
    /// Something between a device and the relay.
    Relay(Step),
    Fault(Fault),
}

/// What arrives at an end of a link.
#[derive(Clone, Debug)]
pub(super) enum Arrival {
    Up,
    /// The other's token characteristic was read: nine bytes.
    Token([u8; 9]),
    Opened(usize),
    Frame(usize, Box<[u8]>),
    /// A frame of the mesh.
    Mesh(Box<[u8]>),
    Closed(usize),
}

/// The queue.
#[derive(Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Entry>,
    queued: u64,
}

struct Entry {
    at: u64,
    number: u64,
    what: Happening,
}

impl Queue {
    pub(super) fn push(&mut self, at: u64, what: Happening) {
        self.queued += 1;
        self.heap.push(Entry { at, number: self.queued, what });
    }

    /// The next thing that happens until a time.
    pub(super) fn next(&mut self, end: u64) -> Option<(u64, Happening)> {
        if self.heap.peek()?.at > end {
            return None;
        }
        self.heap.pop().map(|entry| (entry.at, entry.what))
    }
}

/// The earliest is the greatest: a heap gives its greatest first.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
