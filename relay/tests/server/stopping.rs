//! A relay that stops tells its clients when to come back.

use sighej_matcher::Limits;
use sighej_relay_api::wire::{Bye, RelayMessage};

use crate::helpers::{honest_ones_are_served, next, registered, relay};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_to_come_back_within_seconds_and_a_new_relay_serves_them() {
    let (first, _) = relay(Limits::default()).await;
    let mut clients = Vec::new();
    for number in 0..20 {
        clients.push(registered(first.address(), number).await);
    }
    let stopping = tokio::spawn(first.stop());
    let mut seconds = Vec::new();
    for client in &mut clients {
        let frame = next(client).await;
        match RelayMessage::decode(&frame) {
            Ok(RelayMessage::Bye { why: Bye::Restart, after_secs }) => seconds.push(after_secs),
            other => unreachable!("no goodbye, but {other:?}"),
        }
        assert!(next(client).await.is_empty(), "the connection is closed");
    }
    assert!(stopping.await.is_ok());
    assert!(seconds.iter().all(|secs| (1..=5).contains(secs)));
    seconds.sort_unstable();
    seconds.dedup();
    assert!(seconds.len() > 1, "they do not all come at once");
    let (second, _) = relay(Limits::default()).await;
    honest_ones_are_served(second.address(), 0).await;
}
