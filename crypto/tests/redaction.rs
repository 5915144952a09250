//! No secret is printed, and every secret is wiped.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use common::{
    EPOCH, OPEN,
    counted::Counted,
    exchange, interests, rng,
    secrets::{Printed, Secrets, TEXT, secrets_of},
};
use rand_core::Rng;
use sighej_crypto::{
    Digest, EpochSecrets, Evaluation, Interest, InterestError, InterestSet, Marker, MetBlock, PairKey, Token,
    exchange::{Conclusion, Gate, InitiatorHello, ResponderHello},
    relay::{RoomKey, RoomSecret},
    voprf::{self, BlindedInput, Blinds, Element, Input, Output, SecretKey, Verified},
};
use zeroize::ZeroizeOnDrop;

#[test]
fn the_check_itself_finds_what_is_printed() {
    let secrets = Secrets(vec![vec![200; 32]]);
    for leaky in [format!("{:?}", [200_u8; 32]), hex::encode([200; 32]), format!("{:#x?}", vec![200_u8; 9])] {
        let caught = std::panic::catch_unwind(|| secrets.not_in(&Printed(&leaky))).is_err();
        assert_eq!(caught, !leaky.contains("0x"), "{leaky}");
    }
    for unknown in [format!("Key({:?})", [7_u8; 32]), format!("{:#?}", vec![9_u8; 32]), hex::encode([1; 8])] {
        assert!(std::panic::catch_unwind(|| secrets.not_in(&Printed(&unknown))).is_err(), "{unknown}");
    }
    assert!(std::panic::catch_unwind(|| secrets.not_in(&TEXT)).is_err());
}

#[test]
fn no_state_and_no_result_of_an_exchange_prints_a_secret() {
    let ((a, of_a), (b, of_b)) = (secrets_of(1, &[TEXT]), secrets_of(2, &[TEXT]));
    let wire = exchange((&a, OPEN), (&b, OPEN), 7, |_, _| ()).unwrap().wire;
    let mut secrets = [of_a, of_b].concat();
    secrets.extend(wire.iter().map(|message| message[..32].to_vec()));
    secrets.extend([7, 1_000_007].map(|seed| {
        let mut ephemeral = vec![0; 32];
        rng(seed).fill_bytes(&mut ephemeral);
        ephemeral
    }));
    let secrets = Secrets(secrets);

    secrets.not_in(&a);
    secrets.not_in(&(a.commitment(), a.digest(), a.token(), a.commitment().key(), a.commitment().blinded()));
    let (hello_i, message1) = InitiatorHello::start(&a, b.token(), &mut rng(7)).unwrap();
    let (hello_r, message2) = ResponderHello::accept(&b, &message1, &mut rng(1_000_007)).unwrap();
    secrets.not_in(&(&hello_i, &hello_r));
    let identified = hello_i.read_commitment(&a, &message2).unwrap();
    secrets.not_in(&identified);
    let (ours, met) = evaluation_and_met(&a, &b);
    secrets.not_in(&(&ours, &met));
    let (waiting, message3) = identified.send_evaluation(&a, &ours, &met, 1).unwrap();
    let identified = hello_r.read_offer(&b, &message3).unwrap().verify(&b).unwrap();
    secrets.not_in(&(&waiting, &identified));
    let (ours, met) = evaluation_and_met(&b, &a);
    let (answered_r, message4) = identified.answer(&b, &ours, &met, 1, Gate::Open, &mut rng(3)).unwrap();
    let answered_i = waiting.read_answer(&a, &message4).unwrap();
    secrets.not_in(&(&answered_r, &answered_i, answered_i.peer_met()));
    let (end, message5) = answered_i.conclude(&a, Gate::Open, &mut rng(4)).unwrap();
    secrets.not_in(&(&end, answered_r.read_tags(&b, &message5).unwrap()));
    let Conclusion::Match { interests, pair } = end else { unreachable!("they share one") };
    secrets.not_in(&(&interests, &pair, pair.marker()));
    let cue = pair.cue();
    assert!(!format!("{cue:?}").contains(cue.emoji) && !format!("{cue:?}").contains(cue.name));
}

fn evaluation_and_met(me: &EpochSecrets, peer: &EpochSecrets) -> (Evaluation, MetBlock) {
    let met = MetBlock::seal(&[], &me.digest(), &peer.digest(), &mut rng(5));
    (me.evaluate(peer.commitment(), &mut rng(6)), met)
}

#[test]
fn no_error_prints_what_caused_it() {
    let (a, of_a) = secrets_of(1, &[TEXT]);
    let secrets = Secrets(of_a);
    let (b, _) = secrets_of(2, &[TEXT]);
    for step in 0..5 {
        for cut in [0, 20] {
            let tamper = |at: usize, message: &mut Vec<u8>| {
                if at == step {
                    message[10] ^= 1;
                    message.truncate(message.len() - cut);
                }
            };
            let error = exchange((&a, OPEN), (&b, OPEN), 7, tamper).err().unwrap();
            secrets.not_in(&error);
            secrets.not_in(&Printed(&error.to_string()));
        }
    }
    let long = format!("{TEXT} {TEXT} {TEXT}");
    for text in [&long[..], "basket\u{7}weaving", " "] {
        let error: InterestError = Interest::parse(text).err().unwrap();
        secrets.not_in(&error);
        secrets.not_in(&Printed(&error.to_string()));
    }
}

