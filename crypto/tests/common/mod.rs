//! Two devices in memory, for the tests of the exchange.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

pub(crate) mod counted;
pub(crate) mod mallory;
pub(crate) mod second;
pub(crate) mod secrets;

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::{
    EpochNumber, EpochSecrets, ExchangeError, Interest, InterestSet, Marker, MetBlock,
    exchange::{Conclusion, Gate, InitiatorHello, ResponderHello},
};

pub(crate) const EPOCH: EpochNumber = EpochNumber(3_000_000);

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn interests(texts: &[&str]) -> InterestSet {
    InterestSet::new(texts.iter().map(|text| Interest::parse(text).unwrap())).unwrap()
}

pub(crate) fn device(seed: u64, texts: &[&str]) -> EpochSecrets {
    EpochSecrets::draw(&interests(texts), EPOCH, &mut rng(seed))
}

/// How one side takes part.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) gate: Gate,
    pub(crate) threshold: u8,
    pub(crate) markers: &'a [Marker],
}

pub(crate) const OPEN: Side<'static> = Side { gate: Gate::Open, threshold: 1, markers: &[] };
pub(crate) const CLOSED: Side<'static> = Side { gate: Gate::Closed, ..OPEN };

/// Everything that crossed the wire, in order, and what each side concluded.
pub(crate) struct Run {
    pub(crate) wire: Vec<Vec<u8>>,
    pub(crate) initiator: Conclusion,
    pub(crate) responder: Conclusion,
}

/// A whole exchange; `tamper` sees each message by its index before it is read.
pub(crate) fn exchange(
    i: (&EpochSecrets, Side<'_>),
    r: (&EpochSecrets, Side<'_>),
    seed: u64,
    mut tamper: impl FnMut(usize, &mut Vec<u8>),
) -> Result<Run, ExchangeError> {
    let (mut rng_i, mut rng_r) = (rng(seed), rng(seed + 1_000_000));
    let ((me_i, side_i), (me_r, side_r)) = (i, r);
    let mut wire = Vec::new();
    let mut send = |message: Vec<u8>| {
        let mut message = message;
        tamper(wire.len(), &mut message);
        wire.push(message.clone());
        message
    };
    let (hello_i, m1) = InitiatorHello::start(me_i, me_r.token(), &mut rng_i)?;
    let (hello_r, m2) = ResponderHello::accept(me_r, &send(m1), &mut rng_r)?;
    let identified = hello_i.read_commitment(me_i, &send(m2))?;
    let evaluation = me_i.evaluate(identified.peer(), &mut rng_i);
    let met = MetBlock::seal(side_i.markers, &me_i.digest(), &me_r.digest(), &mut rng_i);
    let (waiting, m3) = identified.send_evaluation(me_i, &evaluation, &met, side_i.threshold)?;
    let identified = hello_r.read_offer(me_r, &send(m3))?.verify(me_r)?;
    let evaluation = me_r.evaluate(identified.peer(), &mut rng_r);
    let met = MetBlock::seal(side_r.markers, &me_r.digest(), &me_i.digest(), &mut rng_r);
    let (answered, m4) =
        identified.answer(me_r, &evaluation, &met, side_r.threshold, side_r.gate, &mut rng_r)?;
    let initiator_answered = waiting.read_answer(me_i, &send(m4))?;
    let (initiator, m5) = initiator_answered.conclude(me_i, side_i.gate, &mut rng_i)?;
    let responder = answered.read_tags(me_r, &send(m5))?;
    Ok(Run { wire, initiator, responder })
}

/// The shared interests of a match, or nothing.
pub(crate) fn shared(conclusion: &Conclusion) -> Option<Vec<&str>> {
    match conclusion {
        Conclusion::Match { interests, .. } => Some(interests.iter().map(Interest::as_str).collect()),
        Conclusion::NoMatch | Conclusion::Withheld => None,
    }
}
