//! The responder against an altered message 1, 3 or 5.

use sighej_crypto::{
    Commitment, Evaluation, THRESHOLD_DEFAULT,
    exchange::{Gate, ResponderAnswered, ResponderHello, ResponderIdentified},
};

use super::{
    ANSWER_HEAD_LEN, Answered, INITIATOR, Offered, Opened, RESPONDER, Tap, alter, altered, check_conclusion,
    foreign_tags, gate, known_values, shared, start,
};

/// The initiator, where it has no tags of its own to send, sends the responder's back, where this bit is set.
const ECHO: u8 = 0b1_0000;

/// Alters message 1, where the first byte's two lowest bits are zero, 3, where they are one, or else 5.
///
/// # Panics
/// Where an altered message is believed.
pub fn exchange_responder(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else { return };
    match choice & 3 {
        0 => message_1(data),
        1 => message_3(choice, data),
        _ => message_5(choice, data),
    }
}

fn message_1(data: &[u8]) {
    let me = &RESPONDER.secrets;
    let (hello, honest) = start();
    let message1 = alter(&honest, &known_values(), data);
    let accepted = ResponderHello::accept(me, &message1, &mut RESPONDER.rng());
    let Ok((responder, message2)) = accepted else {
        assert_ne!(message1, honest, "the honest message 1 is read");
        return;
    };
    let read = hello.read_commitment(&INITIATOR.secrets, &message2);
    assert_eq!(read.is_ok(), message1 == honest, "an altered message 1 shows in message 2");
    assert!(
        responder.read_offer(me, data).and_then(|offered| offered.verify(me)).is_err(),
        "nobody seals message 3 by chance"
    );
}

fn message_3(choice: u8, data: &[u8]) {
    let Offered { responder, message3: honest, mut tap, .. } = Opened::new().offer();
    let altered = altered(choice, &honest, data, &mut tap);
    let read = responder
        .read_offer(&RESPONDER.secrets, &altered.message)
        .and_then(|offered| offered.verify(&RESPONDER.secrets));
    let Ok(identified) = read else {
        assert_ne!(altered.message, honest, "the honest message 3 is read");
        return;
    };
    altered.must_be_inside(&honest);
    assert!(
        altered.kept(Commitment::LEN..Commitment::LEN + Evaluation::LEN),
        "the proof holds for no other evaluation"
    );
    let Some((_, payload)) = altered.payload else { return };
    assert_eq!(identified.peer().as_bytes().as_slice(), &payload[..Commitment::LEN]);
    assert_eq!(identified.peer().x(), INITIATOR.commitment().x());
    conclude_with_foreign_tags(choice, identified, tap);
}

/// Whoever the initiator is: its tags are of no interest.
fn conclude_with_foreign_tags(choice: u8, identified: ResponderIdentified, mut tap: Tap) {
    let me = &RESPONDER.secrets;
    let ours = RESPONDER.evaluate(identified.peer());
    let met = RESPONDER.met(identified.peer());
    let (answered, message4) = identified
        .answer(me, &ours, &met, THRESHOLD_DEFAULT, gate(choice), &mut RESPONDER.rng())
        .expect("the evaluation is this peer's");
    let echo = tap.pass(&message4).split_off(ANSWER_HEAD_LEN);
    let tags = if choice & ECHO == 0 { foreign_tags() } else { echo };
    let read = answered.read_tags(me, &tap.seal(&tags));
    assert_eq!(read.is_err(), choice & ECHO != 0, "an echo is refused, and only an echo");
    if let Ok(conclusion) = read {
        assert!(shared(&conclusion).is_empty(), "tags of no interest match nothing");
    }
}

fn message_5(choice: u8, data: &[u8]) {
    let gate = gate(choice);
    let (answered, honest, mut tap) = to_message_5(gate);
    let altered = altered(choice, &honest, data, &mut tap);
    let read = answered.read_tags(&RESPONDER.secrets, &altered.message);
    let Ok(conclusion) = read else {
        assert_ne!(altered.message, honest, "the honest message 5 is read");
        return;
    };
    altered.must_be_inside(&honest);
    check_conclusion(&conclusion, gate, altered.message == honest);
}

/// The session with message 5 ready, but not yet past the tap. The initiator takes a responder whose gate is closed for
/// one that shares nothing, so only with the gate open has message 5 true tags.
fn to_message_5(gate: Gate) -> (ResponderAnswered, Vec<u8>, Tap) {
    let me = &INITIATOR.secrets;
    let Answered { initiator, responder, message4, mut tap } = Opened::new().offer().answer(gate);
    tap.pass(&message4);
    let answered = initiator.read_answer(me, &message4).expect("message 4 is honest");
    let concluded = answered.conclude(me, Gate::Open, &mut INITIATOR.rng());
    let (_, message5) = concluded.expect("the secrets are those of the session");
    (responder, message5, tap)
}
