//! Links into rooms.

use sighej_crypto::relay::RoomSecret;
use sighej_relay_api::invitation::Invitation;

use crate::process::{output, stderr};

#[test]
fn an_invitation_is_a_link_with_a_room_that_the_relay_does_not_keep() {
    let folder = tempfile::tempdir().unwrap();
    let invite = |more: &[&str]| {
        let run = output(folder.path(), &[&["invite", "--json"], more].concat());
        let value: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        (value["url"].as_str().unwrap().to_owned(), value["room"].as_str().unwrap().to_owned())
    };
    let ((link, room), (_, other)) = (invite(&[]), invite(&[]));
    assert_eq!(link, format!("ws://127.0.0.1:7411#room={room}"));
    assert!(RoomSecret::parse(&room).is_ok());
    assert_ne!(room, other, "each is a room of its own");
    assert!(!folder.path().join("sighej-relay-data").exists(), "nothing is kept");
}

#[test]
fn a_relay_with_a_certificate_of_its_own_is_pinned_and_any_other_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let link = |arguments: &[&str]| {
        let run = output(folder.path(), &[&["invite", "--json"], arguments].concat());
        let value: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        value["url"].as_str().unwrap().parse::<Invitation>().unwrap()
    };
    let first = link(&["--url", "wss://relay.example:7411", "--listen", "0.0.0.0:7411"]);
    let second = link(&["--listen", "192.0.2.7:7411"]);
    assert!(first.pin.is_some() && first.pin == second.pin, "the same certificate each time");
    assert_eq!(second.address(), "wss://192.0.2.7:7411");
    assert_eq!(link(&["--url", "wss://relay.example", "--plain-text", "true"]).pin, None);
}

#[test]
fn for_people_it_is_a_link_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let run = output(folder.path(), &["invite"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.starts_with("ws://127.0.0.1:7411#room="));
    let picture: Vec<&str> = text.lines().filter(|line| line.contains('█')).collect();
    let width = picture[0].chars().count();
    assert!(picture.len() * 2 >= width - 1 && picture.iter().all(|line| line.chars().count() == width));
}

#[test]
fn an_address_that_nobody_else_can_use_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let run = output(folder.path(), &["invite", "--listen", "0.0.0.0:7411"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("--url wss://HOST:PORT"));
    let run = output(folder.path(), &["invite", "--url", "https://relay.example"]);
    assert!(stderr(&run).contains("--url: a relay's address begins with wss://"));
}
