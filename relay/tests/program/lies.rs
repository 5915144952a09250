//! A device that lies, at the real program: what it gains over an honest one, seen from both ends. Both are whole devices,
//! with true commitments and seals; what is false is said in each test.

use std::time::Duration;

use sighej_relay_api::wire::{Bye, ClientMessage, PairNumber, RelayMessage, UPLOAD_LEN, WireId};
use sighej_relay_lab::{Attendee, Client, Device, Found, Script, epoch};
use tokio::{net::TcpStream, time::timeout};

use crate::process::Running;

const PATIENCE: Duration = Duration::from_secs(20);
/// What both like: the whole of what an honest device is told here.
const SHARED: [&str; 2] = ["chess", "devops"];

/// A device that registered.
struct One {
    client: Client<TcpStream>,
    attendee: Attendee,
}

impl One {
    async fn register(running: &Running, interests: &[&str], seed: u64) -> Self {
        let mut one = Self {
            client: Client::connect(running.relay).await.unwrap(),
            attendee: Attendee::new(interests, epoch(), seed),
        };
        assert_eq!(one.finds().await, Found::Registered);
        one
    }

    /// What it next finds out, honest as it is.
    async fn finds(&mut self) -> Found {
        self.finds_lying(|frame| frame).await
    }

    async fn finds_lying(&mut self, lie: impl Fn(Vec<u8>) -> Vec<u8>) -> Found {
        timeout(PATIENCE, self.client.attend(&mut self.attendee, lie)).await.expect("in time").unwrap()
    }
}

/// The victim, and a liar who shares two interests with it and guesses twelve more.
async fn two(running: &Running, seed: u64) -> (One, One) {
    let victim = One::register(running, &["chess", "devops", "hardstyle", "opera"], seed).await;
    let guesses: Vec<String> = (0..12).map(|guess| format!("guess {guess}")).collect();
    let words: Vec<&str> = SHARED.into_iter().chain(guesses.iter().map(String::as_str)).collect();
    (victim, One::register(running, &words, seed + 1).await)
}

/// The liar knocks; what the victim and the liar find out, the liar's frames as `lie` makes them.
async fn pair(victim: &mut One, liar: &mut One, lie: impl Fn(Vec<u8>) -> Vec<u8>) -> (Found, Found) {
    let knock = liar.attendee.knock(victim.attendee.token());
    liar.client.say_bytes(knock).await.unwrap();
    tokio::join!(victim.finds(), liar.finds_lying(lie))
}

fn nudge(interests: &[&str]) -> Found {
    Found::Nudge(interests.iter().map(|&interest| interest.to_owned()).collect())
}

/// A lie about an upload alone.
fn upload(change: impl Fn(&mut [u8; UPLOAD_LEN])) -> impl Fn(Vec<u8>) -> Vec<u8> {
    move |frame| match ClientMessage::decode(&frame) {
        Ok(ClientMessage::Upload { pair, upload }) => {
            let mut upload = *upload;
            change(&mut upload);
            ClientMessage::Upload { pair, upload: &upload }.encode()
        }
        _ => frame,
    }
}

/// The rows of an upload, m and the own seal value of each.
fn rows(upload: &mut [u8; UPLOAD_LEN]) -> &mut [[u8; 32]] {
    upload[2..].as_chunks_mut().0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_pair_is_told_of_what_both_hold_and_so_is_whoever_is_compared_with_it() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut other) = two(&running, 10).await;
    assert_eq!(pair(&mut victim, &mut other, |frame| frame).await, (nudge(&SHARED), nudge(&SHARED)));
}

#[tokio::test(flavor = "multi_thread")]
async fn true_values_with_false_seals_tell_neither_of_the_two() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut liar) = two(&running, 20).await;
    let lie = upload(|upload| rows(upload).iter_mut().for_each(|row| row[31] ^= 1));
    assert_eq!(pair(&mut victim, &mut liar, lie).await, (Found::NoMatch, Found::NoMatch));
}

