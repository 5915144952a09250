//! How a fuzzer's bytes alter a message.

use std::ops::Range;

/// The longest altered message: well beyond the longest that the protocol knows.
const MAX_LEN: usize = 4096;

/// A message that is no longer what an honest peer sent, or is still.
pub(super) struct Altered {
    pub(super) message: Vec<u8>,
    /// The payload before and after, where it was altered inside the session.
    pub(super) payload: Option<(Vec<u8>, Vec<u8>)>,
}

impl Altered {
    /// It was read, so the seal held: it was altered inside the session, or not at all.
    pub(super) fn must_be_inside(&self, honest: &[u8]) {
        assert!(
            self.payload.is_some() || self.message == honest,
            "a message altered on the wire does not decrypt"
        );
    }

    /// Whether this part of the payload is as it was.
    pub(super) fn kept(&self, part: Range<usize>) -> bool {
        self.payload.as_ref().is_none_or(|(before, after)| before.get(part.clone()) == after.get(part))
    }
}

/// The honest bytes, altered as the first byte of `data` says: replaced, overwritten, some of their bits flipped, or with
/// values of `known` put in, 32 bytes each, which no fuzzer would come upon.
pub(super) fn alter(honest: &[u8], known: &[[u8; 32]], data: &[u8]) -> Vec<u8> {
    let Some((&how, rest)) = data.split_first() else { return honest.to_vec() };
    let mut bytes = honest.to_vec();
    match how % 4 {
        0 => bytes = rest[..rest.len().min(MAX_LEN)].to_vec(),
        1 => {
            if let Some((at, with)) = rest.split_first_chunk() {
                put(&mut bytes, *at, with);
            }
        }
        2 => {
            for &[at_low, at_high, mask] in rest.as_chunks().0 {
                let at = offset([at_low, at_high], bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= mask;
                }
            }
        }
        _ => {
            for &[at_low, at_high, which] in rest.as_chunks().0 {
                if let Some(value) = known.get(usize::from(which) % known.len().max(1)) {
                    put(&mut bytes, [at_low, at_high], value);
                }
            }
        }
    }
    bytes
}

/// Overwrites what of `with` fits from an offset on.
fn put(bytes: &mut [u8], at: [u8; 2], with: &[u8]) {
    let at = offset(at, bytes.len());
    for (byte, with) in bytes.iter_mut().skip(at).zip(with) {
        *byte = *with;
    }
}

fn offset(at: [u8; 2], len: usize) -> usize {
    usize::from(u16::from_le_bytes(at)) % len.max(1)
}
