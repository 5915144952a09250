//! Registrations, rooms and whole pairings by the crate, every random value listed; what the crate keeps to itself is
//! the second implementation's.

use sighej_crypto::{
    EpochSecrets, MetBlock,
    exchange::Conclusion,
    relay::{
        Introduced, KnockSent, Knocked, RegistrationChallenge, RelayId, RoomKey, RoomSecret, Upload,
        Uploaded, compare, register,
    },
};

use crate::{
    commitment::{EPOCH, device, vector},
    common::{
        rng,
        second::{self, Bytes32, pair, relay},
    },
    exchange::{gate, name_of_end, twin},
    format::{
        Hex, PairVector, PairingCase, PairingSide, RefusedText, RegistrationVector, Relay, RoomVector, all,
        arrays,
    },
    name_of,
    replay::Replay,
};

const ROOM: [u8; 16] = *b"sixteen bytes in";

pub(crate) fn fresh() -> Relay {
    let rooms = [[0; 16], [0xff; 16], ROOM];
    let a = || vec!["devops", "hardstyle", "knitting"];
    let b = || vec!["chess", "devops", "hardstyle", "sailing"];
    let pairings = vec![
        pairing("match", None, [(a(), 1, "open"), (b(), 2, "open")], 300),
        pairing("match, the knocker being the lower", None, [(a(), 1, "open"), (b(), 1, "open")], 310),
        pairing("no match", None, [(a(), 1, "open"), (vec!["chess"], 1, "open")], 320),
        pairing("below the threshold", None, [(a(), 3, "open"), (b(), 1, "open")], 330),
        pairing("knocker gated", None, [(a(), 1, "closed"), (b(), 1, "open")], 340),
        pairing("answerer gated", None, [(a(), 1, "open"), (b(), 1, "closed")], 350),
        pairing("match in a room", Some(ROOM), [(a(), 1, "open"), (b(), 1, "open")], 360),
    ];
    Relay {
        registrations: vec![registration(1), registration(2)],
        rooms: rooms.iter().map(room).collect(),
        refused_rooms: refused_rooms(),
        pairings,
    }
}

