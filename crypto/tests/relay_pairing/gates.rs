//! A closed gate shows nowhere but on the device itself.

use std::collections::BTreeSet;

use sighej_crypto::{
    EpochSecrets,
    exchange::Gate,
    relay::{ACCEPT_LEN, KNOCK_LEN, SEAL_LEN, Upload},
};

use crate::{
    common::{OPEN, device, rng},
    support::{exchange, relay},
};

/// The upload of a device that met another, under a gate.
fn uploaded(a: &EpochSecrets, b: &EpochSecrets, gate: Gate) -> [u8; Upload::LEN] {
    let (at_a, _) = exchange((a, OPEN), (b, OPEN), 5);
    *at_a.upload(a, gate, &mut rng(6)).unwrap().upload_bytes()
}

fn match_values(upload: &[u8; Upload::LEN]) -> BTreeSet<&[u8]> {
    upload[2..].chunks_exact(32).map(|row| &row[..16]).collect()
}

#[test]
fn the_sizes_are_those_of_the_specification() {
    assert_eq!([KNOCK_LEN, ACCEPT_LEN, SEAL_LEN, Upload::LEN], [645, 645, 737, 514]);
}

#[test]
fn an_upload_has_one_shape_whatever_the_gate_and_the_sets() {
    let none: &[&str] = &[];
    for (held, theirs) in [(none, none), (&["devops"], &["devops"]), (&["tea", "rum"], &["yoga"])] {
        let (a, b) = (device(1, held), device(2, theirs));
        for gate in [Gate::Open, Gate::Closed] {
            let upload = uploaded(&a, &b, gate);
            let read = Upload::decode(&upload).unwrap();
            assert_eq!(read.threshold(), 1);
            assert_eq!(match_values(&upload).len(), 16);
        }
    }
}

#[test]
fn a_closed_gate_lets_no_true_row_out() {
    let (a, b) = (device(1, &["devops", "tea"]), device(2, &["devops", "tea"]));
    let (open, closed) = (uploaded(&a, &b, Gate::Open), uploaded(&a, &b, Gate::Closed));
    assert_eq!(open[..2], closed[..2], "side and threshold say nothing");
    let chunks = |upload: &[u8; Upload::LEN]| -> BTreeSet<[u8; 16]> {
        upload[2..].chunks_exact(16).map(|value| value.try_into().unwrap()).collect()
    };
    assert!(chunks(&open).is_disjoint(&chunks(&closed)));
}

#[test]
fn to_the_relay_a_closed_gate_is_nothing_in_common() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    for gates in [(Gate::Closed, Gate::Open), (Gate::Open, Gate::Closed), (Gate::Closed, Gate::Closed)] {
        let (at_a, at_b) = exchange((&a, OPEN), (&b, OPEN), 5);
        let at_a = at_a.upload(&a, gates.0, &mut rng(6)).unwrap();
        let at_b = at_b.upload(&b, gates.1, &mut rng(7)).unwrap();
        let (to_a, to_b) = relay(&at_a, &at_b);
        assert!(!to_a.is_match() && !to_b.is_match());
    }
}

#[test]
fn a_closed_gate_shows_other_rows_each_time() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let closed = |seed| {
        let (at_a, _) = exchange((&a, OPEN), (&b, OPEN), 5);
        *at_a.upload(&a, Gate::Closed, &mut rng(seed)).unwrap().upload_bytes()
    };
    let (first, second) = (closed(6), closed(7));
    assert!(match_values(&first).is_disjoint(&match_values(&second)));
}

#[cfg(feature = "meter")]
#[test]
fn an_upload_costs_the_same_whatever_the_gate_and_the_sets() {
    use sighej_crypto::meter;

    let counts = |held: &[&str], theirs: &[&str], gate| {
        let (a, b) = (device(1, held), device(2, theirs));
        let (at_a, _) = exchange((&a, OPEN), (&b, OPEN), 5);
        let _ = meter::take();
        at_a.upload(&a, gate, &mut rng(6)).unwrap();
        meter::take()
    };
    let open = counts(&["devops"], &["devops"], Gate::Open);
    assert_eq!(open.hmacs, 32);
    assert_eq!(open, counts(&["devops"], &["devops"], Gate::Closed));
    assert_eq!(open, counts(&[], &["devops"], Gate::Open));
}
