//! Two honest devices and an honest relay.

use proptest::prelude::*;
use sighej_crypto::{
    EpochSecrets,
    exchange::{Conclusion, Gate},
    relay::{KnockSent, Knocked, RoomSecret, Upload, Verdict, compare},
};

use crate::{
    common::{CLOSED, OPEN, Side, device, interests, rng, shared},
    support::{answer, introduce, matched_uploads, relay, upload},
};

/// A whole pairing under an honest relay.
fn pairing(
    a: (&EpochSecrets, Side<'_>),
    b: (&EpochSecrets, Side<'_>),
    seed: u64,
) -> (Conclusion, Conclusion) {
    let (at_a, at_b) = upload(a, b, seed);
    let (to_a, to_b) = relay(&at_a, &at_b);
    (at_a.conclude(a.0, &to_a.encode()).unwrap(), at_b.conclude(b.0, &to_b.encode()).unwrap())
}

#[test]
fn both_are_nudged_with_equal_interests_and_the_same_cue() {
    let a = device(1, &["devops", "hardstyle", "knitting"]);
    let b = device(2, &["hardstyle", "devops", "sailing", "chess"]);
    for (a, b) in [(&a, &b), (&b, &a)] {
        let (at_a, at_b) = pairing((a, OPEN), (b, OPEN), 7);
        assert_eq!(shared(&at_a), Some(vec!["devops", "hardstyle"]));
        assert_eq!(shared(&at_b), Some(vec!["devops", "hardstyle"]));
        let (Conclusion::Match { pair: p, .. }, Conclusion::Match { pair: q, .. }) = (at_a, at_b) else {
            unreachable!("both matched");
        };
        assert!(p.cue() == q.cue());
    }
}

#[test]
fn the_pair_key_is_the_one_of_a_direct_exchange() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let direct = crate::common::exchange((&a, OPEN), (&b, OPEN), 7, |_, _| ()).unwrap();
    let (relayed, _) = pairing((&a, OPEN), (&b, OPEN), 7);
    let (Conclusion::Match { pair: p, .. }, Conclusion::Match { pair: q, .. }) = (direct.initiator, relayed)
    else {
        unreachable!("both matched");
    };
    assert!(bool::from(subtle::ConstantTimeEq::ct_eq(&p.marker(), &q.marker())));
}

#[test]
fn nothing_shared_nudges_neither_and_dummies_count_for_nothing() {
    let (a, b) = (device(1, &["devops"]), device(2, &["gardening"]));
    let (at_a, at_b) = pairing((&a, OPEN), (&b, OPEN), 7);
    assert!(matches!((at_a, at_b), (Conclusion::NoMatch, Conclusion::NoMatch)));
    let (a, b) = (device(1, &[]), device(2, &[]));
    let (at_a, at_b) = pairing((&a, OPEN), (&b, OPEN), 7);
    assert!(matches!((at_a, at_b), (Conclusion::NoMatch, Conclusion::NoMatch)));
}

#[test]
fn sixteen_of_sixteen_are_found() {
    let texts: Vec<String> = (0..16).map(|n| format!("interest {n}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (at_a, at_b) = pairing((&device(1, &texts), OPEN), (&device(2, &texts), OPEN), 7);
    assert_eq!((shared(&at_a).unwrap().len(), shared(&at_b).unwrap().len()), (16, 16));
}

#[test]
fn the_higher_threshold_counts_for_both() {
    let (a, b) = (device(1, &["devops", "chess"]), device(2, &["devops", "chess"]));
    let at = |threshold| Side { threshold, ..OPEN };
    let (at_a, at_b) = pairing((&a, at(1)), (&b, at(3)), 7);
    assert!(matches!((at_a, at_b), (Conclusion::NoMatch, Conclusion::NoMatch)));
    let (at_a, at_b) = pairing((&a, at(2)), (&b, at(1)), 7);
    assert!(shared(&at_a).is_some() && shared(&at_b).is_some());
}

#[test]
fn a_closed_gate_on_either_side_nudges_neither() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let (at_a, at_b) = pairing((&a, CLOSED), (&b, OPEN), 7);
    assert!(matches!((at_a, at_b), (Conclusion::Withheld, Conclusion::NoMatch)));
    let (at_a, at_b) = pairing((&a, OPEN), (&b, CLOSED), 7);
    assert!(matches!((at_a, at_b), (Conclusion::NoMatch, Conclusion::Withheld)));
}

#[test]
fn a_room_stands_in_for_a_token_heard() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let (room, mut rng) = (RoomSecret::random(&mut rng(3)).key(), rng(4));
    let knock = KnockSent::in_room(&b, &room, &mut rng);
    let at_a = Knocked::in_room(&a, &room, knock.knock_bytes()).unwrap().accept(&a, &mut rng).unwrap();
    let at_b = knock.read_accept(&b, at_a.accept_bytes().unwrap()).unwrap();
    assert!(at_a.peer().digest() == b.digest() && at_b.peer().digest() == a.digest());
}

#[test]
fn crossing_knocks_introduce_without_an_accept_and_either_may_seal_first() {
    let (a, b, mut rng) = (device(1, &["devops"]), device(2, &["devops"]), rng(5));
    let knock_a = KnockSent::heard(&a, b.token(), &mut rng);
    let knock_b = KnockSent::heard(&b, a.token(), &mut rng);
    let at_a = knock_a.read_crossing_knock(&a, knock_b.knock_bytes()).unwrap();
    let at_b = knock_b.read_crossing_knock(&b, knock_a.knock_bytes()).unwrap();
    assert!(at_a.accept_bytes().is_none() && at_b.accept_bytes().is_none());
    let (evaluation, met) = answer(&a, &b, OPEN, &mut rng);
    let at_a = at_a.seal(&a, &evaluation, &met, 1, &mut rng).unwrap();
    let (evaluation, met) = answer(&b, &a, OPEN, &mut rng);
    let at_b = at_b.seal(&b, &evaluation, &met, 1, &mut rng).unwrap();
    let (seal_a, seal_b) = (at_a.seal_bytes().to_vec(), at_b.seal_bytes().to_vec());
    let at_a = at_a.read_seal(&a, &seal_b).unwrap().upload(&a, Gate::Open, &mut rng).unwrap();
    let at_b = at_b.read_seal(&b, &seal_a).unwrap().upload(&b, Gate::Open, &mut rng).unwrap();
    let (to_a, to_b) = relay(&at_a, &at_b);
    assert!(shared(&at_a.conclude(&a, &to_a.encode()).unwrap()).is_some());
    assert!(shared(&at_b.conclude(&b, &to_b.encode()).unwrap()).is_some());
}

#[test]
fn knocks_cross_in_a_room_too() {
    let (a, b, mut rng) = (device(1, &["devops"]), device(2, &["devops"]), rng(5));
    let room = RoomSecret::random(&mut rng).key();
    let (knock_a, knock_b) =
        (KnockSent::in_room(&a, &room, &mut rng), KnockSent::in_room(&b, &room, &mut rng));
    let at_a = knock_a.read_crossing_knock(&a, knock_b.knock_bytes()).unwrap();
    assert!(at_a.peer().digest() == b.digest());
}

#[test]
fn a_retransmission_is_the_same_bytes_in_every_state() {
    let (a, b, mut rng) = (device(1, &["devops"]), device(2, &["devops"]), rng(5));
    let (at_a, at_b) = introduce(&a, &b, 6);
    let (evaluation, met) = answer(&a, &b, OPEN, &mut rng);
    let at_a = at_a.seal(&a, &evaluation, &met, 1, &mut rng).unwrap();
    let sent = at_a.seal_bytes().to_vec();
    let (evaluation, met) = answer(&b, &a, OPEN, &mut rng);
    let at_b = at_b.seal(&b, &evaluation, &met, 1, &mut rng).unwrap();
    let at_a = at_a.read_seal(&a, at_b.seal_bytes()).unwrap();
    assert_eq!(at_a.seal_bytes(), sent);
    let at_a = at_a.upload(&a, Gate::Open, &mut rng).unwrap();
    assert_eq!(at_a.seal_bytes(), sent);
    assert_eq!(at_a.upload_bytes(), at_a.upload_bytes());
}

#[test]
fn what_the_relay_returns_is_as_long_for_a_match_as_for_none() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let (at_a, at_b) = matched_uploads(&a, &b);
    let (to_a, _) = relay(&at_a, &at_b);
    assert!(to_a.is_match() && !Verdict::no_match().is_match());
    assert_eq!(to_a.encode().len(), Verdict::no_match().encode().len());
    assert_eq!(Verdict::no_match().encode(), [0; Verdict::LEN]);
}

