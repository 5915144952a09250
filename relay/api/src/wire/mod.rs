//! The wire between a device and its relay (specification, section 14).
//!
//! One WebSocket, the subprotocol [`SUBPROTOCOL`], one message a binary frame: a type byte, then fields of fixed length
//! in network byte order. Every type has one length, whatever it carries. The bytes of knocks, accepts, seals, uploads
//! and verdicts are opaque here; section 8 says what they are.
//!
//! Pairs go by a [`PairNumber`] that is each session's own: no number means anything on another connection.

mod client;
mod error;
mod names;
mod reader;
mod relay;

pub use client::ClientMessage;
pub use error::WireError;
pub use names::{PairNumber, WireId};
pub use relay::{Bye, PairEnd, Refusal, RelayMessage};

/// The WebSocket subprotocol. Its number is the version of the wire: a change that an older side cannot read is a new one.
pub const SUBPROTOCOL: &str = "sighej-relay.1";
/// Where the WebSocket is.
pub const PATH: &str = "/v1/relay";

/// Bytes of a challenge.
pub const CHALLENGE_LEN: usize = 48;
/// Bytes of a registration.
pub const REGISTRATION_LEN: usize = 80;
/// Bytes of a knock.
pub const KNOCK_LEN: usize = 645;
/// Bytes of an accept.
pub const ACCEPT_LEN: usize = 645;
/// Bytes of a seal.
pub const SEAL_LEN: usize = 737;
/// Bytes of an upload.
pub const UPLOAD_LEN: usize = 514;
/// Bytes of a verdict.
pub const VERDICT_LEN: usize = 513;

/// No frame of this protocol is longer, in either direction.
pub const LONGEST: usize = 1 + PairNumber::LEN + SEAL_LEN;
