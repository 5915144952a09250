//! The payloads inside the session: fixed sizes, checked first (specification, section 5.2).

use crate::{
    Commitment, SLOTS,
    commitment::elements,
    epoch::Evaluation,
    error::{ApiMisuse, ExchangeError, InvalidMessage, PeerMisbehaved},
    met::MetBlock,
    voprf::Element,
};

use super::tags::{TAGS_LEN, Tags};

/// Bytes that Noise adds to a payload: its authentication tag.
pub(super) const MAC: usize = 16;
/// Bytes of an X25519 public key.
const KEY: usize = 32;
/// Payload of message 3.
const OFFER_LEN: usize = Commitment::LEN + ANSWER_HEAD_LEN;
/// What messages 3 and 4 share: evaluation, met block, threshold.
const ANSWER_HEAD_LEN: usize = Evaluation::LEN + MetBlock::LEN + 1;
/// Payload of message 4.
const ANSWER_LEN: usize = ANSWER_HEAD_LEN + TAGS_LEN;

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

/// Evaluation, met block and threshold, as messages 3 and 4 carry them.
pub(super) struct Head {
    pub(super) evaluated: Vec<Element>,
    pub(super) proof: [u8; Evaluation::PROOF_LEN],
    pub(super) met: MetBlock,
    pub(super) threshold: u8,
}

impl Head {
    pub(super) fn encode(out: &mut Vec<u8>, evaluation: &Evaluation, met: &MetBlock, threshold: u8) {
        out.extend_from_slice(evaluation.as_bytes());
        out.extend_from_slice(met.as_bytes());
        out.push(threshold);
    }

    fn decode(bytes: &[u8]) -> Result<Self, ExchangeError> {
        let (evaluation, rest) = split(bytes, Evaluation::LEN)?;
        let (met, rest) = split(rest, MetBlock::LEN)?;
        let (threshold, _) = split(rest, 1)?;
        let (points, proof) = split(evaluation, SLOTS * 32)?;
        let threshold = threshold[0];
        if !is_threshold(threshold) {
            return Err(InvalidMessage::Threshold(threshold).into());
        }
        let proof = proof
            .try_into()
            .map_err(|_| InvalidMessage::Length { expected: Evaluation::PROOF_LEN, got: proof.len() })?;
        Ok(Self { evaluated: elements(points)?, proof, met: MetBlock::decode(met)?, threshold })
    }
}

/// Refuses a threshold of one's own that every peer would refuse.
pub(super) fn check_threshold(threshold: u8) -> Result<(), ApiMisuse> {
    if is_threshold(threshold) { Ok(()) } else { Err(ApiMisuse::Threshold(threshold)) }
}

fn is_threshold(threshold: u8) -> bool {
    (1..=SLOTS as u8).contains(&threshold)
}

/// Message 3's payload. The commitment is looked at first, by `check`, so that a stranger's elements cost nothing.
pub(super) fn decode_offer(
    payload: &[u8],
    check: impl FnOnce(&Commitment) -> Result<(), PeerMisbehaved>,
) -> Result<(Commitment, Head), ExchangeError> {
    let (commitment, rest) = split(payload, Commitment::LEN)?;
    let commitment = Commitment::decode(commitment)?;
    check(&commitment)?;
    Ok((commitment, Head::decode(rest)?))
}

/// Message 4's payload.
pub(super) fn decode_answer(payload: &[u8]) -> Result<(Head, Tags), ExchangeError> {
    let (head, rest) = split(payload, ANSWER_HEAD_LEN)?;
    Ok((Head::decode(head)?, Tags::decode(rest)?))
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), InvalidMessage> {
    bytes.split_at_checked(at).ok_or(InvalidMessage::Length { expected: at, got: bytes.len() })
}
