//! The client against real relays, and against what only pretends to be one.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use sighej_matcher::Event;
use sighej_relay::tls::Identity;
use sighej_relay::{Admin, AdminTokenCommand, Aggregates, AggregatesConfig, Counters};
use sighej_relay_api::admin::Step;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A relay saves twice a second, and shows every five.
const PATIENCE: Duration = Duration::from_secs(30);

struct Relay {
    folder: TempDir,
    aggregates: Aggregates,
    admin: Admin,
    token: Token,
}

impl Relay {
    async fn start(tls: Option<&Path>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let aggregates = Aggregates::open(AggregatesConfig::in_folder(folder.path().to_owned())).unwrap();
        let acceptor = tls.map(|folder| Identity::own(folder).unwrap().acceptor());
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let admin = Admin::start(here, acceptor, aggregates.clone()).await.unwrap();
        let command = AdminTokenCommand::Create { name: "test".into() };
        let token = Token::parse(&command.run(folder.path()).unwrap()).unwrap();
        Self { folder, aggregates, admin, token }
    }

    fn client(&self, scheme: &str, pin: Option<Pin>) -> Client {
        let address = format!("{scheme}://{}", self.admin.address());
        Client::new(address.parse().unwrap(), pin, self.token.clone())
    }
}

#[tokio::test]
async fn a_relay_answers_every_question_of_the_screens() {
    let relay = Relay::start(None).await;
    let client = relay.client("http", None);
    (0..9).for_each(|_| relay.aggregates.record(&Event::Nudged));
    let summary = client.summary().await.unwrap();
    let wanted = Wanted {
        counters: vec!["nudges", "sessions_open"],
        step: Step::Minute,
        from: summary.now - 600,
        to: summary.now + 1,
    };
    let series = client.series(&wanted).await.unwrap();
    assert!((10..=11).contains(&series.series["nudges"].len()));
    assert!(client.interests().await.unwrap().event.is_none());
    assert!(client.health().await.unwrap().ok);
    let refused = Wanted { from: wanted.to, ..wanted };
    assert!(matches!(client.series(&refused).await, Err(Trouble::Said(said)) if said.contains("before")));
}

#[tokio::test]
async fn what_is_new_comes_as_it_is_shown_and_a_relay_that_was_gone_is_found_again() {
    let relay = Relay::start(None).await;
    let mut heard = Box::pin(live(relay.client("http", None), Pace::Live));
    let mut next = async || tokio::time::timeout(PATIENCE, heard.next()).await.unwrap().unwrap();
    let first = next().await;
    assert!(matches!(first, Heard::Numbers { new: None, .. }), "{first:?}");
    (0..7).for_each(|_| relay.aggregates.record(&Event::Nudged));
    loop {
        let Heard::Numbers { summary, new: Some(new), .. } = next().await else { panic!("nothing is lost") };
        if let Some(nudges) = new.counts.get("nudges") {
            assert_eq!((*nudges, summary.today["nudges"]), (7, 7));
            break;
        }
    }
    let address = relay.admin.address();
    relay.admin.stop().await;
    let lost = next().await;
    assert!(matches!(lost, Heard::Lost { trouble: Trouble::Unreachable, .. }), "{lost:?}");
    let again = Admin::start(address, None, relay.aggregates.clone()).await.unwrap();
    loop {
        if let Heard::Numbers { summary, new, .. } = next().await {
            assert_eq!((summary.today["nudges"], new), (7, None));
            break;
        }
    }
    again.stop().await;
    drop(relay.folder);
}

#[tokio::test]
async fn a_certificate_is_taken_where_it_is_pinned_and_named_where_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(Some(folder.path())).await;
    let fingerprint = Identity::own(folder.path()).unwrap().fingerprint();
    let pin: Pin = fingerprint.map(|byte| format!("{byte:02x}")).concat().parse().unwrap();
    let other: Pin = "a7".repeat(32).parse().unwrap();
    let ask = async |scheme, pin| relay.client(scheme, pin).summary().await.map(drop);
    assert_eq!(ask("https", Some(pin)).await, Ok(()));
    assert_eq!(ask("https", None).await, Err(Trouble::UnknownCertificate { seen: pin }));
    assert_eq!(ask("https", Some(other)).await, Err(Trouble::WrongCertificate { seen: pin }));
    let plain = ask("http", None).await;
    assert!(matches!(plain, Err(Trouble::Unreachable | Trouble::NoRelay)), "{plain:?}");
    let relay = Relay::start(None).await;
    assert_eq!(relay.client("https", None).summary().await.map(drop), Err(Trouble::NoTls));
}

#[tokio::test]
async fn a_wrong_token_and_an_empty_port_are_told_apart() {
    let relay = Relay::start(None).await;
    let address = relay.client("http", None).address().clone();
    let wrong = Client::new(address.clone(), None, tests_support::nobody().shared.token.clone());
    assert_eq!(wrong.summary().await.map(drop), Err(Trouble::WrongToken));
    let mut heard = Box::pin(live(wrong, Pace::Live));
    let lost = heard.next().await;
    assert!(matches!(lost, Some(Heard::Lost { trouble: Trouble::WrongToken, .. })), "{lost:?}");
    let client = relay.client("http", None);
    relay.admin.stop().await;
    assert_eq!(client.summary().await.map(drop), Err(Trouble::Refused));
    let nowhere = Client::new("https://no.such.host.invalid".parse().unwrap(), None, relay.token.clone());
    assert_eq!(nowhere.summary().await.map(drop), Err(Trouble::UnknownHost));
}

/// Answers every connection with these bytes.
async fn pretender(bytes: &'static str) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let _read = stream.read(&mut head).await;
            let _written = stream.write_all(bytes.as_bytes()).await;
        }
    });
    Client::new(address.parse().unwrap(), None, tests_support::nobody().shared.token.clone())
}

#[tokio::test]
async fn what_only_pretends_to_be_a_relay_is_told_what_it_is() {
    const OLD: &str = concat!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
        r#"{"version":"0.0.9","uptime_secs":1,"now":1,"sessions_open":0,"last_hour":{},"today":{},"kept":{},"#,
        r#""withholding":{"below":5},"meaning":{}}"#
    );
    for (bytes, trouble) in [
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", Trouble::NoRelay),
        ("HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n", Trouble::NoRelay),
        ("SSH-2.0-OpenSSH_9.2\r\n", Trouble::NoRelay),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<html>???", Trouble::Unreadable),
        ("HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy", Trouble::Unreachable),
        ("", Trouble::Unreachable),
        (OLD, Trouble::TooOld { version: "0.0.9".into() }),
    ] {
        assert_eq!(pretender(bytes).await.summary().await.map(drop), Err(trouble), "{bytes}");
    }
    let endless =
        "HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n".to_owned() + &"x".repeat(ANSWER_BYTES + 1);
    assert_eq!(pretender(endless.leak()).await.summary().await.map(drop), Err(Trouble::Unreadable));
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_closes_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::new(address.parse().unwrap(), None, tests_support::nobody().shared.token.clone());
    let asked = tokio::spawn(async move { client.health().await.map(drop) });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = [0; 4096];
    assert!(stream.read(&mut head).await.unwrap() > 0, "the question came");
    asked.abort();
    let end = tokio::time::timeout(PATIENCE, stream.read(&mut head)).await.expect("the connection ends");
    assert!(matches!(end, Ok(0) | Err(_)));
}
