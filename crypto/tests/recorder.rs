//! What a dictionary is good for. A recorder of the wire has every byte, every public key, every evaluation and every
//! tag, more than it could read, and the words themselves; a peer has one VOPRF key of two. Neither confirms a word it
//! was not given, nor computes a cue or a marker. Everything that can be made of what they hold is tried; beside each
//! attempt stands the same one with the missing secret, which succeeds.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use std::collections::BTreeSet;

use common::{
    device,
    mallory::{Answer, Mallory, honestly, mallory},
    second::{
        Bytes32, Commitment, Device, Draws, SLOTS, Session, array,
        device::x25519_public,
        group, labels,
        pair::{self, INITIATOR, RESPONDER},
    },
};
use curve25519_dalek::Scalar;
use sha2::{Digest, Sha512};
use sighej_crypto::exchange::{Conclusion, Gate};
use x25519_dalek::{PublicKey, StaticSecret};

const HELD: [&str; 3] = ["chess", "devops", "hardstyle"];
const DICTIONARY: [&str; 6] = ["chess", "devops", "hardstyle", "knitting", "sailing", "yoga"];

/// A session of two honest devices of the second implementation, and all that is in it.
struct Recording {
    i: Device,
    r: Device,
    wire: Vec<Vec<u8>>,
    /// Commitments, evaluations and tags, which the wire shows sealed.
    opened: Vec<Vec<u8>>,
    tags: Vec<[u8; 16]>,
    items: Vec<Bytes32>,
    h: Bytes32,
    met: Vec<u8>,
}

fn record(ephemerals: [u8; 2]) -> Recording {
    let of = |seed| Device::new(&HELD, common::EPOCH.0, &Draws::random(HELD.len(), seed));
    let (i, r) = (of(1), of(2));
    let token = r.commitment.token();
    let mut at_i = Session::initiator(&i.x, &[ephemerals[0]; 32], &token);
    let mut at_r = Session::responder(&r.x, &[ephemerals[1]; 32], &token);
    let mut wire = Vec::new();
    let mut say = |from: &mut Session, to: &mut Session, payload: &[u8]| {
        let message = from.write(payload);
        to.read(&message).unwrap();
        wire.push(message);
    };
    let met = |from: &Device, to: &Device| {
        let marker = pair::marker(&pair::pair_key(from, &to.commitment));
        pair::met_block(&[marker], &[[3; 32]; 16], &from.commitment.digest(), &to.commitment.digest())
    };
    say(&mut at_i, &mut at_r, &[]);
    say(&mut at_r, &mut at_i, &r.commitment.0);
    let (e_i, e_r) = (i.evaluate(&r.commitment, &[4; 32]), r.evaluate(&i.commitment, &[5; 32]));
    let met_i = met(&i, &r);
    let offer = [&i.commitment.0[..], &e_i, &met_i, &[1]].concat();
    say(&mut at_i, &mut at_r, &offer);
    let h = at_i.h();
    let items_r = pair::shared_items(&r, &i.commitment, &e_i).unwrap();
    let tags_r = pair::tags(&items_r, RESPONDER, &h);
    let answer = [&e_r[..], &met(&r, &i), &[1], &pair::sorted(tags_r.clone())].concat();
    say(&mut at_r, &mut at_i, &answer);
    let items = pair::shared_items(&i, &r.commitment, &e_r).unwrap();
    let tags_i = pair::tags(&items, INITIATOR, &h);
    say(&mut at_i, &mut at_r, &pair::sorted(tags_i.clone()));
    let opened = vec![i.commitment.0.clone(), r.commitment.0.clone(), e_i, e_r];
    Recording { i, r, wire, opened, tags: [tags_r, tags_i].concat(), items, h, met: met_i }
}

