//! Every bound of the matcher by its name, with what happens where it is reached.

use std::time::Duration;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What an operator may set; the rest are the constants of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of an epoch. Devices with another cannot use the relay.
    pub epoch: Duration,
    /// Sessions, those whose connection was lost included. One more is refused ([`Bye::Full`](sighej_relay_api::wire::Bye)).
    pub sessions: usize,
    /// Pairs under way, all sessions together: a pair holds up to 6 KiB. One more knock is refused as busy.
    pub pairs: usize,
    /// Pairs under way of one session. Beyond it its own knocks are refused, others' take a random place among the knocks
    /// that it has not answered, and nobody is proposed to it.
    pub pairs_per_session: usize,
    /// Pairs that one session may complete in its epoch. A device's own budget is far below; further knocks are refused.
    pub pairs_per_epoch: usize,
    /// Knocks of one session that nobody has answered. One more is refused.
    pub knocks_outstanding: usize,
    /// Members of a room. One more is refused.
    pub room_members: usize,
    /// Proposals a minute to one session. Later ones wait.
    pub proposals_per_minute: u32,
    /// Frames that a session may send at once. One more ends the session.
    pub frames_burst: u32,
    /// Frames a second that a session may send in the long run.
    pub frames_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            epoch: secs(600),
            sessions: 20_000,
            pairs: 20_000,
            pairs_per_session: 32,
            pairs_per_epoch: 128,
            knocks_outstanding: 16,
            room_members: 2_048,
            proposals_per_minute: 4,
            frames_burst: 128,
            frames_per_second: 16,
        }
    }
}

/// Different keys under one id. One more is refused: squatters cannot shut out all of an id's places from others' knocks.
pub const KEYS_PER_ID: usize = 4;
/// Rooms of one session. One more is refused.
pub const ROOMS_PER_SESSION: usize = 4;

/// How long a session outlives its connection.
pub const LINGER: Duration = secs(60);
/// How long a session outlives its epoch.
pub const AFTER_EPOCH: Duration = secs(30);
/// How long a proposal waits for its knock.
pub const PROPOSAL_WAIT: Duration = secs(30);
/// How long a knock waits for its answer.
pub const KNOCK_WAIT: Duration = secs(60);
/// How long a pair takes from there to both uploads, a lost connection on the way included.
pub const PAIR_WAIT: Duration = secs(90);
/// How long a verdict is owed.
pub const VERDICT_WAIT: Duration = secs(90);
/// How long a session without a partner in its rooms waits for the next search.
pub const SEARCH_AGAIN: Duration = secs(5);
/// Members of a room looked at in one search, from a random one on.
pub const SEARCH: usize = 64;

/// Transmits that one call adds at most for each pair and session that it touches.
pub const TRANSMITS_PER_CALL: usize = 4;
/// Frames owed to one side of a pair: what introduces the other, its seal, the verdict; a second of the first where knocks
/// cross. No more exist.
pub const OWED: usize = 4;
