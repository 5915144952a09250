//! Every bound of the link to a relay by its name, with what happens there.

use std::time::Duration;

use sighej_relay_api::wire::LONGEST;

/// Orders of the driver that wait to be written, each the frames of one step. With one more, the relay reads too slowly:
/// the connection is given up and made again.
pub const ORDERS: usize = 256;
/// Frames that wait for the driver; then the socket is not read.
pub const NEWS: usize = 64;
/// Bytes of the longest message; a longer one closes the connection.
pub const MESSAGE: usize = LONGEST;
/// Bytes that are read at once.
pub const READ_BUFFER: usize = 4 * 1024;
/// Bytes that may wait for the socket; beyond them the connection is given up.
pub const WRITE_BUFFER: usize = 64 * 1024;

/// From dialling to the open WebSocket.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// A batch is written within this, or the connection is given up.
pub const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// How long a goodbye has to go out.
pub const LEAVE_WITHIN: Duration = Duration::from_millis(500);
/// After so much silence of the relay a ping is sent.
pub const PING_AFTER: Duration = Duration::from_secs(35);
/// After so much silence the connection counts as lost.
pub const SILENCE: Duration = Duration::from_secs(75);

/// The pause before the first new try. It doubles with each one, and half of it is left to chance, so that a hall full of
/// devices does not come back at once.
pub const FIRST_PAUSE: Duration = Duration::from_millis(400);
/// The longest pause.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The pause where a further try is not likely to help: another version, another certificate.
pub const LASTING_PAUSE: Duration = Duration::from_secs(60);
/// A connection that held for so long begins the pauses anew.
pub const HELD: Duration = Duration::from_secs(5);

/// Bytes of an answer about statistics; a longer one is none.
pub const ANSWER: usize = 16 * 1024;
/// From dialling to the answer of a request about statistics.
pub const REQUEST_WITHIN: Duration = Duration::from_secs(30);
/// How long after it has learned of an event a device sends its report, at least and at most, at random.
pub const REPORT_AFTER: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(45));
