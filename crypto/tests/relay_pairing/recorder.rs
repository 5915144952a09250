//! A recorder of everything: all bytes of both ways, the tokens on the air, every public key, and what the relay itself
//! knows. It recomputes whatever it can, and has neither cue nor marker.

use rand_core::Rng;
use sighej_crypto::{
    Commitment, Digest, EpochSecrets, MetBlock, PairKey,
    exchange::{Conclusion, Gate},
    relay::{KnockSent, Knocked, RegistrationChallenge, register},
};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::{
    common::{OPEN, device, rng},
    support::{answer, direction, hmac, open, pair_of, relay, y_of},
};

const SEED_A: u64 = 1;
const SEED_B: u64 = 2;
const RELAY_SEED: u64 = 30;

/// A whole pairing with a match, as recorded.
struct Recording {
    a: EpochSecrets,
    b: EpochSecrets,
    wire: Vec<Vec<u8>>,
    seal_a: Vec<u8>,
    pair: PairKey,
}

fn record() -> Recording {
    let (a, b) = (device(SEED_A, &["devops"]), device(SEED_B, &["devops"]));
    let (mut rng, mut wire) = (rng(20), Vec::new());
    for (me, seed) in [(&a, RELAY_SEED), (&b, RELAY_SEED + 1)] {
        let challenge = RegistrationChallenge::new(&mut crate::common::rng(seed));
        wire.push(challenge.as_bytes().to_vec());
        wire.push(register(me, challenge.as_bytes()).unwrap().to_vec());
    }
    let knock = KnockSent::heard(&b, a.token(), &mut rng);
    let at_a = Knocked::by_token(&a, knock.knock_bytes()).unwrap().accept(&a, &mut rng).unwrap();
    let accept = at_a.accept_bytes().unwrap().to_vec();
    let at_b = knock.read_accept(&b, &accept).unwrap();
    let (evaluation, met) = answer(&b, &a, OPEN, &mut rng);
    let at_b = at_b.seal(&b, &evaluation, &met, 1, &mut rng).unwrap();
    let at_a = at_a.read_seal(&a, at_b.seal_bytes()).unwrap();
    let (evaluation, met) = answer(&a, &b, OPEN, &mut rng);
    let at_a = at_a.seal(&a, &evaluation, &met, 1, &mut rng).unwrap();
    let at_b = at_b.read_seal(&b, at_a.seal_bytes()).unwrap();
    let seal_a = at_a.seal_bytes().to_vec();
    wire.extend([knock.knock_bytes().to_vec(), accept, seal_a.clone(), at_b.seal_bytes().to_vec()]);
    let at_a = at_a.upload(&a, Gate::Open, &mut rng).unwrap();
    let at_b = at_b.upload(&b, Gate::Open, &mut rng).unwrap();
    let (to_a, to_b) = relay(&at_a, &at_b);
    wire.extend([at_a.upload_bytes().to_vec(), at_b.upload_bytes().to_vec()]);
    wire.extend([to_a.encode().to_vec(), to_b.encode().to_vec()]);
    let Conclusion::Match { pair, .. } = at_a.conclude(&a, &to_a.encode()).unwrap() else {
        unreachable!("both hold devops");
    };
    Recording { a, b, wire, seal_a, pair }
}

impl Recording {
    fn digests(&self) -> (Digest, Digest) {
        (self.a.digest(), self.b.digest())
    }

    /// The public values of both devices and the relay's own keys: everything that is 32 bytes and known by name, and
    /// every agreement between a key that the relay holds and a key that anybody shows.
    fn known(&self) -> Vec<[u8; 32]> {
        let mut known = vec![[0; 32], *self.a.digest().as_bytes(), *self.b.digest().as_bytes()];
        let ephemerals = [RELAY_SEED, RELAY_SEED + 1].map(|seed| {
            let mut e = [0; 32];
            rng(seed).fill_bytes(&mut e);
            StaticSecret::from(e)
        });
        for commitment in [self.a.commitment(), self.b.commitment()] {
            let publics = [commitment.x(), commitment.y(), *commitment.key().as_bytes()];
            known.extend(publics);
            known.extend(commitment.blinded().iter().map(|c| *c.as_bytes()));
            for e in &ephemerals {
                known.extend(publics.map(|public| e.diffie_hellman(&PublicKey::from(public)).to_bytes()));
            }
        }
        known.extend(ephemerals.map(|e| e.to_bytes()));
        known
    }

