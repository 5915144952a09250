//! The hashes of the specification's section 8, written a second time.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

fn prefix(label: &str) -> Vec<u8> {
    [&[label.len() as u8], label.as_bytes()].concat()
}

pub(crate) fn hash(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest([prefix(label), parts.concat()].concat()).into()
}

pub(crate) fn derive(label: &str, secret: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let done = Hkdf::<Sha256>::new(None, secret).expand(&prefix(label), &mut out);
    debug_assert!(done.is_ok(), "32 bytes are one block");
    out
}

pub(crate) fn mac(label: &str, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(&prefix(label));
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
