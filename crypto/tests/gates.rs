//! What a device sends, draws and computes is the same whether or not it would nudge: order, lengths, randomness and
//! work are compared over every gate and outcome, on both sides.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use common::{
    counted::Counted,
    device, interests,
    mallory::{Answer, Mallory, honestly, mallory},
    second::pair::{self, INITIATOR, RESPONDER},
    shared,
};
use sighej_crypto::{
    EpochSecrets, Marker, MetBlock,
    exchange::{Conclusion, Gate, InitiatorHello, ResponderHello},
    meter::{self, Counts},
};

/// One case: who holds what, who is gated, and who remembers whom.
struct Case {
    held: [Vec<String>; 2],
    gates: [Gate; 2],
    thresholds: [u8; 2],
    markers: [usize; 2],
    nudge: bool,
}

fn texts(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("interest {n}")).collect()
}

/// Every gate and outcome that section 10.3 of the specification knows looks like one of these from here.
fn cases() -> Vec<Case> {
    let base = || Case {
        held: [texts(0..3), texts(0..3)],
        gates: [Gate::Open; 2],
        thresholds: [1; 2],
        markers: [0; 2],
        nudge: true,
    };
    let held = |held: [Vec<String>; 2], nudge| Case { held, nudge, ..base() };
    let gates = |i, r| Case { gates: [i, r], nudge: false, ..base() };
    let thresholds = |thresholds, nudge| Case { thresholds, nudge, ..base() };
    let markers = |markers| Case { markers, ..base() };
    vec![
        base(),
        gates(Gate::Closed, Gate::Open),
        gates(Gate::Open, Gate::Closed),
        gates(Gate::Closed, Gate::Closed),
        held([texts(0..3), texts(3..6)], false),
        held([texts(0..16), texts(0..16)], true),
        held([texts(0..16), texts(16..32)], false),
        held([texts(0..0), texts(0..16)], false),
        held([texts(0..0), texts(0..0)], false),
        held([texts(0..1), texts(0..16)], true),
        thresholds([3, 1], true),
        thresholds([1, 4], false),
        thresholds([16, 16], false),
        markers([1, 0]),
        markers([0, 16]),
        markers([64, 64]),
        Case { gates: [Gate::Closed, Gate::Closed], markers: [16, 64], nudge: false, ..base() },
    ]
}

/// What a side did up to and with one thing it sent, or up to its conclusion: bytes sent, randomness drawn, work done.
#[derive(Debug, PartialEq, Eq)]
struct Act {
    who: &'static str,
    sent: usize,
    drawn: Vec<usize>,
    work: Counts,
}

/// Notes each act of a run.
struct Log {
    acts: Vec<Act>,
    rng: Counted,
}

impl Log {
    fn act(&mut self, who: &'static str, message: &[u8]) {
        let (sent, drawn, work) = (message.len(), self.rng.take(), meter::take());
        self.acts.push(Act { who, sent, drawn, work });
    }
}

/// Some markers, each of a pair that really was nudged.
fn remembered() -> Vec<Marker> {
    let me = device(50, &["devops"]);
    let of = |n| {
        let run =
            common::exchange((&me, common::OPEN), (&device(n, &["devops"]), common::OPEN), n, honestly2)
                .unwrap();
        match run.initiator {
            Conclusion::Match { pair, .. } => pair.marker(),
            Conclusion::NoMatch | Conclusion::Withheld => unreachable!("they share devops"),
        }
    };
    let four: Vec<Marker> = (60..64).map(of).collect();
    four.iter().cycle().take(64).cloned().collect()
}

fn honestly2(_: usize, _: &mut Vec<u8>) {}

fn sealed(markers: &[Marker], me: &EpochSecrets, peer: &EpochSecrets, rng: &mut Counted) -> MetBlock {
    MetBlock::seal(markers, &me.digest(), &peer.digest(), rng)
}

