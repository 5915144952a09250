//! Messages that are replayed, reordered, truncated, extended, tampered with or of another session, and a library that
//! is used wrongly: each ends in its own error, and nothing comes out.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use common::{
    CLOSED, EPOCH, OPEN, Run, device, exchange, interests,
    mallory::{Mallory, honestly, mallory},
    rng,
    second::{Session, array},
};
use sighej_crypto::{
    ApiMisuse, EpochNumber, EpochSecrets, ExchangeError, InvalidMessage, MetBlock,
    exchange::{Gate, InitiatorHello, MESSAGE_LEN, ResponderHello},
};

fn pair() -> (EpochSecrets, EpochSecrets) {
    (device(1, &["devops"]), device(2, &["devops"]))
}

/// One exchange of the pair, every session with randomness of its own.
fn run(seed: u64, tamper: impl FnMut(usize, &mut Vec<u8>)) -> Result<Run, ExchangeError> {
    let (a, b) = pair();
    exchange((&a, OPEN), (&b, OPEN), seed, tamper)
}

#[test]
fn a_message_of_any_other_length_is_refused_at_each_step() {
    for (step, expected) in MESSAGE_LEN.into_iter().enumerate() {
        for got in [0, 1, expected - 16, expected - 1, expected + 1, expected + 16, 65_536] {
            let end = run(7, |at, message| {
                if at == step {
                    message.resize(got, 0);
                }
            });
            assert_eq!(end.err(), Some(InvalidMessage::Length { expected, got }.into()));
        }
    }
}

#[test]
fn a_bit_changed_anywhere_in_any_message_ends_the_exchange() {
    for (step, len) in MESSAGE_LEN.into_iter().enumerate() {
        for place in [0, 31, 32, 40, 100, len / 2, len - 17, len - 1] {
            let place = place.min(len - 1);
            let end = run(7, |at, message| {
                if at == step {
                    message[place] ^= 1;
                }
            });
            assert_eq!(end.err(), Some(ExchangeError::Decryption), "byte {place} of message {}", step + 1);
        }
    }
}

#[test]
fn a_message_of_another_session_of_the_same_two_devices_is_refused_at_each_step() {
    let before = run(8, |_, _| ()).unwrap().wire;
    for (step, old) in before.iter().enumerate().skip(1) {
        let end = run(7, |at, message| {
            if at == step {
                message.clone_from(old);
            }
        });
        assert_eq!(end.err(), Some(ExchangeError::Decryption), "message {}", step + 1);
    }
}

#[test]
fn a_message_in_the_place_of_another_is_refused_whether_or_not_it_is_cut_to_length() {
    let wire = run(7, |_, _| ()).unwrap().wire;
    for (step, expected) in MESSAGE_LEN.into_iter().enumerate().skip(1) {
        for other in (0..5).filter(|other| *other != step) {
            let put = |resized: bool| {
                run(7, |at, message| {
                    if at == step {
                        message.clone_from(&wire[other]);
                        message.resize(if resized { expected } else { message.len() }, 0);
                    }
                })
                .err()
            };
            let got = wire[other].len();
            assert_eq!(put(false), Some(InvalidMessage::Length { expected, got }.into()));
            assert_eq!(put(true), Some(ExchangeError::Decryption));
        }
    }
}

#[test]
fn a_replay_of_a_whole_session_gets_a_commitment_that_is_public_and_no_further() {
    let (_, b) = pair();
    let wire = run(7, |_, _| ()).unwrap().wire;
    let (hello, message2) = ResponderHello::accept(&b, &wire[0], &mut rng(99)).unwrap();
    assert_ne!(message2, wire[1], "every session has an ephemeral key of its own");
    assert_eq!(hello.read_offer(&b, &wire[2]).err(), Some(ExchangeError::Decryption));
}

#[test]
fn a_message_4_sent_twice_is_no_message_5() {
    let (a, b) = pair();
    let mut answer = Vec::new();
    let end = exchange((&a, OPEN), (&b, CLOSED), 7, |at, message| match at {
        3 => answer.clone_from(message),
        4 => *message = answer[..MESSAGE_LEN[4]].to_vec(),
        _ => (),
    });
    assert_eq!(end.err(), Some(ExchangeError::Decryption));
}

#[test]
fn a_session_of_another_version_does_not_decrypt() {
    let (victim, who) = (device(1, &["devops"]), mallory(&["devops"]));
    let mut session = Session::of_version(2, &who.x, &[1; 32], victim.token().as_bytes());
    let (hello, message2) = ResponderHello::accept(&victim, &session.write(&[]), &mut rng(1)).unwrap();
    assert_eq!(session.read(&message2), None);
    let mut guess = session_after_message2(&who, &victim);
    let message3 = guess.write(&vec![0; MESSAGE_LEN[2] - 64]);
    assert_eq!(hello.read_offer(&victim, &message3).err(), Some(ExchangeError::Decryption));
}

/// A session that has come as far as message 3, with another handshake behind it.
fn session_after_message2(who: &common::second::Device, victim: &EpochSecrets) -> Session {
    Mallory::knocks(who, victim, 77).0.session
}

#[test]
fn an_ephemeral_key_of_zeros_opens_nothing_but_the_public_commitment() {
    let victim = device(1, &["devops"]);
    let (hello, _) = ResponderHello::accept(&victim, &[0; 32], &mut rng(1)).unwrap();
    let wire = run(7, |_, _| ()).unwrap().wire;
    assert_eq!(hello.read_offer(&victim, &wire[2]).err(), Some(ExchangeError::Decryption));
}

