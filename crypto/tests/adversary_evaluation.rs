//! Evaluations, proofs and thresholds that MUST be refused, sent by Mallory in a perfect session, on either side.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use common::{
    device,
    mallory::{Mallory, Payload, honestly, mallory},
    second::{Bytes32, Commitment, Device, Draws, array, group},
};
use sighej_crypto::{EpochSecrets, ExchangeError, InvalidMessage, PeerMisbehaved};

const PROOF_AT: usize = 512;
/// The group order, little endian: as a scalar it is zero, encoded a second time.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn victim() -> EpochSecrets {
    device(1, &["devops", "chess"])
}

fn victims_commitment() -> Commitment {
    Commitment(victim().commitment().as_bytes().to_vec())
}

/// What the victim says of an offer (message 3), and of an answer (message 4).
fn verdicts(edit: impl Fn(&mut Payload)) -> [Option<ExchangeError>; 2] {
    let (victim, who) = (victim(), mallory(&["chess"]));
    let (mut initiator, hello) = Mallory::knocks(&who, &victim, 1);
    let as_responder = initiator.offers(&victim, hello, &edit).err();
    let (mut responder, identified) = Mallory::is_called(&who, &victim, 2, honestly).unwrap();
    let as_initiator = responder.answers(&victim, identified, &edit).err();
    [as_responder, as_initiator]
}

#[track_caller]
fn both_refuse(error: impl Into<ExchangeError>, edit: impl Fn(&mut Payload)) {
    let error = Some(error.into());
    assert_eq!(verdicts(edit), [error, error]);
}

/// Mallory's public key and commitment, but a key of another device behind her evaluation.
fn under_another_key() -> Vec<u8> {
    let k = Draws::random(0, 0xbad).k;
    group::evaluate(&k, &victims_commitment().blinded(), &[1; 32])
}

#[test]
fn mallory_without_an_attack_passes_with_either_implementation_s_proof() {
    assert_eq!(verdicts(honestly), [None, None]);
    let k = mallory(&["chess"]).k;
    let evaluation = group::evaluate_by_the_crate(&k, &victims_commitment().blinded(), 1);
    assert_eq!(verdicts(|payload| payload.evaluation.clone_from(&evaluation)), [None, None]);
}

#[test]
fn an_evaluation_under_another_key_than_the_commitment_s_is_refused() {
    let evaluation = under_another_key();
    both_refuse(PeerMisbehaved::BadProof, |payload| payload.evaluation.clone_from(&evaluation));
}

#[test]
fn one_element_under_another_key_spoils_the_batch() {
    let evaluation = under_another_key();
    for slot in [0, 7, 15] {
        let at = slot * 32..slot * 32 + 32;
        both_refuse(PeerMisbehaved::BadProof, |payload| {
            payload.evaluation[at.clone()].copy_from_slice(&evaluation[at.clone()]);
        });
    }
}

#[test]
fn swapped_or_repeated_elements_are_refused() {
    both_refuse(PeerMisbehaved::BadProof, |payload| {
        let first: Bytes32 = array(&payload.evaluation, 0);
        payload.evaluation.copy_within(32..64, 0);
        payload.evaluation[32..64].copy_from_slice(&first);
    });
    both_refuse(PeerMisbehaved::BadProof, |payload| payload.evaluation.copy_within(32..64, 0));
}

#[test]
fn an_evaluation_made_for_another_commitment_is_refused() {
    let other = Device::new(&["chess"], common::EPOCH.0, &Draws::random(1, 5)).commitment;
    let evaluation = mallory(&["chess"]).evaluate(&other, &[1; 32]);
    both_refuse(PeerMisbehaved::BadProof, |payload| payload.evaluation.clone_from(&evaluation));
}

#[test]
fn the_blinded_interests_themselves_are_no_evaluation() {
    let blinded = victims_commitment().blinded().concat();
    both_refuse(PeerMisbehaved::BadProof, |payload| payload.evaluation[..PROOF_AT].copy_from_slice(&blinded));
}

#[test]
fn a_tampered_challenge_or_response_is_refused() {
    for at in [PROOF_AT, PROOF_AT + 17, PROOF_AT + 32, PROOF_AT + 49] {
        both_refuse(PeerMisbehaved::BadProof, |payload| payload.evaluation[at] ^= 1);
    }
    both_refuse(PeerMisbehaved::BadProof, |payload| payload.evaluation[PROOF_AT..].fill(0));
}

#[test]
fn a_proof_with_a_scalar_above_the_order_is_refused() {
    let order = hex::decode(ORDER).unwrap();
    for at in [PROOF_AT, PROOF_AT + 32] {
        both_refuse(PeerMisbehaved::BadProof, |payload| {
            payload.evaluation[at..at + 32].copy_from_slice(&order);
        });
        both_refuse(PeerMisbehaved::BadProof, |payload| payload.evaluation[at..at + 32].fill(0xff));
    }
}

#[test]
fn an_evaluated_element_that_is_not_canonical_or_is_the_identity_is_refused() {
    for slot in [0, 15] {
        let at = slot * 32..slot * 32 + 32;
        both_refuse(PeerMisbehaved::NonCanonicalElement, |payload| {
            payload.evaluation[at.clone()].fill(0xff);
        });
        both_refuse(PeerMisbehaved::IdentityElement, |payload| payload.evaluation[at.clone()].fill(0));
    }
}

#[test]
fn a_threshold_outside_one_to_sixteen_is_refused() {
    for threshold in [0, 17, 255] {
        both_refuse(InvalidMessage::Threshold(threshold), |payload| payload.threshold = threshold);
    }
    for threshold in [1, 16] {
        assert_eq!(verdicts(|payload| payload.threshold = threshold), [None, None]);
    }
}
