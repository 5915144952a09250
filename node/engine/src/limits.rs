//! Every bound of the engine by its name, with what happens where it is reached.

use std::time::Duration;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

// The evaluation budget (specification, "Policy around an exchange").

/// Length of a budget window. Windows are monotonic: no rotation, closing or wipe resets one.
pub const BUDGET_WINDOW: Duration = secs(600);
/// Evaluations in one window. Beyond it the device says so in its flag, and serves only peers charged before.
pub const BUDGET_TOTAL: u8 = 24;
/// Of these, at most so many for tokens that were not heard by radio.
pub const BUDGET_NOT_RADIO: u8 = 8;
/// How many of a window's evaluations are there at its start.
pub const BUDGET_AT_START: u8 = 8;
/// One more comes each time this has passed.
pub const BUDGET_DRIP: Duration = secs(35);

// Exchanges.

/// Exchanges that have not passed message 3, both directions together. Beyond it a caller is closed, and one's own wait.
pub const HALF_OPEN: usize = 8;
/// Of these, at most so many opened by others, so that a crowd of callers leaves room for one's own.
pub const HALF_OPEN_INBOUND: usize = 6;
/// Exchanges that run past message 3 at once. Further ones are held before it, within their deadline.
pub const PAST_OFFER: usize = 2;
/// From an exchange's start to message 3.
pub const HANDSHAKE: Duration = secs(10);
/// How long a responder holds message 3 for its own dwell, RSSI gate, or a free place past message 3.
pub const HOLD: Duration = secs(6);
/// Of that hold, the first part for a radio token that was not heard at all: an exchange can be quicker than an advert, and a
/// connection takes the caller's advert off the air for a moment. Not heard by then, it is taken for one that cannot be.
pub const UNHEARD: Duration = secs(4);
/// How long an initiator waits for message 4: the hold, and time for the work and the way.
pub const ANSWER_WAIT: Duration = secs(10);
/// How long a responder waits for message 5.
pub const TAGS_WAIT: Duration = secs(5);
/// When an initiator tries again after a close between messages 3 and 4 ("not ready"); then it gives up for this turn.
pub const NOT_READY_RETRIES: [Duration; 3] = [secs(10), secs(30), secs(90)];
/// Failures before authentication on one token and address; then that address is left alone for the epoch.
pub const STRIKES: u8 = 3;
/// The pause after the first such failure, and after each further one.
pub const STRIKE_BACKOFF: [Duration; 2] = [secs(5), secs(20)];
/// Invalid messages after authentication that end a digest.
pub const INVALID_MESSAGES: u8 = 3;
/// Exchanges left between messages 4 and 5 that earn a digest random tags.
pub const LATE_ABORTS: u8 = 2;
/// Completed exchanges with one digest, all paths together.
pub const COMPLETED: u8 = 3;

// Who starts, and when.

/// How long the device with the higher token waits after its own completed dwell before it tries, on the radio.
pub const FALLBACK: Duration = secs(2);
/// How long an initiation waits for the crowd guard.
pub const CROWD_WAIT: Duration = secs(45);
/// How recently a token must have been heard to count for the crowd guard, and to be near at all.
pub const RECENT: Duration = secs(10);
/// A token lapses this long after its last advert.
pub const LAPSE: Duration = secs(30);
/// From a first contact to its first repeat, and from there to the second.
pub const REPEAT: Duration = secs(180);
/// A repeat comes up to this much later, at random.
pub const REPEAT_JITTER: Duration = secs(20);
/// The other side repeats this long after the latest moment at which the first would have.
pub const REPEAT_FALLBACK: Duration = secs(30);
/// An exchange this long before a repeat is due stands for it.
pub const REPEAT_SLACK: Duration = secs(60);
/// A bare advert's token is read this long after a boundary, when every device's silence is over.
pub const BARE_READ: Duration = secs(35);

// The epoch.

/// No exchange starts this close to a boundary.
pub const LAST_CALL: Duration = secs(15);
/// How often a present device asks for the time, to notice a clock that was set.
pub const CLOCK_CHECK: Duration = secs(30);
/// The silence after a boundary, at least and at most.
pub const SILENCE: (Duration, Duration) = (secs(5), secs(30));
/// The silence before changed interests take effect where the attendee insists.
pub const INSIST_SILENCE: (Duration, Duration) = (secs(60), secs(180));
/// An epoch's length is kept within these.
pub const EPOCH_LENGTH: (Duration, Duration) = (secs(60), secs(3600));
/// An attendee's session lasts no longer.
pub const SESSION: Duration = secs(7200);

// The relay.

/// How long a relay has to greet, and then to answer a registration; then the connection is closed.
pub const RELAY_ANSWER: Duration = secs(10);
/// Somebody near with whom no exchange was completed is knocked at this long after they came near.
pub const KNOCK_AFTER: Duration = secs(20);
/// Knocks that wait for an answer. Further ones wait; the relay refuses a seventeenth.
pub const KNOCKS: usize = 8;
/// How long a knock waits for its answer. The relay forgets it then, too.
pub const KNOCK_WAIT: Duration = secs(60);
/// From a knock that led to nothing to the next one at the same token.
pub const KNOCK_AGAIN: Duration = secs(30);
/// Pairings with one digest or token in an epoch, whichever way they begin: a relay that starts again, or lies, gets no
/// more out of this device.
pub const RELAY_TRIES: u8 = 3;
/// Pairings under way. One more is given up at once.
pub const RELAY_PAIRS: usize = 16;
/// How long a pairing waits for the other's next step. The relay decides sooner: 90 s to both uploads, 90 s for a verdict.
pub const RELAY_PAIR_WAIT: Duration = secs(200);
/// How long somebody who knocks waits for this device's budget.
pub const RELAY_HOLD: Duration = secs(45);
/// Pairings whose gate is open and whose verdict is awaited, where a cool-down is set. The gate of a further one is closed.
pub const RELAY_PENDING: usize = 2;
/// How long a device that is closing waits for verdicts that its peers may be shown.
pub const RELAY_WINDING: Duration = secs(10);
/// Rooms to be in; the relay has the same bound.
pub const RELAY_ROOMS: usize = 4;
/// After a room that is full, when this device asks again.
pub const ROOM_AGAIN: Duration = secs(60);
/// A relay cannot send this device away for longer.
pub const RELAY_AWAY: Duration = secs(120);
/// Up to here a relay's time may correct the clock; a clock further off is not followed, and its owner is warned.
pub const CLOCK_CORRECTION: Duration = secs(20);
/// A difference below it is what the way of a message takes, and corrects nothing.
pub const CLOCK_SLACK: Duration = secs(1);

