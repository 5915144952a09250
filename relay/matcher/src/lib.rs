//! The relay's core as one pure state machine: proven registrations, messages, lost connections and time go in; frames to
//! send, connections to close and things to count come out. No clock, no sockets, no randomness of its own.
//!
//! # Order of calls
//!
//! 1. [`Matcher::new`], then at any time one of the `handle_*` calls, each with the time of the call: a monotonic
//!    duration, and for a registration UTC beside it ([`Now`]).
//! 2. After each of them, drain [`Matcher::poll_transmit`] until `None` and do what it says, in order; drain
//!    [`Matcher::poll_event`] and count what it says.
//! 3. Arm one timer for [`Matcher::poll_timeout`], and call [`Matcher::handle_timeout`] when it rings. Any call may move it.
//!
//! **The invariant: mutate, drain, mutate.** Both queues are empty when a `handle_*` call begins; one call adds no more
//! than [`limits::TRANSMITS_PER_CALL`] for each pair and session that it touches.
//!
//! # What the shell owes
//!
//! * It gives a connection's messages in order, and none after [`Transmit::Close`] or [`Matcher::handle_lost`] of it.
//! * A registration comes from [`RegistrationChallenge::verify`](sighej_crypto::relay::RegistrationChallenge::verify) of a
//!   challenge that this connection alone was given.
//! * Frames of one connection are sent in order, or the connection is cut.
//!
//! # What the matcher promises
//!
//! * **Both or neither.** A verdict is released when both devices are connected, and to both in one call. Whoever
//!   uploaded and whose peer never did gets "no match", as where nothing is shared.
//! * **Nothing is lost with a connection.** Each frame of a pair is owed until the device's next step shows that it came,
//!   and a device that is back within [`limits::LINGER`] gets again whatever it is owed.
//! * **Nothing is kept.** A session and all its pairs go at goodbye, [`limits::LINGER`] after a lost connection, and
//!   [`limits::AFTER_EPOCH`] after the end of its epoch. Nothing here is ever printed or written.
//! * Every table has its bound, with what happens there, in [`limits`].

mod bucket;
mod deadlines;
mod ending;
mod face;
pub mod limits;
mod output;
mod pair;
mod pairing;
mod proposals;
mod rooms;
mod session;
mod state;
mod table;
mod time;

pub use face::Matcher;
pub use limits::Limits;
pub use output::{Event, FailureKind, SessionEnd, Transmit};
pub use session::ConnectionId;
pub use time::Now;
