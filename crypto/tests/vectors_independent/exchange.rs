//! Specification, sections 5 and 6: whole exchanges from what each side draws.

use crate::{
    commitment::{check_device, drawing},
    format::{self, Cues, ExchangeCase, Exchanges, Hex, SideVector, all, arrays},
    second::{
        Device, Session, array, group,
        pair::{self, INITIATOR, RESPONDER},
    },
};

/// A side in an exchange, its vector beside it.
struct Side<'a> {
    vector: &'a SideVector,
    me: Device,
    session: Session,
    role: u8,
}

/// What a side learns from the other's evaluation.
struct Learned {
    own_tags: Vec<[u8; 16]>,
    expected_tags: Vec<[u8; 16]>,
}

impl Side<'_> {
    /// The met block for a peer.
    fn met(&self, peer: &Device) -> Vec<u8> {
        let (own, other) = (self.me.commitment.digest(), peer.commitment.digest());
        pair::met_block(&arrays(&self.vector.markers), &arrays(&self.vector.met_fill), &own, &other)
    }

    /// Evaluation, met block and threshold.
    fn head(&self, peer: &Device) -> Vec<u8> {
        let evaluation = self.me.evaluate(&peer.commitment, &self.vector.proof_random.array());
        [evaluation, self.met(peer), vec![self.vector.threshold]].concat()
    }

    /// Checks the other's evaluation by the `voprf` crate, and what is computed from it.
    fn learn(&self, peer: &Device, evaluation: &[u8], h: &Hex) -> Learned {
        let theirs = pair::their_outputs(&self.me, &peer.commitment, evaluation).unwrap();
        assert_eq!(all(pair::own_outputs(&self.me)), self.vector.own_outputs);
        assert_eq!(all(theirs), self.vector.peer_outputs);
        let items = pair::shared_items(&self.me, &peer.commitment, evaluation).unwrap();
        assert_eq!(all(&items), self.vector.shared_items);
        let own_tags = pair::tags(&items, self.role, &h.0);
        let expected_tags = pair::tags(&items, 1 - self.role, &h.0);
        assert_eq!(all(&own_tags), self.vector.own_tags);
        assert_eq!(all(&expected_tags), self.vector.expected_tags);
        Learned { own_tags, expected_tags }
    }

    /// The interests whose expected tags are among these.
    fn shared(&self, learned: &Learned, tags: &[u8]) -> Vec<String> {
        let found = learned.expected_tags.iter().map(|tag| tags.chunks(16).any(|other| other == tag));
        let slots = self.vector.device.slots.iter().zip(found).filter(|(_, found)| *found);
        let mut shared: Vec<String> =
            slots.filter_map(|(slot, _)| self.vector.device.interests.get(*slot).cloned()).collect();
        shared.sort();
        shared
    }

    fn is_open(&self) -> bool {
        assert!(["open", "closed"].contains(&&self.vector.gate[..]));
        self.vector.gate == "open"
    }

    fn tags(&self, learned: &Learned, truly: bool) -> Vec<u8> {
        let random = arrays(&self.vector.random_tags);
        pair::sorted(if truly { learned.own_tags.clone() } else { random })
    }

    /// What the vector says of the end: the interests shared where this side nudges.
    fn concludes(&self, shared: Vec<String>, nudges: bool) {
        let (conclusion, shared) = match (self.is_open(), nudges) {
            (false, _) => ("withheld", Vec::new()),
            (true, true) => ("match", shared),
            (true, false) => ("no match", Vec::new()),
        };
        assert_eq!((&self.vector.conclusion[..], &self.vector.shared), (conclusion, &shared));
    }

    /// Which of the markers this side remembers the peer shows.
    fn recognises(&self, met: &[u8], peer: &Device) {
        let shown = |marker: &Hex| {
            let row = pair::shown(&marker.0, &peer.commitment.digest(), &self.me.commitment.digest());
            met.chunks(8).any(|other| other == row)
        };
        let markers = self.vector.markers.iter().enumerate();
        let seen: Vec<usize> = markers.filter(|(_, marker)| shown(marker)).map(|(i, _)| i).collect();
        assert_eq!(seen, self.vector.recognised);
    }
}

/// One message: sealed by its sender it is the vector's, and its receiver opens it.
fn say(case: &ExchangeCase, step: usize, from: &mut Session, to: &mut Session, payload: &[u8]) {
    assert_eq!(payload, case.payloads[step].0, "payload {}", step + 1);
    let message = from.write(payload);
    assert_eq!(message, case.messages[step].0, "message {}", step + 1);
    assert_eq!(to.read(&message).unwrap(), payload);
}

