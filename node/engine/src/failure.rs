//! Why an exchange did not come to its end, and why a device would not nudge. Both stay on this device.

use std::fmt;

use sighej_crypto::{ExchangeError, PeerMisbehaved, relay::RelayError};
use thiserror::Error;

/// Why an exchange did not come to its end. Holds nothing that tells one peer from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// A message was wrong, as its own reason says.
    #[error("{0}")]
    Exchange(#[from] ExchangeError),
    /// Something that came through a relay was wrong, by fault of the peer, of the relay, or of who knocked.
    #[error("{0}")]
    Relay(#[from] RelayError),
    /// Through a relay: the other left, or took too long.
    #[error("the other left, or took too long")]
    RelayEnded,
    /// The relay passed on a step of a pairing where none belongs.
    #[error("the relay mixed up the steps of a comparison")]
    RelayOutOfTurn,
    /// The relay speaks of a room that this device is not in.
    #[error("the relay named a room that this device is not in")]
    FalseRoom,
    /// A message came where none belongs (M-24).
    #[error("the peer spoke out of turn")]
    OutOfTurn,
    /// A presence frame of another length than 9 bytes (M-19).
    #[error("the peer's presence is malformed")]
    BadPresence,
    /// A presence frame of another version (M-21).
    #[error("the peer speaks another version; update the older of the two")]
    OtherVersion,
    /// A link that showed one token shows another (M-23).
    #[error("the peer changed its token on one link")]
    TokenChanged,
    /// A link shows one's own token (M-22).
    #[error("the peer shows our own token")]
    OwnToken,
    /// The initiator is not the one whose token was heard on this link (M-12).
    #[error("the peer's token was not heard here")]
    NotHeard,
    /// Another digest authenticated under this token before (M-18).
    #[error("the token belongs to another device")]
    TokenTaken,
    /// This digest sent a false proof, or too many invalid messages.
    #[error("the peer broke the protocol before, and is not answered in this epoch")]
    Ended,
    /// This digest has had all its exchanges.
    #[error("the peer has had all its exchanges in this epoch")]
    Exhausted,
    /// The initiator has not been near for long enough; nothing is held against it.
    #[error("the peer is too far away, or has only just come")]
    TooFar,
    /// The responder closed before its answer; it may not have us near yet.
    #[error("the peer was not ready; tried again later")]
    NotReady,
    /// The responder closed before it said who it is.
    #[error("the peer refused")]
    Refused,
    /// The initiator closed or fell silent before it said who it is.
    #[error("the peer left before it said who it is")]
    LeftEarly,
    /// The initiator took the answer and kept its own tags.
    #[error("the peer left before the last message")]
    LateAbort,
    /// The link went away.
    #[error("the connection was lost")]
    LinkLost,
    /// The address could not be reached.
    #[error("the peer could not be reached")]
    Unreachable,
    /// This device has no evaluation left for a stranger.
    #[error("this device has met as many strangers as it may for now")]
    BudgetSpent,
    /// Too many exchanges at once.
    #[error("too many exchanges at once")]
    Busy,
    /// M-25: a frame that no neighbour of the mesh sends.
    #[error("a neighbour broke the rules of the mesh")]
    BadMesh,
    /// A neighbour said too much about others in too short a time.
    #[error("a neighbour says too much about others")]
    MeshFlood,
    /// Both sides opened an exchange; this one gave way. It counts as nothing.
    #[error("both sides began at once; the other exchange goes on")]
    Crossed,
}

impl Failure {
    /// Whether the peer sent something that it never may.
    pub(crate) fn is_invalid_message(self) -> bool {
        self == Self::OutOfTurn
            || matches!(self, Self::Exchange(error) if !is_misuse(error))
            // Sealed under the key of this pair: nobody else can have written it.
            || matches!(self, Self::Relay(RelayError::Malformed(_) | RelayError::Peer(_)))
    }

    pub(crate) fn is_bad_proof(self) -> bool {
        self == Self::Exchange(ExchangeError::Peer(PeerMisbehaved::BadProof))
            || self == Self::Relay(RelayError::Peer(PeerMisbehaved::BadProof))
    }
}

fn is_misuse(error: ExchangeError) -> bool {
    matches!(error, ExchangeError::Misuse(_))
}

/// Why this device would not nudge now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GateReason {
    /// It is closing, pausing, or about to change its interests.
    #[error("this device is closing")]
    Closing,
    /// The attendee blocked this person.
    #[error("you blocked this person")]
    Blocked,
    /// This person left two exchanges before the last message.
    #[error("the peer left before the last message twice")]
    LateAborts,
    /// Nudged before, in this session.
    #[error("you have met this person")]
    Met,
    /// Nudged before, in this epoch; true tags were sent, and nothing is shown twice.
    #[error("you were told of this person already")]
    AlreadyNudged,
    /// Too few people are near: a nudge would point at one of them.
    #[error("too few people are near")]
    CrowdGuard,
    /// The last nudge is too recent.
    #[error("the last nudge was a moment ago")]
    CoolDown,
    /// The attendee wants quiet now.
    #[error("these are quiet hours")]
    QuietHours,
}

