//! Who may be knocked at under which key.

use sighej_crypto::{
    InvalidMessage,
    relay::{
        ClientError, ClientMisbehaved, REGISTRATION_LEN, RegistrationChallenge, RelayError, RelayId,
        RelayMisbehaved, register,
    },
};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::{
    common::{device, rng},
    support::{hkdf, hmac, y_of},
};

const BAD: ClientError = ClientError::Client(ClientMisbehaved::BadRegistration);

#[test]
fn whoever_holds_y_is_registered_under_the_id_of_its_token() {
    let (me, challenge) = (device(1, &["devops"]), RegistrationChallenge::new(&mut rng(2)));
    let registration = register(&me, challenge.as_bytes()).unwrap();
    let registered = challenge.verify(&registration).unwrap();
    assert!(registered.id() == RelayId::of(me.token()));
    assert_eq!(*registered.y(), me.commitment().y());
}

#[test]
fn the_proof_is_what_the_specification_says() {
    let (me, challenge) = (device(1, &[]), RegistrationChallenge::new(&mut rng(2)));
    let (e, nonce) = challenge.as_bytes().split_at(32);
    let shared = y_of(1).diffie_hellman(&PublicKey::from(<[u8; 32]>::try_from(e).unwrap()));
    let key = hkdf(shared.as_bytes(), "sighej/1 relay register", &[]);
    let (id, y) = (me.token().relay_id(), me.commitment().y());
    let proof = hmac(&key, "sighej/1 relay proof", &[nonce, &id, &y]);
    assert_eq!(register(&me, challenge.as_bytes()).unwrap()[..], [&id[..], &y, &proof].concat());
}

#[test]
fn anothers_y_cannot_be_registered() {
    let (victim, thief) = (device(1, &[]), device(2, &[]));
    let challenge = RegistrationChallenge::new(&mut rng(3));
    let mut stolen = register(&thief, challenge.as_bytes()).unwrap();
    stolen[16..48].copy_from_slice(&victim.commitment().y());
    assert_eq!(challenge.verify(&stolen), Err(BAD));
}

#[test]
fn a_proof_is_worth_nothing_on_another_challenge() {
    let (me, mut rng) = (device(1, &[]), rng(3));
    let first = register(&me, RegistrationChallenge::new(&mut rng).as_bytes()).unwrap();
    assert_eq!(RegistrationChallenge::new(&mut rng).verify(&first), Err(BAD));
}

#[test]
fn a_proof_is_worth_nothing_under_another_id_or_with_any_bit_changed() {
    let me = device(1, &[]);
    for at in (0..REGISTRATION_LEN).filter(|at| *at != 47) {
        let challenge = RegistrationChallenge::new(&mut rng(3));
        let mut changed = register(&me, challenge.as_bytes()).unwrap();
        changed[at] ^= 1;
        assert_eq!(challenge.verify(&changed), Err(BAD), "byte {at}");
    }
}

#[test]
fn squatting_on_an_id_takes_a_key_of_ones_own_and_shows_as_another_registration() {
    let (victim, squatter) = (device(1, &[]), StaticSecret::from([7; 32]));
    let challenge = RegistrationChallenge::new(&mut rng(3));
    let (e, nonce) = challenge.as_bytes().split_at(32);
    let shared = squatter.diffie_hellman(&PublicKey::from(<[u8; 32]>::try_from(e).unwrap()));
    let key = hkdf(shared.as_bytes(), "sighej/1 relay register", &[]);
    let (id, y) = (victim.token().relay_id(), PublicKey::from(&squatter).to_bytes());
    let proof = hmac(&key, "sighej/1 relay proof", &[nonce, &id, &y]);
    let registered = challenge.verify(&[&id[..], &y, &proof].concat()).unwrap();
    assert!(registered.id() == RelayId::of(victim.token()));
    assert_ne!(*registered.y(), victim.commitment().y());
}

#[test]
fn a_y_of_low_order_or_not_canonical_is_refused_by_the_relay() {
    let mut one = [0; 32];
    one[0] = 1;
    for y in [[0; 32], one, [0xff; 32]] {
        let challenge = RegistrationChallenge::new(&mut rng(3));
        let mut low = register(&device(1, &[]), challenge.as_bytes()).unwrap();
        low[16..48].copy_from_slice(&y);
        assert_eq!(challenge.verify(&low), Err(ClientMisbehaved::LowOrderKey.into()));
    }
}

#[test]
fn a_challenge_of_low_order_or_not_canonical_is_refused_by_the_device() {
    for e in [[0; 32], [0xff; 32]] {
        let mut challenge = [0; RegistrationChallenge::LEN];
        challenge[..32].copy_from_slice(&e);
        let refused = Err(RelayError::Relay(RelayMisbehaved::LowOrderKey));
        assert_eq!(register(&device(1, &[]), &challenge), refused);
    }
}

#[test]
fn a_wrong_length_is_refused_by_either_side() {
    let me = device(1, &[]);
    for got in [0, 47, 49] {
        let wrong = InvalidMessage::Length { expected: 48, got };
        assert_eq!(register(&me, &vec![9; got]), Err(wrong.into()));
    }
    for got in [0, 79, 81] {
        let wrong = InvalidMessage::Length { expected: 80, got };
        assert_eq!(RegistrationChallenge::new(&mut rng(3)).verify(&vec![9; got]), Err(wrong.into()));
    }
}

#[test]
fn nothing_that_names_a_device_is_printed() {
    let (me, challenge) = (device(1, &[]), RegistrationChallenge::new(&mut rng(2)));
    let printed = format!("{challenge:?}");
    let registration = register(&me, challenge.as_bytes()).unwrap();
    let registered = challenge.verify(&registration).unwrap();
    assert_eq!(
        format!("{printed} {registered:?} {:?}", registered.id()),
        "RegistrationChallenge(redacted) Registration(redacted) RelayId(redacted)"
    );
}
