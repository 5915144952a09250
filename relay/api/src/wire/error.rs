//! Why a frame is no message.

use thiserror::Error;

/// What is wrong with a frame. Its sender is at fault: a device closes a relay that sends one, and a relay a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// A frame without a byte.
    #[error("the frame is empty")]
    Empty,
    /// W-1: a type that this version does not know.
    #[error("no message of this version has the type {0:#04x}")]
    UnknownType(u8),
    /// W-2: another length than the type's.
    #[error("a message of type {kind:#04x} has {expected} bytes, and this one {got}")]
    Length {
        /// Its type.
        kind: u8,
        /// Bytes of every message of that type.
        expected: usize,
        /// Bytes of this one.
        got: usize,
    },
    /// W-3: a field of one byte that has no such value.
    #[error("a message of type {kind:#04x} holds {value}, which means nothing there")]
    Value {
        /// Its type.
        kind: u8,
        /// What it holds.
        value: u8,
    },
}
