//! Seals: opened by one device alone, in one direction, with a proof inside.

use sighej_crypto::{
    ApiMisuse, EpochNumber, EpochSecrets, InvalidMessage, PeerMisbehaved,
    exchange::Gate,
    relay::{Introduced, KnockSent, Knocked, RelayError, SEAL_LEN, Upload, compare},
};

use crate::{
    common::{EPOCH, OPEN, device, interests, rng},
    support::{self, answer, direction, exchange, introduce, open, pair_key, y_of},
};

const SEAL: &str = "sighej/1 relay seal";
const SEED_B: u64 = 2;

/// A device `a` that was introduced to `b`, whose y the cheat holds, and what an honest `b` would seal.
struct Victim {
    a: EpochSecrets,
    b: EpochSecrets,
    plain: Vec<u8>,
}

impl Victim {
    fn new() -> Self {
        let (a, b) = (device(1, &["devops"]), device(SEED_B, &["devops"]));
        let (evaluation, met) = answer(&b, &a, OPEN, &mut rng(3));
        let plain = [&evaluation.as_bytes()[..], met.as_bytes(), &[1]].concat();
        Self { a, b, plain }
    }

    fn pair(&self) -> [u8; 32] {
        pair_key(&y_of(SEED_B), &self.a.commitment().y(), &self.a.digest(), &self.b.digest())
    }

    fn introduced(&self) -> Introduced {
        introduce(&self.a, &self.b, 5).0
    }

    /// What `a` says to `b`'s evaluation, changed, under the true pair key.
    fn reads(&self, change: impl Fn(&mut Vec<u8>)) -> Result<(), RelayError> {
        let mut plain = self.plain.clone();
        change(&mut plain);
        let sealed = support::seal(SEAL, &self.pair(), &direction(&self.b, &self.a), &plain, [9; 16]);
        self.introduced().read_seal(&self.a, &sealed).map(|_| ())
    }
}

#[test]
fn a_seal_is_what_the_specification_describes() {
    let victim = Victim::new();
    assert_eq!(victim.reads(|_| ()), Ok(()));
    let (_, at_b) = exchange((&victim.a, OPEN), (&victim.b, OPEN), 5);
    assert_eq!([at_b.seal_bytes().len(), SEAL_LEN], [737; 2]);
    let opened = open(SEAL, &victim.pair(), &direction(&victim.b, &victim.a), at_b.seal_bytes()).unwrap();
    assert_eq!((opened.len(), opened[704]), (705, 1));
}

#[test]
fn a_peer_that_cheats_inside_its_seal_is_named() {
    let victim = Victim::new();
    let peer = |error: PeerMisbehaved| Err(RelayError::Peer(error));
    let other = victim.b.evaluate(device(7, &[]).commitment(), &mut rng(8));
    assert_eq!(victim.reads(|p| p[..32].copy_from_slice(&[0; 32])), peer(PeerMisbehaved::IdentityElement));
    assert_eq!(victim.reads(|p| p[..32].fill(0xff)), peer(PeerMisbehaved::NonCanonicalElement));
    assert_eq!(victim.reads(|p| p[512] ^= 1), peer(PeerMisbehaved::BadProof));
    assert_eq!(victim.reads(|p| p[512..576].fill(0xff)), peer(PeerMisbehaved::BadProof));
    assert_eq!(victim.reads(|p| p[..576].copy_from_slice(other.as_bytes())), peer(PeerMisbehaved::BadProof));
    assert_eq!(victim.reads(|p| p[..64].rotate_left(32)), peer(PeerMisbehaved::BadProof));
    for threshold in [0, 17, 255] {
        let refused = Err(RelayError::Malformed(InvalidMessage::Threshold(threshold)));
        assert_eq!(victim.reads(|p| p[704] = threshold), refused);
    }
}

#[test]
fn ones_own_seal_coming_back_does_not_open() {
    let victim = Victim::new();
    let (at_a, _) = exchange((&victim.a, OPEN), (&victim.b, OPEN), 5);
    let reflected = at_a.seal_bytes().to_vec();
    assert_eq!(victim.introduced().read_seal(&victim.a, &reflected).unwrap_err(), RelayError::Decryption);
}

#[test]
fn the_direction_is_bound_to_the_order_of_the_digests() {
    let victim = Victim::new();
    let wrong_way = direction(&victim.a, &victim.b);
    let sealed = support::seal(SEAL, &victim.pair(), &wrong_way, &victim.plain, [9; 16]);
    assert_eq!(victim.introduced().read_seal(&victim.a, &sealed).unwrap_err(), RelayError::Decryption);
}

#[test]
fn a_relay_cannot_mix_pairs_up() {
    let victim = Victim::new();
    let c = device(4, &["devops"]);
    let (_, at_c) = exchange((&victim.a, OPEN), (&c, OPEN), 6);
    let stray = at_c.seal_bytes();
    assert_eq!(victim.introduced().read_seal(&victim.a, stray).unwrap_err(), RelayError::Decryption);
}

#[test]
fn a_squatter_that_replays_the_commitment_it_saw_cannot_seal() {
    let (a, b, squatter, mut rng) = (device(1, &[]), device(2, &[]), device(3, &[]), rng(4));
    let knock = KnockSent::heard(&b, a.token(), &mut rng);
    let accept =
        support::seal("sighej/1 relay accept", a.token().as_bytes(), &[], a.commitment().as_bytes(), [9; 16]);
    let at_b = knock.read_accept(&b, &accept).unwrap();
    let guessed = pair_key(&y_of(3), &b.commitment().y(), &a.digest(), &b.digest());
    let (evaluation, met) = answer(&squatter, &b, OPEN, &mut rng);
    let plain = [&evaluation.as_bytes()[..], met.as_bytes(), &[1]].concat();
    let sealed = support::seal(SEAL, &guessed, &direction(&a, &b), &plain, [9; 16]);
    assert_eq!(at_b.read_seal(&b, &sealed).unwrap_err(), RelayError::Decryption);
}

