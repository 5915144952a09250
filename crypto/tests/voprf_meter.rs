//! The VOPRF does the operations that were reckoned with, and no more.
#![cfg(feature = "meter")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot go on has failed")]

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sighej_crypto::meter::{Counts, take};
use sighej_crypto::voprf::{BlindedInput, Blinds, Element, Input, SecretKey, blind_batch, finalize_batch};

const ITEMS: usize = 16;

#[test]
fn a_batch_of_16_costs_what_was_reckoned() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    take();

    let key = SecretKey::random(&mut rng);
    assert_eq!(take(), Counts { base_muls: 1, ..Counts::default() });

    let inputs = (0..ITEMS).map(|number| Input::new(&[number as u8]).unwrap()).collect();
    let blinded = blind_batch(inputs, Blinds::random(ITEMS, &mut rng).unwrap()).unwrap();
    key.own_outputs(blinded.iter().map(BlindedInput::input));
    assert_eq!(take(), Counts { hash_to_groups: 16, point_muls: 32, ..Counts::default() });

    let sent: Vec<Element> = blinded.iter().map(|blinded| *blinded.element()).collect();
    let (evaluated, proof) = key.evaluate_batch(&sent, &mut rng).unwrap();
    assert_eq!(take(), Counts { point_muls: 16 + 2, base_muls: 1, msm_terms: 16, ..Counts::default() });

    let evaluated: Vec<Element> = evaluated.iter().map(|bytes| Element::decode(bytes).unwrap()).collect();
    let verified = key.public_key().verify_batch(&sent, &evaluated, &proof).unwrap();
    assert_eq!(take(), Counts { msm_terms: 2 * 16 + 4, ..Counts::default() });

    finalize_batch(&blinded, &verified).unwrap();
    assert_eq!(take(), Counts { point_muls: 16, ..Counts::default() });
    assert_eq!(take(), Counts::default());
}
