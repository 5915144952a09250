use curve25519_dalek::Scalar;
use curve25519_dalek::ristretto::RistrettoPoint;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::ELEMENT_LEN;
use crate::meter;

// Domain separation tags: the RFC's prefixes before its contextString, "OPRFV1-" || mode 0x01 || "-" || suite.
const HASH_TO_GROUP: &[u8] = b"HashToGroup-OPRFV1-\x01-ristretto255-SHA512";
const HASH_TO_SCALAR: &[u8] = b"HashToScalar-OPRFV1-\x01-ristretto255-SHA512";
const DERIVE_KEY_PAIR: &[u8] = b"DeriveKeyPairOPRFV1-\x01-ristretto255-SHA512";
pub(super) const SEED: &[u8] = b"Seed-OPRFV1-\x01-ristretto255-SHA512";

const SHA512_BLOCK_LEN: usize = 128;
const SHA512_LEN: usize = 64;

/// `HashToGroup` (RFC 9497, section 4.1). May be the identity, which the caller refuses.
pub(super) fn hash_to_group(input: &[u8]) -> RistrettoPoint {
    meter::hash_to_groups(1);
    RistrettoPoint::from_uniform_bytes(&Expander::new(HASH_TO_GROUP).expand(&[input]))
}

/// `HashToScalar` (RFC 9497, section 4.1), kept ready for many messages.
pub(super) struct HashToScalar(Expander);

impl HashToScalar {
    pub(super) fn new() -> HashToScalar {
        HashToScalar(Expander::new(HASH_TO_SCALAR))
    }

    /// Under the tag that `DeriveKeyPair` uses in place of the usual one.
    pub(super) fn for_key_derivation() -> HashToScalar {
        HashToScalar(Expander::new(DERIVE_KEY_PAIR))
    }

    pub(super) fn hash(&self, message: &[&[u8]]) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.0.expand(message))
    }
}

/// The hash that ends `Finalize` and `Evaluate` (RFC 9497, section 3.3.1). `input` fits two length bytes by
/// construction of [`Input`](super::Input).
pub(super) fn finalize(input: &[u8], unblinded: &[u8; ELEMENT_LEN]) -> Zeroizing<[u8; SHA512_LEN]> {
    let hash = Sha512::new()
        .chain_update((input.len() as u16).to_be_bytes())
        .chain_update(input)
        .chain_update((ELEMENT_LEN as u16).to_be_bytes())
        .chain_update(unblinded)
        .chain_update(b"Finalize");
    finish(hash)
}

/// The digest in memory that is wiped.
pub(super) fn finish(hash: Sha512) -> Zeroizing<[u8; SHA512_LEN]> {
    let mut digest = Zeroizing::new([0; SHA512_LEN]);
    hash.finalize_into((&mut *digest).into());
    digest
}

/// `expand_message_xmd` over SHA-512 (RFC 9380, section 5.3.1) for an output of 64 bytes, so of one block. The block
/// of padding that starts every message is hashed once.
struct Expander {
    padded: Sha512,
    tag: &'static [u8],
}

impl Expander {
    fn new(tag: &'static [u8]) -> Expander {
        Expander { padded: Sha512::new_with_prefix([0; SHA512_BLOCK_LEN]), tag }
    }

    fn expand(&self, message: &[&[u8]]) -> Zeroizing<[u8; SHA512_LEN]> {
        let tag_len = [self.tag.len() as u8];
        let output_len = (SHA512_LEN as u16).to_be_bytes();
        let mut hash = self.padded.clone();
        for part in message {
            hash.update(part);
        }
        let first = finish(
            hash.chain_update(output_len).chain_update([0]).chain_update(self.tag).chain_update(tag_len),
        );
        finish(Sha512::new_with_prefix(*first).chain_update([1]).chain_update(self.tag).chain_update(tag_len))
    }
}
