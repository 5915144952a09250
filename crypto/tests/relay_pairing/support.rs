//! Two devices and an honest relay, and, for cheats, the derivations of the specification by other crates.

use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce, aead::Aead};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand_core::Rng;
use sha2::Sha256;
use sighej_crypto::{
    Digest, EpochSecrets, MetBlock,
    relay::{Exchanged, Introduced, KnockSent, Knocked, Upload, Uploaded, Verdict, compare},
};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::common::{OPEN, Side, rng};

/// Introduces two devices: `b` heard `a` and knocks.
pub(crate) fn introduce(a: &EpochSecrets, b: &EpochSecrets, seed: u64) -> (Introduced, Introduced) {
    let mut rng = rng(seed);
    let knock = KnockSent::heard(b, a.token(), &mut rng);
    let at_a = Knocked::by_token(a, knock.knock_bytes()).unwrap().accept(a, &mut rng).unwrap();
    let at_b = knock.read_accept(b, at_a.accept_bytes().unwrap()).unwrap();
    (at_a, at_b)
}

/// Introduces them and passes their seals; `b` seals first.
pub(crate) fn exchange(
    a: (&EpochSecrets, Side<'_>),
    b: (&EpochSecrets, Side<'_>),
    seed: u64,
) -> (Exchanged, Exchanged) {
    let ((me_a, part_a), (me_b, part_b), mut rng) = (a, b, rng(seed + 1));
    let (at_a, at_b) = introduce(me_a, me_b, seed);
    let (evaluation, met) = answer(me_b, me_a, part_b, &mut rng);
    let at_b = at_b.seal(me_b, &evaluation, &met, part_b.threshold, &mut rng).unwrap();
    let at_a = at_a.read_seal(me_a, at_b.seal_bytes()).unwrap();
    let (evaluation, met) = answer(me_a, me_b, part_a, &mut rng);
    let at_a = at_a.seal(me_a, &evaluation, &met, part_a.threshold, &mut rng).unwrap();
    let at_b = at_b.read_seal(me_b, at_a.seal_bytes()).unwrap();
    (at_a, at_b)
}

/// What one device says to another in a seal.
pub(crate) fn answer(
    me: &EpochSecrets,
    peer: &EpochSecrets,
    part: Side<'_>,
    rng: &mut rand_chacha::ChaCha20Rng,
) -> (sighej_crypto::Evaluation, MetBlock) {
    let met = MetBlock::seal(part.markers, &me.digest(), &peer.digest(), rng);
    (me.evaluate(peer.commitment(), rng), met)
}

/// All up to the uploads, each with its gate latched.
pub(crate) fn upload(
    a: (&EpochSecrets, Side<'_>),
    b: (&EpochSecrets, Side<'_>),
    seed: u64,
) -> (Uploaded, Uploaded) {
    let (at_a, at_b) = exchange(a, b, seed);
    let (mut rng_a, mut rng_b) = (rng(seed + 2), rng(seed + 3));
    (at_a.upload(a.0, a.1.gate, &mut rng_a).unwrap(), at_b.upload(b.0, b.1.gate, &mut rng_b).unwrap())
}

/// The uploads of two devices, both gates open, who share `devops`.
pub(crate) fn matched_uploads(a: &EpochSecrets, b: &EpochSecrets) -> (Uploaded, Uploaded) {
    upload((a, OPEN), (b, OPEN), 70)
}

/// An honest relay's verdicts for the two, in the order of the arguments.
pub(crate) fn relay(a: &Uploaded, b: &Uploaded) -> (Verdict, Verdict) {
    let uploads = [a, b].map(|uploaded| Upload::decode(uploaded.upload_bytes()).unwrap());
    let overlap = compare(&uploads[0], &uploads[1]).unwrap();
    let [to_a, to_b] = uploads.map(|upload| overlap.verdict(upload.side()).clone());
    (to_a, to_b)
}

/// The y of a device that was drawn from this seed: the second 32 bytes.
pub(crate) fn y_of(seed: u64) -> StaticSecret {
    let (mut rng, mut y) = (rng(seed), [0; 32]);
    rng.fill_bytes(&mut [0; 32]);
    rng.fill_bytes(&mut y);
    StaticSecret::from(y)
}

/// The pair key out of one y and the peer's Y.
pub(crate) fn pair_key(y: &StaticSecret, their_y: &[u8; 32], a: &Digest, b: &Digest) -> [u8; 32] {
    pair_of(y.diffie_hellman(&PublicKey::from(*their_y)).as_bytes(), a, b)
}

/// What the pair key would be, were this the shared secret.
pub(crate) fn pair_of(secret: &[u8; 32], a: &Digest, b: &Digest) -> [u8; 32] {
    let (lo, hi) = if a < b { (a, b) } else { (b, a) };
    hkdf(secret, "sighej/1 pair", &[lo.as_bytes(), hi.as_bytes()])
}

pub(crate) fn hkdf(secret: &[u8], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(None, secret).expand(&labelled(label, parts), &mut out).unwrap();
    out
}

pub(crate) fn hmac(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(&labelled(label, parts));
    mac.finalize().into_bytes().into()
}

fn labelled(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    [&[label.len() as u8], label.as_bytes(), &parts.concat()].concat()
}

/// Seals as the specification says, with a salt of the cheat's choice.
pub(crate) fn seal(label: &str, secret: &[u8], context: &[u8], plain: &[u8], salt: [u8; 16]) -> Vec<u8> {
    let key = hkdf(secret, label, &[context, &salt]);
    let hidden = ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::default(), plain).unwrap();
    [&salt[..], &hidden].concat()
}

/// Opens what was sealed, if the secret is the right one.
pub(crate) fn open(label: &str, secret: &[u8], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (salt, hidden) = sealed.split_at(16);
    let key = hkdf(secret, label, &[context, salt]);
    ChaCha20Poly1305::new(&key.into()).decrypt(&Nonce::default(), hidden).ok()
}

/// The direction byte of what `sender` seals for `receiver`.
pub(crate) fn direction(sender: &EpochSecrets, receiver: &EpochSecrets) -> [u8; 1] {
    [u8::from(sender.digest() > receiver.digest())]
}
