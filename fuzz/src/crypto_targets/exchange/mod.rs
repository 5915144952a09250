//! Both roles of the exchange against a peer of whose messages one is altered, on the wire or inside the session.
//!
//! The first byte chooses which message and where; the rest says how it is altered ([`super::alter`]).
#![expect(clippy::expect_used, reason = "an honest step that fails is a failure to report")]

mod initiator;
mod responder;
mod tap;

pub use initiator::exchange_initiator;
pub use responder::exchange_responder;

use sighej_crypto::{
    Evaluation, MetBlock, THRESHOLD_DEFAULT,
    exchange::{
        Conclusion, Gate, InitiatorHello, InitiatorIdentified, InitiatorWaiting, ResponderAnswered,
        ResponderHello,
    },
};

use super::{
    alter::{Altered, alter},
    devices::{INITIATOR, INITIATOR_EVALUATES, RESPONDER, RESPONDER_EVALUATES, SHARED, known_values, shared},
};
use tap::Tap;

/// The alteration is inside the session, where this bit of the first byte is set, else on the wire.
const SEALED: u8 = 0b0100;
/// The gate of the side under test is closed.
const GATE_CLOSED: u8 = 0b1000;

/// Bytes of an answer before its tags.
const ANSWER_HEAD_LEN: usize = Evaluation::LEN + MetBlock::LEN + 1;
/// Where messages 3 (behind the commitment) and 4 carry the proven evaluation.
const EVALUATION_AT: std::ops::Range<usize> = 0..Evaluation::LEN;

/// The two devices' session up to message 2, both in their right mind.
struct Opened {
    initiator: InitiatorIdentified,
    responder: ResponderHello,
    tap: Tap,
}

impl Opened {
    fn new() -> Self {
        let mut tap = Tap::new(INITIATOR.seeds, RESPONDER.seeds, RESPONDER.secrets.token());
        let (hello, message1) = start();
        tap.pass(&message1);
        let accepted = ResponderHello::accept(&RESPONDER.secrets, &message1, &mut RESPONDER.rng());
        let (responder, message2) = accepted.expect("message 1 is honest");
        tap.pass(&message2);
        let initiator = hello.read_commitment(&INITIATOR.secrets, &message2).expect("message 2 is honest");
        Self { initiator, responder, tap }
    }

    fn offer(self) -> Offered {
        let (initiator, message3) = offer(self.initiator, &INITIATOR_EVALUATES);
        Offered { initiator, responder: self.responder, message3, tap: self.tap }
    }
}

/// The session with message 3 ready, but not yet past the tap.
struct Offered {
    initiator: InitiatorWaiting,
    responder: ResponderHello,
    message3: Vec<u8>,
    tap: Tap,
}

impl Offered {
    fn answer(mut self, gate: Gate) -> Answered {
        self.tap.pass(&self.message3);
        let me = &RESPONDER.secrets;
        let identified = self
            .responder
            .read_offer(me, &self.message3)
            .and_then(|offered| offered.verify(me))
            .expect("message 3 is honest");
        let met = RESPONDER.met(identified.peer());
        let (responder, message4) = identified
            .answer(me, &RESPONDER_EVALUATES, &met, THRESHOLD_DEFAULT, gate, &mut RESPONDER.rng())
            .expect("the evaluation is the initiator's");
        Answered { initiator: self.initiator, responder, message4, tap: self.tap }
    }
}

/// The session with message 4 ready, but not yet past the tap.
struct Answered {
    initiator: InitiatorWaiting,
    responder: ResponderAnswered,
    message4: Vec<u8>,
    tap: Tap,
}

fn start() -> (InitiatorHello, Vec<u8>) {
    let heard = RESPONDER.secrets.token();
    InitiatorHello::start(&INITIATOR.secrets, heard, &mut INITIATOR.rng()).expect("a session opens")
}

fn offer(identified: InitiatorIdentified, ours: &Evaluation) -> (InitiatorWaiting, Vec<u8>) {
    let met = INITIATOR.met(identified.peer());
    identified
        .send_evaluation(&INITIATOR.secrets, ours, &met, THRESHOLD_DEFAULT)
        .expect("the evaluation is the responder's")
}

fn gate(choice: u8) -> Gate {
    if choice & GATE_CLOSED == 0 { Gate::Open } else { Gate::Closed }
}

/// Alters an honest message as the choice and the data say. Inside the session it takes the tap's keys.
fn altered(choice: u8, honest: &[u8], data: &[u8], tap: &mut Tap) -> Altered {
    if choice & SEALED == 0 {
        return Altered { message: alter(honest, &known_values(), data), payload: None };
    }
    let mut payload = None;
    let message = tap.rewrite(honest, |inside| {
        let changed = alter(inside, &known_values(), data);
        payload = Some((inside.to_vec(), changed.clone()));
        changed
    });
    Altered { message, payload }
}

/// Sixteen tags, ascending, of no interest at all.
fn foreign_tags() -> Vec<u8> {
    (0..16).flat_map(|tag| [tag; 16]).collect()
}

/// With the gate closed nothing is concluded; with it open, all that is shared where the peer was honest, and never
/// anything else.
fn check_conclusion(conclusion: &Conclusion, gate: Gate, honest: bool) {
    let found = shared(conclusion);
    match gate {
        Gate::Closed => assert!(matches!(conclusion, Conclusion::Withheld)),
        Gate::Open if honest => assert_eq!(found, SHARED),
        Gate::Open => assert!(found.iter().all(|interest| SHARED.contains(interest))),
    }
}