#[test]
fn an_exchange_does_not_outlive_its_epoch_on_either_side() {
    let (a, b) = pair();
    let later = |me: u64| EpochSecrets::draw(&interests(&["devops"]), EpochNumber(EPOCH.0 + 1), &mut rng(me));
    let (a2, b2) = (later(1), later(2));
    let refused = Some(ExchangeError::Misuse(ApiMisuse::OtherEpoch));
    for boundary in 0..8 {
        let mut steps = Steps { boundary, now: 0, of: [(&a, &a2), (&b, &b2)] };
        assert_eq!(steps.run().err(), refused, "boundary before step {boundary}");
    }
    let mut never = Steps { boundary: 8, now: 0, of: [(&a, &a2), (&b, &b2)] };
    assert!(never.run().is_ok());
}

/// An exchange during which, before one of its eight later steps, the epoch ends for both.
struct Steps<'a> {
    boundary: usize,
    now: usize,
    of: [(&'a EpochSecrets, &'a EpochSecrets); 2],
}

impl<'a> Steps<'a> {
    fn me(&mut self, side: usize) -> &'a EpochSecrets {
        let (old, new) = self.of[side];
        self.now += 1;
        if self.now > self.boundary { new } else { old }
    }

    fn run(&mut self) -> Result<(), ExchangeError> {
        let ((a, _), (b, _)) = (self.of[0], self.of[1]);
        let (hello_i, message1) = InitiatorHello::start(a, b.token(), &mut rng(1))?;
        let (hello_r, message2) = ResponderHello::accept(b, &message1, &mut rng(2))?;
        let identified = hello_i.read_commitment(self.me(0), &message2)?;
        let ours = a.evaluate(b.commitment(), &mut rng(3));
        let met = MetBlock::seal(&[], &a.digest(), &b.digest(), &mut rng(4));
        let (waiting, message3) = identified.send_evaluation(self.me(0), &ours, &met, 1)?;
        let identified = hello_r.read_offer(self.me(1), &message3)?.verify(self.me(1))?;
        let ours = b.evaluate(a.commitment(), &mut rng(5));
        let (answered, message4) = identified.answer(self.me(1), &ours, &met, 1, Gate::Open, &mut rng(6))?;
        let done = waiting.read_answer(self.me(0), &message4)?;
        let (_, message5) = done.conclude(self.me(0), Gate::Open, &mut rng(7))?;
        answered.read_tags(self.me(1), &message5)?;
        Ok(())
    }
}

#[test]
fn one_peer_s_evaluation_is_not_sent_to_another() {
    let (victim, who) = (device(1, &["devops"]), mallory(&["devops"]));
    let other = device(3, &["chess"]);
    let wrong = victim.evaluate(other.commitment(), &mut rng(1));
    let met = MetBlock::seal(&[], &victim.digest(), &other.digest(), &mut rng(2));
    let refused = Some(ExchangeError::Misuse(ApiMisuse::OtherPeer));

    let (_, identified) = Mallory::is_called(&who, &victim, 1, honestly).unwrap();
    assert_eq!(identified.send_evaluation(&victim, &wrong, &met, 1).err(), refused);
    let (mut mallory, hello) = Mallory::knocks(&who, &victim, 2);
    let identified = mallory.offers(&victim, hello, honestly).unwrap();
    assert_eq!(identified.answer(&victim, &wrong, &met, 1, Gate::Open, &mut rng(3)).err(), refused);
}

#[test]
fn an_evaluation_under_keys_that_are_gone_is_not_sent() {
    let (victim, who) = (device(1, &["devops"]), mallory(&["devops"]));
    let (mut mallory, hello) = Mallory::knocks(&who, &victim, 2);
    let identified = mallory.offers(&victim, hello, honestly).unwrap();
    let old = device(3, &["devops"]).evaluate(identified.peer(), &mut rng(1));
    let met = MetBlock::seal(&[], &victim.digest(), &identified.peer().digest(), &mut rng(2));
    let end = identified.answer(&victim, &old, &met, 1, Gate::Open, &mut rng(3));
    assert_eq!(end.err(), Some(ExchangeError::Misuse(ApiMisuse::OtherEpoch)));
}

#[test]
fn a_threshold_of_one_s_own_that_every_peer_would_refuse_is_not_sent() {
    let (victim, who) = (device(1, &["devops"]), mallory(&["devops"]));
    for threshold in [0, 17, 255] {
        let refused = Some(ExchangeError::Misuse(ApiMisuse::Threshold(threshold)));
        let (_, identified) = Mallory::is_called(&who, &victim, 1, honestly).unwrap();
        let ours = victim.evaluate(identified.peer(), &mut rng(1));
        let met = MetBlock::seal(&[], &victim.digest(), &identified.peer().digest(), &mut rng(2));
        assert_eq!(identified.send_evaluation(&victim, &ours, &met, threshold).err(), refused);
        let (mut mallory, hello) = Mallory::knocks(&who, &victim, 2);
        let identified = mallory.offers(&victim, hello, honestly).unwrap();
        let end = identified.answer(&victim, &ours, &met, threshold, Gate::Open, &mut rng(3));
        assert_eq!(end.err(), refused);
    }
}

#[test]
fn a_repeat_of_the_exchange_is_a_session_of_its_own_with_the_same_evaluation() {
    let victim = device(1, &["devops"]);
    let who = mallory(&["devops"]);
    let mut payloads = Vec::new();
    for seed in [1, 2] {
        let (mut mallory, hello) = Mallory::knocks(&who, &victim, seed);
        let identified = mallory.offers(&victim, hello, honestly).unwrap();
        let (_, answer) = mallory.hears_answer(&victim, identified, Gate::Open);
        payloads.push(answer);
    }
    assert_eq!(payloads[0].evaluation, payloads[1].evaluation);
    let tag: [u8; 16] = array(&payloads[0].tags, 0);
    assert!(payloads[1].tags.chunks(16).all(|other| other != tag), "h is in the tag");
}
