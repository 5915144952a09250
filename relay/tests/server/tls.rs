//! A relay with TLS: those who flood it, those who begin a handshake and never end it, and the honest ones beside them.

use std::{net::SocketAddr, time::Duration};

use sighej_relay::{Relay, ServerConfig, tls::Identity};
use sighej_relay_api::wire::{Bye, ClientMessage, RelayMessage, SUBPROTOCOL, WireId};
use sighej_relay_lab::{Client, Device, Script, connect_tls, epoch};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};
use tokio_rustls::client::TlsStream;

use crate::helpers::{next, relay_with, whole_match};

async fn tls_relay() -> (Relay, [u8; 32]) {
    let Ok(folder) = tempfile::tempdir() else { unreachable!("a folder") };
    let Ok(identity) = Identity::own(folder.path()) else { unreachable!("a certificate") };
    let (relay, _) = relay_with(ServerConfig::default(), Some(identity.acceptor())).await;
    (relay, identity.fingerprint())
}

async fn registered(address: SocketAddr, pin: [u8; 32], number: u64) -> Client<TlsStream<TcpStream>> {
    let Ok(stream) = connect_tls(address, Some(pin)).await else { unreachable!("no TLS") };
    let Ok(mut client) = Client::over(stream, SUBPROTOCOL).await else { unreachable!("no WebSocket") };
    let answer = client.prove(&Device::new(number), epoch()).await.unwrap_or_default();
    assert!(matches!(RelayMessage::decode(&answer), Ok(RelayMessage::Registered { .. })));
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_over_tls_is_cut_off_and_others_are_matched_meanwhile() {
    let (relay, pin) = tls_relay().await;
    let address = relay.address();
    let (mut a, mut b) = (registered(address, pin, 1).await, registered(address, pin, 2).await);
    let floods: Vec<_> = (100..108)
        .map(|number| {
            tokio::spawn(async move {
                let mut client = registered(address, pin, number).await;
                let join = ClientMessage::Join { room: WireId::from_bytes([1; 16]), open: false };
                // As fast as the connection takes them, in writes of many frames each.
                while client.queue(&join).await.is_ok() {}
                let bye = next(&mut client).await;
                matches!(
                    RelayMessage::decode(&bye),
                    Ok(RelayMessage::Bye { why: Bye::Flood, after_secs: 60 })
                )
            })
        })
        .collect();
    let matched = timeout(Duration::from_secs(20), whole_match(&mut a, &mut b, 2, &Script::new(2, 1))).await;
    assert_eq!(matched.ok(), Some((2, 2)));
    let mut told = 0;
    for flood in floods {
        told += usize::from(flood.await.unwrap_or_default());
    }
    // A flooder that still writes when its connection is closed loses what was said to it: it is cut off all the same.
    assert_eq!(relay.gauges().sessions, 2, "all floods are cut off; {told} of 8 were told why");
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_never_end_displace_each_other_and_nobody_else() {
    let (relay, pin) = tls_relay().await;
    let address = relay.address();
    let (mut a, mut b) = (registered(address, pin, 1).await, registered(address, pin, 2).await);
    let mut held = Vec::new();
    for number in 0..2_000 {
        let Ok(mut stream) = TcpStream::connect(address).await else { unreachable!("it listens") };
        // A record that begins like a handshake, or no TLS at all.
        let begins: &[u8] = if number % 2 == 0 { &[0x16, 3, 1, 2, 0, 1] } else { b"GET / HTTP/1.1\r\n" };
        let _closed = stream.write_all(begins).await;
        held.push(stream);
    }
    assert_eq!(whole_match(&mut a, &mut b, 2, &Script::new(3, 1)).await, (3, 3));
    let (mut c, mut d) = (registered(address, pin, 3).await, registered(address, pin, 4).await);
    assert_eq!(whole_match(&mut c, &mut d, 4, &Script::new(1, 2)).await, (1, 1));
}
