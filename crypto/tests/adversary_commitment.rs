//! Commitments that MUST be refused, shown by Mallory in a perfect Noise session, to a victim on either side.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use common::{
    EPOCH, device,
    mallory::{Mallory, honestly, mallory, mallory_in},
    second::{Bytes32, Commitment, Device},
};
use sighej_crypto::{EpochSecrets, ExchangeError, PeerIncompatible, PeerMisbehaved};

/// Not canonical, by RFC 9496, appendix A.2: field elements above p, a negative one, and no point at all.
const NON_CANONICAL: [&str; 4] = [
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
];
/// X25519 keys whose agreement is zero, or that are a second encoding of some point.
const LOW_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0900000000000000000000000000000000000000000000000000000000000080",
];

fn bytes(hex: &str) -> Bytes32 {
    hex::decode(hex).unwrap().try_into().unwrap()
}

fn victim() -> EpochSecrets {
    device(1, &["devops", "chess"])
}

/// What the victim says of a commitment as initiator, its token having been heard, and as responder.
fn verdicts(who: &Device, edit: impl Fn(&mut Commitment)) -> [Option<ExchangeError>; 2] {
    let victim = victim();
    let as_initiator = Mallory::is_called(who, &victim, 1, &edit).err();
    let (mut mallory, hello) = Mallory::knocks(who, &victim, 2);
    let shown = |payload: &mut common::mallory::Payload| {
        let mut commitment = Commitment(payload.commitment.clone());
        edit(&mut commitment);
        payload.commitment = commitment.0;
    };
    let as_responder = mallory.offers(&victim, hello, shown).err();
    [as_initiator, as_responder]
}

#[track_caller]
fn both_refuse(error: impl Into<ExchangeError>, edit: impl Fn(&mut Commitment)) {
    let error = Some(error.into());
    assert_eq!(verdicts(&mallory(&["chess"]), edit), [error, error]);
}

fn put(commitment: &mut Commitment, at: usize, bytes: &[u8]) {
    commitment.0[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Puts another element in place of the first, in its place of the order.
fn put_c(commitment: &mut Commitment, c: &Bytes32) {
    let mut blinded = commitment.blinded();
    blinded[0] = *c;
    blinded.sort_unstable();
    put(commitment, Commitment::C_AT, &blinded.concat());
}

#[test]
fn mallory_without_an_attack_is_a_perfect_attendee() {
    assert_eq!(verdicts(&mallory(&["chess"]), honestly), [None, None]);
}

#[test]
fn a_commitment_of_another_version_is_incompatible() {
    for theirs in [0, 2, 255] {
        both_refuse(PeerIncompatible::Version { theirs }, |c| c.0[0] = theirs);
    }
}

#[test]
fn a_commitment_of_an_epoch_two_away_is_refused_and_of_the_next_is_not() {
    let error = Some(ExchangeError::Peer(PeerMisbehaved::EpochOutOfRange));
    for epoch in [EPOCH.0 - 2, EPOCH.0 + 2, 0, u32::MAX] {
        assert_eq!(verdicts(&mallory_in(epoch, &["chess"]), honestly), [error, error]);
    }
    for epoch in [EPOCH.0 - 1, EPOCH.0 + 1] {
        assert_eq!(verdicts(&mallory_in(epoch, &["chess"]), honestly), [None, None]);
    }
}

#[test]
fn an_element_that_is_not_canonical_is_refused_as_k_and_as_a_blinded_interest() {
    for element in NON_CANONICAL.map(bytes) {
        both_refuse(PeerMisbehaved::NonCanonicalElement, |c| put(c, Commitment::K_AT, &element));
        both_refuse(PeerMisbehaved::NonCanonicalElement, |c| put_c(c, &element));
    }
}

#[test]
fn the_identity_is_refused_as_k_and_as_a_blinded_interest() {
    both_refuse(PeerMisbehaved::IdentityElement, |c| put(c, Commitment::K_AT, &[0; 32]));
    both_refuse(PeerMisbehaved::IdentityElement, |c| put_c(c, &[0; 32]));
}

#[test]
fn an_x_or_y_of_low_order_or_with_a_second_encoding_is_refused() {
    for key in LOW_ORDER.map(bytes) {
        both_refuse(PeerMisbehaved::LowOrderKey, |c| put(c, Commitment::X_AT, &key));
        both_refuse(PeerMisbehaved::LowOrderKey, |c| put(c, Commitment::Y_AT, &key));
    }
}

#[test]
fn blinded_interests_out_of_order_or_repeated_are_refused() {
    both_refuse(PeerMisbehaved::CommitmentNotAscending, |c| {
        let mut blinded = c.blinded();
        blinded.swap(3, 4);
        put(c, Commitment::C_AT, &blinded.concat());
    });
    both_refuse(PeerMisbehaved::CommitmentNotAscending, |c| {
        let mut blinded = c.blinded();
        blinded[4] = blinded[3];
        put(c, Commitment::C_AT, &blinded.concat());
    });
}

#[test]
fn a_commitment_with_ones_own_k_or_any_of_ones_own_blinded_interests_is_refused() {
    let own = Commitment(victim().commitment().as_bytes().to_vec());
    both_refuse(PeerMisbehaved::ReflectedElement, |c| put(c, Commitment::K_AT, &own.k()));
    for mine in own.blinded() {
        both_refuse(PeerMisbehaved::ReflectedElement, |c| put_c(c, &mine));
    }
}

#[test]
fn another_s_noise_key_in_the_commitment_is_refused() {
    let third = mallory_third();
    both_refuse(PeerMisbehaved::StaticKeyMismatch, |c| put(c, Commitment::X_AT, &third.commitment.x()));
}

#[test]
fn another_s_whole_commitment_is_refused_and_so_is_ones_own() {
    let third = mallory_third();
    both_refuse(PeerMisbehaved::StaticKeyMismatch, |c| *c = third.commitment.clone());
    let own = victim().commitment().as_bytes().to_vec();
    both_refuse(PeerMisbehaved::StaticKeyMismatch, |c| c.0.clone_from(&own));
}

#[test]
fn a_commitment_whose_token_was_not_heard_is_refused() {
    let (victim, who) = (victim(), mallory(&["chess"]));
    for bit in 0..64 {
        let mut heard = who.commitment.token();
        heard[bit / 8] ^= 1 << (bit % 8);
        let verdict = Mallory::is_called_by(&who, &victim, 1, heard, &who.commitment).err();
        assert_eq!(verdict, Some(PeerMisbehaved::TokenMismatch.into()));
    }
    // A set changed after the token was announced is another token.
    let announced = who.commitment.token();
    let changed = mallory(&["devops"]).commitment;
    let verdict = Mallory::is_called_by(&who, &victim, 1, announced, &changed).err();
    assert_eq!(verdict, Some(PeerMisbehaved::TokenMismatch.into()));
}

#[test]
fn a_victim_that_heard_another_token_cannot_be_called_at_all() {
    let (victim, who) = (victim(), mallory(&["chess"]));
    let mut session = common::second::Session::initiator(&who.x, &[3; 32], &who.commitment.token());
    let message1 = session.write(&[]);
    let (_, message2) =
        sighej_crypto::exchange::ResponderHello::accept(&victim, &message1, &mut common::rng(1)).unwrap();
    assert_eq!(session.read(&message2), None, "the token stands in the prologue");
}

fn mallory_third() -> Device {
    Device::new(&["sailing"], EPOCH.0, &common::second::Draws::random(1, 0x7437))
}