// The mesh (specification, section 17).

/// No frame passes more devices than this, whatever an attendee sets.
pub const MESH_HOPS: u8 = 4;
/// Entries in what one neighbour tells another. Of more, the nearest are told, and of those equally near, others by each
/// device.
pub const MESH_TOLD: usize = 32;
/// Neighbours on a network that are told something, and such that tell something. What one more would say is not looked at, and it
/// is told nothing.
pub const MESH_NEIGHBOURS: usize = 32;
/// Radio links kept up for the mesh. A further one is closed after its exchange, as without a mesh.
pub const MESH_RADIO_LINKS: usize = 3;
/// Tokens that were told of, not heard. Further ones are not taken in, and none takes the place of somebody who was heard.
pub const MESH_PEERS: usize = 64;
/// The least time between two lists told to one neighbour. Changes in between are told together, and
/// so are those of its first moments.
pub const MESH_TELL_EVERY: Duration = secs(2);
/// What one more list or hello from a neighbour costs of its time, and how much of it may be owed. Beyond it the neighbour is
/// one no longer.
pub const MESH_HEAR: (Duration, Duration) = (secs(1), secs(8));
/// The time that one byte sent to a neighbour takes of its rate: 2 KiB/s.
pub const MESH_BYTE: Duration = Duration::from_nanos(1_000_000_000 / 2048);
/// How much of that time may be owed: 8 KiB at once.
pub const MESH_BURST: Duration = secs(4);
/// Frames that wait for the rate of one neighbour. One more ends its conversation, both ways.
pub const MESH_QUEUE: usize = 16;
/// Conversations of others that are passed on. One more is refused.
pub const MESH_PATHS: usize = 32;
/// Of these, at most so many that came in by one neighbour.
pub const MESH_PATHS_PER_NEIGHBOUR: usize = 8;
/// A conversation in which nothing was said for this long is forgotten: longer than an exchange waits for anything.
pub const MESH_PATH_IDLE: Duration = secs(30);
/// Conversations that are known to have passed. Beyond it the oldest is forgotten; the count of hops ends a loop as well.
pub const MESH_SEEN: usize = 256;
/// Exchanges that come to this device by one neighbour at once. One more is refused.
pub const MESH_INBOUND: usize = 2;
/// From when somebody out of reach was first told of to an exchange over the mesh: a direct way comes first.
pub const MESH_AFTER: Duration = secs(5);
/// The device with the higher token opens so much later: the other may not have been told.
pub const MESH_FALLBACK: Duration = secs(30);

// Tables and queues.

/// Tokens heard. A new one beyond it takes the place of a random newcomer; where there is none, it is not taken in.
pub const PEERS: usize = 256;
/// Of these, newcomers: tokens that have not passed dwell, have no link and no exchange. One more takes the place of a
/// random one of them, so that no flood of fake tokens pushes out a peer past dwell, and none is sure to push out another;
/// and one below the RSSI gate takes nobody's place, so that a crowd far away leaves room for who comes near.
pub const NEWCOMERS: usize = 128;
/// Addresses heard with bare adverts. Overflow as for [`NEWCOMERS`]: a random one that has not passed dwell goes, for one
/// above the RSSI gate.
pub const BARE_ADDRESSES: usize = 64;
/// Addresses remembered for one token; the one heard longest ago is forgotten.
pub const ADDRESSES: usize = 3;
/// Links. One more is closed at once.
pub const LINKS: usize = 128;
/// Links on which one token was announced. One more is closed at once.
pub const LINKS_PER_PEER: usize = 4;
/// Dials under way. Further ones wait.
pub const DIALS: usize = 4;
/// A dial takes no longer.
pub const DIAL_WAIT: Duration = secs(15);
/// A link shows its token within this, or is closed.
pub const PRESENCE_WAIT: Duration = secs(10);
/// What was sent last is given this long to arrive: before an unused radio link of one's own is closed, and before a
/// device that is closing closes everything.
pub const LINK_LINGER: Duration = secs(2);
/// A radio link that another opened is closed when unused for this long.
pub const LINK_IDLE: Duration = secs(30);
/// Digests that authenticated in this epoch. Beyond it the one longest unused goes, of those not charged.
pub const DIGESTS: usize = 256;
/// Addresses with failures. Beyond it the one whose last failure is oldest is forgiven.
pub const STRUCK: usize = 128;
/// Markers of nudges. Beyond it the oldest goes, one that was not blocked first.
pub const MARKERS: usize = sighej_crypto::MET_RECOGNISED;
/// Outputs that were not drained. A caller that leaves more undrained is broken, and the device falls silent.
pub const TRANSMITS: usize = 4096;
/// Events that were not drained; the oldest is dropped.
pub const EVENTS: usize = 1024;
