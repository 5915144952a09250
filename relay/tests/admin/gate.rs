//! Who may read.

use std::time::Duration;

use sighej_relay::AdminTokenCommand;
use sighej_relay_api::admin::{HEALTH, INTERESTS, LIVE, OPENAPI, SERIES, SUMMARY};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::http::{PATIENCE, get, send};
use crate::stage::Stage;

const GUARDED: [&str; 6] = [SUMMARY, SERIES, INTERESTS, HEALTH, LIVE, "/metrics"];

#[tokio::test]
async fn without_a_token_nothing_is_read_but_the_document() {
    let stage = Stage::new().await;
    let address = stage.admin.address();
    let wrong = format!("sighej_admin_{}", "0".repeat(64));
    let cut = &stage.token[..stage.token.len() - 1];
    for path in GUARDED {
        for token in [None, Some("x"), Some(wrong.as_str()), Some(cut)] {
            let answer = get(address, path, token).await;
            assert_eq!(answer.status, 401, "{path} {token:?}");
            assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
            assert!(answer.problem().contains("token"), "{}", answer.body);
        }
    }
    assert_eq!(get(address, OPENAPI, None).await.status, 200);
    let nowhere = get(address, "/admin/v2/summary", Some(&stage.token)).await;
    assert_eq!((nowhere.status, nowhere.problem().contains(OPENAPI)), (404, true));
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_from_then_on_and_its_streams_end() {
    let stage = Stage::new().await;
    let address = stage.admin.address();
    assert_eq!(get(address, HEALTH, Some(&stage.token)).await.status, 200);
    let mut live = send(address, "GET", LIVE, Some(&stage.token), &[]).await;
    let mut head = [0; 12];
    live.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");

    AdminTokenCommand::Revoke { name: "test".into() }.run(stage.folder.path()).unwrap();
    assert_eq!(get(address, HEALTH, Some(&stage.token)).await.status, 401);
    let mut rest = Vec::new();
    timeout(PATIENCE, live.read_to_end(&mut rest)).await.expect("the stream ends").unwrap();
    assert!(!String::from_utf8_lossy(&rest).contains("event: counts"));
}

#[tokio::test]
async fn only_so_many_live_streams_are_open_at_once() {
    let stage = Stage::new().await;
    let address = stage.admin.address();
    let mut streams = Vec::new();
    for _ in 0..32 {
        let mut stream = send(address, "GET", LIVE, Some(&stage.token), &[]).await;
        stream.read_exact(&mut [0; 12]).await.unwrap();
        streams.push(stream);
    }
    let refused = get(address, LIVE, Some(&stage.token)).await;
    assert_eq!((refused.status, refused.problem().contains("close one")), (503, true));
    streams.pop();
    let mut again = 503;
    for _ in 0..100 {
        let mut stream = send(address, "GET", LIVE, Some(&stage.token), &[]).await;
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        again = std::str::from_utf8(&head[9..]).unwrap().parse().unwrap();
        if again == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(again, 200, "a place that was left is free");
}

#[tokio::test]
async fn whoever_connects_and_says_nothing_is_let_go_and_others_are_answered() {
    let stage = Stage::new().await;
    let address = stage.admin.address();
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET /admin").await.unwrap();
    assert_eq!(get(address, HEALTH, Some(&stage.token)).await.status, 200);
    for stream in [&mut silent, &mut slow] {
        // It ends, with or without a word on why.
        let _ended = timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await.expect("it is let go");
    }
}
