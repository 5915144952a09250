//! What can go wrong in a pairing, by the party at fault. As in the exchange, every reason stays where it was found.

use thiserror::Error;

use crate::error::{ApiMisuse, ExchangeError, InvalidMessage, PeerIncompatible, PeerMisbehaved};

/// Why a device ends a registration or a pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RelayError {
    /// The bytes are no message of this protocol.
    #[error("the message is malformed: {0}")]
    Malformed(#[from] InvalidMessage),
    /// The peer broke a numbered MUST of the specification.
    #[error("the peer broke the protocol: {0}")]
    Peer(#[from] PeerMisbehaved),
    /// The relay broke a numbered MUST of the specification. Its nudges are worth nothing: use another.
    #[error("the relay broke the protocol: {0}")]
    Relay(#[from] RelayMisbehaved),
    /// The peer speaks another version.
    #[error("the peer speaks another version: {0}")]
    Incompatible(#[from] PeerIncompatible),
    /// a sealed message did not open: its sender does not hold the token, the room or the pair key that it
    /// must, or it was sealed for the other direction, or changed on its way. Which of them is not told apart.
    #[error("a sealed message did not open")]
    Decryption,
    /// The caller used the library wrongly.
    #[error("the library was misused: {0}")]
    Misuse(#[from] ApiMisuse),
}

/// What reads a commitment or an evaluation reports in the exchange's words.
impl From<ExchangeError> for RelayError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Malformed(error) => error.into(),
            ExchangeError::Peer(error) => error.into(),
            ExchangeError::Incompatible(error) => error.into(),
            ExchangeError::Decryption => Self::Decryption,
            ExchangeError::Misuse(error) => error.into(),
        }
    }
}

/// A MUST of the specification that the relay broke, seen by a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RelayMisbehaved {
    /// the challenge's key is not canonically encoded, or of low order.
    #[error("its challenge is a key of low order or not canonical")]
    LowOrderKey,
    /// a verdict counts more rows than a pair has slots.
    #[error("a verdict counts {0} rows, where 16 are the most")]
    TooManyRows(u8),
    /// a verdict has bytes behind its rows that are not zero.
    #[error("a verdict has stray bytes behind its rows")]
    StrayBytes,
    /// a verdict names one match twice.
    #[error("a verdict repeats a match")]
    RepeatedMatch,
    /// the rows of a verdict are not ascending.
    #[error("the rows of a verdict are not ascending")]
    MatchesNotAscending,
    /// a verdict names a match that this device did not upload.
    #[error("a verdict names a match that was never uploaded")]
    UnknownMatch,
    /// a verdict shows a seal value that is not the peer's: the match is invented.
    #[error("a verdict shows a false seal: the match is invented")]
    FalseSeal,
    /// a verdict says "match" with fewer items than a threshold asks for: the relay counted wrongly, or the peer
    /// named it a lower threshold than its seal does.
    #[error("a verdict nudges below the threshold")]
    TooFewMatches,
}

/// Why the relay refuses what a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// The bytes are no message of this protocol.
    #[error("the message is malformed: {0}")]
    Malformed(#[from] InvalidMessage),
    /// The client broke a numbered MUST of the specification.
    #[error("the client broke the protocol: {0}")]
    Client(#[from] ClientMisbehaved),
}

/// A MUST of the specification that a client broke, seen by the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClientMisbehaved {
    /// Y is not canonically encoded, or of low order.
    #[error("Y is of low order or not canonical")]
    LowOrderKey,
    /// the proof does not show that the client holds the secret of Y, for this challenge and this id.
    #[error("the registration's proof does not hold")]
    BadRegistration,
    /// an upload is neither the lower's nor the higher's.
    #[error("side {0}, where 0 or 1 belongs")]
    UnknownSide(u8),
    /// an upload names one match value twice.
    #[error("an upload repeats a match value")]
    RepeatedMatch,
    /// the rows of an upload are not ascending.
    #[error("the rows of an upload are not ascending")]
    MatchesNotAscending,
    /// both uploads of a pair say that they are the same side; one of the two lies.
    #[error("both uploads claim the same side")]
    SameSide,
}

/// why a text is no room secret. Said to the person who typed it, so it says what to do; it repeats none of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RoomSecretError {
    /// Not 32 characters.
    #[error("a room secret has 32 characters, and this has {got}; copy the whole of it from the invitation")]
    Length {
        /// How many characters came.
        got: usize,
    },
    /// A character outside a to z and 2 to 7.
    #[error(
        "a room secret is made of the letters a to z and the digits 2 to 7, and character {at} is neither; \
         copy it from the invitation"
    )]
    Alphabet {
        /// The character's position, from 1.
        at: usize,
    },
    /// The checksum at the end is wrong.
    #[error(
        "this room secret is mistyped or made up; copy it from the invitation, or make a new one with an invitation \
         (a secret that a person thinks up can be guessed)"
    )]
    Checksum,
}