impl Recording {
    /// Every 32 bytes that stand anywhere on the wire or in an opened message, and both digests, and h.
    fn public_values(&self) -> BTreeSet<Bytes32> {
        let messages = self.wire.iter().chain(&self.opened);
        let mut values: BTreeSet<Bytes32> =
            messages.flat_map(|message| message.windows(32)).map(|window| array(window, 0)).collect();
        values.extend([self.h, self.i.commitment.digest(), self.r.commitment.digest()]);
        values
    }

    /// The X25519 keys among them.
    fn public_keys(&self) -> [Bytes32; 6] {
        let (i, r) = (&self.i.commitment, &self.r.commitment);
        [i.x(), i.y(), r.x(), r.y(), array(&self.wire[0], 0), array(&self.wire[1], 0)]
    }

    /// What could be taken for the shared secret behind the pair key.
    fn secrets(&self) -> BTreeSet<Bytes32> {
        let values = self.public_values();
        let keys = self.public_keys();
        let agreed = keys.iter().flat_map(|a| keys.iter().map(|b| x25519(a, b)));
        let as_secret = values.iter().map(|value| x25519(value, &self.r.commitment.y()));
        let of_h = keys.iter().map(|key| x25519(&self.h, key));
        let derived: Vec<Bytes32> = agreed.chain(as_secret).chain(of_h).collect();
        values.into_iter().chain(derived).collect()
    }

    fn digests(&self) -> Vec<u8> {
        let (a, b) = (self.i.commitment.digest(), self.r.commitment.digest());
        [a.min(b), a.max(b)].concat()
    }

    /// Whether a secret, taken for the agreement or for the pair key itself, gives the cue, the marker or a shown one.
    fn betrays_the_pair(&self, secret: &Bytes32) -> bool {
        let real = pair::pair_key(&self.i, &self.r.commitment);
        let derived = labels::kdf("sighej/1 pair", secret, &self.digests());
        [*secret, derived].iter().any(|pair| {
            let marker = pair::marker(pair);
            let (from, to) = (self.i.commitment.digest(), self.r.commitment.digest());
            let shown = [marker, *secret].map(|marker| pair::shown(&marker, &from, &to));
            *pair == real
                || labels::mac("sighej/1 cue", pair, &[]) == labels::mac("sighej/1 cue", &real, &[])
                || marker == pair::marker(&real)
                || self.met.chunks(8).any(|row| shown.iter().any(|shown| row == shown))
        })
    }

    /// Whether an item would show in the tags of either side.
    fn betrays_a_word(&self, item: &Bytes32) -> bool {
        [INITIATOR, RESPONDER]
            .iter()
            .any(|role| self.tags.contains(&pair::tags(std::slice::from_ref(item), *role, &self.h)[0]))
    }

    /// Elements that the recorder may take for the evaluation of a word: all on the wire, and the word's own.
    fn elements(&self, word: &[u8]) -> Vec<Bytes32> {
        let mut elements: Vec<Bytes32> = [&self.i, &self.r]
            .iter()
            .flat_map(|side| [vec![side.commitment.k()], side.commitment.blinded()].concat())
            .collect();
        elements
            .extend(self.opened[2..].iter().flat_map(|bytes| bytes[..512].chunks(32)).map(|c| array(c, 0)));
        let own = group::hash_to_group(word);
        elements.push(own);
        let scalars = [self.h, self.i.commitment.digest(), self.r.commitment.digest()];
        elements.extend(scalars.iter().chain(&self.public_keys()).map(|value| {
            let scalar = Scalar::from_bytes_mod_order(*value).to_bytes();
            group::multiply(&scalar, &own)
        }));
        elements
    }

    /// D(x) from two outputs.
    fn item(&self, lo: &[u8], hi: &[u8]) -> Bytes32 {
        labels::hash("sighej/1 shared item", &[&self.digests(), lo, hi].concat())
    }
}

fn x25519(secret: &Bytes32, public: &Bytes32) -> Bytes32 {
    StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*public)).to_bytes()
}

