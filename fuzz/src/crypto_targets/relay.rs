//! The pairing through a relay, with one message of it altered: by the relay, or by whoever is at the other end.
//!
//! The first byte chooses which message; the rest says how it is altered ([`super::alter`]).
#![expect(clippy::expect_used, reason = "an honest step that fails is a failure to report")]

use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce, aead::Aead};
use hkdf::Hkdf;
use sha2::Sha256;
use sighej_crypto::{
    THRESHOLD_DEFAULT, Token,
    exchange::Gate,
    relay::{
        Exchanged, Introduced, KnockSent, Knocked, RegistrationChallenge, RoomSecret, Sealed, Upload,
        Uploaded, compare, register,
    },
};

use super::{
    alter::alter,
    devices::{
        Device, INITIATOR, INITIATOR_EVALUATES, RESPONDER, RESPONDER_EVALUATES, SHARED, known_values, shared,
    },
};

const SALT_LEN: usize = 16;

/// Alters the message that the first byte names, modulo 8: challenge, registration, knock, accept, what is sealed in a
/// knock, what is sealed in an accept, seal, upload and verdict in one.
///
/// # Panics
/// Where an altered message is believed.
pub fn relay_pairing(data: &[u8]) {
    room_secret(data);
    let Some((&choice, data)) = data.split_first() else { return };
    match choice % 8 {
        0 => challenge(data),
        1 => registration(data),
        2 => knock(data),
        3 => accept(data),
        4 => knock_of_a_liar(data),
        5 => accept_of_a_liar(data),
        6 => seal(data),
        _ => upload_and_verdict(choice, data),
    }
}

fn room_secret(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(secret) = RoomSecret::parse(text) {
        assert!(secret.to_text().eq_ignore_ascii_case(text));
    }
}

fn challenge(data: &[u8]) {
    let challenge = RegistrationChallenge::new(&mut RESPONDER.rng());
    let honest = *challenge.as_bytes();
    let altered = alter(&honest, &known_values(), data);
    if let Ok(registration) = register(&INITIATOR.secrets, &altered) {
        let verified = challenge.verify(&registration);
        assert_eq!(verified.is_ok(), altered == honest, "a registration answers one challenge");
    } else {
        assert_ne!(altered, honest, "the honest challenge is read");
    }
}

fn registration(data: &[u8]) {
    let challenge = RegistrationChallenge::new(&mut RESPONDER.rng());
    let honest = register(&INITIATOR.secrets, challenge.as_bytes()).expect("the challenge is honest");
    let altered = alter(&honest, &known_values(), data);
    let verified = challenge.verify(&altered);
    assert_eq!(verified.is_ok(), altered == honest, "a registration is proven, and proves one Y and id");
    if let Ok(verified) = verified {
        assert_eq!(*verified.y(), INITIATOR.commitment().y());
    }
}

fn knock(data: &[u8]) {
    let honest = knocking();
    let altered = alter(honest.knock_bytes(), &known_values(), data);
    let is_honest = altered == honest.knock_bytes();
    let read = Knocked::by_token(&RESPONDER.secrets, &altered);
    assert_eq!(read.is_ok(), is_honest, "an altered knock does not open");
    let back = KnockSent::heard(&RESPONDER.secrets, INITIATOR.secrets.token(), &mut RESPONDER.rng());
    let crossed = back.read_crossing_knock(&RESPONDER.secrets, &altered);
    assert_eq!(crossed.is_ok(), is_honest, "nor does one that crosses");
}

fn accept(data: &[u8]) {
    let sent = knocking();
    let introduced = answering(sent.knock_bytes());
    let honest = introduced.accept_bytes().expect("who answers accepts");
    let altered = alter(honest, &known_values(), data);
    let read = sent.read_accept(&INITIATOR.secrets, &altered);
    assert_eq!(read.is_ok(), altered == honest, "an altered accept does not open");
}

/// Whoever heard the token may knock with whatever commitment.
fn knock_of_a_liar(data: &[u8]) {
    let me = &RESPONDER.secrets;
    let payload = alter(INITIATOR.commitment().as_bytes(), &known_values(), data);
    let read = Knocked::by_token(me, &sealed("sighej/1 relay knock", me.token(), &payload));
    let Ok(knocked) = read else {
        assert_ne!(payload, INITIATOR.commitment().as_bytes(), "the honest commitment is read");
        return;
    };
    assert_eq!(knocked.peer().as_bytes().as_slice(), payload);
    if let Ok(introduced) = knocked.accept(me, &mut RESPONDER.rng()) {
        sealing(&RESPONDER, introduced);
    }
}

/// Whoever was knocked at may answer with whatever commitment, but only one has the token that was heard.
fn accept_of_a_liar(data: &[u8]) {
    let honest = RESPONDER.commitment();
    let payload = alter(honest.as_bytes(), &known_values(), data);
    let accept = sealed("sighej/1 relay accept", RESPONDER.secrets.token(), &payload);
    let read = knocking().read_accept(&INITIATOR.secrets, &accept);
    assert_eq!(read.is_ok(), payload == honest.as_bytes(), "the token names one commitment");
}

