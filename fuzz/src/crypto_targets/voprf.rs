//! The decoders of the VOPRF, and its proof against altered evaluations.
#![expect(clippy::expect_used, reason = "an honest step that fails is a failure to report")]

use std::sync::LazyLock;

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::voprf::{
    BlindedInput, Blinds, ELEMENT_LEN, Element, Input, PROOF_LEN, Proof, PublicKey, SecretKey, blind_batch,
    finalize_batch,
};

const BATCH: usize = 2;
const EVALUATED_LEN: usize = BATCH * ELEMENT_LEN;

/// A batch with its evaluation.
struct Honest {
    key: PublicKey,
    blinded: Vec<BlindedInput>,
    /// The evaluated elements, then the proof.
    bytes: [u8; EVALUATED_LEN + PROOF_LEN],
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let secret = SecretKey::random(rng);
    let inputs = [b"devops".as_slice(), b"hardstyle"].map(|input| Input::new(input).expect("a short input"));
    let blinds = Blinds::random(BATCH, rng).expect("a batch");
    let blinded = blind_batch(inputs.into(), blinds).expect("as many blinds as inputs");
    let elements: Vec<Element> = blinded.iter().map(|input| *input.element()).collect();
    let (evaluated, proof) = secret.evaluate_batch(&elements, rng).expect("a batch");
    let mut bytes = [0; EVALUATED_LEN + PROOF_LEN];
    bytes[..EVALUATED_LEN].copy_from_slice(evaluated.as_flattened());
    bytes[EVALUATED_LEN..].copy_from_slice(&proof.to_bytes());
    Honest { key: *secret.public_key(), blinded, bytes }
});

/// Elements, proofs and scalars decode to what encodes them; the proof of a fixed batch holds for its own evaluation and
/// no other. The bytes are laid over the honest evaluation as a mask, so that an empty input is the honest one.
///
/// # Panics
/// Where an altered evaluation is believed.
pub fn voprf_element_proof(data: &[u8]) {
    decode_each(data);
    let mut bytes = HONEST.bytes;
    for (byte, mask) in bytes.iter_mut().zip(data) {
        *byte ^= mask;
    }
    let (evaluated, proof) = bytes.split_at(EVALUATED_LEN);
    let evaluated: Result<Vec<Element>, _> = evaluated.as_chunks().0.iter().map(Element::decode).collect();
    let proof = proof.first_chunk().map(Proof::decode);
    let (Ok(evaluated), Some(Ok(proof))) = (evaluated, proof) else {
        assert_ne!(bytes, HONEST.bytes, "the honest evaluation decodes");
        return;
    };
    let elements: Vec<Element> = HONEST.blinded.iter().map(|input| *input.element()).collect();
    let verified = HONEST.key.verify_batch(&elements, &evaluated, &proof);
    assert_eq!(
        verified.is_ok(),
        bytes == HONEST.bytes,
        "a proof holds for its own evaluation, and only for it"
    );
    if let Ok(verified) = verified {
        assert_eq!(finalize_batch(&HONEST.blinded, &verified).map(|outputs| outputs.len()), Ok(BATCH));
    }
    assert!(HONEST.key.verify_batch(&elements, &evaluated[1..], &proof).is_err(), "the lists do not fit");
}

fn decode_each(data: &[u8]) {
    for chunk in data.as_chunks::<ELEMENT_LEN>().0 {
        if let Ok(element) = Element::decode(chunk) {
            assert_eq!(element.as_bytes(), chunk);
            assert!(PublicKey::decode(chunk).is_ok_and(|key| key.as_bytes() == chunk));
        }
        assert_eq!(SecretKey::from_bytes(chunk).is_ok(), Blinds::from_bytes(&[*chunk]).is_ok());
    }
    for chunk in data.as_chunks::<PROOF_LEN>().0 {
        if let Ok(proof) = Proof::decode(chunk) {
            assert_eq!(proof.to_bytes(), *chunk);
        }
    }
    let input = Input::new(data);
    assert!(input.is_ok() || data.len() > usize::from(u16::MAX));
}
