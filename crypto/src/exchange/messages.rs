//! The payloads inside the session: fixed sizes, checked first (specification, section 5.2).

use crate::{
    Commitment,
    contribution::Contribution,
    error::{ExchangeError, InvalidMessage},
};

use super::tags::{TAGS_LEN, Tags};

/// Bytes that Noise adds to a payload: its authentication tag.
pub(super) const MAC: usize = 16;
/// Bytes of an X25519 public key.
const KEY: usize = 32;
/// Payload of message 3.
const OFFER_LEN: usize = Commitment::LEN + Contribution::LEN;
/// Payload of message 4.
const ANSWER_LEN: usize = Contribution::LEN + TAGS_LEN;

/// Bytes of the five messages as they travel, whatever the interests and the outcome.
pub const MESSAGE_LEN: [usize; 5] = [
    KEY,
    KEY + KEY + MAC + Commitment::LEN + MAC,
    KEY + MAC + OFFER_LEN + MAC,
    ANSWER_LEN + MAC,
    TAGS_LEN + MAC,
];

/// The five messages by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// 1: the initiator's ephemeral key.
    Hello,
    /// 2: the responder's commitment.
    Commitment,
    /// 3: the initiator's commitment and evaluation.
    Offer,
    /// 4: the responder's evaluation and tags.
    Answer,
    /// 5: the initiator's tags.
    Tags,
}

impl Message {
    /// Its length on the wire, in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a length on the wire; no message is empty")]
    pub const fn len(self) -> usize {
        MESSAGE_LEN[self as usize]
    }
}

/// Message 3's payload: the commitment, and what belongs to the contribution.
pub(super) fn split_offer(payload: &[u8]) -> Result<(Commitment, &[u8]), ExchangeError> {
    let (commitment, contribution) = split(payload, Commitment::LEN)?;
    Ok((Commitment::decode(commitment)?, contribution))
}

/// Message 4's payload.
pub(super) fn decode_answer(payload: &[u8]) -> Result<(Contribution, Tags), ExchangeError> {
    let (theirs, rest) = split(payload, Contribution::LEN)?;
    Ok((Contribution::decode(theirs)?, Tags::decode(rest)?))
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), InvalidMessage> {
    bytes.split_at_checked(at).ok_or(InvalidMessage::Length { expected: at, got: bytes.len() })
}
