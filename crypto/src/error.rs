//! What can go wrong in an exchange, by the party at fault. Every reason stays on this device: on the wire each of
//! them is the same silent close (specification, section 7).

use thiserror::Error;

/// Why an exchange ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ExchangeError {
    /// The bytes are no message of this protocol.
    #[error("the message is malformed: {0}")]
    Malformed(#[from] InvalidMessage),
    /// The peer broke a numbered MUST of the specification.
    #[error("the peer broke the protocol: {0}")]
    Peer(#[from] PeerMisbehaved),
    /// The peer speaks another version.
    #[error("the peer speaks another version: {0}")]
    Incompatible(#[from] PeerIncompatible),
    /// A ciphertext did not open. Why is not told apart, so that nobody can ask (M-20).
    #[error("a message did not decrypt")]
    Decryption,
    /// The caller used the library wrongly.
    #[error("the library was misused: {0}")]
    Misuse(#[from] ApiMisuse),
}

/// Bytes that cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidMessage {
    /// A message or a part of it has the wrong length in bytes (M-1).
    #[error("{got} bytes where {expected} belong")]
    Length {
        /// What the specification says.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// A threshold outside 1 to 16 (M-16).
    #[error("a threshold of {0}, where 1 to 16 is allowed")]
    Threshold(u8),
}

/// A MUST of the specification that the peer broke; the number stands in each variant's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PeerMisbehaved {
    /// M-4: the epoch number differs from one's own by more than one.
    #[error("the commitment is of another epoch")]
    EpochOutOfRange,
    /// M-5: an element is not the canonical encoding of a ristretto255 point.
    #[error("an element is not canonically encoded")]
    NonCanonicalElement,
    /// M-6: an element is the identity.
    #[error("an element is the identity")]
    IdentityElement,
    /// M-7: an X25519 key is not canonically encoded, or of low order.
    #[error("an X25519 key is of low order or not canonical")]
    LowOrderKey,
    /// M-8: the blinded interests are not strictly ascending.
    #[error("the blinded interests are not strictly ascending")]
    CommitmentNotAscending,
    /// M-9: K or a blinded interest equals one of one's own.
    #[error("the commitment reflects our own")]
    ReflectedElement,
    /// M-10: the commitment's digest does not begin with the token that was heard.
    #[error("the commitment is not the one whose token was heard")]
    TokenMismatch,
    /// M-11: the commitment's X is not the static key of this Noise session.
    #[error("the commitment names another Noise key")]
    StaticKeyMismatch,
    /// M-13: the DLEQ proof does not hold for the evaluation.
    #[error("the proof of the evaluation does not hold")]
    BadProof,
    /// M-14: a tag came back that this side had sent.
    #[error("the tags are an echo of our own")]
    EchoedTags,
    /// M-15: tags are not strictly ascending.
    #[error("the tags are not strictly ascending")]
    TagsNotAscending,
    /// M-17: an X25519 agreement came out as zero.
    #[error("the key agreement contributed nothing")]
    NonContributory,
}

/// A peer of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PeerIncompatible {
    /// M-3: the version byte is not ours.
    #[error("version {theirs}; ours is {}", crate::VERSION)]
    Version {
        /// The peer's version byte.
        theirs: u8,
    },
}

/// Mistakes of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ApiMisuse {
    /// The epoch's secrets are not those with which the exchange began.
    #[error("the exchange belongs to another epoch's secrets; end it at the boundary")]
    OtherEpoch,
    /// The evaluation was made for another commitment than this peer's.
    #[error("the evaluation belongs to another peer; evaluate this peer's commitment")]
    OtherPeer,
    /// A threshold outside 1 to 16.
    #[error("a threshold of {0}; choose 1 to {max}", max = crate::SLOTS)]
    Threshold(u8),
    /// The Noise library refused to be set up.
    #[error("the Noise session could not be set up")]
    Noise,
}
