//! Every bound of the radio link, and what happens beyond it.

use std::time::Duration;

/// Commands that wait for the station. One more is lost: to the peer, a lost message.
pub const COMMANDS_QUEUED: usize = 256;
/// Events that wait for the driver. Beyond half of it sightings are lost, beyond it peers are read no further.
pub const EVENTS_QUEUED: usize = 256;
/// What link tasks have to tell. Beyond it they wait, and read no further.
pub const TASK_EVENTS_QUEUED: usize = 64;

/// Addresses that were heard. One more takes the place of the one heard longest ago, which can then not be dialled before
/// it is heard again.
pub const ADDRESSES: usize = 512;
/// Addresses that called. One more takes the place of the one that called longest ago, whose failures are forgotten.
pub const CALLERS: usize = 128;

/// Links that others opened and that are up. One more is closed at once.
pub const ACCEPTED: usize = 8;
/// Links in all, with those that are being closed. Beyond it a link that is accepted is closed, and a dial has failed.
pub const LINKS: usize = 24;
/// A dial takes no longer, the platform's retries included. Less than the engine waits, so that it hears how it ended.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(14);
/// Reading a token over a link takes no longer; then the link is closed.
pub const PRESENCE_WITHIN: Duration = Duration::from_secs(5);
/// A link that another opened brings its first whole message within this, or is closed: whoever connects and stays silent
/// holds one of few places.
pub const FIRST_MESSAGE_WITHIN: Duration = Duration::from_secs(10);
/// A packet is taken by the radio within this, or the link is closed.
pub const SEND_WITHIN: Duration = Duration::from_secs(5);
/// A link that is being closed has this long to pass on what was queued.
pub const FLUSH_WITHIN: Duration = Duration::from_secs(2);
/// The platform closes a link within this, or it is dropped.
pub const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Messages that wait to be sent on one link; one more breaks the link.
pub const MESSAGES_QUEUED: usize = 16;
/// Messages of channels that one link brings: a dozen exchanges. One more closes it. Frames of the mesh have an allowance of
/// their own.
pub const MESSAGES: usize = 96;

/// Appearing and falling silent take no longer each; what hangs is given up, and told.
pub const TUNE_WITHIN: Duration = Duration::from_secs(10);
/// How long the driver waits for silence: what was under way, then the silence itself.
pub const SILENT_WITHIN: Duration = Duration::from_secs(21);
