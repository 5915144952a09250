//! The `voprf` crate as client against our server, and as server against our client, on random inputs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot go on has failed")]

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use rand08::SeedableRng as _;
use sighej_crypto::voprf::{
    Blinds, Element, Input, Proof, PublicKey, SecretKey, blind_batch, finalize_batch,
};
use voprf::Ristretto255;

type Client = voprf::VoprfClient<Ristretto255>;
type Server = voprf::VoprfServer<Ristretto255>;

const BATCHES: [usize; 4] = [1, 2, 16, 64];
const ROUNDS: u64 = 4;

/// Runs `check` over every batch size and some seeds, with inputs of 1 to 90 random bytes.
fn for_random_batches(check: fn(Vec<Vec<u8>>, ChaCha20Rng, rand08::rngs::StdRng)) {
    for size in BATCHES {
        for round in 0..ROUNDS {
            let mut ours = ChaCha20Rng::seed_from_u64(round);
            let theirs = rand08::rngs::StdRng::seed_from_u64(round);
            let inputs = (0..size).map(|_| random_input(&mut ours)).collect();
            check(inputs, ours, theirs);
        }
    }
}

fn random_input(rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut input = vec![0; 1 + rng.next_u32() as usize % 90];
    rng.fill_bytes(&mut input);
    input
}

#[test]
fn the_other_crate_accepts_what_our_server_evaluates() {
    for_random_batches(|inputs, mut ours, mut theirs| {
        let key = SecretKey::random(&mut ours);
        let (clients, sent): (Vec<_>, Vec<_>) = inputs
            .iter()
            .map(|input| Client::blind(input, &mut theirs).unwrap())
            .map(|blinded| (blinded.state, Element::decode(&blinded.message.serialize().into()).unwrap()))
            .unzip();

        let (evaluated, proof) = key.evaluate_batch(&sent, &mut ours).unwrap();

        let messages: Vec<_> = evaluated
            .iter()
            .map(|bytes| voprf::EvaluationElement::<Ristretto255>::deserialize(bytes).unwrap())
            .collect();
        let proof = voprf::Proof::deserialize(&proof.to_bytes()).unwrap();
        let public = <Ristretto255 as voprf::Group>::deserialize_elem(key.public_key().as_bytes()).unwrap();
        let theirs = Client::batch_finalize(&inputs, &clients, &messages, &proof, public).unwrap();
        let theirs: Vec<Vec<u8>> = theirs.map(|output| output.unwrap().to_vec()).collect();

        let inputs: Vec<Input> = inputs.iter().map(|input| Input::new(input).unwrap()).collect();
        let ours: Vec<Vec<u8>> =
            key.own_outputs(&inputs).iter().map(|output| output.as_bytes().to_vec()).collect();
        assert_eq!(ours, theirs);
    });
}

#[test]
fn our_client_accepts_what_the_other_crate_evaluates() {
    for_random_batches(|inputs, mut ours, mut theirs| {
        let server = Server::new(&mut theirs).unwrap();
        let mapped = inputs.iter().map(|input| Input::new(input).unwrap()).collect();
        let blinded = blind_batch(mapped, Blinds::random(inputs.len(), &mut ours).unwrap()).unwrap();
        let sent: Vec<Element> = blinded.iter().map(|blinded| *blinded.element()).collect();

        let received: Vec<_> = sent
            .iter()
            .map(|element| voprf::BlindedElement::<Ristretto255>::deserialize(element.as_bytes()).unwrap())
            .collect();
        let answer = server.batch_blind_evaluate(&mut theirs, &received).unwrap();

        let public = <Ristretto255 as voprf::Group>::serialize_elem(server.get_public_key());
        let public = PublicKey::decode(&public.into()).unwrap();
        let proof = Proof::decode(answer.proof.serialize()[..].try_into().unwrap()).unwrap();
        let evaluated: Vec<Element> = answer
            .messages
            .iter()
            .map(|element| Element::decode(&element.serialize().into()).unwrap())
            .collect();
        let verified = public.verify_batch(&sent, &evaluated, &proof).unwrap();
        let outputs = finalize_batch(&blinded, &verified).unwrap();

        for (input, output) in inputs.iter().zip(&outputs) {
            assert_eq!(output.as_bytes()[..], server.evaluate(input).unwrap()[..]);
        }
    });
}

#[test]
fn both_derive_the_same_key_from_a_seed() {
    for seed in 0..32 {
        let ours = SecretKey::derive(&[seed; 32], &[seed, 1, 2]).unwrap();
        let theirs = Server::new_from_seed(&[seed; 32], &[seed, 1, 2]).unwrap();
        let theirs = <Ristretto255 as voprf::Group>::serialize_elem(theirs.get_public_key());
        assert_eq!(ours.public_key().as_bytes()[..], theirs[..]);
    }
}
