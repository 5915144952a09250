//! One real exchange between two devices with full sets, for its size on the wire.

use rand_chacha::ChaCha20Rng;
use sighej_crypto::exchange::{Conclusion, Gate, InitiatorHello, ResponderHello};
use sighej_crypto::{EpochNumber, EpochSecrets, Interest, InterestSet, MetBlock, SLOTS, THRESHOLD_DEFAULT};

use crate::{Outcome, SHARED};

/// What both directions sent.
pub(crate) struct Wire {
    pub(crate) bytes: usize,
    pub(crate) messages: usize,
}

pub(crate) fn run(rng: &mut ChaCha20Rng) -> Outcome<Wire> {
    let i = &EpochSecrets::draw(&interests(0)?, EpochNumber(1), rng);
    let r = &EpochSecrets::draw(&interests(SLOTS - SHARED)?, EpochNumber(1), rng);

    let (i_hello, message1) = InitiatorHello::start(i, r.token(), rng)?;
    let (r_hello, message2) = ResponderHello::accept(r, &message1, rng)?;
    let i_identified = i_hello.read_commitment(i, &message2)?;
    let evaluation = i.evaluate(i_identified.peer(), rng);
    let met = MetBlock::seal(&[], &i.digest(), &r.digest(), rng);
    let (i_waiting, message3) = i_identified.send_evaluation(i, &evaluation, &met, THRESHOLD_DEFAULT)?;
    let r_identified = r_hello.read_offer(r, &message3)?.verify(r)?;
    let evaluation = r.evaluate(r_identified.peer(), rng);
    let met = MetBlock::seal(&[], &r.digest(), &i.digest(), rng);
    let (r_answered, message4) =
        r_identified.answer(r, &evaluation, &met, THRESHOLD_DEFAULT, Gate::Open, rng)?;
    let (i_concluded, message5) = i_waiting.read_answer(i, &message4)?.conclude(i, Gate::Open, rng)?;
    let r_concluded = r_answered.read_tags(r, &message5)?;

    for conclusion in [i_concluded, r_concluded] {
        match conclusion {
            Conclusion::Match { interests, .. } if interests.len() == SHARED => (),
            Conclusion::Match { .. } | Conclusion::NoMatch | Conclusion::Withheld => {
                return Err("no match".into());
            }
        }
    }
    let messages = [message1, message2, message3, message4, message5];
    Ok(Wire { bytes: messages.iter().map(Vec::len).sum(), messages: messages.len() })
}

/// A full set, numbered from `first`.
fn interests(first: usize) -> Outcome<InterestSet> {
    let interests = (first..first + SLOTS).map(|number| Interest::parse(&format!("interest {number}")));
    Ok(InterestSet::new(interests.collect::<Result<Vec<_>, _>>()?)?)
}
