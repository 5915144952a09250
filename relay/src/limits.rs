//! Every bound of the server around the matcher, and what happens beyond it. The matcher's are in
//! [`sighej_matcher::limits`].

use std::time::Duration;

use sighej_relay_api::wire::LONGEST;

/// Connections that have not registered. One more closes the oldest of the address that has the most of them, so that
/// a flood from one place displaces itself, and a venue behind one address, whose devices register at once, goes on.
pub const HALF_OPEN: usize = 1024;
/// Sessions of one address, by default: three quarters of all, so that no address takes every place. One more is refused.
pub const SESSIONS_PER_ADDRESS: usize = 15_000;
/// From the connection to the end of the TLS handshake, and from there to the end of the request's head.
pub const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// From the WebSocket's opening to the registration.
pub const REGISTER_WITHIN: Duration = Duration::from_secs(10);
/// A write that takes longer ends the connection; its session waits for another.
pub const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// How long a closed connection may take to close its own end.
pub const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// How long the relay waits for all connections when it stops.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Bytes of a request's head; a longer one is refused.
pub const HEAD_BYTES: usize = 8 * 1024;
/// Bytes of a WebSocket's read buffer, which is there as long as the connection. The two longest frames that a device
/// sends at once fit: one more read of the system costs more time than the kilobyte is worth.
pub const READ_BUFFER: usize = 2048;
/// Messages of one connection that are looked at together; those of the others come next.
pub const FRAMES_TOGETHER: usize = 16;
/// Bytes of one WebSocket message; a longer one ends the connection unread.
pub const MESSAGE_BYTES: usize = 2 * LONGEST;
/// Bytes that wait to be written before they are written, flush or not.
pub const WRITE_BUFFER: usize = 4 * 1024;
/// Frames queued towards one connection, beyond which it is cut off as slow: a quarter of a megabyte at most.
pub const FRAMES_QUEUED: usize = 256;

/// A connection that is silent for so long is asked whether it is there,
pub const PING_AFTER: Duration = Duration::from_secs(30);
/// and taken for lost after so long.
pub const LOST_AFTER: Duration = Duration::from_secs(75);
/// How often silence is looked for.
pub const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How often the matcher's deadlines are looked at.
pub const TICK: Duration = Duration::from_millis(100);
/// The pause after a connection could not be accepted, as where the process has no file descriptor left.
pub const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