    /// Every 32 bytes in a row of everything that was sent, and of what the tokens open.
    fn windows(&self) -> Vec<[u8; 32]> {
        let token = self.a.token();
        let opened = |label, at: usize| open(label, token.as_bytes(), &[], &self.wire[at]).unwrap();
        let (knocker, knocked) = (opened("sighej/1 relay knock", 4), opened("sighej/1 relay accept", 5));
        assert!(
            Commitment::decode(&knocker).unwrap().digest() == self.b.digest(),
            "the air's tokens open these"
        );
        let streams = self.wire.iter().chain([&knocker, &knocked]);
        streams.flat_map(|bytes| bytes.windows(32).map(|window| window.try_into().unwrap())).collect()
    }

    /// Whether this is the pair key: by the seal it opens, and by the marker that comes out of it.
    fn is_pair(&self, candidate: &[u8; 32]) -> bool {
        let opens =
            open("sighej/1 relay seal", candidate, &direction(&self.a, &self.b), &self.seal_a).is_some();
        opens || self.is_marker(&hmac(candidate, "sighej/1 marker", &[]))
    }

    /// Whether this is the marker, by what its owner shows of it.
    fn is_marker(&self, candidate: &[u8; 32]) -> bool {
        let (a, b) = self.digests();
        let shown = MetBlock::seal(&[self.pair.marker()], &a, &b, &mut rng(40));
        let expected = &hmac(candidate, "sighej/1 met", &[a.as_bytes(), b.as_bytes()])[..8];
        shown.as_bytes().chunks_exact(8).any(|row| row == expected)
    }

    /// Whether this secret, agreed or raw, leads to the pair key or the marker.
    fn leads_anywhere(&self, secret: &[u8; 32]) -> bool {
        let (a, b) = self.digests();
        self.is_pair(&pair_of(secret, &a, &b)) || self.is_pair(secret) || self.is_marker(secret)
    }
}

#[test]
fn a_recorder_with_every_public_key_has_neither_cue_nor_marker() {
    let recording = record();
    let known = recording.known();
    assert!(known.iter().all(|secret| !recording.leads_anywhere(secret)));
    assert!(recording.windows().iter().all(|secret| !recording.leads_anywhere(secret)));
}

#[test]
fn the_recorders_cues_are_not_the_one_on_the_screens() {
    let recording = record();
    let (a, b) = recording.digests();
    let shown = |pair: &[u8; 32]| {
        let bytes = hmac(pair, "sighej/1 cue", &[]);
        let number = |at| usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
        (number(0) % 8, sighej_crypto::EMOJI[number(2) % 64].1)
    };
    let truth = y_of(SEED_A).diffie_hellman(&PublicKey::from(recording.b.commitment().y()));
    let (colour, emoji) = shown(&pair_of(truth.as_bytes(), &a, &b));
    let cue = recording.pair.cue();
    assert!(sighej_crypto::COLOURS[colour] == *cue.colour && emoji == cue.name, "the secret gives the cue");
    let guesses: Vec<_> = recording.known().iter().map(|secret| shown(&pair_of(secret, &a, &b))).collect();
    let hits = guesses.iter().filter(|guess| **guess == (colour, emoji)).count();
    assert!(hits <= 1, "{hits} of {} guesses hit one of 512 cues: more than luck", guesses.len());
}

#[test]
fn either_secret_y_would_have_sufficed() {
    let recording = record();
    for (seed, peer) in [(SEED_A, &recording.b), (SEED_B, &recording.a)] {
        let agreed = y_of(seed).diffie_hellman(&PublicKey::from(peer.commitment().y()));
        assert!(recording.leads_anywhere(agreed.as_bytes()), "the search finds what is there");
    }
}
