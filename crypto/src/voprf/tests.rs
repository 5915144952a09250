//! The vectors of RFC 9497, appendix A.1.2, and what only the module's inside can show.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::traits::Identity;

use super::element::compress_doubled;
use super::{Blinds, Element, Input, PublicKey, SecretKey, blind_batch, finalize_batch};

const SEED: [u8; 32] = [0xa3; 32];
const KEY_INFO: &str = "74657374206b6579";
const SECRET_KEY: &str = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909";
const PUBLIC_KEY: &str = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";

const INPUT_1: &str = "00";
const INPUT_2: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
const BLIND_1: &str = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";
const BLIND_2: &str = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e";
const OUTPUT_1: &str = "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d\
                        a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c";
const OUTPUT_2: &str = "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60\
                        356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6";

/// One test vector, its items in order.
struct Vector {
    inputs: &'static [&'static str],
    blinds: &'static [&'static str],
    blinded: &'static [&'static str],
    evaluated: &'static [&'static str],
    proof: &'static str,
    nonce: &'static str,
    outputs: &'static [&'static str],
}

const VECTOR_1: Vector = Vector {
    inputs: &[INPUT_1],
    blinds: &[BLIND_1],
    blinded: &["863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"],
    evaluated: &["aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"],
    proof: "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06\
            6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
    nonce: BLIND_2,
    outputs: &[OUTPUT_1],
};

const VECTOR_2: Vector = Vector {
    inputs: &[INPUT_2],
    blinds: &[BLIND_1],
    blinded: &["cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c"],
    evaluated: &["60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468"],
    proof: "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a\
            67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
    nonce: BLIND_2,
    outputs: &[OUTPUT_2],
};

const VECTOR_3: Vector = Vector {
    inputs: &[INPUT_1, INPUT_2],
    blinds: &[BLIND_1, BLIND_2],
    blinded: &[
        "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
        "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
    ],
    evaluated: &[
        "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
        "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
    ],
    proof: "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a\
            5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
    nonce: "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
    outputs: &[OUTPUT_1, OUTPUT_2],
};

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn run(vector: &Vector) {
    let key = SecretKey::derive(&SEED, &hex::decode(KEY_INFO).unwrap()).unwrap();
    assert_eq!(hex::encode(key.public_key().as_bytes()), PUBLIC_KEY);

    let inputs =
        vector.inputs.iter().map(|input| Input::new(&hex::decode(input).unwrap()).unwrap()).collect();
    let blinds: Vec<[u8; 32]> = vector.blinds.iter().map(|blind| bytes(blind)).collect();
    let blinded = blind_batch(inputs, Blinds::from_bytes(&blinds).unwrap()).unwrap();
    let sent: Vec<Element> = blinded.iter().map(|blinded| *blinded.element()).collect();
    assert_eq!(
        sent.iter().map(|element| hex::encode(element.as_bytes())).collect::<Vec<_>>(),
        vector.blinded
    );

    let (evaluated, proof) = key.evaluate_batch_with_nonce(&sent, &bytes(vector.nonce));
    assert_eq!(evaluated.iter().map(hex::encode).collect::<Vec<_>>(), vector.evaluated);
    assert_eq!(hex::encode(proof.to_bytes()), vector.proof);

    let public = PublicKey::decode(&bytes(PUBLIC_KEY)).unwrap();
    let evaluated: Vec<Element> = evaluated.iter().map(|bytes| Element::decode(bytes).unwrap()).collect();
    let verified = public.verify_batch(&sent, &evaluated, &proof).unwrap();
    let outputs = finalize_batch(&blinded, &verified).unwrap();
    assert_eq!(
        outputs.iter().map(|output| hex::encode(output.as_bytes())).collect::<Vec<_>>(),
        vector.outputs
    );
    assert_eq!(outputs, key.own_outputs(blinded.iter().map(|blinded| blinded.input())));
}

#[test]
fn rfc_9497_vector_1_of_one_item() {
    run(&VECTOR_1);
}

#[test]
fn rfc_9497_vector_2_of_one_item() {
    run(&VECTOR_2);
}

#[test]
fn rfc_9497_vector_3_of_two_items() {
    run(&VECTOR_3);
}

#[test]
fn a_derived_key_is_the_key_of_the_vectors() {
    let key = SecretKey::from_bytes(&bytes(SECRET_KEY)).unwrap();
    assert_eq!(hex::encode(key.public_key().as_bytes()), PUBLIC_KEY);
}

#[test]
fn batch_compression_encodes_the_identity_among_others() {
    let point = RistrettoPoint::mul_base(&curve25519_dalek::Scalar::from(5u8));
    let encodings = compress_doubled(&[point, RistrettoPoint::identity(), point + point]);
    let expected = [point + point, RistrettoPoint::identity(), point + point + point + point];
    assert_eq!(encodings, expected.map(|point| point.compress().to_bytes()));
}