/// The hash at the end of RFC 9497's Finalize, over a word and what one takes for its evaluation.
fn finalized(word: &[u8], element: &Bytes32) -> Vec<u8> {
    let len = u16::try_from(word.len()).unwrap().to_be_bytes();
    Sha512::digest([&len[..], word, &[0, 32], element, b"Finalize"].concat()).to_vec()
}

fn input(word: &str) -> Vec<u8> {
    [&[1], word.as_bytes()].concat()
}

#[test]
fn a_recorder_of_every_byte_with_every_public_key_computes_neither_cue_nor_marker() {
    let recording = record([6, 7]);
    let secrets = recording.secrets();
    assert!(secrets.len() > 5000);
    assert!(secrets.iter().all(|secret| !recording.betrays_the_pair(secret)));
    let missing = x25519(&recording.i.y, &recording.r.commitment.y());
    assert!(recording.betrays_the_pair(&missing), "either y suffices");
}

#[test]
fn a_recorder_with_the_whole_dictionary_confirms_no_interest() {
    let recording = record([6, 7]);
    for word in DICTIONARY.map(input) {
        let outputs: Vec<Vec<u8>> =
            recording.elements(&word).iter().map(|element| finalized(&word, element)).collect();
        assert!(outputs.len() > 70);
        for lo in &outputs {
            for hi in &outputs {
                assert!(!recording.betrays_a_word(&recording.item(lo, hi)));
            }
        }
    }
    let (i, r) = (&recording.i, &recording.r);
    let (lo, hi) = if i.commitment.digest() < r.commitment.digest() { (i, r) } else { (r, i) };
    for word in DICTIONARY {
        let item = recording.item(&group::output(&lo.k, &input(word)), &group::output(&hi.k, &input(word)));
        assert_eq!(recording.betrays_a_word(&item), HELD.contains(&word), "both keys suffice");
    }
}

#[test]
fn no_secret_is_keyed_by_the_handshake_s_hash() {
    let (one, two) = (record([6, 7]), record([8, 9]));
    assert_ne!(one.h, two.h);
    assert_eq!(one.items, two.items, "an item is the same in every session of two commitments");
    let pair = |recording: &Recording| pair::pair_key(&recording.i, &recording.r.commitment);
    assert_eq!(pair(&one), pair(&two));
    assert!(one.tags.iter().all(|tag| !two.tags.contains(tag)), "and its tags are not");
    // h as the key of whatever has a key: none of the results is in use.
    let known: BTreeSet<Bytes32> =
        one.items.iter().copied().chain([pair(&one), pair::marker(&pair(&one))]).collect();
    for label in ["pair", "cue", "marker", "shared item", "direct tag", "met", "digest"] {
        let label = format!("sighej/1 {label}");
        for rest in [Vec::new(), one.digests(), one.h.to_vec()] {
            let made = [labels::mac(&label, &one.h, &rest), labels::kdf(&label, &one.h, &rest)];
            assert!(made.iter().all(|made| !known.contains(made)));
            assert!(made.iter().all(|made| !one.tags.contains(&array(made, 0))));
        }
    }
}

#[test]
fn two_devices_come_to_one_cue_and_marker_in_every_session_whatever_its_hash() {
    let (a, b) = (device(1, &HELD), device(2, &HELD));
    let ends = [7, 8].map(|seed| {
        let run = common::exchange((&a, common::OPEN), (&b, common::OPEN), seed, |_, _| ()).unwrap();
        match run.initiator {
            Conclusion::Match { pair, .. } => pair,
            Conclusion::NoMatch | Conclusion::Withheld => unreachable!("they share three"),
        }
    });
    assert!(ends[0].cue() == ends[1].cue());
    assert!(bool::from(subtle::ConstantTimeEq::ct_eq(&ends[0].marker(), &ends[1].marker())));
}