fn run(case: &Case, markers: &[Marker]) -> Vec<Act> {
    let _ = meter::take();
    let mut log = Log { acts: Vec::new(), rng: Counted::new(7) };
    let draw = |held: &[String], log: &mut Log| {
        let held: Vec<&str> = held.iter().map(String::as_str).collect();
        let me = EpochSecrets::draw(&interests(&held), common::EPOCH, &mut log.rng);
        // A dummy is drawn where an interest is not: once an epoch, and before anything is sent.
        let dummies = 16 - held.len();
        let drawn: usize = log.rng.take().iter().sum();
        assert_eq!(drawn, 32 + 32 + 64 + 16 * 64 + 32 * dummies);
        log.act("draw", &[]);
        me
    };
    let (i, r) = (draw(&case.held[0], &mut log), draw(&case.held[1], &mut log));
    let (known_i, known_r) = (&markers[..case.markers[0]], &markers[..case.markers[1]]);

    let (hello_i, message1) = InitiatorHello::start(&i, r.token(), &mut log.rng).unwrap();
    log.act("1", &message1);
    let (hello_r, message2) = ResponderHello::accept(&r, &message1, &mut log.rng).unwrap();
    log.act("2", &message2);
    let identified = hello_i.read_commitment(&i, &message2).unwrap();
    let ours = i.evaluate(identified.peer(), &mut log.rng);
    let met = sealed(known_i, &i, &r, &mut log.rng);
    let (waiting, message3) = identified.send_evaluation(&i, &ours, &met, case.thresholds[0]).unwrap();
    log.act("3", &message3);

    let identified = hello_r.read_offer(&r, &message3).unwrap().verify(&r).unwrap();
    let _ = identified.peer_met().recognise(known_r, &i.digest(), &r.digest());
    let ours = r.evaluate(identified.peer(), &mut log.rng);
    let met = sealed(known_r, &r, &i, &mut log.rng);
    let (threshold, gate) = (case.thresholds[1], case.gates[1]);
    let (answered, message4) = identified.answer(&r, &ours, &met, threshold, gate, &mut log.rng).unwrap();
    log.act("4", &message4);

    let done = waiting.read_answer(&i, &message4).unwrap();
    let _ = done.peer_met().recognise(known_i, &r.digest(), &i.digest());
    let (end_i, message5) = done.conclude(&i, case.gates[0], &mut log.rng).unwrap();
    log.act("5", &message5);
    let end_r = answered.read_tags(&r, &message5).unwrap();
    log.act("end", &[]);

    assert_eq!((shared(&end_i).is_some(), shared(&end_r).is_some()), (case.nudge, case.nudge));
    log.acts
}

#[test]
fn lengths_order_randomness_and_work_are_the_same_for_every_gate_and_outcome() {
    let markers = remembered();
    let mut runs = cases().into_iter().map(|case| run(&case, &markers));
    let first = runs.next().unwrap();
    let sent: Vec<usize> = first.iter().map(|act| act.sent).filter(|sent| *sent > 0).collect();
    assert_eq!(sent, [32, 709, 1382, 977, 272]);
    for (n, other) in runs.enumerate() {
        assert_eq!(other, first, "case {}", n + 1);
    }
}

#[test]
fn the_work_is_counted_and_is_what_the_protocol_needs() {
    let acts = run(&cases()[0], &[]);
    let work = |who| acts.iter().find(|act| act.who == who).unwrap().work;
    assert_eq!(work("draw").hash_to_groups, 16);
    assert_eq!(work("draw").point_muls, 32);
    // 16 evaluations and two products for the proof; each marker shown is one HMAC.
    assert_eq!((work("3").point_muls, work("3").hmacs), (18, 16));
    // Besides, the other's 16 are unblinded; 64 markers are looked for, 16 shown, 16 tags made.
    assert_eq!((work("4").point_muls, work("4").hmacs), (34, 64 + 16 + 16));
    assert_eq!((work("5").point_muls, work("5").hmacs), (16, 64 + 32));
    assert_eq!((work("end").point_muls, work("end").hmacs), (0, 16));
    assert_eq!(work("3").hash_to_groups + work("4").hash_to_groups + work("5").hash_to_groups, 0);
}