fn seal(data: &[u8]) {
    let (initiator, responder) = both_sealed();
    let honest = responder.seal_bytes();
    let altered = alter(honest, &known_values(), data);
    let read = initiator.read_seal(&INITIATOR.secrets, &altered);
    assert_eq!(read.is_ok(), altered == honest, "an altered seal does not open");
}

/// The initiator's upload is altered before the relay compares it, or the responder's verdict after that, where bit 3 is
/// set; the responder never believes in more than is shared.
fn upload_and_verdict(choice: u8, data: &[u8]) {
    let (initiator, responder) = both_uploaded();
    let in_the_verdict = choice & 8 != 0;
    let how = |here, honest: &[u8]| if here { alter(honest, &known_values(), data) } else { honest.to_vec() };

    let theirs = how(!in_the_verdict, initiator.upload_bytes());
    let ours = Upload::decode(responder.upload_bytes()).expect("the upload is honest");
    let Ok(theirs) = Upload::decode(&theirs) else {
        assert_ne!(theirs, initiator.upload_bytes(), "the honest upload is read");
        return;
    };
    let Ok(overlap) = compare(&ours, &theirs) else {
        assert_eq!(ours.side(), theirs.side());
        return;
    };
    assert_eq!(overlap.to_lo.is_match(), overlap.to_hi.is_match(), "both get a match, or neither");
    assert!(overlap.items <= SHARED.len(), "no row fits that its maker has no seal value for");

    let honest = overlap.verdict(ours.side()).encode();
    let verdict = how(in_the_verdict, &honest);
    if let Ok(conclusion) = responder.conclude(&RESPONDER.secrets, &verdict) {
        let found = shared(&conclusion);
        assert!(found.iter().all(|interest| SHARED.contains(interest)));
        if verdict == honest {
            assert_eq!(found.len(), if overlap.is_match() { overlap.items } else { 0 });
        }
    } else {
        assert_ne!(verdict, honest, "the honest verdict is read");
    }
}

/// The initiator knocks at the responder.
fn knocking() -> KnockSent {
    KnockSent::heard(&INITIATOR.secrets, RESPONDER.secrets.token(), &mut INITIATOR.rng())
}

/// The responder answers an honest knock.
fn answering(knock: &[u8]) -> Introduced {
    let me = &RESPONDER.secrets;
    let knocked = Knocked::by_token(me, knock).expect("the knock is honest");
    knocked.accept(me, &mut RESPONDER.rng()).expect("the commitment is honest")
}

fn sealing(device: &Device, introduced: Introduced) -> Sealed {
    let peer = introduced.peer();
    let ours = match [&INITIATOR, &RESPONDER].map(|known| peer.digest() == known.secrets.digest()) {
        [true, _] => RESPONDER_EVALUATES.clone(),
        [_, true] => INITIATOR_EVALUATES.clone(),
        [false, false] => device.evaluate(peer),
    };
    let met = device.met(peer);
    let sealed = introduced.seal(&device.secrets, &ours, &met, THRESHOLD_DEFAULT, &mut device.rng());
    sealed.expect("the evaluation is this peer's")
}

fn both_sealed() -> (Sealed, Sealed) {
    let sent = knocking();
    let responder = answering(sent.knock_bytes());
    let accept = responder.accept_bytes().expect("who answers accepts");
    let initiator = sent.read_accept(&INITIATOR.secrets, accept).expect("the accept is honest");
    (sealing(&INITIATOR, initiator), sealing(&RESPONDER, responder))
}

fn both_uploaded() -> (Uploaded, Uploaded) {
    let (initiator, responder) = both_sealed();
    let (i, r) = (initiator.seal_bytes().to_vec(), responder.seal_bytes().to_vec());
    (uploading(&INITIATOR, initiator, &r), uploading(&RESPONDER, responder, &i))
}

fn uploading(device: &Device, sealed: Sealed, theirs: &[u8]) -> Uploaded {
    let exchanged: Exchanged = sealed.read_seal(&device.secrets, theirs).expect("the seal is honest");
    exchanged
        .upload(&device.secrets, Gate::Open, &mut device.rng())
        .expect("the secrets are those of the pairing")
}

/// A knock or an accept with anything at all in it, as the specification seals them.
fn sealed(label: &str, token: Token, payload: &[u8]) -> Vec<u8> {
    let salt = [7; SALT_LEN];
    let info = [&[label.len() as u8], label.as_bytes(), &salt].concat();
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, token.as_bytes()).expand(&info, &mut key).expect("32 bytes are one block");
    let hidden =
        ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::default(), payload).expect("a short payload");
    [&salt[..], &hidden].concat()
}
