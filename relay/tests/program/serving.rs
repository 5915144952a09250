//! The program serves, over plain text and TLS, and ends as asked.

use sighej_relay::tls::Identity;
use sighej_relay_api::wire::{Bye, RelayMessage, SUBPROTOCOL};
use sighej_relay_lab::{Client, Device, connect_tls, epoch};

use crate::process::{Running, output, stderr};

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_and_ends_on_sigterm_with_a_word_to_its_clients() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    assert_eq!(running.scheme, "ws");
    assert!(running.folder.path().join("sighej-relay-data").is_dir(), "a database beside it");
    let mut client = Client::register(running.relay, &Device::new(1), epoch()).await.unwrap();
    let stopping = tokio::task::spawn_blocking(|| running.stop());
    let frame = client.next().await.unwrap();
    assert!(matches!(RelayMessage::decode(&frame), Ok(RelayMessage::Bye { why: Bye::Restart, .. })));
    drop(client);
    assert_eq!(stopping.await.unwrap().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_tls_to_whoever_pins_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let fingerprint = Identity::own(folder.path()).unwrap().fingerprint();
    let arguments = ["--tls-certificate", "tls-certificate.pem", "--tls-key", "tls-key.pem"];
    let running = Running::start(folder, &arguments);
    assert_eq!(running.scheme, "wss");
    let connect = async |pin| connect_tls(running.relay, Some(pin)).await;
    let mut client = Client::over(connect(fingerprint).await.unwrap(), SUBPROTOCOL).await.unwrap();
    let answer = client.prove(&Device::new(1), epoch()).await.unwrap();
    assert!(matches!(RelayMessage::decode(&answer), Ok(RelayMessage::Registered { resumed: false })));
    assert!(connect([0; 32]).await.is_err(), "another certificate is not taken");
    // Plain text is not understood there.
    assert!(Client::connect(running.relay).await.is_err());
}

#[test]
fn a_log_for_programs_is_an_object_a_line_with_its_level_and_source() {
    let running = Running::start(tempfile::tempdir().unwrap(), &["--log-format", "json"]);
    let (_, log) = running.stop();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let is_last = |line: &serde_json::Value| {
        line["level"] == "INFO"
            && line["target"].as_str().is_some_and(|target| target.starts_with("sighej_relay"))
            && line["fields"]["message"].as_str().is_some_and(|message| message.contains("stopping"))
    };
    assert!(lines.iter().any(is_last), "{log}");
}

#[test]
fn an_address_or_a_folder_that_cannot_be_had_is_named() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let taken = running.relay.to_string();
    let other = tempfile::tempdir().unwrap();
    let run = output(other.path(), &["--listen", &taken, "--admin-listen", "off"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stderr(&run).contains(&format!("cannot listen on {taken}")), "{}", stderr(&run));
    let run = output(running.folder.path(), &["--listen", "127.0.0.1:0", "--admin-listen", "off"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stderr(&run).contains("another relay uses the folder"), "{}", stderr(&run));
}
