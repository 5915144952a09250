//! Matches over real sockets.

use sighej_matcher::{Event, Limits};
use sighej_relay_api::wire::{ClientMessage, RelayMessage, WireId};
use sighej_relay_lab::Script;

use crate::helpers::{next, registered, relay, say, whole_match};

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_are_nudged_and_two_others_are_told_that_they_share_nothing() {
    let (relay, kept) = relay(Limits::default()).await;
    let (mut a, mut b) = (registered(relay.address(), 1).await, registered(relay.address(), 2).await);
    let (mut c, mut d) = (registered(relay.address(), 3).await, registered(relay.address(), 4).await);
    assert_eq!(whole_match(&mut a, &mut b, 2, &Script::new(3, 1)).await, (3, 3));
    assert_eq!(whole_match(&mut c, &mut d, 4, &Script::new(0, 2)).await, (0, 0));
    assert_eq!(kept.count(Event::SessionOpened), 4);
    assert_eq!(kept.count(Event::Nudged), 1);
    assert_eq!(kept.count(Event::Compared { items: 0, matched: false }), 1);
    assert_eq!(relay.gauges().sessions, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_cut_off_comes_back_to_its_knock() {
    let (relay, _) = relay(Limits::default()).await;
    let (mut a, b) = (registered(relay.address(), 1).await, registered(relay.address(), 2).await);
    let script = Script::new(1, 1);
    drop(b);
    while relay.gauges().connected > 1 {
        tokio::task::yield_now().await;
    }
    let id = sighej_relay_lab::Device::new(2).id();
    say(&mut a, ClientMessage::Knock { to: id, knock: &script.knock }).await;
    let mut b = registered(relay.address(), 2).await;
    let knocked = next(&mut b).await;
    assert!(matches!(
        RelayMessage::decode(&knocked),
        Ok(RelayMessage::Knocked { room, .. }) if room == WireId::from_bytes([0; 16])
    ));
}
