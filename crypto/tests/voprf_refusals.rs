//! What the VOPRF refuses, and what it never shows.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot go on has failed")]

use curve25519_dalek::Scalar;
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sighej_crypto::voprf::{
    BatchError, BlindedInput, Blinds, Element, ElementError, Input, InputError, MAX_BATCH, MAX_INPUT_LEN,
    PROOF_LEN, Proof, PublicKey, ScalarError, SecretKey, VerifyError, blind_batch, finalize_batch,
};

/// The group order, little endian: the least integer that is no canonical scalar.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Encodings that RFC 9496, appendix A.2, lists as invalid, one of each kind.
const INVALID_ENCODINGS: [&str; 7] = [
    // Not below the field's prime.
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    // Negative.
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    // x² is no square.
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    // x·y is negative.
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    // s = -1, so that y is zero.
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// A client's batch and a server's answer to it, all in order.
struct Run {
    key: SecretKey,
    blinded: Vec<BlindedInput>,
    sent: Vec<Element>,
    evaluated: Vec<Element>,
    proof: Proof,
}

fn run(size: usize, seed: u64) -> Run {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let key = SecretKey::random(&mut rng);
    let (blinded, sent) = blind(size, &mut rng);
    let (evaluated, proof) = key.evaluate_batch(&sent, &mut rng).unwrap();
    let evaluated = evaluated.iter().map(|bytes| Element::decode(bytes).unwrap()).collect();
    Run { key, blinded, sent, evaluated, proof }
}

fn blind(size: usize, rng: &mut ChaCha20Rng) -> (Vec<BlindedInput>, Vec<Element>) {
    let inputs = (0..size).map(|number| Input::new(format!("input {number}").as_bytes()).unwrap()).collect();
    let blinded = blind_batch(inputs, Blinds::random(size, rng).unwrap()).unwrap();
    let sent = blinded.iter().map(|blinded| *blinded.element()).collect();
    (blinded, sent)
}

/// The error of verifying what `change` made of a good run.
fn verify_after(change: fn(&mut Run)) -> Option<VerifyError> {
    let mut run = run(4, 1);
    let public = *run.key.public_key();
    change(&mut run);
    public.verify_batch(&run.sent, &run.evaluated, &run.proof).err()
}

#[test]
fn an_honest_batch_verifies() {
    assert_eq!(verify_after(|_| ()), None);
}

#[test]
fn another_public_key_is_refused() {
    let run = run(4, 1);
    let other = SecretKey::random(&mut ChaCha20Rng::seed_from_u64(2));
    let result = other.public_key().verify_batch(&run.sent, &run.evaluated, &run.proof);
    assert_eq!(result.err(), Some(VerifyError::BadProof));
}

#[test]
fn swapped_elements_are_refused() {
    assert_eq!(verify_after(|run| run.evaluated.swap(0, 1)), Some(VerifyError::BadProof));
    assert_eq!(verify_after(|run| run.sent.swap(2, 3)), Some(VerifyError::BadProof));
    let both = verify_after(|run| {
        run.sent.swap(0, 3);
        run.evaluated.swap(0, 3);
    });
    assert_eq!(both, Some(VerifyError::BadProof), "the proof binds the order");
}

#[test]
fn a_single_element_under_another_key_is_refused() {
    let result = verify_after(|run| {
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let (one, _) = SecretKey::random(&mut rng).evaluate_batch(&run.sent[3..], &mut rng).unwrap();
        run.evaluated[3] = Element::decode(&one[0]).unwrap();
    });
    assert_eq!(result, Some(VerifyError::BadProof));
}

#[test]
fn a_zero_proof_is_refused_although_its_commitments_are_the_identity() {
    let result = verify_after(|run| run.proof = Proof::decode(&[0; PROOF_LEN]).unwrap());
    assert_eq!(result, Some(VerifyError::BadProof));
}

#[test]
fn a_proof_with_a_scalar_of_the_group_order_or_above_is_no_proof() {
    let honest = run(1, 3).proof.to_bytes();
    for half in [0, 32] {
        let mut bytes = honest;
        bytes[half..half + 32].copy_from_slice(&ORDER);
        assert_eq!(Proof::decode(&bytes), Err(ScalarError::NonCanonical));
        // The same residue in a second encoding: the response plus the group order.
        let mut carry = 0;
        for (byte, (ours, order)) in bytes[half..].iter_mut().zip(honest[half..half + 32].iter().zip(ORDER)) {
            let sum = u16::from(*ours) + u16::from(order) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
        assert_eq!(carry, 0);
        assert_eq!(Proof::decode(&bytes), Err(ScalarError::NonCanonical));
    }
}

#[test]
fn the_identity_and_non_canonical_elements_are_refused_by_name() {
    assert_eq!(Element::decode(&[0; 32]), Err(ElementError::Identity));
    assert_eq!(PublicKey::decode(&[0; 32]), Err(ElementError::Identity));
    for encoding in INVALID_ENCODINGS {
        let bytes = hex::decode(encoding).unwrap().try_into().unwrap();
        assert_eq!(Element::decode(&bytes), Err(ElementError::NonCanonical), "{encoding}");
    }
}

#[test]
fn zero_and_non_canonical_keys_and_blinds_are_refused_by_name() {
    assert_eq!(SecretKey::from_bytes(&[0; 32]).err(), Some(ScalarError::Zero));
    assert_eq!(SecretKey::from_bytes(&ORDER).err(), Some(ScalarError::NonCanonical));
    assert_eq!(Blinds::from_bytes(&[[0xff; 32], [0; 32]]).err(), Some(ScalarError::NonCanonical));
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(Blinds::from_bytes(&[one, [0; 32]]).err(), Some(ScalarError::Zero));
    let info = vec![0; 1 << 16];
    assert_eq!(SecretKey::derive(&[0; 32], &info).err(), Some(ScalarError::InfoTooLong { len: 1 << 16 }));
}

#[test]
fn an_input_has_at_most_65535_bytes() {
    assert!(Input::new(&vec![0; MAX_INPUT_LEN]).is_ok());
    let len = MAX_INPUT_LEN + 1;
    assert_eq!(Input::new(&vec![0; len]).err(), Some(InputError::TooLong { len }));
}

#[test]
fn batches_outside_their_bounds_are_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let run = run(MAX_BATCH, 4);
    let over = [run.sent.clone(), vec![run.sent[0]]].concat();
    let too_large = BatchError::TooLarge { len: MAX_BATCH + 1 };
    assert_eq!(run.key.evaluate_batch(&[], &mut rng).err(), Some(BatchError::Empty));
    assert_eq!(run.key.evaluate_batch(&over, &mut rng).err(), Some(too_large));
    assert_eq!(Blinds::random(0, &mut rng).err(), Some(BatchError::Empty));
    assert_eq!(Blinds::random(MAX_BATCH + 1, &mut rng).err(), Some(too_large));

    let public = run.key.public_key();
    let result = public.verify_batch(&over, &over, &run.proof);
    assert_eq!(result.err(), Some(VerifyError::Batch(too_large)));
    assert_eq!(public.verify_batch(&[], &[], &run.proof).err(), Some(VerifyError::Batch(BatchError::Empty)));
    let result = public.verify_batch(&run.sent, &run.evaluated[1..], &run.proof);
    let mismatch = BatchError::LengthMismatch { left: MAX_BATCH, right: MAX_BATCH - 1 };
    assert_eq!(result.err(), Some(VerifyError::Batch(mismatch)));

    let inputs = vec![Input::new(b"one").unwrap()];
    let result = blind_batch(inputs, Blinds::random(2, &mut rng).unwrap());
    assert_eq!(result.err(), Some(BatchError::LengthMismatch { left: 1, right: 2 }));
}

#[test]
fn an_evaluation_verified_for_other_elements_is_not_unblinded() {
    let run = run(2, 5);
    let verified = run.key.public_key().verify_batch(&run.sent, &run.evaluated, &run.proof).unwrap();
    let (foreign, _) = blind(2, &mut ChaCha20Rng::seed_from_u64(6));
    assert_eq!(finalize_batch(&foreign, &verified), Err(BatchError::ForeignEvaluation));
    let shorter = finalize_batch(&run.blinded[1..], &verified);
    assert_eq!(shorter, Err(BatchError::LengthMismatch { left: 2, right: 1 }));
}

#[test]
fn a_stuck_generator_repeats_no_nonce() {
    let secret = ORDER_MINUS_FIVE;
    let key = SecretKey::from_bytes(&secret).unwrap();
    let sent = run(2, 7).sent;
    // The nonce, as only who knows the key can compute it: r = s + c·k.
    let nonce_of = |batch: &[Element], key: &SecretKey, secret: [u8; 32]| {
        let stuck = &mut ChaCha20Rng::seed_from_u64(0);
        let proof = key.evaluate_batch(batch, stuck).unwrap().1.to_bytes();
        let scalar = |bytes: &[u8]| Scalar::from_canonical_bytes(bytes.try_into().unwrap()).unwrap();
        scalar(&proof[32..]) + scalar(&proof[..32]) * scalar(&secret)
    };
    let nonce = nonce_of(&sent, &key, secret);
    assert_eq!(nonce, nonce_of(&sent, &key, secret), "computed as the proof was");
    assert_ne!(nonce, nonce_of(&sent[..1], &key, secret), "another batch");
    let mut other = secret;
    other[0] -= 1;
    assert_ne!(nonce, nonce_of(&sent, &SecretKey::from_bytes(&other).unwrap(), other), "another key");
}

const ORDER_MINUS_FIVE: [u8; 32] = {
    let mut bytes = ORDER;
    bytes[0] -= 5;
    bytes
};

#[test]
fn fresh_randomness_gives_fresh_proofs_that_all_hold() {
    let run = run(3, 8);
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let proofs: Vec<Proof> = (0..3).map(|_| run.key.evaluate_batch(&run.sent, &mut rng).unwrap().1).collect();
    assert!(proofs[0] != proofs[1] && proofs[1] != proofs[2] && proofs[0] != proofs[2]);
    for proof in &proofs {
        assert!(run.key.public_key().verify_batch(&run.sent, &run.evaluated, proof).is_ok());
    }
}

#[test]
fn debug_shows_nothing() {
    let run = run(1, 10);
    let verified = run.key.public_key().verify_batch(&run.sent, &run.evaluated, &run.proof).unwrap();
    let outputs = finalize_batch(&run.blinded, &verified).unwrap();
    let blinds = Blinds::random(1, &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?} {blinds:?} {:?} {:?} {verified:?} {outputs:?}",
        run.key,
        run.key.public_key(),
        run.blinded,
        run.blinded[0].input(),
        run.sent,
        run.proof
    );
    assert_eq!(
        shown,
        "SecretKey(..) PublicKey(Element(..)) [BlindedInput(..)] Input(..) Blinds(..) [Element(..)] Proof(..) \
         Verified(..) [Output(..)]"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_sides_agree_on_any_inputs(
        inputs in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..=MAX_BATCH),
        seed in any::<u64>(),
    ) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let key = SecretKey::random(&mut rng);
        let mapped = inputs.iter().map(|input| Input::new(input).unwrap()).collect();
        let blinded = blind_batch(mapped, Blinds::random(inputs.len(), &mut rng).unwrap()).unwrap();
        let sent: Vec<Element> = blinded.iter().map(|blinded| *blinded.element()).collect();
        let (evaluated, proof) = key.evaluate_batch(&sent, &mut rng).unwrap();
        let evaluated: Vec<Element> = evaluated.iter().map(|bytes| Element::decode(bytes).unwrap()).collect();
        let verified = key.public_key().verify_batch(&sent, &evaluated, &proof).unwrap();
        let outputs = finalize_batch(&blinded, &verified).unwrap();
        prop_assert_eq!(&outputs, &key.own_outputs(blinded.iter().map(BlindedInput::input)));
        for (a, b) in (0..inputs.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
            prop_assert_eq!(inputs[a] == inputs[b], outputs[a] == outputs[b]);
        }
    }

    #[test]
    fn no_changed_bit_of_a_proof_is_accepted(bit in 0..PROOF_LEN * 8) {
        let run = run(2, 11);
        let mut bytes = run.proof.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(proof) = Proof::decode(&bytes) {
            let result = run.key.public_key().verify_batch(&run.sent, &run.evaluated, &proof);
            prop_assert_eq!(result.err(), Some(VerifyError::BadProof));
        }
    }

    #[test]
    fn any_bytes_decode_to_themselves_or_to_a_named_error(bytes in any::<[u8; 32]>()) {
        match Element::decode(&bytes) {
            Ok(element) => prop_assert_eq!(element.as_bytes(), &bytes),
            Err(error) => prop_assert_eq!(error, ElementError::NonCanonical),
        }
    }
}
