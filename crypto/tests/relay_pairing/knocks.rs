//! Knocks and accepts by those who should not be answered, and by a relay that mixes them up.

use sighej_crypto::{
    ApiMisuse, Commitment, EpochNumber, EpochSecrets, InvalidMessage, PeerIncompatible, PeerMisbehaved,
    Token,
    relay::{ACCEPT_LEN, KNOCK_LEN, KnockSent, Knocked, RelayError, RoomSecret},
};

use crate::{
    common::{EPOCH, device, interests, rng},
    support::seal,
};

const KNOCK: &str = "sighej/1 relay knock";
const ACCEPT: &str = "sighej/1 relay accept";

fn misbehaved(error: PeerMisbehaved) -> RelayError {
    error.into()
}

#[test]
fn a_knock_and_an_accept_have_one_size_and_are_fresh_each_time() {
    let (a, b, mut rng) = (device(1, &["devops"]), device(2, &[]), rng(3));
    let knocks = [0, 1].map(|_| KnockSent::heard(&b, a.token(), &mut rng));
    assert_eq!([knocks[0].knock_bytes().len(), KNOCK_LEN, ACCEPT_LEN], [645; 3]);
    assert_ne!(knocks[0].knock_bytes()[..16], knocks[1].knock_bytes()[..16]);
    let accepts = knocks.map(|knock| {
        let knocked = Knocked::by_token(&a, knock.knock_bytes()).unwrap();
        knocked.accept(&a, &mut rng).unwrap().accept_bytes().unwrap().to_vec()
    });
    assert_eq!(accepts[0].len(), ACCEPT_LEN);
    assert_ne!(accepts[0][..16], accepts[1][..16]);
}

#[test]
fn a_knock_is_the_sealed_commitment_that_the_specification_describes() {
    let (a, b) = (device(1, &[]), device(2, &[]));
    let by_hand = seal(KNOCK, a.token().as_bytes(), &[], b.commitment().as_bytes(), [9; 16]);
    assert!(Knocked::by_token(&a, &by_hand).unwrap().peer().digest() == b.digest());
}

#[test]
fn whoever_did_not_hear_the_token_is_not_answered() {
    let (a, b, mut rng) = (device(1, &[]), device(2, &[]), rng(3));
    let guess = KnockSent::heard(&b, Token::from_bytes([5; 8]), &mut rng);
    assert_eq!(Knocked::by_token(&a, guess.knock_bytes()).unwrap_err(), RelayError::Decryption);
    let by_id = seal(KNOCK, &a.token().relay_id(), &[], b.commitment().as_bytes(), [9; 16]);
    assert_eq!(Knocked::by_token(&a, &by_id).unwrap_err(), RelayError::Decryption);
}

#[test]
fn a_room_opens_to_its_own_key_alone() {
    let (a, b, mut rng) = (device(1, &[]), device(2, &[]), rng(3));
    let (room, other) = (RoomSecret::random(&mut rng), RoomSecret::random(&mut rng));
    let knock = KnockSent::in_room(&b, &other.key(), &mut rng);
    assert_eq!(Knocked::in_room(&a, &room.key(), knock.knock_bytes()).unwrap_err(), RelayError::Decryption);
    assert_eq!(Knocked::by_token(&a, knock.knock_bytes()).unwrap_err(), RelayError::Decryption);
    let heard = KnockSent::heard(&b, a.token(), &mut rng);
    assert_eq!(Knocked::in_room(&a, &room.key(), heard.knock_bytes()).unwrap_err(), RelayError::Decryption);
    let by_id = seal(KNOCK, room.id().as_bytes(), &[], b.commitment().as_bytes(), [9; 16]);
    assert_eq!(Knocked::in_room(&a, &room.key(), &by_id).unwrap_err(), RelayError::Decryption);
}

#[test]
fn an_accept_of_another_commitment_than_the_one_heard_is_refused() {
    let (a, b, accomplice, mut rng) = (device(1, &[]), device(2, &[]), device(3, &[]), rng(4));
    let knock = KnockSent::heard(&b, a.token(), &mut rng);
    let swapped = seal(ACCEPT, a.token().as_bytes(), &[], accomplice.commitment().as_bytes(), [9; 16]);
    let refused = knock.read_accept(&b, &swapped).unwrap_err();
    assert_eq!(refused, misbehaved(PeerMisbehaved::TokenMismatch));
    let at_a = Knocked::by_token(&a, knock.knock_bytes()).unwrap().accept(&a, &mut rng).unwrap();
    assert!(knock.read_accept(&b, at_a.accept_bytes().unwrap()).is_ok(), "and keeps no true accept out");
}

#[test]
fn a_relay_cannot_hand_an_accept_to_another_knocker_of_another() {
    let (a, b, c, mut rng) = (device(1, &[]), device(2, &[]), device(3, &[]), rng(4));
    let (to_a, to_c) = (KnockSent::heard(&b, a.token(), &mut rng), KnockSent::heard(&b, c.token(), &mut rng));
    let at_a = Knocked::by_token(&a, to_a.knock_bytes()).unwrap().accept(&a, &mut rng).unwrap();
    let accept = at_a.accept_bytes().unwrap();
    assert_eq!(to_c.read_accept(&b, accept).unwrap_err(), RelayError::Decryption);
}

