//! Specification, section 8: registrations, rooms, and whole pairings from what each side draws.

use crate::{
    commitment::{check_device, drawing},
    format::{self, PairingCase, PairingSide, Relay, all, arrays},
    second::{Bytes32, Device, array, device::x25519_public, pair, relay},
};

#[test]
fn each_registration_has_this_proof_on_either_side() {
    let file: Relay = format::read("relay.json");
    assert!(!file.registrations.is_empty());
    for case in &file.registrations {
        check_device(&case.device);
        let me = drawing(&case.device);
        let (e, nonce) = (x25519_public(&case.e_secret.array()), case.nonce.array());
        assert_eq!([&e[..], &nonce].concat(), case.challenge.0);
        let key = relay::registration_key(&me.y, &e);
        assert_eq!(key, relay::registration_key(&case.e_secret.array(), &me.commitment.y()));
        assert_eq!(key[..], case.key.0);
        assert_eq!(relay::id(&me.commitment.token())[..], case.id.0);
        assert_eq!(relay::registration(&me, &key, &nonce), case.registration.0);
    }
}

#[test]
fn each_room_has_this_id_key_and_text() {
    let file: Relay = format::read("relay.json");
    for case in &file.rooms {
        let (id, key, text) = relay::room(&case.secret.array());
        assert_eq!((&id[..], &key[..], &text), (&case.id.0[..], &case.key.0[..], &case.text));
        assert_eq!(relay::read_room(&text.to_uppercase()), Ok(case.secret.array()));
    }
    for case in &file.refused_rooms {
        assert_eq!(relay::read_room(&case.text), Err(&case.error[..]));
    }
    assert!(file.rooms.len() >= 3 && file.refused_rooms.len() >= 5);
}

#[test]
fn each_pairing_has_these_messages_and_this_end() {
    let file: Relay = format::read("relay.json");
    for case in &file.pairings {
        run(case);
    }
    let ends: Vec<_> = file
        .pairings
        .iter()
        .map(|case| (&case.knocker.conclusion[..], &case.answerer.conclusion[..], &case.knocker.side[..]))
        .collect();
    for end in [("match", "match", "lo"), ("match", "match", "hi")] {
        assert!(ends.contains(&end), "there is a case that ends as {end:?}");
    }
    for end in [("no match", "no match"), ("withheld", "no match"), ("no match", "withheld")] {
        assert!(ends.iter().any(|(b, a, _)| (*b, *a) == end), "there is a case that ends as {end:?}");
    }
    assert!(file.pairings.iter().any(|case| case.room.is_some()));
}

fn run(case: &PairingCase) {
    let (knocker, answerer) = (&case.knocker, &case.answerer);
    check_device(&knocker.device);
    check_device(&answerer.device);
    let (b, a) = (drawing(&knocker.device), drawing(&answerer.device));
    let secret = match &case.room {
        Some(room) => relay::room(&room.array()).1.to_vec(),
        None => a.commitment.token().to_vec(),
    };
    assert_eq!(secret, case.introduced_under.0);
    let show = |label: &str, side: &PairingSide, me: &Device| {
        relay::sealed(label, &secret, &[], &side.introduction_salt.array(), &me.commitment.0)
    };
    assert_eq!(show("sighej/1 relay knock", knocker, &b), case.knock.0);
    assert_eq!(show("sighej/1 relay accept", answerer, &a), case.accept.0);

    let key = pair::pair_key(&a, &b.commitment);
    assert_eq!(
        (&key[..], pair::cue(&key)),
        (&case.pair.key.0[..], (case.pair.colour, case.pair.emoji, case.pair.rhythm))
    );
    assert_eq!(pair::marker(&key)[..], case.pair.marker.0);
    seal(knocker, &b, &a, &key);
    seal(answerer, &a, &b, &key);

    let (lo, hi) = if side_of(&b, &a) == relay::LO { (knocker, answerer) } else { (answerer, knocker) };
    assert_eq!((&lo.side[..], &hi.side[..]), ("lo", "hi"));
    let relay_pair = relay::relay_pair(&key, &lo.seal_salt.0, &hi.seal_salt.0);
    assert_eq!(relay_pair[..], case.relay_pair.0);
    upload(knocker, &b, &a, &answerer.sealed.0, &relay_pair);
    upload(answerer, &a, &b, &knocker.sealed.0, &relay_pair);
    let (items, to_lo, to_hi) = relay::compare(&lo.upload.0, &hi.upload.0);
    assert_eq!((items, &to_lo, &to_hi), (case.items, &lo.verdict.0, &hi.verdict.0));
    let threshold = knocker.threshold.max(answerer.threshold);
    conclude(knocker, threshold);
    conclude(answerer, threshold);
}

