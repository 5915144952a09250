//! Tags: how each side shows, item by item, that it holds what the other holds (specification, section 5.3).

use rand_core::CryptoRng;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};

use zeroize::Zeroizing;

use crate::{
    SLOTS,
    epoch::SharedItems,
    error::{ExchangeError, InvalidMessage, PeerMisbehaved},
    label::DIRECT_TAG,
};

use super::Role;

const TAG: usize = 16;
pub(super) const TAGS_LEN: usize = SLOTS * TAG;

/// Tags by slot, before they are sorted into a message.
type BySlot = Zeroizing<[[u8; TAG]; SLOTS]>;

/// The 16 tags of a message, strictly ascending.
#[derive(Clone)]
pub(super) struct Tags([[u8; TAG]; SLOTS]);

impl Tags {
    /// One tag for each item: `HMAC(D, label ‖ role ‖ h)`, by slot. Secret until they are sent.
    pub(super) fn by_slot(items: &SharedItems, role: Role, h: &[u8; 32]) -> BySlot {
        let mut tags = Zeroizing::new([[0; TAG]; SLOTS]);
        for (tag, item) in tags.iter_mut().zip(items.iter()) {
            let full = Zeroizing::new(DIRECT_TAG.hmac(item, &[&[role as u8], h]));
            tag.copy_from_slice(&full[..TAG]);
        }
        tags
    }

    /// What goes out: the true tags where `truly`, else as many random ones, sorted, the work being the same.
    pub(super) fn to_send<R: CryptoRng + ?Sized>(truth: &BySlot, truly: Choice, rng: &mut R) -> Self {
        let mut sent = [[0; TAG]; SLOTS];
        rng.fill_bytes(sent.as_flattened_mut());
        for (sent, truth) in sent.as_flattened_mut().iter_mut().zip(truth.as_flattened()) {
            sent.conditional_assign(truth, truly);
        }
        sent.sort_unstable();
        Self(sent)
    }

    /// Which slots' expected tags are among these, each compared with each in constant time.
    pub(super) fn among(&self, expected: &BySlot) -> [Choice; SLOTS] {
        std::array::from_fn(|slot| self.contains(&expected[slot]))
    }

    /// Whether any tag of the peer's is one that this side sent: an echo (M-14).
    pub(super) fn refuse_echo(&self, sent: &Self) -> Result<(), PeerMisbehaved> {
        if sent.0.iter().any(|tag| bool::from(self.contains(tag))) {
            return Err(PeerMisbehaved::EchoedTags);
        }
        Ok(())
    }

    fn contains(&self, tag: &[u8; TAG]) -> Choice {
        self.0.iter().fold(Choice::from(0), |any, other| any | other.ct_eq(tag))
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ExchangeError> {
        if bytes.len() != TAGS_LEN {
            return Err(InvalidMessage::Length { expected: TAGS_LEN, got: bytes.len() }.into());
        }
        let mut tags = [[0; TAG]; SLOTS];
        for (tag, bytes) in tags.iter_mut().zip(bytes.chunks_exact(TAG)) {
            tag.copy_from_slice(bytes);
        }
        if !tags.is_sorted_by(|a, b| a < b) {
            return Err(PeerMisbehaved::TagsNotAscending.into());
        }
        Ok(Self(tags))
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_flattened());
    }
}

/// Whether the true items among `found` reach the threshold, without a branch on any of them.
pub(super) fn reaches(found: &[Choice; SLOTS], threshold: u8) -> Choice {
    let count = found.iter().map(Choice::unwrap_u8).sum::<u8>();
    !threshold.ct_gt(&count)
}
