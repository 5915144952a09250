//! The five-message exchange between two honest devices.
mod common;

use common::{CLOSED, OPEN, Side, device, exchange, shared};
use sighej_crypto::exchange::{Conclusion, Gate, MESSAGE_LEN};

fn untouched(_: usize, _: &mut Vec<u8>) {}

#[test]
fn both_sides_learn_what_they_share_and_show_the_same_cue() {
    let a = device(1, &["devops", "hardstyle", "knitting"]);
    let b = device(2, &["hardstyle", "devops", "sailing", "chess"]);
    for (i, r) in [(&a, &b), (&b, &a)] {
        let run = exchange((i, OPEN), (r, OPEN), 7, untouched).unwrap();
        assert_eq!(shared(&run.initiator), Some(vec!["devops", "hardstyle"]));
        assert_eq!(shared(&run.responder), Some(vec!["devops", "hardstyle"]));
        let (Conclusion::Match { pair: p, .. }, Conclusion::Match { pair: q, .. }) =
            (run.initiator, run.responder)
        else {
            unreachable!("both matched");
        };
        assert!(p.cue() == q.cue());
    }
}

#[test]
fn nothing_shared_is_no_match_on_both_sides() {
    let (a, b) = (device(1, &["devops"]), device(2, &["gardening"]));
    let run = exchange((&a, OPEN), (&b, OPEN), 7, untouched).unwrap();
    assert!(matches!((run.initiator, run.responder), (Conclusion::NoMatch, Conclusion::NoMatch)));
}

#[test]
fn empty_profiles_share_nothing_not_even_their_dummies() {
    let (a, b) = (device(1, &[]), device(2, &[]));
    let run = exchange((&a, OPEN), (&b, OPEN), 7, untouched).unwrap();
    assert!(matches!((run.initiator, run.responder), (Conclusion::NoMatch, Conclusion::NoMatch)));
}

#[test]
fn sixteen_of_sixteen_are_found() {
    let texts: Vec<String> = (0..16).map(|n| format!("interest {n}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (a, b) = (device(1, &texts), device(2, &texts));
    let run = exchange((&a, OPEN), (&b, OPEN), 7, untouched).unwrap();
    assert_eq!(shared(&run.initiator).unwrap().len(), 16);
    assert_eq!(shared(&run.responder).unwrap().len(), 16);
}

#[test]
fn the_higher_threshold_counts_for_both() {
    let (a, b) = (device(1, &["devops", "chess"]), device(2, &["devops", "chess"]));
    let at = |threshold| Side { threshold, ..OPEN };
    let run = exchange((&a, at(1)), (&b, at(3)), 7, untouched).unwrap();
    assert!(matches!((run.initiator, run.responder), (Conclusion::NoMatch, Conclusion::NoMatch)));
    let run = exchange((&a, at(2)), (&b, at(1)), 7, untouched).unwrap();
    assert!(shared(&run.initiator).is_some() && shared(&run.responder).is_some());
}

#[test]
fn a_closed_gate_on_either_side_nudges_neither() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let run = exchange((&a, CLOSED), (&b, OPEN), 7, untouched).unwrap();
    assert!(matches!((run.initiator, run.responder), (Conclusion::Withheld, Conclusion::NoMatch)));
    let run = exchange((&a, OPEN), (&b, CLOSED), 7, untouched).unwrap();
    assert!(matches!((run.initiator, run.responder), (Conclusion::NoMatch, Conclusion::Withheld)));
}

#[test]
fn every_message_has_its_one_size_whatever_the_sets_and_the_outcome() {
    let sizes = |i: &[&str], r: &[&str], gate_i, gate_r| {
        let (a, b) = (device(1, i), device(2, r));
        let side = |gate| Side { gate, ..OPEN };
        let run = exchange((&a, side(gate_i)), (&b, side(gate_r)), 7, untouched).unwrap();
        run.wire.iter().map(Vec::len).collect::<Vec<_>>()
    };
    let none: &[&str] = &[];
    for (i, r) in [(none, none), (&["chess"], &["chess"]), (&["chess"], &["tea", "rum", "yoga"])] {
        for gates in [(Gate::Open, Gate::Open), (Gate::Closed, Gate::Open), (Gate::Open, Gate::Closed)] {
            assert_eq!(sizes(i, r, gates.0, gates.1), MESSAGE_LEN);
        }
    }
    assert_eq!(MESSAGE_LEN, [32, 709, 1382, 977, 272]);
}

#[test]
fn those_who_were_nudged_recognise_each_other_in_the_next_epoch() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let run = exchange((&a, OPEN), (&b, OPEN), 7, untouched).unwrap();
    let (Conclusion::Match { pair: p, .. }, Conclusion::Match { pair: q, .. }) =
        (run.initiator, run.responder)
    else {
        unreachable!("both matched");
    };
    let (ours, theirs) = ([p.marker()], [q.marker()]);
    let (a2, b2) = (device(3, &["devops"]), device(4, &["devops"]));
    let shown = sighej_crypto::MetBlock::seal(&ours, &a2.digest(), &b2.digest(), &mut common::rng(5));
    assert_eq!(shown.recognise(&theirs, &a2.digest(), &b2.digest()), [0]);
}