#[test]
fn a_peer_tests_its_sixteen_words_and_no_other() {
    // The victim holds devops. The peer follows the protocol with words of her own, and then goes through the dictionary.
    for (words, finds) in [(["chess", "devops"], true), (["chess", "sailing"], false)] {
        let (victim, who) = (device(1, &["devops", "yoga"]), mallory(&words));
        let (mut peer, hello) = Mallory::knocks(&who, &victim, 1);
        let identified = peer.offers(&victim, hello, honestly).unwrap();
        let (_, answer) = peer.hears_answer(&victim, identified, Gate::Open);
        let truth = pair::tags(&peer.items(&answer.evaluation), RESPONDER, &peer.session.h());
        let found = answer.tags.chunks(16).filter(|tag| truth.iter().any(|own| own == tag)).count();
        assert_eq!(found > 0, finds, "her own words are what she may test");
        let outside = DICTIONARY.iter().filter(|word| !words.contains(word));
        for word in outside {
            assert!(!confirms(&peer, &answer, word), "{word}");
        }
    }
}

/// Whether a word outside the peer's sixteen shows in the victim's tags: her own output for it beside everything that
/// she may take for the victim's.
fn confirms(peer: &Mallory, answer: &Answer, word: &str) -> bool {
    let word = input(word);
    let (own, victim) = (&peer.device, peer.victim.as_ref().unwrap());
    let mine = group::output(&own.k, &word);
    let theirs = pair::their_outputs(own, victim, &answer.evaluation).unwrap();
    let guesses = guesses(peer, victim, answer, &word).into_iter().chain(theirs);
    let (own_digest, digest) = (own.commitment.digest(), victim.digest());
    let digests = [own_digest.min(digest), own_digest.max(digest)].concat();
    guesses.into_iter().any(|guess| {
        let halves = [[&mine[..], &guess].concat(), [&guess[..], &mine].concat()];
        halves.iter().any(|halves| {
            let item = labels::hash("sighej/1 shared item", &[&digests[..], halves].concat());
            let tags = [INITIATOR, RESPONDER].map(|role| pair::tags(&[item], role, &peer.session.h())[0]);
            answer.tags.chunks(16).any(|sent| tags.iter().any(|tag| tag == sent))
        })
    })
}

/// Finalize over every element she has of the victim's, as it is, unblinded with each of her blinds, and under her key.
fn guesses(peer: &Mallory, victim: &Commitment, answer: &Answer, word: &[u8]) -> Vec<Vec<u8>> {
    let own = &peer.device;
    let evaluated: Vec<Bytes32> = answer.evaluation[..512].chunks(32).map(|c| array(c, 0)).collect();
    let mut elements = [vec![victim.k()], victim.blinded(), evaluated.clone()].concat();
    elements.extend(victim.blinded().iter().map(|c| group::multiply(&own.k, c)));
    for (slot, blind) in own.blinds.iter().enumerate().take(SLOTS) {
        let inverse = Scalar::from_canonical_bytes(*blind).unwrap().invert().to_bytes();
        elements.push(group::multiply(&inverse, &evaluated[slot]));
        elements.push(group::multiply(&inverse, &victim.blinded()[slot]));
    }
    let mine = group::hash_to_group(word);
    elements.extend(own.blinds.iter().map(|blind| group::multiply(blind, &mine)));
    elements.push(group::multiply(&own.k, &mine));
    elements.iter().map(|element| finalized(word, element)).collect()
}

#[test]
fn the_key_that_a_peer_lacks_is_what_stops_her() {
    // The same attack on a victim of the second implementation, whose key is then handed over.
    let recording = record([6, 7]);
    let (i, r) = (&recording.i, &recording.r);
    assert_ne!(x25519_public(&i.y), x25519_public(&r.y));
    let tried = |k_r: &Bytes32| {
        let (mine, theirs) = (group::output(&i.k, &input("chess")), group::output(k_r, &input("chess")));
        let (lo, hi) =
            if i.commitment.digest() < r.commitment.digest() { (mine, theirs) } else { (theirs, mine) };
        recording.betrays_a_word(&recording.item(&lo, &hi))
    };
    assert!(tried(&r.k));
    assert!(!tried(&i.k));
    assert!(!tried(&Draws::random(0, 77).k));
}
