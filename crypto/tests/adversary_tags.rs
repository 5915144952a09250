//! Tags that MUST be refused, and tags that show nothing, sent by Mallory with every secret of her own at hand.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use common::{
    device,
    mallory::{Answer, Mallory, Payload, honestly, mallory},
    second::{
        array,
        pair::{self, INITIATOR, RESPONDER},
    },
    shared,
};
use sighej_crypto::{
    EpochSecrets, ExchangeError, PeerMisbehaved,
    exchange::{Conclusion, Gate},
};

fn victim() -> EpochSecrets {
    device(1, &["devops", "chess"])
}

/// Mallory as initiator: what the victim concludes from the tags she makes of its answer.
fn told_in_message5(
    texts: &[&str],
    gate: Gate,
    seed: u8,
    tags: impl FnOnce(&Mallory, &Answer) -> Vec<u8>,
) -> Result<Conclusion, ExchangeError> {
    let (victim, who) = (victim(), mallory(texts));
    let (mut mallory, hello) = Mallory::knocks(&who, &victim, seed);
    let identified = mallory.offers(&victim, hello, honestly).unwrap();
    let (answered, answer) = mallory.hears_answer(&victim, identified, gate);
    let tags = tags(&mallory, &answer);
    answered.read_tags(&victim, &mallory.session.write(&tags))
}

/// Mallory as responder: what the victim concludes from tags that she sends in message 4, and what it sends in message 5.
fn told_in_message4(
    texts: &[&str],
    seed: u8,
    edit: impl FnOnce(&mut Payload),
) -> Result<(Conclusion, Vec<u8>), ExchangeError> {
    let (victim, who) = (victim(), mallory(texts));
    let (mut mallory, identified) = Mallory::is_called(&who, &victim, seed, honestly).unwrap();
    let answered = mallory.answers(&victim, identified, edit)?;
    let (conclusion, message5) = answered.conclude(&victim, Gate::Open, &mut common::rng(9)).unwrap();
    Ok((conclusion, mallory.session.read(&message5).unwrap()))
}

fn swapped(mut tags: Vec<u8>) -> Vec<u8> {
    let first: [u8; 16] = array(&tags, 0);
    tags.copy_within(16..32, 0);
    tags[16..32].copy_from_slice(&first);
    tags
}

#[test]
fn mallory_without_an_attack_is_told_what_she_shares_on_either_side() {
    let end = told_in_message5(&["chess"], Gate::Open, 1, Mallory::true_tags).unwrap();
    assert_eq!(shared(&end), Some(vec!["chess"]));
    let (end, _) = told_in_message4(&["chess"], 2, honestly).unwrap();
    assert_eq!(shared(&end), Some(vec!["chess"]));
}

#[test]
fn tags_that_do_not_ascend_are_refused_on_either_side() {
    let error = ExchangeError::Peer(PeerMisbehaved::TagsNotAscending);
    let told = told_in_message5(&["chess"], Gate::Open, 1, |m, a| swapped(m.true_tags(a)));
    assert_eq!(told.err(), Some(error));
    assert_eq!(told_in_message5(&["chess"], Gate::Open, 1, |_, _| vec![7; 256]).err(), Some(error));
    let told = told_in_message4(&["chess"], 2, |payload| payload.tags = swapped(payload.tags.clone()));
    assert_eq!(told.err(), Some(error));
    let told = told_in_message4(&["chess"], 2, |payload| payload.tags.copy_within(0..16, 16));
    assert_eq!(told.err(), Some(error));
}

#[test]
fn an_echo_of_the_responder_s_tags_is_refused_whatever_its_gate_and_whatever_is_shared() {
    let error = ExchangeError::Peer(PeerMisbehaved::EchoedTags);
    for gate in [Gate::Open, Gate::Closed] {
        for texts in [&["chess"][..], &["sailing"]] {
            let told = told_in_message5(texts, gate, 1, |_, answer| answer.tags.clone());
            assert_eq!(told.err(), Some(error));
        }
    }
}

#[test]
fn a_single_echoed_tag_among_true_ones_is_refused() {
    let told = told_in_message5(&["chess"], Gate::Open, 1, |mallory, answer| {
        let mut tags: Vec<[u8; 16]> = mallory.true_tags(answer).chunks(16).map(|tag| array(tag, 0)).collect();
        tags[5] = array(&answer.tags, 16 * 11);
        pair::sorted(tags)
    });
    assert_eq!(told.err(), Some(PeerMisbehaved::EchoedTags.into()));
}

#[test]
fn tags_under_the_responder_s_own_role_are_an_echo_where_shared() {
    let told = told_in_message5(&["chess"], Gate::Open, 1, |mallory, answer| {
        pair::sorted(pair::tags(&mallory.items(&answer.evaluation), RESPONDER, &mallory.session.h()))
    });
    assert_eq!(told.err(), Some(PeerMisbehaved::EchoedTags.into()));
}

#[test]
fn tags_of_one_session_spliced_into_another_show_nothing() {
    let mut of_the_first = Vec::new();
    let told = told_in_message5(&["chess"], Gate::Open, 1, |mallory, answer| {
        of_the_first = mallory.true_tags(answer);
        of_the_first.clone()
    });
    assert_eq!(shared(&told.unwrap()), Some(vec!["chess"]));
    let told = told_in_message5(&["chess"], Gate::Open, 2, |_, _| of_the_first).unwrap();
    assert!(matches!(told, Conclusion::NoMatch));

    let mut of_the_first = Vec::new();
    let _ = told_in_message4(&["chess"], 3, |payload| of_the_first.clone_from(&payload.tags)).unwrap();
    let (told, _) = told_in_message4(&["chess"], 4, |payload| payload.tags = of_the_first).unwrap();
    assert!(matches!(told, Conclusion::NoMatch));
}

#[test]
fn an_initiator_shown_tags_of_its_own_role_finds_nothing_and_tells_nothing() {
    let mut truth = Vec::new();
    let (told, sent) = told_in_message4(&["chess"], 2, |payload| {
        truth = pair::tags(&payload.items, INITIATOR, &payload.h);
        payload.tags = pair::sorted(truth.clone());
    })
    .unwrap();
    assert!(matches!(told, Conclusion::NoMatch));
    assert!(truth.iter().all(|tag| sent.chunks(16).all(|other| other != tag)));
}

#[test]
fn random_tags_show_nothing() {
    let random: Vec<u8> = (0..16).flat_map(|n| [[n; 1].as_slice(), &[0xa5; 15]].concat()).collect();
    let told = told_in_message5(&["chess"], Gate::Open, 1, |_, _| random.clone()).unwrap();
    assert!(matches!(told, Conclusion::NoMatch));
    let (told, _) = told_in_message4(&["chess"], 2, |payload| payload.tags.clone_from(&random)).unwrap();
    assert!(matches!(told, Conclusion::NoMatch));
}
