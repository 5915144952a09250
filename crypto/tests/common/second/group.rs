//! VOPRF(ristretto255, SHA-512) by the `voprf` crate, over bytes. The proof is made by hand, so that its randomness can
//! be given; it is checked by the crate.

use curve25519_dalek::Scalar;
use rand08::{SeedableRng, rngs::StdRng};
use sha2::{Digest, Sha512};
use voprf::{
    BlindedElement, CipherSuite, EvaluationElement, Group, Proof, Ristretto255, VoprfClient, VoprfServer,
};

use super::{Bytes32, SLOTS, array};

type Wide = <Ristretto255 as CipherSuite>::Hash;
type Elem = <Ristretto255 as Group>::Elem;
type Number = <Ristretto255 as Group>::Scalar;

const CONTEXT: &[u8] = b"OPRFV1-\x01-ristretto255-SHA512";

/// `HashToGroup`.
pub(crate) fn hash_to_group(input: &[u8]) -> Bytes32 {
    encode(Ristretto255::hash_to_curve::<Wide>(&[input], &[b"HashToGroup-", CONTEXT]).unwrap())
}

/// Scalar times element.
pub(crate) fn multiply(k: &Bytes32, element: &Bytes32) -> Bytes32 {
    encode(decode(element) * scalar(k))
}

/// `k·G`.
pub(crate) fn public(k: &Bytes32) -> Bytes32 {
    encode(Ristretto255::base_elem() * scalar(k))
}

/// `Evaluate`: the output for an input under one's own key.
pub(crate) fn output(k: &Bytes32, input: &[u8]) -> Vec<u8> {
    VoprfServer::<Ristretto255>::new_with_key(k).unwrap().evaluate(input).unwrap().to_vec()
}

/// `k·c` for each c, then the proof with the nonce hedged by these 32 random bytes.
pub(crate) fn evaluate(k: &Bytes32, blinded: &[Bytes32], random: &Bytes32) -> Vec<u8> {
    let evaluated: Vec<Bytes32> = blinded.iter().map(|c| multiply(k, c)).collect();
    let proof = prove(k, blinded, &evaluated, nonce(k, blinded, &evaluated, random));
    [evaluated.concat(), proof].concat()
}

/// The same by the `voprf` crate alone, whose proof has a nonce of its own.
pub(crate) fn evaluate_by_the_crate(k: &Bytes32, blinded: &[Bytes32], seed: u64) -> Vec<u8> {
    let server = VoprfServer::<Ristretto255>::new_with_key(k).unwrap();
    let blinded: Vec<_> = blinded.iter().map(|c| BlindedElement::deserialize(c).unwrap()).collect();
    let answer = server.batch_blind_evaluate(&mut StdRng::seed_from_u64(seed), &blinded).unwrap();
    let mut out: Vec<u8> = answer.messages.iter().flat_map(|element| element.serialize()).collect();
    out.extend(answer.proof.serialize());
    out
}

/// `Finalize` by the `voprf` crate, which checks the proof: one output an input, or nothing for a bad proof.
pub(crate) fn finalize(
    public: &Bytes32,
    inputs: &[Vec<u8>],
    blinds: &[Bytes32],
    blinded: &[Bytes32],
    evaluation: &[u8],
) -> Option<Vec<Vec<u8>>> {
    let clients: Vec<_> = blinds
        .iter()
        .zip(blinded)
        .map(|(blind, c)| VoprfClient::<Ristretto255>::deserialize(&[*blind, *c].concat()).unwrap())
        .collect();
    let (elements, proof) = evaluation.split_at(SLOTS * 32);
    let messages: Vec<_> =
        elements.chunks(32).map(|element| EvaluationElement::deserialize(element).unwrap()).collect();
    let proof = Proof::deserialize(proof).ok()?;
    let (inputs, key) = (inputs.to_vec(), decode(public));
    let outputs = VoprfClient::batch_finalize(&inputs, &clients, &messages, &proof, key).ok()?;
    Some(outputs.map(|output| output.unwrap().to_vec()).collect())
}

/// The proof's nonce: hashed from label, randomness, key, public key and the pairs of the batch, reduced.
fn nonce(k: &Bytes32, blinded: &[Bytes32], evaluated: &[Bytes32], random: &Bytes32) -> Bytes32 {
    let mut hash = Sha512::new();
    hash.update(super::labels::label("sighej/1 voprf proof nonce"));
    hash.update(random);
    hash.update(k);
    hash.update(public(k));
    for (c, z) in blinded.iter().zip(evaluated) {
        hash.update(c);
        hash.update(z);
    }
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into()).to_bytes()
}

/// `GenerateProof` of RFC 9497, section 2.2.1.
fn prove(k: &Bytes32, blinded: &[Bytes32], evaluated: &[Bytes32], nonce: Bytes32) -> Vec<u8> {
    let own = public(k);
    let seed = Sha512::digest([prefixed(&own), prefixed(&[b"Seed-", CONTEXT].concat())].concat());
    let mut m = Ristretto255::identity_elem();
    for (i, (c, z)) in blinded.iter().zip(evaluated).enumerate() {
        let index = u16::try_from(i).unwrap().to_be_bytes();
        let transcript =
            [prefixed(&seed), index.to_vec(), prefixed(c), prefixed(z), b"Composite".to_vec()].concat();
        m += decode(c) * hash_to_scalar(&transcript);
    }
    let (k, r) = (scalar(k), scalar(&nonce));
    let (t2, t3) = (Ristretto255::base_elem() * r, m * r);
    let composites = [m, m * k, t2, t3].map(|element| prefixed(&encode(element))).concat();
    let challenge = hash_to_scalar(&[prefixed(&own), composites, b"Challenge".to_vec()].concat());
    let response = r - challenge * k;
    [Ristretto255::serialize_scalar(challenge), Ristretto255::serialize_scalar(response)].concat()
}

fn hash_to_scalar(transcript: &[u8]) -> Number {
    Ristretto255::hash_to_scalar::<Wide>(&[transcript], &[b"HashToScalar-", CONTEXT]).unwrap()
}

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn decode(bytes: &Bytes32) -> Elem {
    Ristretto255::deserialize_elem(bytes).unwrap()
}

fn encode(element: Elem) -> Bytes32 {
    array(&Ristretto255::serialize_elem(element), 0)
}

fn scalar(bytes: &Bytes32) -> Number {
    Ristretto255::deserialize_scalar(bytes).unwrap()
}