#[test]
fn the_relay_counts_the_overlap_in_either_order_of_the_uploads() {
    let (a, b) = (device(1, &["devops", "chess"]), device(2, &["chess", "devops", "tea"]));
    let (at_a, at_b) = matched_uploads(&a, &b);
    let uploads = [at_a, at_b].map(|uploaded| Upload::decode(uploaded.upload_bytes()).unwrap());
    for (one, other) in [(0, 1), (1, 0)] {
        let overlap = compare(&uploads[one], &uploads[other]).unwrap();
        assert_eq!((overlap.items, overlap.forged, overlap.is_match()), (2, 0, true));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn both_or_neither_and_exactly_what_both_hold(
        a in proptest::collection::btree_set(0_u8..24, 0..=16),
        b in proptest::collection::btree_set(0_u8..24, 0..=16),
        threshold in 1_u8..=4,
        seed in 0_u64..1_000_000,
    ) {
        let texts = |set: &std::collections::BTreeSet<u8>| -> Vec<String> {
            set.iter().map(|n| format!("interest {n}")).collect()
        };
        let draw = |set, seed| {
            let texts: Vec<String> = texts(set);
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            EpochSecrets::draw(&interests(&texts), crate::common::EPOCH, &mut rng(seed))
        };
        let (device_a, device_b) = (draw(&a, seed), draw(&b, seed + 1_000_000));
        let part = Side { threshold, ..OPEN };
        let (at_a, at_b) = pairing((&device_a, part), (&device_b, OPEN), seed);
        let mut expected = texts(&a.intersection(&b).copied().collect());
        expected.sort();
        let expected = (expected.len() >= usize::from(threshold))
            .then(|| expected.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(shared(&at_a), expected.clone());
        prop_assert_eq!(shared(&at_b), expected);
    }
}