#[test]
fn a_knock_is_no_accept_and_an_accept_no_knock() {
    let (a, b, mut rng) = (device(1, &[]), device(2, &[]), rng(4));
    let room = RoomSecret::random(&mut rng).key();
    let (knock_a, knock_b) =
        (KnockSent::in_room(&a, &room, &mut rng), KnockSent::in_room(&b, &room, &mut rng));
    assert_eq!(knock_a.read_accept(&a, knock_b.knock_bytes()).unwrap_err(), RelayError::Decryption);
    let at_a = Knocked::in_room(&a, &room, knock_b.knock_bytes()).unwrap().accept(&a, &mut rng).unwrap();
    let accept = at_a.accept_bytes().unwrap();
    assert_eq!(Knocked::in_room(&b, &room, accept).unwrap_err(), RelayError::Decryption);
}

#[test]
fn ones_own_commitment_coming_back_is_a_reflection() {
    let (a, mut rng) = (device(1, &[]), rng(4));
    let room = RoomSecret::random(&mut rng).key();
    let knock = KnockSent::in_room(&a, &room, &mut rng);
    let reflected = misbehaved(PeerMisbehaved::ReflectedElement);
    assert_eq!(knock.read_crossing_knock(&a, knock.knock_bytes()).unwrap_err(), reflected);
    assert_eq!(Knocked::in_room(&a, &room, knock.knock_bytes()).unwrap_err(), reflected);
}

#[test]
fn a_knock_by_a_third_does_not_pass_for_the_crossing_one() {
    let (a, b, third, mut rng) = (device(1, &[]), device(2, &[]), device(3, &[]), rng(4));
    let to_b = KnockSent::heard(&a, b.token(), &mut rng);
    let from_third = KnockSent::heard(&third, a.token(), &mut rng);
    let refused = to_b.read_crossing_knock(&a, from_third.knock_bytes()).unwrap_err();
    assert_eq!(refused, misbehaved(PeerMisbehaved::TokenMismatch));
    assert!(Knocked::by_token(&a, from_third.knock_bytes()).is_ok(), "it is a knock of its own");
}

#[test]
fn what_is_wrong_with_a_sealed_commitment_has_its_own_error() {
    let (a, b) = (device(1, &[]), device(2, &[]));
    let knock = |change: &dyn Fn(&mut [u8])| {
        let mut commitment = b.commitment().as_bytes().to_vec();
        change(&mut commitment);
        Knocked::by_token(&a, &seal(KNOCK, a.token().as_bytes(), &[], &commitment, [9; 16])).unwrap_err()
    };
    assert_eq!(knock(&|c| c[0] = 2), PeerIncompatible::Version { theirs: 2 }.into());
    assert_eq!(knock(&|c| c[5..37].fill(0)), misbehaved(PeerMisbehaved::LowOrderKey));
    assert_eq!(knock(&|c| c[37..69].fill(0)), misbehaved(PeerMisbehaved::LowOrderKey));
    assert_eq!(knock(&|c| c[69..101].fill(0)), misbehaved(PeerMisbehaved::IdentityElement));
    assert_eq!(knock(&|c| c[69..101].fill(0xff)), misbehaved(PeerMisbehaved::NonCanonicalElement));
    assert_eq!(knock(&|c| c[101..].reverse()), misbehaved(PeerMisbehaved::CommitmentNotAscending));
    let reflect = |c: &mut [u8]| c[69..].copy_from_slice(&a.commitment().as_bytes()[69..]);
    assert_eq!(knock(&reflect), misbehaved(PeerMisbehaved::ReflectedElement));
    let old = EpochNumber(EPOCH.0 - 2).0.to_be_bytes();
    assert_eq!(knock(&|c| c[1..5].copy_from_slice(&old)), misbehaved(PeerMisbehaved::EpochOutOfRange));
}

#[test]
fn wrong_lengths_and_changed_bytes_are_refused() {
    let (a, b) = (device(1, &[]), device(2, &[]));
    let knock = KnockSent::heard(&b, a.token(), &mut rng(4));
    for got in [0, 15, KNOCK_LEN - 1, KNOCK_LEN + 1] {
        let mut bytes = knock.knock_bytes().to_vec();
        bytes.resize(got, 0);
        let wrong = InvalidMessage::Length { expected: KNOCK_LEN, got };
        assert_eq!(Knocked::by_token(&a, &bytes).unwrap_err(), wrong.into());
        assert_eq!(knock.read_accept(&b, &bytes).unwrap_err(), wrong.into());
    }
    for at in (0..KNOCK_LEN).step_by(7) {
        let mut bytes = knock.knock_bytes().to_vec();
        bytes[at] ^= 1;
        assert_eq!(Knocked::by_token(&a, &bytes).unwrap_err(), RelayError::Decryption, "byte {at}");
    }
}

#[test]
fn a_pairing_ends_with_the_epoch_it_began_in() {
    let (a, b, mut rng) = (device(1, &[]), device(2, &[]), rng(4));
    let next = EpochSecrets::draw(&interests(&[]), EpochNumber(EPOCH.0 + 1), &mut rng);
    let knock = KnockSent::heard(&b, a.token(), &mut rng);
    let knocked = Knocked::by_token(&a, knock.knock_bytes()).unwrap();
    let misuse = RelayError::Misuse(ApiMisuse::OtherEpoch);
    assert_eq!(knocked.accept(&next, &mut rng).unwrap_err(), misuse);
    assert_eq!(knock.read_accept(&next, &[0; ACCEPT_LEN]).unwrap_err(), misuse);
    assert_eq!(knock.read_crossing_knock(&next, &[0; KNOCK_LEN]).unwrap_err(), misuse);
}

#[test]
fn no_state_prints_anything() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let knock = KnockSent::heard(&b, a.token(), &mut rng(4));
    let knocked = Knocked::by_token(&a, knock.knock_bytes()).unwrap();
    assert_eq!(format!("{knock:?} {knocked:?}"), "KnockSent(redacted) Knocked(redacted)");
    let _: &Commitment = knocked.peer();
}
