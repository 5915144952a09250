//! Connections that mean no good, and the honest ones beside them.

use std::time::Duration;

use sighej_matcher::{Event, FailureKind, Limits, SessionEnd};
use sighej_relay_api::wire::{Bye, ClientMessage, RelayMessage, SUBPROTOCOL, WireId};
use sighej_relay_lab::{Client, Device, Script, epoch};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};
use tokio_tungstenite::tungstenite::Error;

use crate::helpers::{honest_ones_are_served, next, registered, relay};

async fn raw(address: std::net::SocketAddr) -> TcpStream {
    match TcpStream::connect(address).await {
        Ok(stream) => stream,
        Err(error) => unreachable!("{error}"),
    }
}

/// What a relay says last to a device that does this.
async fn last_word(mut client: Client<TcpStream>, frame: Vec<u8>) -> Option<Bye> {
    if client.say_bytes(frame).await.is_err() {
        return None;
    }
    let bye = next(&mut client).await;
    if let Ok(RelayMessage::Bye { why, .. }) = RelayMessage::decode(&bye) { Some(why) } else { None }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_told_which_one_is_spoken_here() {
    let (relay, _) = relay(Limits::default()).await;
    let Err(error) = Client::over(raw(relay.address()).await, "sighej-relay.2").await else {
        unreachable!("a version that does not exist was taken")
    };
    let Error::Http(response) = *error else { unreachable!("{error}") };
    assert_eq!(response.status(), 426);
    assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
    let words = String::from_utf8_lossy(response.body().as_deref().unwrap_or_default()).into_owned();
    assert!(words.contains(SUBPROTOCOL) && words.contains("update"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_proof_anothers_epoch_and_garbage_are_told_apart() {
    let (relay, kept) = relay(Limits::default()).await;
    let register = |epoch, registration: [u8; 80]| {
        ClientMessage::Register { epoch, registration: &registration }.encode()
    };
    for (frame, why) in [
        (register(epoch(), [9; 80]), Bye::BadRegistration),
        (ClientMessage::Goodbye.encode(), Bye::Malformed),
        (vec![], Bye::Malformed),
    ] {
        let Ok(mut client) = Client::connect(relay.address()).await else { unreachable!() };
        next(&mut client).await;
        assert_eq!(last_word(client, frame).await, Some(why));
        assert!(kept.count(Event::Failed(FailureKind::Registration(why))) > 0);
    }
    let Ok(mut client) = Client::connect(relay.address()).await else { unreachable!() };
    let answer = client.prove(&Device::new(1), epoch() + 7).await.unwrap_or_default();
    assert!(matches!(RelayMessage::decode(&answer), Ok(RelayMessage::Bye { why: Bye::WrongEpoch, .. })));
    honest_ones_are_served(relay.address(), 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_and_oversized_frames_and_text_end_their_sender_alone() {
    let (relay, kept) = relay(Limits::default()).await;
    let short = registered(relay.address(), 1).await;
    assert_eq!(last_word(short, vec![0x06, 0, 0, 0, 1]).await, Some(Bye::Malformed));
    let long = registered(relay.address(), 2).await;
    assert_eq!(last_word(long, vec![0x06; 1_000]).await, Some(Bye::Malformed));
    let mut talker = registered(relay.address(), 4).await;
    let _sent_or_cut = talker.say_text("knock, knock").await;
    let bye = next(&mut talker).await;
    assert!(matches!(RelayMessage::decode(&bye), Ok(RelayMessage::Bye { why: Bye::Malformed, .. })));
    assert_eq!(kept.count(Event::SessionClosed(SessionEnd::Cut(Bye::Malformed))), 3);
    // Too long to be read at all: the connection ends without a word.
    let mut huge = registered(relay.address(), 3).await;
    let _sent_or_cut = huge.say_bytes(vec![0; 1 << 20]).await;
    assert!(next(&mut huge).await.is_empty());
    honest_ones_are_served(relay.address(), 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_floods_is_told_to_stay_away() {
    let (relay, _) = relay(Limits::default()).await;
    let mut client = registered(relay.address(), 1).await;
    let join = ClientMessage::Join { room: WireId::from_bytes([1; 16]), open: false };
    while client.say(&join).await.is_ok() {
        tokio::task::yield_now().await;
        if relay.gauges().sessions == 0 {
            break;
        }
    }
    let bye = next(&mut client).await;
    assert!(matches!(RelayMessage::decode(&bye), Ok(RelayMessage::Bye { why: Bye::Flood, after_secs: 60 })));
    honest_ones_are_served(relay.address(), 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_is_cut_off() {
    let limits = Limits { frames_burst: u32::MAX, frames_per_second: u32::MAX, ..Limits::default() };
    let (relay, kept) = relay(limits).await;
    let mut client = registered(relay.address(), 1).await;
    // Each of these is answered, and no answer is read: the write that blocks is given up in the end.
    let nobody = Device::new(99).id();
    let script = Script::new(0, 1);
    let knock = ClientMessage::Knock { to: nobody, knock: &script.knock };
    let all = async { while client.say(&knock).await.is_ok() {} };
    assert!(timeout(Duration::from_secs(120), all).await.is_ok(), "the relay reads on for ever");
    assert_eq!(kept.count(Event::Failed(FailureKind::Slow)), 1, "and it is counted for what it was");
    honest_ones_are_served(relay.address(), 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_half_open_connections_displace_each_other_and_nobody_else() {
    let (relay, _) = relay(Limits::default()).await;
    let (mut a, mut b) = (registered(relay.address(), 1).await, registered(relay.address(), 2).await);
    let mut half_open = Vec::new();
    for number in 0..2_500 {
        let Ok(mut stream) = TcpStream::connect(relay.address()).await else { break };
        // Some say nothing at all, some begin a request and never end it.
        if number % 2 == 0 {
            let _closed = stream.write_all(b"GET /v1/relay HTTP/1.1\r\n").await;
        }
        half_open.push(stream);
    }
    assert!(half_open.len() > 1_500, "this machine allows {} connections alone", half_open.len());
    honest_ones_are_served(relay.address(), 10).await;
    let verdicts = crate::helpers::whole_match(&mut a, &mut b, 2, &Script::new(1, 1)).await;
    assert_eq!(verdicts, (1, 1), "who was there stays");
}
