//! The initiator against an altered message 2 or 4.

use sighej_crypto::{
    Commitment, THRESHOLD_DEFAULT,
    exchange::{Gate, InitiatorHello, InitiatorIdentified},
};

use super::{
    Answered, EVALUATION_AT, INITIATOR, Opened, RESPONDER, RESPONDER_EVALUATES, SEALED, Tap, alter, altered,
    check_conclusion, foreign_tags, gate, known_values, offer, shared,
};

/// What the initiator heard is the token of whatever commitment message 2 brings, where this bit is set.
const HEARD_THE_LIAR: u8 = 0b1_0000;

/// Alters message 2, where the first byte is even, or 4.
///
/// # Panics
/// Where an altered message is believed.
pub fn exchange_initiator(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else { return };
    match choice & 1 {
        0 if choice & SEALED == 0 => message_2_on_the_wire(data),
        0 => message_2_of_a_liar(choice, data),
        _ => message_4(choice, data),
    }
}

fn message_2_on_the_wire(data: &[u8]) {
    let me = &INITIATOR.secrets;
    let heard = RESPONDER.secrets.token();
    let mut tap = Tap::new(INITIATOR.seeds, RESPONDER.seeds, heard);
    let (hello, message1) = super::start();
    tap.hear(&message1);
    let honest = tap.seal(RESPONDER.commitment().as_bytes());
    let message2 = alter(&honest, &known_values(), data);
    let read = hello.read_commitment(me, &message2);
    assert_eq!(read.is_ok(), message2 == honest, "message 2 is read unaltered, and only then");
}

/// The responder commits to whatever it likes; the Noise session is in order.
fn message_2_of_a_liar(choice: u8, data: &[u8]) {
    let me = &INITIATOR.secrets;
    let honest = RESPONDER.commitment();
    let payload = alter(honest.as_bytes(), &known_values(), data);
    let lie = Commitment::decode(&payload);
    let heard = match &lie {
        Ok(lie) if choice & HEARD_THE_LIAR != 0 => lie.token(),
        Ok(_) | Err(_) => honest.token(),
    };
    let mut tap = Tap::new(INITIATOR.seeds, RESPONDER.seeds, heard);
    let (hello, message1) =
        InitiatorHello::start(me, heard, &mut INITIATOR.rng()).expect("any token may have been heard");
    tap.hear(&message1);
    let read = hello.read_commitment(me, &tap.seal(&payload));
    let Ok(identified) = read else {
        assert_ne!(payload, honest.as_bytes(), "the honest commitment is read");
        return;
    };
    assert!(lie.is_ok(), "nothing is read that does not decode");
    assert_eq!(identified.peer().as_bytes().as_slice(), payload);
    assert!(identified.peer().token() == heard && identified.peer().x() == honest.x());
    answer_with_foreign_tags(identified, tap);
}

/// Whoever the responder is: its tags are of no interest.
fn answer_with_foreign_tags(identified: InitiatorIdentified, mut tap: Tap) {
    let me = &INITIATOR.secrets;
    let met = RESPONDER.met(INITIATOR.commitment());
    let ours = INITIATOR.evaluate(identified.peer());
    let (waiting, message3) = offer(identified, &ours);
    tap.hear(&message3);
    let evaluation = RESPONDER_EVALUATES.as_bytes().as_slice();
    let message4 = tap.seal(&[evaluation, met.as_bytes(), &[THRESHOLD_DEFAULT], &foreign_tags()].concat());
    if let Ok(answered) = waiting.read_answer(me, &message4) {
        let concluded = answered.conclude(me, Gate::Open, &mut INITIATOR.rng());
        let (conclusion, _) = concluded.expect("the secrets are those of the session");
        assert!(shared(&conclusion).is_empty(), "tags of no interest match nothing");
    }
}

fn message_4(choice: u8, data: &[u8]) {
    let me = &INITIATOR.secrets;
    let Answered { initiator, message4: honest, mut tap, .. } = Opened::new().offer().answer(Gate::Open);
    let altered = altered(choice, &honest, data, &mut tap);
    let read = initiator.read_answer(me, &altered.message);
    let Ok(answered) = read else {
        assert_ne!(altered.message, honest, "the honest message 4 is read");
        return;
    };
    altered.must_be_inside(&honest);
    assert!(altered.kept(EVALUATION_AT), "the proof holds for no other evaluation");
    let gate = gate(choice);
    let (conclusion, _) =
        answered.conclude(me, gate, &mut INITIATOR.rng()).expect("the secrets are those of the session");
    check_conclusion(&conclusion, gate, altered.message == honest);
}
