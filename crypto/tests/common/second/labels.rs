//! Specification, section 2.2.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::Bytes32;

/// `label(L)`.
pub(crate) fn label(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

/// `H(L, x)`.
pub(crate) fn hash(text: &str, x: &[u8]) -> Bytes32 {
    Sha256::digest([&label(text), x].concat()).into()
}

/// `MAC(L, k, x)`.
pub(crate) fn mac(text: &str, key: &[u8], x: &[u8]) -> Bytes32 {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(&[&label(text), x].concat());
    mac.finalize().into_bytes().into()
}

/// `KDF(L, s, x)`.
pub(crate) fn kdf(text: &str, secret: &[u8], x: &[u8]) -> Bytes32 {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(Some(&[]), secret).expand(&[&label(text), x].concat(), &mut out).unwrap();
    out
}