fn bytes<const N: usize>(rng: &mut impl rand_core::Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn registration(seed: u64) -> RegistrationVector {
    let device_vector = vector(EPOCH, &["chess"], 200 + seed);
    let mut rng = rng(210 + seed);
    let (e_secret, nonce): (Bytes32, [u8; 16]) = (bytes(&mut rng), bytes(&mut rng));
    let mut draws = Replay::of([&e_secret[..], &nonce]);
    let (challenge, me) = (RegistrationChallenge::new(&mut draws), device(&device_vector));
    draws.is_over();
    let registration = register(&me, challenge.as_bytes()).unwrap();
    let sent = challenge.as_bytes().into();
    assert_eq!(challenge.verify(&registration).unwrap().y(), &me.commitment().y());
    RegistrationVector {
        id: RelayId::of(me.token()).as_bytes().into(),
        key: relay::registration_key(&e_secret, &me.commitment().y()).into(),
        device: device_vector,
        e_secret: e_secret.into(),
        nonce: nonce.into(),
        challenge: sent,
        registration: registration.into(),
    }
}

fn room_of(secret: &[u8; 16]) -> RoomSecret {
    RoomSecret::random(&mut Replay::of([secret]))
}

fn room(secret: &[u8; 16]) -> RoomVector {
    let room = room_of(secret);
    RoomVector {
        secret: secret.into(),
        text: room.to_text().to_string(),
        id: room.id().as_bytes().into(),
        key: relay::room(secret).1.into(),
    }
}

fn refused_rooms() -> Vec<RefusedText> {
    let good = room_of(&ROOM).to_text().to_string();
    let slipped = format!("{}{}", &good[..31], if good.ends_with('a') { 'b' } else { 'a' });
    let texts =
        [String::new(), good[..31].to_owned(), good.clone() + "a", good[..31].to_owned() + "1", slipped];
    let refused = |text: String| {
        let error = name_of(&RoomSecret::parse(&text).err().unwrap());
        RefusedText { text, error }
    };
    texts.into_iter().map(refused).collect()
}

/// Interests, threshold, gate.
type Part = (Vec<&'static str>, u8, &'static str);

fn pairing(name: &str, room: Option<[u8; 16]>, [knocker, answerer]: [Part; 2], seed: u64) -> PairingCase {
    let (mut knocker, mut answerer) = (side(knocker, seed), side(answerer, seed + 1));
    let knocker_is_lo = knocker.device.digest.0 < answerer.device.digest.0;
    let names = |lo| if lo { "lo" } else { "hi" }.to_owned();
    (knocker.side, answerer.side) = (names(knocker_is_lo), names(!knocker_is_lo));
    let under = match &room {
        Some(secret) => relay::room(secret).1.into(),
        None => answerer.device.token.clone(),
    };
    let empty = || Hex(Vec::new());
    let mut case = PairingCase {
        name: name.to_owned(),
        room: room.map(Hex::from),
        introduced_under: under,
        knocker,
        answerer,
        knock: empty(),
        accept: empty(),
        pair: PairVector { key: empty(), colour: 0, emoji: 0, rhythm: 0, marker: empty() },
        relay_pair: empty(),
        items: 0,
    };
    run(&mut case, room.map(|secret| room_of(&secret).key()).as_ref());
    fill_in_what_is_kept_secret(&mut case);
    case
}

fn side((texts, threshold, gate, ..): Part, seed: u64) -> PairingSide {
    let mut rng = rng(seed);
    PairingSide {
        device: vector(EPOCH, &texts, seed),
        side: String::new(),
        introduction_salt: bytes::<16>(&mut rng).into(),
        proof_random: bytes::<32>(&mut rng).into(),
        met_fill: (0..16).map(|_| bytes::<32>(&mut rng).into()).collect(),
        threshold,
        seal_salt: bytes::<16>(&mut rng).into(),
        gate: gate.to_owned(),
        random_items: (0..16).map(|_| bytes::<32>(&mut rng).into()).collect(),
        sealed: Hex(Vec::new()),
        seal: Hex(Vec::new()),
        shared_items: Vec::new(),
        uploaded_items: Vec::new(),
        a: Vec::new(),
        b: Vec::new(),
        m: Vec::new(),
        upload: Hex(Vec::new()),
        verdict: Hex(Vec::new()),
        conclusion: String::new(),
        shared: Vec::new(),
    }
}

/// Draws of a side in a pairing: salt of the knock or accept, proof, met block, salt of the seal, items of the upload.
fn draws(side: &PairingSide) -> Replay {
    let mut parts = vec![&side.introduction_salt.0, &side.proof_random.0];
    parts.extend(side.met_fill.iter().map(|hex| &hex.0));
    parts.push(&side.seal_salt.0);
    parts.extend(side.random_items.iter().map(|hex| &hex.0));
    Replay::of(parts)
}

/// The crate's run.
fn run(case: &mut PairingCase, room: Option<&RoomKey>) {
    let (b, a) = (device(&case.knocker.device), device(&case.answerer.device));
    let (mut rng_b, mut rng_a) = (draws(&case.knocker), draws(&case.answerer));
    let knock = match room {
        Some(key) => KnockSent::in_room(&b, key, &mut rng_b),
        None => KnockSent::heard(&b, a.token(), &mut rng_b),
    };
    let knocked = match room {
        Some(key) => Knocked::in_room(&a, key, knock.knock_bytes()),
        None => Knocked::by_token(&a, knock.knock_bytes()),
    };
    let at_a = knocked.unwrap().accept(&a, &mut rng_a).unwrap();
    let accept = at_a.accept_bytes().unwrap().to_vec();
    let at_b = knock.read_accept(&b, &accept).unwrap();
    (case.knock, case.accept) = (knock.knock_bytes().into(), accept.into());

    let (ours, met) = answer(&a, &b, &mut rng_a);
    let at_a = at_a.seal(&a, &ours, &met, case.answerer.threshold, &mut rng_a).unwrap();
    let at_b = read_and_seal(at_b, &b, &a, at_a.seal_bytes(), case.knocker.threshold, &mut rng_b);
    let at_a = at_a.read_seal(&a, at_b.seal_bytes()).unwrap();
    (case.knocker.seal, case.answerer.seal) = (at_b.seal_bytes().into(), at_a.seal_bytes().into());

    let done_a = at_a.upload(&a, gate(&case.answerer.gate), &mut rng_a).unwrap();
    let done_b = at_b.upload(&b, gate(&case.knocker.gate), &mut rng_b).unwrap();
    rng_a.is_over();
    rng_b.is_over();
    let [up_a, up_b] = [&done_a, &done_b].map(|done| Upload::decode(done.upload_bytes()).unwrap());
    let overlap = compare(&up_a, &up_b).unwrap();
    case.items = overlap.items;
    end(&mut case.answerer, &a, done_a, overlap.verdict(up_a.side()).encode());
    end(&mut case.knocker, &b, done_b, overlap.verdict(up_b.side()).encode());
}

fn answer(me: &EpochSecrets, peer: &EpochSecrets, rng: &mut Replay) -> (sighej_crypto::Evaluation, MetBlock) {
    let evaluation = me.evaluate(peer.commitment(), rng);
    (evaluation, MetBlock::seal(&[], &me.digest(), &peer.digest(), rng))
}

fn read_and_seal(
    introduced: Introduced,
    me: &EpochSecrets,
    peer: &EpochSecrets,
    theirs: &[u8],
    threshold: u8,
    rng: &mut Replay,
) -> sighej_crypto::relay::Exchanged {
    let offered = introduced.read_seal(me, theirs).unwrap();
    let (ours, met) = answer(me, peer, rng);
    offered.seal(me, &ours, &met, threshold, rng).unwrap()
}

fn end(side: &mut PairingSide, me: &EpochSecrets, done: Uploaded, verdict: [u8; 513]) {
    side.upload = done.upload_bytes().into();
    side.verdict = verdict.into();
    let conclusion = done.conclude(me, &verdict).unwrap();
    side.conclusion = name_of_end(&conclusion).to_owned();
    if let Conclusion::Match { interests, .. } = conclusion {
        side.shared = interests.iter().map(|interest| interest.as_str().to_owned()).collect();
    }
}

/// Opens the seals, and computes what lies behind them.
fn fill_in_what_is_kept_secret(case: &mut PairingCase) {
    let (b, a) = (twin(&case.knocker.device), twin(&case.answerer.device));
    let key = pair::pair_key(&a, &b.commitment);
    let (colour, emoji, rhythm) = pair::cue(&key);
    case.pair = PairVector { key: key.into(), colour, emoji, rhythm, marker: pair::marker(&key).into() };
    for side in [&mut case.knocker, &mut case.answerer] {
        let direction = [if side.side == "lo" { relay::LO } else { relay::HI }];
        side.sealed = Hex(relay::opened("sighej/1 relay seal", &key, &direction, &side.seal.0).unwrap());
    }
    let (lo, hi) = if case.knocker.side == "lo" {
        (&case.knocker.seal_salt, &case.answerer.seal_salt)
    } else {
        (&case.answerer.seal_salt, &case.knocker.seal_salt)
    };
    let relay_pair = relay::relay_pair(&key, &lo.0, &hi.0);
    case.relay_pair = relay_pair.into();
    let evaluations = [case.answerer.sealed.0[..576].to_vec(), case.knocker.sealed.0[..576].to_vec()];
    kept(&mut case.knocker, &b, &a.commitment, &evaluations[0], &relay_pair);
    kept(&mut case.answerer, &a, &b.commitment, &evaluations[1], &relay_pair);
}

fn kept(
    side: &mut PairingSide,
    me: &second::Device,
    peer: &second::Commitment,
    evaluation: &[u8],
    relay_pair: &Bytes32,
) {
    let items = pair::shared_items(me, peer, evaluation).unwrap();
    let uploaded: Vec<Bytes32> = if side.gate == "open" { items.clone() } else { arrays(&side.random_items) };
    let values: Vec<[[u8; 16]; 3]> = uploaded.iter().map(|item| relay::values(item, relay_pair)).collect();
    side.shared_items = all(items);
    side.uploaded_items = all(uploaded);
    let column = |at: usize| all(values.iter().map(|values| values[at]));
    (side.a, side.b, side.m) = (column(0), column(1), column(2));
}
