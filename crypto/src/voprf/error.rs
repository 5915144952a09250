use thiserror::Error;

/// Bytes that are no valid group element.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ElementError {
    /// Not the canonical encoding of any element (RFC 9496, section 4.3.1).
    #[error("not a canonical ristretto255 encoding")]
    NonCanonical,
    /// The identity, which RFC 9497, section 4.1, refuses.
    #[error("the identity element")]
    Identity,
}

/// Bytes that are no valid scalar.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ScalarError {
    /// Not below the group order.
    #[error("scalar not below the group order")]
    NonCanonical,
    /// Zero, where a key or a blind was expected.
    #[error("scalar is zero")]
    Zero,
    /// Key info longer than 65,535 bytes.
    #[error("key info has {len} bytes, more than 65,535")]
    InfoTooLong {
        /// Its length in bytes.
        len: usize,
    },
}

/// A private input that the VOPRF cannot take.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum InputError {
    /// Longer than [`MAX_INPUT_LEN`](super::MAX_INPUT_LEN).
    #[error("input has {len} bytes, more than 65,535")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// It hashes to the identity; nobody knows such an input.
    #[error("input hashes to the identity element")]
    Identity,
}

/// A batch whose shape is wrong: the caller's mistake, never the other side's.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BatchError {
    /// No items.
    #[error("empty batch")]
    Empty,
    /// More than [`MAX_BATCH`](super::MAX_BATCH) items.
    #[error("batch of {len}, more than 64")]
    TooLarge {
        /// How many items came.
        len: usize,
    },
    /// Lists that belong together differ in length.
    #[error("lists of {left} and {right} items belong together")]
    LengthMismatch {
        /// Items in the one list.
        left: usize,
        /// Items in the other.
        right: usize,
    },
    /// The evaluation was verified for other blinded elements than these.
    #[error("evaluation belongs to other blinded elements")]
    ForeignEvaluation,
}

/// An evaluation that was not accepted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum VerifyError {
    /// The lists do not fit each other.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The proof does not show these evaluations under this public key.
    #[error("proof does not hold")]
    BadProof,
}
