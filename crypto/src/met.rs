//! Met markers: two devices that were nudged together recognise each other after a rotation, with no identifier on the
//! air (specification, section 6.4).

use rand_core::CryptoRng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::redacted::redacted;
use crate::{commitment::Digest, error::InvalidMessage, label::MET};

/// How many markers a message shows: the newest of those remembered, the rest random.
pub const MET_SENT: usize = 16;
/// How many remembered markers are looked for in a peer's message.
pub const MET_RECOGNISED: usize = 64;
/// Bytes of one shown marker.
const SHOWN_LEN: usize = 8;

/// What both devices of a nudged pair remember: 32 secret bytes, wiped on drop, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Marker([u8; 32]);

impl Marker {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What `sender` shows of it to `receiver`: a random-looking value that nobody else can compute or link.
    fn shown(&self, sender: &Digest, receiver: &Digest) -> [u8; SHOWN_LEN] {
        let full = MET.hmac(&self.0, &[sender.as_bytes(), receiver.as_bytes()]);
        let mut out = [0; SHOWN_LEN];
        out.copy_from_slice(&full[..SHOWN_LEN]);
        out
    }
}

impl ConstantTimeEq for Marker {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

redacted!(Marker);

/// The markers in a message: always 16 × 8 bytes, ascending, telling nothing to whom they are not meant for.
#[derive(Clone)]
pub struct MetBlock([u8; MetBlock::LEN]);

impl MetBlock {
    /// Bytes of a block.
    pub const LEN: usize = MET_SENT * SHOWN_LEN;

    /// Shows the newest [`MET_SENT`] of `newest_first` to `receiver`; what is left is filled with random values. The
    /// work is the same for none and for many.
    pub fn seal<R: CryptoRng + ?Sized>(
        newest_first: &[Marker],
        sender: &Digest,
        receiver: &Digest,
        rng: &mut R,
    ) -> Self {
        let mut rows = [[0; SHOWN_LEN]; MET_SENT];
        for (i, row) in rows.iter_mut().enumerate() {
            let mut random = [0; 32];
            rng.fill_bytes(&mut random);
            *row = newest_first.get(i).unwrap_or(&Marker(random)).shown(sender, receiver);
        }
        rows.sort_unstable();
        let mut block = [0; Self::LEN];
        for (out, row) in block.chunks_exact_mut(SHOWN_LEN).zip(rows) {
            out.copy_from_slice(&row);
        }
        Self(block)
    }

    /// Which of the first [`MET_RECOGNISED`] markers of `known` the `sender` shows to `receiver`: their indices,
    /// ascending. The work is the same for none and for many.
    #[must_use]
    pub fn recognise(&self, known: &[Marker], sender: &Digest, receiver: &Digest) -> Vec<usize> {
        let nobody = Marker([0; 32]);
        let mut seen = Vec::new();
        for i in 0..MET_RECOGNISED {
            let marker = known.get(i);
            let expected = marker.unwrap_or(&nobody).shown(sender, receiver);
            let shown =
                self.0.chunks_exact(SHOWN_LEN).fold(Choice::from(0), |any, row| any | row.ct_eq(&expected));
            if bool::from(shown) && marker.is_some() {
                seen.push(i);
            }
        }
        seen
    }

    /// Takes a block out of a message.
    ///
    /// # Errors
    /// [`InvalidMessage::Length`] unless it is [`MetBlock::LEN`] bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, InvalidMessage> {
        let block =
            bytes.try_into().map_err(|_| InvalidMessage::Length { expected: Self::LEN, got: bytes.len() })?;
        Ok(Self(block))
    }

    /// The bytes as they stand in a message.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

redacted!(MetBlock);

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    fn digests() -> (Digest, Digest) {
        (Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]))
    }

    #[test]
    fn a_remembered_marker_is_recognised_by_its_receiver_alone() {
        let (mut rng, (a, b)) = (ChaCha20Rng::seed_from_u64(1), digests());
        let known = vec![Marker([7; 32]), Marker([8; 32]), Marker([9; 32])];
        let block = MetBlock::seal(&known[1..2], &a, &b, &mut rng);
        assert_eq!(block.recognise(&known, &a, &b), [1]);
        assert!(block.recognise(&known, &b, &a).is_empty(), "an echo shows nothing");
        assert!(block.recognise(&known, &a, &Digest::from_bytes([3; 32])).is_empty());
    }

    #[test]
    fn sixteen_are_shown_and_sixty_four_looked_for() {
        let (mut rng, (a, b)) = (ChaCha20Rng::seed_from_u64(2), digests());
        let many: Vec<Marker> = (0..70).map(|i| Marker([i; 32])).collect();
        let block = MetBlock::seal(&many, &a, &b, &mut rng);
        assert_eq!(block.recognise(&many, &a, &b), (0..16).collect::<Vec<_>>());
        let late = MetBlock::seal(&many[63..65], &a, &b, &mut rng);
        assert_eq!(late.recognise(&many, &a, &b), [63], "the 65th is not looked for");
    }

    #[test]
    fn debug_prints_no_marker() {
        assert_eq!(format!("{:?}", Marker([0xab; 32])), "Marker(redacted)");
    }
}
