//! Whole exchanges by the crate, every random value listed; what the crate keeps to itself is the second
//! implementation's, and is proven by the messages, which could not be the same without it.

use std::collections::BTreeMap;

use sighej_crypto::{
    COLOURS, Cue, EMOJI, EpochSecrets, Marker, MetBlock, RHYTHMS,
    exchange::{Conclusion, Gate, InitiatorHello, ResponderHello},
};

use crate::{
    commitment::{EPOCH, device, vector},
    common::{
        rng,
        second::{
            Commitment, Device, Draws, Session,
            pair::{self, INITIATOR, RESPONDER},
        },
    },
    format::{DeviceVector, ExchangeCase, Exchanges, Hex, PairVector, SideVector, all, arrays},
    replay::Replay,
};

/// One case before it is run: each side's interests, threshold, gate and memories.
struct Plan {
    name: &'static str,
    epoch: u32,
    sides: [(Vec<String>, u8, &'static str, &'static [&'static str]); 2],
}

fn plans() -> Vec<Plan> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let a = || texts(&["devops", "hardstyle", "knitting"]);
    let b = || texts(&["chess", "devops", "hardstyle", "sailing"]);
    let c = || texts(&["chess", "sailing"]);
    let sixteen = || (0..16).map(|n| format!("interest {n}")).collect::<Vec<_>>();
    let plan = |name, sides| Plan { name, epoch: EPOCH, sides };
    vec![
        plan("match", [(a(), 1, "open", &[]), (b(), 1, "open", &[])]),
        plan("no match", [(a(), 1, "open", &[]), (c(), 1, "open", &[])]),
        plan("below the threshold", [(a(), 1, "open", &[]), (b(), 3, "open", &[])]),
        plan("initiator gated", [(a(), 1, "closed", &[]), (b(), 1, "open", &[])]),
        plan("responder gated", [(a(), 1, "open", &[]), (b(), 1, "closed", &[])]),
        plan("sixteen of sixteen", [(sixteen(), 16, "open", &[]), (sixteen(), 1, "open", &[])]),
        plan("two empty sets", [(Vec::new(), 1, "open", &[]), (Vec::new(), 1, "open", &[])]),
        Plan {
            name: "met in an earlier epoch",
            epoch: EPOCH + 1,
            sides: [(a(), 1, "closed", &["sixteen of sixteen", "match"]), (b(), 1, "closed", &["match"])],
        },
    ]
}

/// Markers of the cases before, by name: the crate's and their bytes.
type Memories = BTreeMap<String, (Marker, Hex)>;

pub(crate) fn fresh() -> Exchanges {
    let mut memories = Memories::new();
    let mut cases = Vec::new();
    for (n, plan) in plans().into_iter().enumerate() {
        let seed = 100 + 10 * n as u64;
        let [i, r] = plan.sides;
        let mut case =
            blank(plan.name, side(plan.epoch, i, seed, &memories), side(plan.epoch, r, seed + 1, &memories));
        let ends = run(&mut case, &memories);
        fill_in_what_is_kept_secret(&mut case);
        check_cue(&case.pair, &ends);
        if let Some(pair) = ends.into_iter().flatten().next() {
            memories.insert(case.name.clone(), (pair.marker(), case.pair.marker.clone()));
        }
        cases.push(case);
    }
    Exchanges { cases }
}

fn blank(name: &str, initiator: SideVector, responder: SideVector) -> ExchangeCase {
    let lo = if initiator.device.digest.0 < responder.device.digest.0 { "initiator" } else { "responder" };
    let empty = || Hex(Vec::new());
    ExchangeCase {
        name: name.to_owned(),
        initiator,
        responder,
        lo: lo.to_owned(),
        messages: Vec::new(),
        payloads: Vec::new(),
        h: empty(),
        pair: PairVector { key: empty(), colour: 0, emoji: 0, rhythm: 0, marker: empty() },
    }
}

fn side(
    epoch: u32,
    (texts, threshold, gate, remembers): (Vec<String>, u8, &str, &[&str]),
    seed: u64,
    memories: &Memories,
) -> SideVector {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut rng = rng(seed);
    let mut draw = |count: usize, len: usize| -> Vec<Hex> {
        let mut bytes = vec![0; count * len];
        rand_core::Rng::fill_bytes(&mut rng, &mut bytes);
        all(bytes.chunks(len))
    };
    SideVector {
        device: vector(epoch, &texts, seed),
        ephemeral: draw(1, 32).remove(0),
        proof_random: draw(1, 32).remove(0),
        remembers: remembers.iter().map(|name| (*name).to_owned()).collect(),
        markers: remembers.iter().map(|name| memories[*name].1.clone()).collect(),
        met_fill: draw(16, 32),
        threshold,
        gate: gate.to_owned(),
        random_tags: draw(16, 16),
        own_outputs: Vec::new(),
        peer_outputs: Vec::new(),
        shared_items: Vec::new(),
        own_tags: Vec::new(),
        expected_tags: Vec::new(),
        recognised: Vec::new(),
        conclusion: String::new(),
        shared: Vec::new(),
    }
}

/// Draws of a side within an exchange: ephemeral key, proof, met block, tags.
fn draws(side: &SideVector) -> Replay {
    let first = [side.ephemeral.0.clone(), side.proof_random.0.clone()];
    let rest = side.met_fill.iter().chain(&side.random_tags).map(|hex| hex.0.clone());
    Replay::of(first.into_iter().chain(rest))
}

pub(crate) fn gate(name: &str) -> Gate {
    if name == "open" { Gate::Open } else { Gate::Closed }
}

fn markers(side: &SideVector, memories: &Memories) -> Vec<Marker> {
    side.remembers.iter().map(|name| memories[name].0.clone()).collect()
}

/// The crate's run: messages and conclusions.
fn run(case: &mut ExchangeCase, memories: &Memories) -> [Option<sighej_crypto::PairKey>; 2] {
    let (side_i, side_r) = (&mut case.initiator, &mut case.responder);
    let (i, r) = (device(&side_i.device), device(&side_r.device));
    let (mut rng_i, mut rng_r) = (draws(side_i), draws(side_r));
    let (known_i, known_r) = (markers(side_i, memories), markers(side_r, memories));
    let seal = |known: &[Marker], from: &EpochSecrets, to: &EpochSecrets, rng: &mut Replay| {
        MetBlock::seal(known, &from.digest(), &to.digest(), rng)
    };
    let (hello_i, m1) = InitiatorHello::start(&i, r.token(), &mut rng_i).unwrap();
    let (hello_r, m2) = ResponderHello::accept(&r, &m1, &mut rng_r).unwrap();
    let identified = hello_i.read_commitment(&i, &m2).unwrap();
    let ours = i.evaluate(identified.peer(), &mut rng_i);
    let met = seal(&known_i, &i, &r, &mut rng_i);
    let (waiting, m3) = identified.send_evaluation(&i, &ours, &met, side_i.threshold).unwrap();
    let identified = hello_r.read_offer(&r, &m3).unwrap().verify(&r).unwrap();
    side_r.recognised = identified.peer_met().recognise(&known_r, &i.digest(), &r.digest());
    let ours = r.evaluate(identified.peer(), &mut rng_r);
    let met = seal(&known_r, &r, &i, &mut rng_r);
    let (answered, m4) =
        identified.answer(&r, &ours, &met, side_r.threshold, gate(&side_r.gate), &mut rng_r).unwrap();
    let done = waiting.read_answer(&i, &m4).unwrap();
    side_i.recognised = done.peer_met().recognise(&known_i, &r.digest(), &i.digest());
    let (end_i, m5) = done.conclude(&i, gate(&side_i.gate), &mut rng_i).unwrap();
    let end_r = answered.read_tags(&r, &m5).unwrap();
    rng_i.is_over();
    rng_r.is_over();
    let ends = [conclude(side_i, end_i), conclude(side_r, end_r)];
    case.messages = all([m1, m2, m3, m4, m5]);
    ends
}

fn conclude(side: &mut SideVector, end: Conclusion) -> Option<sighej_crypto::PairKey> {
    side.conclusion = name_of_end(&end).to_owned();
    match end {
        Conclusion::Match { interests, pair } => {
            side.shared = interests.iter().map(|interest| interest.as_str().to_owned()).collect();
            Some(pair)
        }
        Conclusion::NoMatch | Conclusion::Withheld => None,
    }
}

pub(crate) fn name_of_end(end: &Conclusion) -> &'static str {
    match end {
        Conclusion::Match { .. } => "match",
        Conclusion::NoMatch => "no match",
        Conclusion::Withheld => "withheld",
    }
}

/// Opens the messages, and computes what lies behind them.
fn fill_in_what_is_kept_secret(case: &mut ExchangeCase) {
    let (i, r) = (twin(&case.initiator.device), twin(&case.responder.device));
    let mut at_i = Session::initiator(&i.x, &case.initiator.ephemeral.array(), &r.commitment.token());
    let mut at_r = Session::responder(&r.x, &case.responder.ephemeral.array(), &r.commitment.token());
    for (step, message) in case.messages.iter().enumerate() {
        let (from, to) = if step % 2 == 0 { (&mut at_i, &mut at_r) } else { (&mut at_r, &mut at_i) };
        let payload = to.read(&message.0).unwrap();
        assert_eq!(from.write(&payload), message.0);
        case.payloads.push(Hex(payload));
    }
    case.h = at_i.h().into();
    let evaluations = [case.payloads[2].0[613..][..576].to_vec(), case.payloads[3].0[..576].to_vec()];
    kept(&mut case.initiator, &i, &r.commitment, &evaluations[1], [INITIATOR, RESPONDER], &case.h);
    kept(&mut case.responder, &r, &i.commitment, &evaluations[0], [RESPONDER, INITIATOR], &case.h);
    let key = pair::pair_key(&i, &r.commitment);
    let (colour, emoji, rhythm) = pair::cue(&key);
    case.pair = PairVector { key: key.into(), colour, emoji, rhythm, marker: pair::marker(&key).into() };
}

fn kept(
    side: &mut SideVector,
    me: &Device,
    peer: &Commitment,
    evaluation: &[u8],
    [own, other]: [u8; 2],
    h: &Hex,
) {
    let items = pair::shared_items(me, peer, evaluation).unwrap();
    side.own_outputs = all(pair::own_outputs(me));
    side.peer_outputs = all(pair::their_outputs(me, peer, evaluation).unwrap());
    side.own_tags = all(pair::tags(&items, own, &h.0));
    side.expected_tags = all(pair::tags(&items, other, &h.0));
    side.shared_items = all(items);
}

fn check_cue(pair: &PairVector, ends: &[Option<sighej_crypto::PairKey>; 2]) {
    for end in ends.iter().flatten() {
        let Cue { colour, emoji, rhythm, .. } = end.cue();
        assert_eq!(*rhythm, RHYTHMS[pair.rhythm]);
        assert_eq!((*colour, emoji), (COLOURS[pair.colour], EMOJI[pair.emoji].0));
    }
}

/// The device of a vector by the second implementation.
pub(crate) fn twin(vector: &DeviceVector) -> Device {
    let draws = Draws {
        x: vector.x.array(),
        y: vector.y.array(),
        k: vector.k.array(),
        dummies: arrays(&vector.dummies),
        blinds: arrays(&vector.blinds),
    };
    Device::new(&vector.interests, vector.epoch, &draws)
}
