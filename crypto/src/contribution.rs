//! What either side contributes for the other: evaluation, met block and threshold. Messages 3 and 4 of the direct exchange
//! carry it, and so does a seal through a relay (specification, sections 5.2 and 8.5).

use crate::{
    SLOTS,
    commitment::elements,
    epoch::Evaluation,
    error::{ApiMisuse, ExchangeError, InvalidMessage},
    met::MetBlock,
    voprf::Element,
};

/// A peer's contribution, of valid form; whether its proof holds is not known yet.
pub(crate) struct Contribution {
    pub(crate) evaluated: Vec<Element>,
    pub(crate) proof: [u8; Evaluation::PROOF_LEN],
    pub(crate) met: MetBlock,
    pub(crate) threshold: u8,
}

impl Contribution {
    /// Bytes: evaluation, met block, threshold.
    pub(crate) const LEN: usize = Evaluation::LEN + MetBlock::LEN + 1;

    /// Appends one's own to a payload.
    pub(crate) fn encode(
        out: &mut Vec<u8>,
        ours: &Evaluation,
        met: &MetBlock,
        threshold: u8,
    ) -> Result<(), ApiMisuse> {
        if !is_threshold(threshold) {
            return Err(ApiMisuse::Threshold(threshold));
        }
        out.extend_from_slice(ours.as_bytes());
        out.extend_from_slice(met.as_bytes());
        out.push(threshold);
        Ok(())
    }

    /// Reads a peer's: lengths (M-1), threshold (M-16), encodings (M-5, M-6).
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ExchangeError> {
        let bytes: &[u8; Self::LEN] =
            bytes.try_into().map_err(|_| InvalidMessage::Length { expected: Self::LEN, got: bytes.len() })?;
        let (evaluation, rest) = bytes.split_at(Evaluation::LEN);
        let (met, threshold) = rest.split_at(MetBlock::LEN);
        let (points, proof_bytes) = evaluation.split_at(SLOTS * 32);
        let threshold = threshold[0];
        if !is_threshold(threshold) {
            return Err(InvalidMessage::Threshold(threshold).into());
        }
        let mut proof = [0; Evaluation::PROOF_LEN];
        proof.copy_from_slice(proof_bytes);
        Ok(Self { evaluated: elements(points)?, proof, met: MetBlock::decode(met)?, threshold })
    }
}

/// Whether a number of items is one that may be asked for: 1 to 16.
pub(crate) fn is_threshold(threshold: u8) -> bool {
    (1..=SLOTS as u8).contains(&threshold)
}