/// Tags that Mallory gets in message 4, and those that would be true. She holds all that the victim holds.
fn tags_of_the_responder(seed: u8, rng_seed: u64, gate: Gate, held: &[&str]) -> (Vec<u8>, Vec<[u8; 16]>) {
    let (victim, who) = (device(1, held), mallory(held));
    let (mut mallory, hello) = Mallory::knocks(&who, &victim, seed);
    let identified = mallory.offers(&victim, hello, honestly).unwrap();
    let ours = victim.evaluate(identified.peer(), &mut common::rng(1));
    let met = MetBlock::seal(&[], &victim.digest(), &identified.peer().digest(), &mut common::rng(2));
    let rng = &mut common::rng(rng_seed);
    let (_, message4) = identified.answer(&victim, &ours, &met, 1, gate, rng).unwrap();
    let answer = Answer::of(&mallory.session.read(&message4).unwrap());
    let truth = pair::tags(&mallory.items(&answer.evaluation), RESPONDER, &mallory.session.h());
    (answer.tags, truth)
}

/// Tags that Mallory gets in message 5 after tags of hers, and those that would be true.
fn tags_of_the_initiator(
    rng_seed: u64,
    gate: Gate,
    held: &[&str],
    edit: impl FnOnce(&mut common::mallory::Payload),
) -> (Vec<u8>, Vec<[u8; 16]>) {
    let (victim, who) = (device(1, held), mallory(held));
    let (mut mallory, identified) = Mallory::is_called(&who, &victim, 3, honestly).unwrap();
    let mut truth = Vec::new();
    let answered = mallory
        .answers(&victim, identified, |payload| {
            truth = pair::tags(&payload.items, INITIATOR, &payload.h);
            edit(payload);
        })
        .unwrap();
    let (_, message5) = answered.conclude(&victim, gate, &mut common::rng(rng_seed)).unwrap();
    (mallory.session.read(&message5).unwrap(), truth)
}

fn how_many_are_true((sent, truth): &(Vec<u8>, Vec<[u8; 16]>)) -> usize {
    sent.chunks(16).filter(|tag| truth.iter().any(|other| other == tag)).count()
}

fn sixteen() -> Vec<String> {
    texts(0..16)
}

#[test]
fn a_responder_s_true_tags_are_sent_where_its_gate_is_open_and_none_where_it_is_closed() {
    let held = sixteen();
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    assert_eq!(how_many_are_true(&tags_of_the_responder(1, 5, Gate::Open, &held)), 16);
    assert_eq!(how_many_are_true(&tags_of_the_responder(1, 5, Gate::Closed, &held)), 0);
}

#[test]
fn an_initiator_s_true_tags_are_sent_where_it_nudges_and_none_where_its_gate_is_closed() {
    let held = sixteen();
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    assert_eq!(how_many_are_true(&tags_of_the_initiator(5, Gate::Open, &held, honestly)), 16);
    assert_eq!(how_many_are_true(&tags_of_the_initiator(5, Gate::Closed, &held, honestly)), 0);
}

#[test]
fn an_initiator_sends_no_true_tag_where_its_matches_stay_below_the_threshold() {
    let held = ["chess", "devops"];
    let sent = |edit: fn(&mut common::mallory::Payload)| {
        how_many_are_true(&tags_of_the_initiator(5, Gate::Open, &held, edit))
    };
    assert_eq!(sent(|payload| payload.threshold = 2), 2);
    assert_eq!(sent(|payload| payload.threshold = 3), 0);
    assert_eq!(sent(|payload| payload.tags = (0..=255).collect()), 0);
}

#[test]
fn random_tags_are_fresh_each_time_and_ascend_as_true_ones_do() {
    let held = ["chess"];
    let all = [
        tags_of_the_responder(1, 5, Gate::Closed, &held).0,
        tags_of_the_responder(2, 6, Gate::Closed, &held).0,
        tags_of_the_initiator(7, Gate::Closed, &held, honestly).0,
        tags_of_the_initiator(8, Gate::Closed, &held, honestly).0,
        tags_of_the_responder(1, 5, Gate::Open, &held).0,
    ];
    let mut every: Vec<&[u8]> = all.iter().flat_map(|tags| tags.chunks(16)).collect();
    assert!(all.iter().all(|tags| tags.chunks(16).is_sorted()));
    every.sort_unstable();
    every.dedup();
    assert_eq!(every.len(), 5 * 16);
}