fn side_of(own: &Device, peer: &Device) -> u8 {
    if own.commitment.digest() < peer.commitment.digest() { relay::LO } else { relay::HI }
}

/// Evaluation, met block and threshold, and the seal around them.
fn seal(side: &PairingSide, me: &Device, peer: &Device, key: &Bytes32) {
    let evaluation = me.evaluate(&peer.commitment, &side.proof_random.array());
    let (own, other) = (me.commitment.digest(), peer.commitment.digest());
    let met = pair::met_block(&[], &arrays(&side.met_fill), &own, &other);
    let plain = [evaluation, met, vec![side.threshold]].concat();
    assert_eq!(plain, side.sealed.0);
    let direction = [side_of(me, peer)];
    let seal = relay::sealed("sighej/1 relay seal", key, &direction, &side.seal_salt.array(), &plain);
    assert_eq!(seal, side.seal.0);
    assert_eq!(relay::opened("sighej/1 relay seal", key, &[1 - direction[0]], &seal), None);
}

/// The values of the peer's evaluation, which the `voprf` crate checks, and the upload of them.
fn upload(side: &PairingSide, me: &Device, peer: &Device, theirs: &[u8], relay_pair: &Bytes32) {
    let items = pair::shared_items(me, &peer.commitment, &theirs[..576]).unwrap();
    assert_eq!(all(&items), side.shared_items);
    let items = if side.gate == "open" { items } else { arrays(&side.random_items) };
    assert_eq!(all(&items), side.uploaded_items);
    let values: Vec<[[u8; 16]; 3]> = items.iter().map(|item| relay::values(item, relay_pair)).collect();
    for (at, column) in [&side.a, &side.b, &side.m].into_iter().enumerate() {
        assert_eq!(&all(values.iter().map(|values| values[at])), column);
    }
    let own = side_of(me, peer);
    let rows = values.iter().map(|[a, b, m]| [*m, if own == relay::LO { *a } else { *b }]).collect();
    assert_eq!(relay::upload(own, side.threshold, rows), side.upload.0);
}

/// What a device makes of its verdict: it recomputes every row, and counts interests alone.
fn conclude(side: &PairingSide, threshold: u8) {
    let others = if side.side == "lo" { &side.b } else { &side.a };
    let rows = side.verdict.0[1..].chunks(32).take(side.verdict.0[0].into());
    let slot_of = |row: &[u8]| {
        let row = (array::<16>(row, 0), array::<16>(row, 16));
        (0..16).find(|&slot| (side.m[slot].array(), others[slot].array()) == row).unwrap()
    };
    let slots = &side.device.slots;
    let mut shared: Vec<String> = Vec::new();
    if side.gate == "open" {
        let found = rows.map(slot_of).filter_map(|slot| side.device.interests.get(slots[slot]).cloned());
        shared.extend(found);
        shared.sort();
    }
    let end = match (&side.gate[..], shared.len()) {
        ("closed", _) => "withheld",
        (_, 0) => "no match",
        (_, count) if count >= usize::from(threshold) => "match",
        _ => "an error",
    };
    assert_eq!((&side.conclusion[..], &side.shared), (end, &shared));
}