#[tokio::test(flavor = "multi_thread")]
async fn false_seals_for_half_of_it_hide_the_same_half_from_both() {
    // Which half of the rows holds what is chance, so every cut is tried; the two are told the same at each.
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let mut told = Vec::new();
    for cut in 0..=8 {
        let (mut victim, mut liar) = two(&running, 100 + 2 * cut as u64).await;
        let lie = upload(move |upload| rows(upload).iter_mut().skip(2 * cut).for_each(|row| row[31] ^= 1));
        let (of_victim, of_liar) = pair(&mut victim, &mut liar, lie).await;
        assert_eq!(of_victim, of_liar, "cut at {cut}");
        told.push(of_liar);
    }
    assert_eq!((told.first(), told.last()), (Some(&Found::NoMatch), Some(&nudge(&SHARED))));
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_values_end_the_pair_and_tell_neither_of_the_two() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut liar) = two(&running, 30).await;
    let lie = upload(|upload| rows(upload).copy_within(0..1, 1));
    let knock = liar.attendee.knock(victim.attendee.token());
    liar.client.say_bytes(knock).await.unwrap();
    let lying = async {
        let lied = timeout(Duration::from_secs(2), liar.client.attend(&mut liar.attendee, lie)).await;
        assert!(lied.is_err(), "the liar is told nothing at all: {lied:?}");
    };
    let (found, ()) = tokio::join!(victim.finds(), lying);
    // As its own upload came before or after.
    assert!(matches!(found, Found::NoMatch | Found::Over), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_side_tells_neither_of_the_two() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut liar) = two(&running, 40).await;
    let found = pair(&mut victim, &mut liar, upload(|upload| upload[0] ^= 1)).await;
    assert_eq!(found, (Found::NoMatch, Found::NoMatch));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_threshold_than_the_seals_tells_both_the_same() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    for (seed, threshold, found) in [(50, 16, Found::NoMatch), (60, 1, nudge(&SHARED))] {
        let (mut victim, mut liar) = two(&running, seed).await;
        let told = pair(&mut victim, &mut liar, upload(move |upload| upload[1] = threshold)).await;
        assert_eq!(told, (found.clone(), found));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_and_seals_for_the_pairs_of_others_reach_no_pair() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut other) = two(&running, 70).await;
    let mut meddler = Client::register(running.relay, &Device::new(1), epoch()).await.unwrap();
    let script = Script::new(16, 1);
    let meddling = async {
        // Numbers are each session's own: whichever it names, it names none of theirs.
        for number in 1..=20 {
            let pair = PairNumber(number);
            for message in [
                ClientMessage::Seal { pair, seal: &script.lo.seal },
                ClientMessage::Upload { pair, upload: &script.lo.upload },
            ] {
                meddler.say(&message).await.unwrap();
                let frame = meddler.next().await.unwrap();
                assert!(
                    matches!(RelayMessage::decode(&frame), Ok(RelayMessage::Ended { pair: of, .. }) if of == pair)
                );
            }
        }
    };
    let (found, ()) = tokio::join!(pair(&mut victim, &mut other, |frame| frame), meddling);
    assert_eq!(found, (nudge(&SHARED), nudge(&SHARED)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_registration_of_one_key_takes_the_first_ones_place_and_gets_no_second_pair() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut liar) = two(&running, 80).await;
    let mut first = std::mem::replace(&mut liar.client, Client::connect(running.relay).await.unwrap());
    assert_eq!(liar.finds().await, Found::Registered);
    let bye = first.next().await.unwrap();
    assert!(matches!(RelayMessage::decode(&bye), Ok(RelayMessage::Bye { why: Bye::Replaced, .. })));
    assert_eq!(pair(&mut victim, &mut liar, |frame| frame).await, (nudge(&SHARED), nudge(&SHARED)));
    // Time for both to be done with it.
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Back once more, under the same key: these two had their pair.
    liar.client = Client::connect(running.relay).await.unwrap();
    assert_eq!(liar.finds().await, Found::Registered);
    let again = liar.attendee.knock(victim.attendee.token());
    liar.client.say_bytes(again).await.unwrap();
    assert_eq!(liar.finds().await, Found::Over, "the relay refuses the knock");
    assert_eq!(victim.attendee.charged(), 1, "16 words, once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_squatter_under_the_victims_id_hears_what_it_cannot_open_and_keeps_nobody_out() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut other) = two(&running, 90).await;
    // It proves a key of its own, under an id that is somebody else's.
    let mut squatter = Client::connect(running.relay).await.unwrap();
    let welcome = squatter.next().await.unwrap();
    let Ok(RelayMessage::Welcome { challenge, .. }) = RelayMessage::decode(&welcome) else { unreachable!() };
    let id = *sighej_crypto::relay::RelayId::of(victim.attendee.token()).as_bytes();
    let registration = Device::new(5).under(WireId::from_bytes(id)).register(challenge);
    squatter.say(&ClientMessage::Register { epoch: epoch(), registration: &registration }).await.unwrap();
    squatter.next().await.unwrap();
    let squatting = async {
        let frame = squatter.next().await.unwrap();
        let Ok(RelayMessage::Knocked { pair, knock, .. }) = RelayMessage::decode(&frame) else {
            unreachable!()
        };
        squatter.say(&ClientMessage::Accept { pair, accept: knock }).await.unwrap();
    };
    let knock = other.attendee.knock(victim.attendee.token());
    other.client.say_bytes(knock).await.unwrap();
    let knocking = async {
        let (mut refused, mut found) = (0, other.finds().await);
        while let Found::Refused(_) = found {
            refused += 1;
            found = other.finds().await;
        }
        (refused, found)
    };
    let (of_victim, (refused, of_other), ()) = tokio::join!(victim.finds(), knocking, squatting);
    assert_eq!((of_victim, of_other), (nudge(&SHARED), nudge(&SHARED)));
    assert!(refused <= 1, "the squatter's answer, and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_victims_registration_proves_nothing_on_another_connection() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let (mut victim, mut liar) = two(&running, 200).await;
    // The victim answers a challenge of the relay, and the liar says the same bytes to the challenge that it was given.
    let mut elsewhere = Client::connect(running.relay).await.unwrap();
    let answer = victim.attendee.hear(&elsewhere.next().await.unwrap()).say.remove(0);
    let mut replaying = Client::connect(running.relay).await.unwrap();
    replaying.next().await.unwrap();
    replaying.say_bytes(answer).await.unwrap();
    let bye = replaying.next().await.unwrap();
    assert!(matches!(RelayMessage::decode(&bye), Ok(RelayMessage::Bye { why: Bye::BadRegistration, .. })));
    drop(elsewhere);
    assert_eq!(pair(&mut victim, &mut liar, |frame| frame).await, (nudge(&SHARED), nudge(&SHARED)));
}
