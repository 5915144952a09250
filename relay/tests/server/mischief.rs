//! A relay that means no good, and whole devices that use it: they answer nothing that they should not, show no nudge that
//! is false, and know what was wrong.

use std::time::Duration;

use sighej_crypto::relay::{RelayError, RelayMisbehaved, RoomSecret};
use sighej_matcher::Limits;
use sighej_relay::Relay;
use sighej_relay_lab::{Answers, Attendee, Client, FalseRelay, Found, Mischief, epoch};
use tokio::{net::TcpStream, time::timeout};

use crate::helpers::relay;

/// Nothing that is said on loopback takes longer.
const SOON: Duration = Duration::from_secs(3);

/// Devices at a relay with this mischief before it.
struct Stage {
    _honest: Relay,
    relay: FalseRelay,
    ones: Vec<(Client<TcpStream>, Attendee)>,
}

impl Stage {
    async fn new(mischief: Mischief, interests: &[&[&str]]) -> Self {
        let (honest, _) = relay(Limits::default()).await;
        let Ok(false_relay) = FalseRelay::start(honest.address(), mischief).await else {
            unreachable!("a port")
        };
        let mut stage = Self { _honest: honest, relay: false_relay, ones: Vec::new() };
        for (seed, interests) in interests.iter().enumerate() {
            let Ok(client) = Client::connect(stage.relay.address()).await else { unreachable!("it listens") };
            stage.ones.push((client, Attendee::new(interests, epoch(), 1_000 + seed as u64)));
            assert_eq!(stage.finds(seed).await, Some(Found::Registered));
        }
        stage
    }

    /// What a device next finds out; none where it finds out nothing more.
    async fn finds(&mut self, who: usize) -> Option<Found> {
        let (client, attendee) = &mut self.ones[who];
        timeout(SOON, client.attend(attendee, |frame| frame)).await.ok()?.ok()
    }

    /// All that all of them find out until nothing more comes, by device.
    async fn all_find(&mut self) -> Vec<Vec<Found>> {
        let all = self.ones.iter_mut().map(|(client, attendee)| async move {
            let mut all = Vec::new();
            while let Ok(Ok(found)) = timeout(SOON, client.attend(attendee, |frame| frame)).await {
                all.push(found);
            }
            all
        });
        futures::future::join_all(all).await
    }

    async fn knock(&mut self, from: usize, to: usize) {
        let token = self.ones[to].1.token();
        let (client, attendee) = &mut self.ones[from];
        let knock = attendee.knock(token);
        assert!(client.say_bytes(knock).await.is_ok());
    }

    async fn join(&mut self, room: &RoomSecret) {
        for (client, attendee) in &mut self.ones {
            let join = attendee.join(room);
            assert!(client.say_bytes(join).await.is_ok());
        }
    }
}

fn nudge(interests: &[&str]) -> Found {
    Found::Nudge(interests.iter().map(|&interest| interest.to_owned()).collect())
}

fn room() -> RoomSecret {
    use rand_core::SeedableRng;
    RoomSecret::random(&mut rand_chacha::ChaCha20Rng::seed_from_u64(5))
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_mischief_in_it_two_are_nudged() {
    let mut stage = Stage::new(Mischief::None, &[&["chess", "opera"], &["chess"]]).await;
    stage.knock(1, 0).await;
    assert_eq!(stage.all_find().await, [[nudge(&["chess"])], [nudge(&["chess"])]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn commitments_that_change_places_open_for_nobody() {
    let mut stage = Stage::new(Mischief::SwapCommitments, &[&["chess"], &["chess"], &["chess"]]).await;
    stage.knock(1, 0).await;
    stage.knock(2, 0).await;
    let found = stage.all_find().await;
    assert!(!found.iter().flatten().any(|found| matches!(found, Found::Nudge(_))), "{found:?}");
    // Each knocker gets a seal that was made for the other.
    for knocker in &found[1..] {
        assert!(knocker.contains(&Found::Refused(RelayError::Decryption)), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn knocks_with_a_dictionary_under_guessed_tokens_get_no_answer() {
    let mut stage = Stage::new(Mischief::KnockWithADictionary(None, 40), &[&["chess"]]).await;
    assert_eq!(stage.all_find().await, [vec![Found::Refused(RelayError::Decryption); 40]]);
    assert_eq!((stage.relay.answered(), stage.ones[0].1.charged()), (Answers::default(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn knocks_with_a_dictionary_in_a_room_end_with_the_devices_own_budget() {
    let mut stage = Stage::new(Mischief::KnockWithADictionary(Some(room()), 40), &[]).await;
    let Ok(client) = Client::connect(stage.relay.address()).await else { unreachable!("it listens") };
    let mut attendee = Attendee::new(&["chess"], epoch(), 1);
    attendee.join(&room());
    stage.ones.push((client, attendee));
    let found = stage.all_find().await.remove(0);
    let spent = found.iter().filter(|found| **found == Found::BudgetSpent).count();
    assert_eq!(
        (stage.ones[0].1.charged(), spent),
        (8, 32),
        "8 × 16 words, whatever the relay sends: {found:?}"
    );
    assert!(!found.iter().any(|found| matches!(found, Found::Nudge(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invented_match_is_seen_through() {
    let mut stage = Stage::new(Mischief::InventMatches, &[&["chess"], &["opera"]]).await;
    stage.knock(1, 0).await;
    let invented = Found::Refused(RelayError::Relay(RelayMisbehaved::FalseSeal));
    assert_eq!(stage.all_find().await, [[invented.clone()], [invented]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_is_withheld_from_one_shows_that_one_nothing_false() {
    let mut stage = Stage::new(Mischief::WithholdFrom(1), &[&["chess"], &["chess"]]).await;
    stage.knock(1, 0).await;
    assert_eq!(stage.all_find().await, [[nudge(&["chess"])], [Found::NoMatch]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn replayed_answers_nudge_nobody_twice_and_cost_no_second_evaluation() {
    let mut stage = Stage::new(Mischief::ReplayAnswers, &[&["chess"], &["chess"], &["chess"]]).await;
    stage.knock(1, 0).await;
    let found = stage.all_find().await;
    stage.knock(2, 0).await;
    let later = stage.all_find().await;
    for (device, (before, after)) in found.iter().zip(&later).enumerate() {
        let most = if device == 0 { 2 } else { 1 };
        let nudges = before.iter().chain(after).filter(|found| matches!(found, Found::Nudge(_))).count();
        assert!(nudges <= most, "device {device}: {before:?} {after:?}");
        assert!(stage.ones[device].1.charged() <= most);
    }
    assert!(found[0].contains(&Found::OutOfTurn) && found[1].contains(&Found::OutOfTurn), "{found:?}");
    // The first seal in place of a later one is for another pair.
    assert!(later[0].contains(&Found::Refused(RelayError::Decryption)), "{later:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_that_nobody_named_are_not_answered_and_knocks_in_true_ones_must_open() {
    let mut stage = Stage::new(Mischief::ProposeFalseRooms, &[&["chess"]]).await;
    assert_eq!(stage.all_find().await, [vec![Found::ForeignRoom; 40]]);
    assert_eq!(stage.relay.answered(), Answers::default());
    stage.join(&room()).await;
    let found = stage.all_find().await.remove(0);
    // Its own knocks in the room give nothing away: they are sealed under the room's key.
    assert_eq!(found, vec![Found::Refused(RelayError::Decryption); 20]);
    assert_eq!(stage.ones[0].1.charged(), 0);
}