#[test]
fn wrong_lengths_and_changed_bytes_are_refused() {
    let victim = Victim::new();
    let (_, at_b) = exchange((&victim.a, OPEN), (&victim.b, OPEN), 5);
    for got in [0, 31, SEAL_LEN - 1, SEAL_LEN + 1] {
        let mut bytes = at_b.seal_bytes().to_vec();
        bytes.resize(got, 0);
        let wrong = InvalidMessage::Length { expected: SEAL_LEN, got };
        assert_eq!(victim.introduced().read_seal(&victim.a, &bytes).unwrap_err(), wrong.into());
    }
    for at in (0..SEAL_LEN).step_by(61) {
        let mut bytes = at_b.seal_bytes().to_vec();
        bytes[at] ^= 1;
        let refused = victim.introduced().read_seal(&victim.a, &bytes).unwrap_err();
        assert_eq!(refused, RelayError::Decryption, "byte {at}");
    }
}

#[test]
fn an_older_seal_played_again_matches_nothing() {
    let (a, b) = (device(1, &["devops"]), device(2, &["devops"]));
    let (_, old_b) = exchange((&a, OPEN), (&b, OPEN), 5);
    let mut rng = rng(6);
    let (evaluation, met) = answer(&a, &b, OPEN, &mut rng);
    let at_a = introduce(&a, &b, 7).0.seal(&a, &evaluation, &met, 1, &mut rng).unwrap();
    let at_a = at_a.read_seal(&a, old_b.seal_bytes()).unwrap().upload(&a, Gate::Open, &mut rng).unwrap();
    let old_b = old_b.upload(&b, Gate::Open, &mut rng).unwrap();
    let [one, other] = [&at_a, &old_b].map(|uploaded| Upload::decode(uploaded.upload_bytes()).unwrap());
    let overlap = compare(&one, &other).unwrap();
    assert_eq!((overlap.items, overlap.forged, overlap.is_match()), (0, 0, false));
}

#[test]
fn each_sealing_has_its_own_salt() {
    let (a, b) = (device(1, &[]), device(2, &[]));
    let (first, second) = (exchange((&a, OPEN), (&b, OPEN), 5), exchange((&a, OPEN), (&b, OPEN), 6));
    assert_ne!(first.0.seal_bytes()[..16], second.0.seal_bytes()[..16]);
    assert_ne!(first.0.seal_bytes()[..16], first.1.seal_bytes()[..16]);
}

#[test]
fn a_misused_library_says_so() {
    let (a, b, mut rng) = (device(1, &[]), device(2, &[]), rng(3));
    let (evaluation, met) = answer(&a, &b, OPEN, &mut rng);
    let foreign = a.evaluate(device(7, &[]).commitment(), &mut rng);
    let next = EpochSecrets::draw(&interests(&[]), EpochNumber(EPOCH.0 + 1), &mut rng);
    let misuse = |error: ApiMisuse| RelayError::Misuse(error);
    let at_a = || introduce(&a, &b, 5).0;
    let refused = at_a().seal(&a, &foreign, &met, 1, &mut rng).unwrap_err();
    assert_eq!(refused, misuse(ApiMisuse::OtherPeer));
    for threshold in [0, 17] {
        let refused = at_a().seal(&a, &evaluation, &met, threshold, &mut rng).unwrap_err();
        assert_eq!(refused, misuse(ApiMisuse::Threshold(threshold)));
    }
    let refused = at_a().seal(&next, &evaluation, &met, 1, &mut rng).unwrap_err();
    assert_eq!(refused, misuse(ApiMisuse::OtherEpoch));
    assert_eq!(at_a().read_seal(&next, &[0; SEAL_LEN]).unwrap_err(), misuse(ApiMisuse::OtherEpoch));
    let refused = exchange((&a, OPEN), (&b, OPEN), 5).0.upload(&next, Gate::Open, &mut rng).unwrap_err();
    assert_eq!(refused, misuse(ApiMisuse::OtherEpoch));
}

#[test]
fn markers_reach_their_receiver_through_the_seal() {
    let (a, b, mut rng) = (device(1, &["devops"]), device(2, &["devops"]), rng(3));
    let knock = KnockSent::heard(&b, a.token(), &mut rng);
    let at_a = Knocked::by_token(&a, knock.knock_bytes()).unwrap().accept(&a, &mut rng).unwrap();
    let at_b = knock.read_accept(&b, at_a.accept_bytes().unwrap()).unwrap();
    let (evaluation, met) = answer(&b, &a, OPEN, &mut rng);
    let at_b = at_b.seal(&b, &evaluation, &met, 1, &mut rng).unwrap();
    let offered = at_a.read_seal(&a, at_b.seal_bytes()).unwrap();
    assert_eq!(offered.peer_met().as_bytes(), met.as_bytes());
    assert!(offered.peer().digest() == b.digest() && at_b.peer().digest() == a.digest());
    assert_eq!(format!("{offered:?} {at_b:?}"), "Offered(redacted) Sealed(redacted)");
}
