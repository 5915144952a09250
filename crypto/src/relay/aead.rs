//! What the relay passes on unread: `salt ‖ AEAD(HKDF(secret, label ‖ context ‖ salt), plain)`.

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce, Tag,
    aead::{AeadInOut, inout::InOutBuf},
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{error::InvalidMessage, label::Label};

use super::RelayError;

/// Bytes of a salt: fresh for each sealing, so that a key serves one message and the nonce can be zero.
pub(super) const SALT_LEN: usize = 16;
const TAG_LEN: usize = 16;
/// How much longer a message is than what it hides.
pub(super) const OVERHEAD: usize = SALT_LEN + TAG_LEN;

/// Seals `plain` under a secret that both ends hold.
pub(super) fn seal<R: CryptoRng + ?Sized>(
    label: Label,
    secret: &[u8],
    context: &[u8],
    plain: &[u8],
    rng: &mut R,
) -> Box<[u8]> {
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(plain);
    let buffer = InOutBuf::from(&mut sealed[SALT_LEN..]);
    #[expect(clippy::expect_used, reason = "the cipher refuses 256 GiB and more")]
    let tag = cipher(label, secret, context, &salt)
        .encrypt_inout_detached(&Nonce::default(), &[], buffer)
        .expect("a message of less than a kilobyte is sealed");
    sealed.extend_from_slice(&tag);
    sealed.into_boxed_slice()
}

/// Opens what [`seal`] sealed: `plain_len` bytes.
pub(super) fn open(
    label: Label,
    secret: &[u8],
    context: &[u8],
    sealed: &[u8],
    plain_len: usize,
) -> Result<Zeroizing<Vec<u8>>, RelayError> {
    if sealed.len() != plain_len + OVERHEAD {
        return Err(InvalidMessage::Length { expected: plain_len + OVERHEAD, got: sealed.len() }.into());
    }
    let (salt, rest) = sealed.split_at(SALT_LEN);
    let (hidden, tag) = rest.split_at(plain_len);
    let tag = Tag::try_from(tag).map_err(|_| RelayError::Decryption)?;
    let mut plain = Zeroizing::new(hidden.to_vec());
    cipher(label, secret, context, salt)
        .decrypt_inout_detached(&Nonce::default(), &[], InOutBuf::from(plain.as_mut_slice()), &tag)
        .map_err(|_| RelayError::Decryption)?;
    Ok(plain)
}

fn cipher(label: Label, secret: &[u8], context: &[u8], salt: &[u8]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new((&*label.hkdf(secret, &[context, salt])).into())
}
