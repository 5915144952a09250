//! The decoders of both directions of the relay's wire.

use sighej_relay_api::wire::{ClientMessage, LONGEST, RelayMessage, WireError};

/// A message's name, a few names of fields, and two numbers. Sixteen bytes in any form, with a name, are longer.
const LONGEST_PRINTED: usize = 64;

/// What a relay reads from a device: bytes that are a message are written again byte for byte, and nothing of them is
/// printed. Bytes that are none are refused for what is wrong with them, and every other length of theirs with them.
pub fn wire_client(data: &[u8]) {
    match ClientMessage::decode(data) {
        Ok(message) => {
            assert_eq!(message.encode(), data);
            holds(data, &message);
            assert!(RelayMessage::decode(data).is_err(), "no message is one of both directions");
            refused_at_other_lengths(data, |bytes| ClientMessage::decode(bytes).err());
        }
        Err(error) => names_what_is_wrong(data, error),
    }
}

/// The same for what a device reads from its relay.
pub fn wire_relay(data: &[u8]) {
    match RelayMessage::decode(data) {
        Ok(message) => {
            assert_eq!(message.encode(), data);
            holds(data, &message);
            assert!(ClientMessage::decode(data).is_err(), "no message is one of both directions");
            refused_at_other_lengths(data, |bytes| RelayMessage::decode(bytes).err());
        }
        Err(error) => names_what_is_wrong(data, error),
    }
}

fn holds(data: &[u8], message: &impl std::fmt::Debug) {
    assert!(data.len() <= LONGEST);
    let printed = format!("{message:?}");
    assert!(printed.len() < LONGEST_PRINTED && !printed.contains('['), "no bytes are printed: {printed}");
}

fn refused_at_other_lengths(data: &[u8], refused: impl Fn(&[u8]) -> Option<WireError>) {
    let longer = [data, &[0]].concat();
    let expected = data.len();
    for other in [&longer[..], &data[..data.len() - 1]] {
        let wanted = match other.first() {
            Some(&kind) => WireError::Length { kind, expected, got: other.len() },
            None => WireError::Empty,
        };
        assert_eq!(refused(other), Some(wanted));
    }
}

fn names_what_is_wrong(data: &[u8], error: WireError) {
    match (data.first(), error) {
        (None, WireError::Empty) => {}
        (Some(first), WireError::UnknownType(kind)) => assert_eq!(kind, *first),
        (Some(first), WireError::Length { kind, expected, got }) => {
            assert_eq!((kind, got), (*first, data.len()));
            assert_ne!(expected, got);
        }
        (Some(first), WireError::Value { kind, value }) => {
            assert_eq!(kind, *first);
            assert!(data.contains(&value), "a value that stands there");
        }
        (first, error) => unreachable!("{first:?}: {error}"),
    }
}