fn run(case: &ExchangeCase) {
    let (me_i, me_r) = (drawing(&case.initiator.device), drawing(&case.responder.device));
    let token = me_r.commitment.token();
    let session_i = Session::initiator(&me_i.x, &case.initiator.ephemeral.array(), &token);
    let session_r = Session::responder(&me_r.x, &case.responder.ephemeral.array(), &token);
    let (peer_of_r, peer_of_i) = (me_i.clone(), me_r.clone());
    let mut i = Side { vector: &case.initiator, me: me_i, session: session_i, role: INITIATOR };
    let mut r = Side { vector: &case.responder, me: me_r, session: session_r, role: RESPONDER };
    let lo =
        if peer_of_r.commitment.digest() < peer_of_i.commitment.digest() { "initiator" } else { "responder" };
    assert_eq!(case.lo, lo);

    say(case, 0, &mut i.session, &mut r.session, &[]);
    say(case, 1, &mut r.session, &mut i.session, &r.me.commitment.0.clone());
    let head_i = i.head(&peer_of_i);
    say(case, 2, &mut i.session, &mut r.session, &[&i.me.commitment.0[..], &head_i].concat());
    assert_eq!(i.session.h()[..], case.h.0);
    assert_eq!(r.session.h()[..], case.h.0);

    let threshold = case.initiator.threshold.max(case.responder.threshold);
    let reaches = |shared: &[String]| shared.len() >= usize::from(threshold);
    let head_r = r.head(&peer_of_r);
    let learned_r = r.learn(&peer_of_r, &head_i[..576], &case.h);
    r.recognises(&head_i[576..704], &peer_of_r);
    let tags_r = r.tags(&learned_r, r.is_open());
    say(case, 3, &mut r.session, &mut i.session, &[&head_r[..], &tags_r].concat());

    let learned_i = i.learn(&peer_of_i, &head_r[..576], &case.h);
    i.recognises(&head_r[576..704], &peer_of_i);
    let shared_i = i.shared(&learned_i, &tags_r);
    let nudges = i.is_open() && reaches(&shared_i);
    let tags_i = i.tags(&learned_i, nudges);
    say(case, 4, &mut i.session, &mut r.session, &tags_i);
    i.concludes(shared_i, nudges);
    let shared_r = r.shared(&learned_r, &tags_i);
    let nudges = r.is_open() && reaches(&shared_r);
    r.concludes(shared_r, nudges);
}

#[test]
fn each_exchange_has_these_messages_and_this_end() {
    let file: Exchanges = format::read("exchange.json");
    for case in &file.cases {
        check_device(&case.initiator.device);
        check_device(&case.responder.device);
        run(case);
    }
    let ends: Vec<(&str, &str)> = file
        .cases
        .iter()
        .map(|case| (&case.initiator.conclusion[..], &case.responder.conclusion[..]))
        .collect();
    for end in
        [("match", "match"), ("no match", "no match"), ("withheld", "no match"), ("no match", "withheld")]
    {
        assert!(ends.contains(&end), "there is a case that ends as {end:?}");
    }
}

#[test]
fn each_pair_has_this_key_cue_and_marker_and_remembers_it() {
    let file: Exchanges = format::read("exchange.json");
    let cues: Cues = format::read("cues.json");
    for case in &file.cases {
        let (i, r) = (drawing(&case.initiator.device), drawing(&case.responder.device));
        let key = pair::pair_key(&i, &r.commitment);
        assert_eq!(key, pair::pair_key(&r, &i.commitment));
        assert_eq!(key[..], case.pair.key.0);
        assert_eq!(pair::cue(&key), (case.pair.colour, case.pair.emoji, case.pair.rhythm));
        assert_eq!(pair::marker(&key)[..], case.pair.marker.0);
        assert_eq!(cues.colours[case.pair.colour].index, case.pair.colour);
        assert_eq!(cues.emoji[case.pair.emoji].index, case.pair.emoji);
        assert_eq!(cues.rhythms[case.pair.rhythm].index, case.pair.rhythm);
        for side in [&case.initiator, &case.responder] {
            let by_name = |name: &String| {
                let earlier = file.cases.iter().find(|case| case.name == *name).unwrap();
                earlier.pair.marker.clone()
            };
            assert_eq!(side.remembers.iter().map(by_name).collect::<Vec<_>>(), side.markers);
        }
    }
    assert_eq!((cues.colours.len(), cues.emoji.len(), cues.rhythms.len()), (8, 64, 8));
}

#[test]
fn each_proof_is_the_rfc_s_and_fails_for_anything_else() {
    let file: Exchanges = format::read("exchange.json");
    let case = &file.cases[0];
    let (i, r) = (drawing(&case.initiator.device), drawing(&case.responder.device));
    let evaluation = &case.payloads[3].0[..576];
    let passes = |key: [u8; 32], evaluation: &[u8]| {
        group::finalize(&key, &i.inputs, &i.blinds, &i.commitment.blinded(), evaluation).is_some()
    };
    assert!(passes(r.commitment.k(), evaluation));
    assert!(!passes(i.commitment.k(), evaluation));
    let mut tampered = evaluation.to_vec();
    tampered[513] ^= 1;
    assert!(!passes(r.commitment.k(), &tampered));
    let first: [u8; 32] = array(evaluation, 0);
    assert_eq!(first, group::multiply(&r.k, &i.commitment.blinded()[0]));
}