/// Why nobody is found, and what would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// The device is not open.
    NotOpen,
    /// Paused.
    Paused,
    /// Between two epochs, or about to change interests: silent for a moment.
    BetweenEpochs,
    /// Nobody else was heard.
    NothingHeard,
    /// Somebody was heard, but too weakly, or not for long enough.
    TooFar,
    /// Too few people are near for a nudge that points at nobody.
    CrowdGuard {
        /// How many more it takes.
        more: usize,
    },
    /// The last nudge is too recent.
    CoolDown,
    /// The attendee wants quiet now.
    QuietHours,
    /// Somebody new is near, and this device has met as many strangers as it may for now.
    BudgetSpent,
    /// Somebody is near, and an exchange is under way or to come.
    FindingOut,
    /// Everybody near was asked, and nothing came of it.
    NothingShared,
}

impl fmt::Display for Alone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen => f.write_str("this device is not open; open it to be found"),
            Self::Paused => f.write_str("paused"),
            Self::BetweenEpochs => f.write_str("changing identity; back within a moment"),
            Self::NothingHeard => {
                f.write_str("nobody else was heard yet; whoever is not open cannot be heard")
            }
            Self::TooFar => f.write_str("somebody is there, but too far away, or has only just come"),
            Self::CrowdGuard { more: 1 } => f.write_str("waiting for one more person nearby"),
            Self::CrowdGuard { more } => write!(f, "waiting for {more} more people nearby"),
            Self::CoolDown => f.write_str("you were nudged a moment ago; the next may come soon"),
            Self::QuietHours => f.write_str("these are your quiet hours"),
            Self::BudgetSpent => {
                f.write_str("you have met as many strangers as the privacy budget allows for now")
            }
            Self::FindingOut => f.write_str("somebody is near; finding out"),
            Self::NothingShared => f.write_str("nobody near shares an interest with you so far"),
        }
    }
}

/// A device's state in a few words, for a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The epoch whose secrets are held, if any are.
    pub epoch: Option<u32>,
    /// How many tokens were heard and have not lapsed, near or not.
    pub heard: usize,
    /// How many are near.
    pub near: usize,
    /// How many of them count for the crowd guard now.
    pub crowd: usize,
    /// Exchanges under way.
    pub exchanges: usize,
    /// Evaluations left in this window for strangers heard by radio.
    pub budget_left: u8,
    /// Nudges of this session that are remembered.
    pub nudges: usize,
    /// Why nobody is found; none while somebody near was nudged.
    pub alone: Option<Alone>,
}

#[cfg(test)]
mod tests {
    use sighej_crypto::ApiMisuse;

    use super::*;

    #[test]
    fn a_mistake_of_our_own_is_not_held_against_the_peer() {
        assert!(!Failure::Exchange(ExchangeError::Misuse(ApiMisuse::OtherPeer)).is_invalid_message());
        assert!(Failure::Exchange(ExchangeError::Decryption).is_invalid_message());
        assert!(Failure::OutOfTurn.is_invalid_message() && !Failure::LateAbort.is_invalid_message());
        assert!(Failure::Exchange(ExchangeError::Peer(PeerMisbehaved::BadProof)).is_bad_proof());
    }
}
