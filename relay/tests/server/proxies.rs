//! Whom a connection is counted for: the address it comes from, or whom a proxy that is known forwards for.

use std::net::{IpAddr, Ipv4Addr};

use sighej_matcher::{Event, FailureKind};
use sighej_relay::{Relay, ServerConfig};
use sighej_relay_api::wire::{Bye, RelayMessage};
use sighej_relay_lab::{Client, Device, epoch};
use tokio::net::TcpStream;

use crate::helpers::{Connected, honest_ones_are_served, registered, relay_with};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

async fn relay_of_two_each(proxies: Vec<IpAddr>) -> (Relay, std::sync::Arc<crate::helpers::Kept>) {
    relay_with(ServerConfig { sessions_per_address: 2, proxies, ..ServerConfig::default() }, None).await
}

/// Registers by way of a proxy; whether there was a place.
async fn forwarded(relay: &Relay, number: u64, list: &'static str) -> Result<Connected, Bye> {
    let Ok(stream) = TcpStream::connect(relay.address()).await else { unreachable!("it listens") };
    let Ok(mut client) = Client::forwarded_for(stream, list).await else { unreachable!("it is let in") };
    match client.prove(&Device::new(number), epoch()).await {
        Ok(frame) => match RelayMessage::decode(&frame) {
            Ok(RelayMessage::Registered { .. }) => Ok(client),
            Ok(RelayMessage::Bye { why, .. }) => Err(why),
            other => unreachable!("{other:?}"),
        },
        Err(error) => unreachable!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_known_proxy_each_attendee_has_places_of_its_own() {
    let (relay, _) = relay_of_two_each(vec![LOOPBACK]).await;
    let mut held = Vec::new();
    for (number, list) in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1"].into_iter().enumerate() {
        match forwarded(&relay, number as u64, list).await {
            Ok(client) => held.push(client),
            Err(why) => unreachable!("{list} has no place: {why:?}"),
        }
    }
    assert_eq!(forwarded(&relay, 9, "192.0.2.1").await.err(), Some(Bye::Full));
    // An attendee may write into the list whatever it likes: the proxy's own entry is the last.
    assert_eq!(forwarded(&relay, 9, "203.0.113.5, 192.0.2.1").await.err(), Some(Bye::Full));
    assert!(forwarded(&relay, 10, "192.0.2.1, 203.0.113.5").await.is_ok());
    drop(held);
    honest_ones_are_served(relay.address(), 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_chooses_an_address_by_a_header() {
    let known: IpAddr = Ipv4Addr::new(192, 0, 2, 99).into();
    for proxies in [vec![], vec![known]] {
        let (relay, kept) = relay_of_two_each(proxies).await;
        let one = forwarded(&relay, 1, "192.0.2.1").await;
        let two = forwarded(&relay, 2, "192.0.2.2").await;
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(forwarded(&relay, 3, "192.0.2.3").await.err(), Some(Bye::Full));
        assert_eq!(kept.count(Event::Failed(FailureKind::Registration(Bye::Full))), 1);
        drop((one, two));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_names_no_address_counts_for_the_proxy() {
    let (relay, _) = relay_of_two_each(vec![LOOPBACK]).await;
    let one = forwarded(&relay, 1, "unknown").await;
    let two = forwarded(&relay, 2, "").await;
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(forwarded(&relay, 3, "192.0.2.1, _hidden").await.err(), Some(Bye::Full));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_venue_behind_one_address_is_not_starved() {
    let (relay, _) = relay_with(ServerConfig::default(), None).await;
    let mut venue = Vec::new();
    for number in 0..2_000 {
        venue.push(registered(relay.address(), number).await);
    }
    assert_eq!(relay.gauges().connected, 2_000);
    honest_ones_are_served(relay.address(), 5_000).await;
}