#[test]
fn no_part_of_the_voprf_prints_a_secret() {
    let mut drawn = vec![0; 64 + 64];
    rng(1).fill_bytes(&mut drawn);
    let mut rng = rng(1);
    let key = SecretKey::random(&mut rng);
    let blinds = Blinds::random(1, &mut rng).unwrap();
    let input = Input::new(TEXT.as_bytes()).unwrap();
    let mut secrets: Vec<Vec<u8>> = drawn.chunks(32).map(<[u8]>::to_vec).collect();
    secrets.push(TEXT.as_bytes().to_vec());
    let secrets = Secrets(secrets);
    secrets.not_in(&(&key, &blinds, &input));
    let blinded: Vec<BlindedInput> = voprf::blind_batch(vec![input], blinds).unwrap();
    let sent: Vec<Element> = blinded.iter().map(|blinded| *blinded.element()).collect();
    let (evaluated, proof) = key.evaluate_batch(&sent, &mut rng).unwrap();
    let evaluated: Vec<Element> = evaluated.iter().map(|c| Element::decode(c).unwrap()).collect();
    let verified: Verified = key.public_key().verify_batch(&sent, &evaluated, &proof).unwrap();
    let outputs: Vec<Output> = voprf::finalize_batch(&blinded, &verified).unwrap();
    let mut more = vec![outputs[0].as_bytes().to_vec(), key.public_key().as_bytes().to_vec()];
    more.extend([sent[0].as_bytes().to_vec(), evaluated[0].as_bytes().to_vec(), proof.to_bytes().to_vec()]);
    for secrets in [secrets, Secrets(more)] {
        secrets.not_in(&(&key, key.public_key(), &blinded, &sent, &evaluated, &proof, &verified, &outputs));
    }
}

#[test]
fn no_interest_set_and_no_generator_of_ours_prints_a_secret() {
    let (_, of_a) = secrets_of(1, &[TEXT]);
    let secrets = Secrets(of_a);
    let set: InterestSet = interests(&[TEXT, "chess"]);
    secrets.not_in(&(&set, set.iter().collect::<Vec<_>>()));
    secrets.not_in(&(Digest::from_bytes([7; 32]), Token::from_bytes([7; 8])));
    let drawn = EpochSecrets::draw(&set, EPOCH, &mut Counted::new(1));
    secrets.not_in(&drawn);
}

/// Types that hold something of a device, and are printed by the tests here and in `redaction_relay.rs`.
const REDACTED: &str = "BlindedInput Blinds Commitment Conclusion Cue Digest Element EpochSecrets Evaluation Exchanged \
    InitiatorAnswered InitiatorHello InitiatorIdentified InitiatorWaiting Input Interest InterestSet Introduced \
    KnockSent Knocked Marker MetBlock Offered Output Overlap PairKey Proof PublicKey Registration \
    RegistrationChallenge RelayId ResponderAnswered ResponderHello ResponderIdentified ResponderOffered RoomId RoomKey RoomSecret \
    Sealed SecretKey Token Upload Uploaded Verdict Verified";
/// Types that hold nothing of a device but counts, names of errors and rows of public tables.
const HARMLESS: &str = "ApiMisuse BatchError ClientError ClientMisbehaved Colour Counts ElementError EpochNumber \
    ExchangeError Gate InputError InterestError InvalidMessage Message PeerIncompatible PeerMisbehaved RelayError Rhythm \
    RelayMisbehaved RoomSecretError ScalarError Side VerifyError";

#[test]
fn no_public_type_is_forgotten_here() {
    let mut found = BTreeSet::new();
    collect_types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let listed = REDACTED.split_whitespace().chain(HARMLESS.split_whitespace()).map(str::to_owned);
    assert_eq!(found, listed.collect());
}

/// Names of the public types in a folder of sources.
fn collect_types(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_types(&path, names);
            continue;
        }
        for line in fs::read_to_string(path).unwrap().lines() {
            let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            names.extend(
                rest.map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()),
            );
        }
    }
}

/// A type that wipes itself, every part of it, when it goes out of scope.
fn is_wiped_on_drop<T: ZeroizeOnDrop>() {}

#[test]
fn every_type_that_holds_a_secret_is_wiped_on_drop() {
    is_wiped_on_drop::<Interest>();
    is_wiped_on_drop::<Marker>();
    is_wiped_on_drop::<PairKey>();
    is_wiped_on_drop::<SecretKey>();
    is_wiped_on_drop::<Blinds>();
    is_wiped_on_drop::<Output>();
    is_wiped_on_drop::<RoomSecret>();
    is_wiped_on_drop::<RoomKey>();
}
