//! Frames with fresh bytes: of every type and every length, and where the length is the type's, with every value at either end of
//! its fields, which is where those of one byte stand.
//!
//! A line each: who would have sent it, the frame in hex, and the message that the code takes it for, or nothing where it is
//! none; tabs between them. `.ci/schema` holds the schema of the wire to it.

use std::io::{self, BufWriter, Write, stdout};

use proptest::{prelude::Rng, test_runner::TestRunner};
use sighej_relay_api::wire::{ClientMessage, LONGEST, RelayMessage, WireError};

/// From one length to the next of a type that nobody knows.
const FEW: usize = 97;

fn main() -> io::Result<()> {
    let mut runner = TestRunner::default();
    let mut out = BufWriter::new(stdout().lock());
    say(&mut out, &[])?;
    for kind in 0..=u8::MAX {
        let step = if is_known(&[kind]) { 1 } else { FEW };
        for len in (1..=LONGEST + 1).step_by(step) {
            let mut frame = vec![kind; len];
            runner.rng().fill_bytes(&mut frame[1..]);
            say(&mut out, &frame)?;
            if has_its_length(&frame) {
                say_variants(&mut out, frame)?;
            }
        }
    }
    out.flush()
}

fn is_known(frame: &[u8]) -> bool {
    let unknown = |refused| matches!(refused, Some(WireError::UnknownType(_)));
    !(unknown(ClientMessage::decode(frame).err()) && unknown(RelayMessage::decode(frame).err()))
}

fn has_its_length(frame: &[u8]) -> bool {
    let fits = |refused| matches!(refused, None | Some(WireError::Value { .. }));
    fits(ClientMessage::decode(frame).err()) || fits(RelayMessage::decode(frame).err())
}

/// With every value at the first byte of its fields, and at the last.
fn say_variants(out: &mut impl Write, mut frame: Vec<u8>) -> io::Result<()> {
    for end in [1, frame.len().saturating_sub(1)] {
        // A message without fields has no such byte.
        let Some(before) = frame[1..].get(end.wrapping_sub(1)).copied() else { continue };
        for value in 0..=u8::MAX {
            frame[end] = value;
            say(out, &frame)?;
        }
        frame[end] = before;
    }
    Ok(())
}

fn say(out: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let hex = hex::encode(frame);
    let of_device = ClientMessage::decode(frame).map_or_else(|_| String::new(), |said| format!("{said:?}"));
    let of_relay = RelayMessage::decode(frame).map_or_else(|_| String::new(), |said| format!("{said:?}"));
    writeln!(out, "device\t{hex}\t{of_device}")?;
    writeln!(out, "relay\t{hex}\t{of_relay}")
}
