//! What goes out: frames, closes, and things to count.

use std::{collections::VecDeque, fmt};

use bytes::Bytes;
use sighej_relay_api::wire::{Bye, Refusal};

use crate::ConnectionId;

/// Something for the shell to do, in the order given.
#[derive(Clone, PartialEq, Eq)]
pub enum Transmit {
    /// Send one binary frame.
    Frame {
        /// To whom.
        connection: ConnectionId,
        /// The frame.
        bytes: Bytes,
    },
    /// Say this goodbye, and close. Nothing more is said to this connection, or heard from it.
    Close {
        /// Which one.
        connection: ConnectionId,
        /// Why; none where the device said goodbye itself.
        why: Option<Bye>,
    },
}

/// Something that happened, for the counters. It holds numbers and kinds alone: nothing in it tells one attendee from
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A device registered.
    SessionOpened,
    /// A device came back to its session, or replaced its own connection.
    SessionResumed,
    /// A session is over.
    SessionClosed(SessionEnd),
    /// A device knocked at an id that somebody is registered under (a token was heard).
    Knocked,
    /// Two members of a room were proposed to each other.
    Proposed,
    /// A knock was answered, or two knocks crossed.
    Introduced,
    /// Both uploads were compared: an exchange is complete.
    Compared {
        /// How many items both hold, 0 to 16.
        items: u8,
        /// Whether they are enough for a nudge.
        matched: bool,
    },
    /// Both devices were told of their match.
    Nudged,
    /// Something failed.
    Failed(FailureKind),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SessionEnd {
    /// The device said so.
    Goodbye,
    /// Its connection was lost, and it did not come back.
    Lost,
    /// Its epoch is over.
    EpochOver,
    /// It was cut off, for what the reason says.
    Cut(Bye),
}

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// A registration was refused.
    Registration(Bye),
    /// A knock or a room was refused.
    Refused(Refusal),
    /// A message came where none belongs, or about a pair that is over.
    OutOfTurn,
    /// An upload was malformed, or both claimed the same side.
    BadUpload,
    /// Rows that both named held seal values that do not fit: one of the two lied.
    ForgedSeals,
    /// A pair took too long.
    TooLate,
    /// One of a pair left before its end.
    OtherLeft,
    /// A connection did not read in time what it was sent.
    Slow,
    /// A connection fell silent.
    Silent,
}

/// What waits to be drained.
#[derive(Default)]
pub(crate) struct Outbox {
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
}

impl Outbox {
    pub(crate) fn frame(&mut self, connection: ConnectionId, bytes: Bytes) {
        self.transmits.push_back(Transmit::Frame { connection, bytes });
    }

    pub(crate) fn close(&mut self, connection: ConnectionId, why: Option<Bye>) {
        self.transmits.push_back(Transmit::Close { connection, why });
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    pub(crate) fn failed(&mut self, kind: FailureKind) {
        self.event(Event::Failed(kind));
    }

    pub(crate) fn next_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    pub(crate) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }
}

/// What is sent is not for printing.
impl fmt::Debug for Transmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame { .. } => f.write_str("Frame(redacted)"),
            Self::Close { why, .. } => write!(f, "Close({why:?})"),
        }
    }
}
