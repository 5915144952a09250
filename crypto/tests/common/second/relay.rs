//! Specification, section 8: the devices' side of a pairing, and the relay's.

use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce, aead::Aead as _};
use x25519_dalek::{PublicKey, StaticSecret};

use super::{Bytes32, Device, array, labels};

/// Which of a pair a device is.
pub(crate) const LO: u8 = 0;
pub(crate) const HI: u8 = 1;

/// The id of a registration.
pub(crate) fn id(token: &[u8; 8]) -> [u8; 16] {
    array(&labels::hash("sighej/1 relay id", token), 0)
}

/// The key of a registration's proof: by the device out of y and E, by the relay out of e and Y.
pub(crate) fn registration_key(secret: &Bytes32, public: &Bytes32) -> Bytes32 {
    let shared = StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*public));
    labels::kdf("sighej/1 relay register", shared.as_bytes(), &[])
}

/// A registration: id, Y, proof.
pub(crate) fn registration(me: &Device, key: &Bytes32, nonce: &[u8; 16]) -> Vec<u8> {
    let head = [&id(&me.commitment.token())[..], &me.commitment.y()].concat();
    let proof = labels::mac("sighej/1 relay proof", key, &[&nonce[..], &head].concat());
    [&head[..], &proof].concat()
}

/// A room's id, its key, and its secret as text.
pub(crate) fn room(secret: &[u8; 16]) -> ([u8; 16], Bytes32, String) {
    let id = array(&labels::kdf("sighej/1 room id", secret, &[]), 0);
    let key = labels::kdf("sighej/1 room key", secret, &[]);
    let check = labels::hash("sighej/1 room check", secret);
    (id, key, base32(&[&secret[..], &check[..4]].concat()))
}

/// RFC 4648, section 6, in lower case, of a multiple of five bytes.
fn base32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    let value = |bits: &[u8]| bits.iter().fold(0, |value, bit| value * 2 + bit);
    let letter = |value: u8| char::from(if value < 26 { b'a' + value } else { b'2' + value - 26 });
    bits.chunks(5).map(|bits| letter(value(bits))).collect()
}

/// Whether a text is a room's secret, or the error's name.
pub(crate) fn read_room(text: &str) -> Result<[u8; 16], &'static str> {
    if text.chars().count() != 32 {
        return Err("Length");
    }
    let value = |c: char| "abcdefghijklmnopqrstuvwxyz234567".find(c.to_ascii_lowercase()).ok_or("Alphabet");
    let values: Vec<usize> = text.chars().map(value).collect::<Result<_, _>>()?;
    let bits: Vec<usize> = values.iter().flat_map(|v| (0..5).rev().map(move |at| v >> at & 1)).collect();
    let byte = |bits: &[usize]| u8::try_from(bits.iter().fold(0, |byte, bit| byte * 2 + bit)).unwrap();
    let bytes: Vec<u8> = bits.chunks(8).map(byte).collect();
    let secret = array(&bytes, 0);
    if room(&secret).2 == text.to_ascii_lowercase() { Ok(secret) } else { Err("Checksum") }
}

/// `salt ‖ AEAD(KDF(label, secret, context ‖ salt), plain)`.
pub(crate) fn sealed(label: &str, secret: &[u8], context: &[u8], salt: &[u8; 16], plain: &[u8]) -> Vec<u8> {
    let key = labels::kdf(label, secret, &[context, &salt[..]].concat());
    let hidden = ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::default(), plain).unwrap();
    [&salt[..], &hidden].concat()
}

/// What was sealed.
pub(crate) fn opened(label: &str, secret: &[u8], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (salt, hidden) = sealed.split_at(16);
    let key = labels::kdf(label, secret, &[context, salt].concat());
    ChaCha20Poly1305::new(&key.into()).decrypt(&Nonce::default(), hidden).ok()
}

/// pair'.
pub(crate) fn relay_pair(pair: &Bytes32, salt_lo: &[u8], salt_hi: &[u8]) -> Bytes32 {
    labels::kdf("sighej/1 relay pair", pair, &[salt_lo, salt_hi].concat())
}

/// a, b and m of an item.
pub(crate) fn values(item: &Bytes32, relay_pair: &Bytes32) -> [[u8; 16]; 3] {
    let value = |label: &str| array(&labels::mac(label, item, relay_pair), 0);
    let (a, b) = (value("sighej/1 seal lo"), value("sighej/1 seal hi"));
    [a, b, matched(&a, &b)]
}

fn matched(a: &[u8], b: &[u8]) -> [u8; 16] {
    array(&labels::hash("sighej/1 match", &[a, b].concat()), 0)
}

/// An upload of rows (m, own seal value).
pub(crate) fn upload(side: u8, threshold: u8, mut rows: Vec<[[u8; 16]; 2]>) -> Vec<u8> {
    rows.sort_unstable();
    [&[side, threshold][..], &rows.concat().concat()].concat()
}

/// The honest relay: how many items the lower's and the higher's upload share, and the verdict for each.
pub(crate) fn compare(lo: &[u8], hi: &[u8]) -> (usize, Vec<u8>, Vec<u8>) {
    assert_eq!((lo[0], hi[0]), (LO, HI));
    let rows = |upload: &[u8]| -> Vec<(Vec<u8>, Vec<u8>)> {
        upload[2..].chunks(32).map(|row| (row[..16].to_vec(), row[16..].to_vec())).collect()
    };
    let (mut to_lo, mut to_hi, mut items) = (Vec::new(), Vec::new(), 0);
    for (m, a) in rows(lo) {
        for (_, b) in rows(hi).iter().filter(|(other, b)| *other == m && matched(&a, b)[..] == m) {
            to_lo.extend([&m[..], b].concat());
            to_hi.extend([&m[..], &a].concat());
            items += 1;
        }
    }
    if items < usize::from(lo[1].max(hi[1])) {
        to_lo.clear();
        to_hi.clear();
    }
    (items, verdict(to_lo), verdict(to_hi))
}

fn verdict(mut rows: Vec<u8>) -> Vec<u8> {
    let count = u8::try_from(rows.len() / 32).unwrap();
    rows.resize(512, 0);
    [&[count][..], &rows].concat()
}
