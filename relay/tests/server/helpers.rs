//! A relay on loopback, and what clients do again and again.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::Router;
use sighej_matcher::{Event, Limits};
use sighej_relay::{Counters, Relay, ServerConfig};
use sighej_relay_api::wire::{ClientMessage, PairNumber, RelayMessage};
use sighej_relay_lab::{Client, Device, Script, epoch};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// Nothing that a relay on loopback does takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps what was counted.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Vec<Event>>);

impl Counters for Kept {
    fn record(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(*event);
    }
}

impl Kept {
    pub(crate) fn count(&self, event: Event) -> usize {
        let events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().filter(|other| **other == event).count()
    }
}

pub(crate) async fn relay(limits: Limits) -> (Relay, Arc<Kept>) {
    relay_with(ServerConfig { limits, ..ServerConfig::default() }, None).await
}

pub(crate) async fn relay_with(config: ServerConfig, tls: Option<TlsAcceptor>) -> (Relay, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    match Relay::start(config, tls, Arc::clone(&kept) as Arc<dyn Counters>, Router::new()).await {
        Ok(relay) => (relay, kept),
        Err(error) => unreachable!("{error}"),
    }
}

pub(crate) type Connected = Client<TcpStream>;

pub(crate) async fn registered(address: SocketAddr, number: u64) -> Connected {
    match timeout(PATIENCE, Client::register(address, &Device::new(number), epoch())).await {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => unreachable!("device {number} cannot register: {error}"),
        Err(_) => unreachable!("device {number} waits for its registration"),
    }
}

/// The next frame; an empty one where the connection is over.
pub(crate) async fn next<S: AsyncRead + AsyncWrite + Unpin>(client: &mut Client<S>) -> Vec<u8> {
    match timeout(PATIENCE, client.next()).await {
        Ok(frame) => frame.unwrap_or_default(),
        Err(_) => unreachable!("nothing came"),
    }
}

/// A whole match: `a` knocks at `b`. How many items each was told of.
pub(crate) async fn whole_match<S: AsyncRead + AsyncWrite + Unpin>(
    a: &mut Client<S>,
    b: &mut Client<S>,
    b_number: u64,
    script: &Script,
) -> (u8, u8) {
    let id = Device::new(b_number).id();
    say(a, ClientMessage::Knock { to: id, knock: &script.knock }).await;
    let knocked = next(b).await;
    let Ok(RelayMessage::Knocked { pair: at_b, knock, .. }) = RelayMessage::decode(&knocked) else {
        unreachable!("no knock: {:?}", RelayMessage::decode(&knocked))
    };
    assert_eq!(knock, &script.knock);
    say(b, ClientMessage::Accept { pair: at_b, accept: &script.knock }).await;
    let accepted = next(a).await;
    let Ok(RelayMessage::Accepted { pair: at_a, id: answered, .. }) = RelayMessage::decode(&accepted) else {
        unreachable!("no accept: {:?}", RelayMessage::decode(&accepted))
    };
    assert!(answered == id);
    say(a, ClientMessage::Seal { pair: at_a, seal: &script.lo.seal }).await;
    let sealed = next(b).await;
    assert!(
        matches!(RelayMessage::decode(&sealed), Ok(RelayMessage::Sealed { seal, .. }) if seal == &script.lo.seal)
    );
    say(b, ClientMessage::Seal { pair: at_b, seal: &script.hi.seal }).await;
    say(b, ClientMessage::Upload { pair: at_b, upload: &script.hi.upload }).await;
    let sealed = next(a).await;
    assert!(
        matches!(RelayMessage::decode(&sealed), Ok(RelayMessage::Sealed { seal, .. }) if seal == &script.hi.seal)
    );
    say(a, ClientMessage::Upload { pair: at_a, upload: &script.lo.upload }).await;
    (verdict(a, at_a).await, verdict(b, at_b).await)
}

async fn verdict<S: AsyncRead + AsyncWrite + Unpin>(client: &mut Client<S>, pair: PairNumber) -> u8 {
    let frame = next(client).await;
    match RelayMessage::decode(&frame) {
        Ok(RelayMessage::Verdict { pair: of, verdict }) if of == pair => {
            say(client, ClientMessage::Done { pair }).await;
            verdict[0]
        }
        other => unreachable!("no verdict: {other:?}"),
    }
}

pub(crate) async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Client<S>,
    message: ClientMessage<'_>,
) {
    if let Err(error) = client.say(&message).await {
        unreachable!("the connection is over: {error}");
    }
}

/// Two devices that come after whatever was done to the relay are matched as ever.
pub(crate) async fn honest_ones_are_served(address: SocketAddr, first: u64) {
    let (mut a, mut b) = (registered(address, first).await, registered(address, first + 1).await);
    assert_eq!(whole_match(&mut a, &mut b, first + 1, &Script::new(2, first)).await, (2, 2));
}
