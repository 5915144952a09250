//! Messages over a link of small packets (specification, sections 16.4 and 16.5). Pure: no clock, no socket.
//!
//! A [`Link`](crate::Link) passes packets of at most `max_packet` bytes, each whole or not at all, in any order, perhaps
//! twice. A [`Fragmenter`] cuts messages into such packets and a [`Reassembly`] makes messages of them again, in the
//! order in which they were sent. [`channel`] says what a message means.
//!
//! ```text
//! packet  = message number (1) ‖ last (1 bit), fragment index (7 bits) ‖ part of the message
//! message = kind (1) ‖ channel number (1) ‖ body
//! ```

pub mod channel;
mod fragment;
mod reassembly;

pub use fragment::{Fragmenter, MessageError};
pub use reassembly::{PacketError, Reassembly};

/// Bytes before each packet's part of a message.
pub const PACKET_HEADER: usize = 2;
/// The shortest `max_packet` that a link may have: ATT MTU 23, less ATT's header (3) and a link's id (2).
pub const MIN_PACKET: usize = 18;
/// No packet is longer, whatever the link would take: an attribute's value ends at 512 bytes.
pub const MAX_PACKET: usize = 512;
/// Bytes of a message, at most. The longest of an exchange has 1,384 with its header; this many still fit the 128
/// fragments of the shortest packets.
pub const MAX_MESSAGE: usize = 2048;

/// What a packet says of the last fragment of a message.
const LAST: u8 = 0x80;
/// What every fragment but the last carries, at least: a link's shortest packet, filled.
const MIN_PART: usize = MIN_PACKET - PACKET_HEADER;

const _: () = assert!(MAX_MESSAGE.div_ceil(MIN_PART) <= LAST as usize, "the index has seven bits");
