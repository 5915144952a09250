//! Two lives on loopback, and a stranger who speaks libp2p well and our protocols badly.
#![expect(clippy::wildcard_enum_match_arm, reason = "whatever else happens fails the test")]

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, Stream, Swarm,
    swarm::{ConnectionId, SwarmEvent},
};
use sighej_engine::{ChannelId, LinkId};
use tokio::time::timeout;

use super::{
    LanConfig, LanEvent,
    air::Air,
    behaviour::{Behaviour, BehaviourEvent, new_swarm},
    handler::{Open, Opened, Purpose},
    limits,
};
use crate::links::{Ids, LinkCommand, LinkEvent};

const SOON: Duration = Duration::from_secs(10);

fn config(peers: &[Multiaddr]) -> LanConfig {
    let listen = vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()];
    LanConfig { listen, peers: peers.to_vec(), mdns: false, ..LanConfig::default() }
}

async fn appear(peers: &[Multiaddr]) -> (Air, Multiaddr) {
    let mut air = Air::appear(Arc::new(config(peers)), Arc::<Ids>::default()).unwrap();
    match next(&mut air).await {
        LanEvent::Listening(address) => (air, address),
        other => panic!("{other:?}"),
    }
}

async fn next(air: &mut Air) -> LanEvent {
    timeout(SOON, air.event()).await.expect("nothing happens").expect("the life has ended")
}

async fn link(air: &mut Air) -> LinkId {
    match next(air).await {
        LanEvent::Link(LinkEvent::Up { link, .. }) => link,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn presence_and_messages_arrive_and_the_last_one_survives_the_close() {
    let (mut one, address) = appear(&[]).await;
    let (mut two, _) = appear(&[address]).await;
    let (to_two, to_one) = (link(&mut one).await, link(&mut two).await);
    one.send(LinkCommand::Presence { link: to_two, bytes: vec![1; 9] });
    assert!(
        matches!(next(&mut two).await, LanEvent::Link(LinkEvent::Presence { link, bytes }) if link == to_one && bytes == [1; 9])
    );

    let outbound = ChannelId::Outbound(7);
    one.send(LinkCommand::OpenChannel { link: to_two, channel: outbound });
    one.send(LinkCommand::Frame { channel: outbound, bytes: vec![2; limits::EXCHANGE_FRAME] });
    one.send(LinkCommand::CloseChannel { channel: outbound });
    let LanEvent::Link(LinkEvent::ChannelOpened { link, channel }) = next(&mut two).await else {
        panic!("no channel")
    };
    assert_eq!(link, to_one);
    let LanEvent::Link(LinkEvent::Frame { channel: same, bytes }) = next(&mut two).await else {
        panic!("no message")
    };
    assert_eq!((same, bytes), (channel, vec![2; limits::EXCHANGE_FRAME]));
    assert!(
        matches!(next(&mut two).await, LanEvent::Link(LinkEvent::ChannelClosed { channel: same }) if same == channel)
    );

    one.silence().await;
    assert!(matches!(next(&mut two).await, LanEvent::Link(LinkEvent::Down { link }) if link == to_one));
}

#[tokio::test]
async fn after_silence_nothing_listens_and_the_next_life_has_another_port() {
    let (air, address) = appear(&[]).await;
    let port = address.iter().nth(1);
    air.silence().await;
    let (_air, next_address) = appear(&[]).await;
    assert_ne!(next_address.iter().nth(1), port);
    let (mut other, _) = appear(&[address]).await;
    assert!(timeout(Duration::from_millis(500), other.event()).await.is_err(), "nobody is there");
}

#[tokio::test]
async fn a_presence_that_is_too_long_ends_the_link() {
    let (mut air, address) = appear(&[]).await;
    let mut stranger = Stranger::dial(address).await;
    let up = link(&mut air).await;
    let mut stream = stranger.open(Purpose::Presence).await;
    stream.write_all(&(limits::PRESENCE_FRAME as u16 + 1).to_be_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    stranger
        .work_while(async {
            assert!(matches!(next(&mut air).await, LanEvent::Link(LinkEvent::Down { link }) if link == up))
        })
        .await;
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_its_exchange_and_no_other() {
    let (mut air, address) = appear(&[]).await;
    let mut stranger = Stranger::dial(address).await;
    link(&mut air).await;
    let mut bad = stranger.open(Purpose::Exchange).await;
    let mut good = stranger.open(Purpose::Exchange).await;
    bad.write_all(&u16::MAX.to_be_bytes()).await.unwrap();
    bad.flush().await.unwrap();
    stranger
        .work_while(async {
            let LanEvent::Link(LinkEvent::ChannelOpened { channel: first, .. }) = next(&mut air).await else {
                panic!("no channel")
            };
            let mut opened = 1;
            loop {
                match next(&mut air).await {
                    LanEvent::Link(LinkEvent::ChannelOpened { .. }) => opened += 1,
                    LanEvent::Link(LinkEvent::ChannelClosed { channel }) => break assert_eq!(channel, first),
                    other => panic!("{other:?}"),
                }
            }
            assert!(opened <= 2);
        })
        .await;
    good.write_all(b"\0\x01x").await.unwrap();
    good.flush().await.unwrap();
    stranger
        .work_while(async {
            loop {
                match next(&mut air).await {
                    LanEvent::Link(LinkEvent::ChannelOpened { .. }) => {}
                    LanEvent::Link(LinkEvent::Frame { bytes, .. }) => break assert_eq!(bytes, b"x"),
                    other => panic!("{other:?}"),
                }
            }
        })
        .await;
}

#[tokio::test]
async fn exchanges_beyond_the_bound_are_dropped_at_once() {
    let (mut air, address) = appear(&[]).await;
    let mut stranger = Stranger::dial(address).await;
    link(&mut air).await;
    let mut streams = Vec::new();
    for _ in 0..limits::INBOUND_EXCHANGES_PER_LINK + 3 {
        streams.push(stranger.open(Purpose::Exchange).await);
    }
    let mut last = streams.pop().unwrap();
    stranger
        .work_while(async { assert!(matches!(last.read(&mut [0]).await, Ok(0) | Err(_)), "it is closed") })
        .await;
    let mut opened = BTreeSet::new();
    while let Ok(Some(LanEvent::Link(LinkEvent::ChannelOpened { channel, .. }))) =
        timeout(Duration::from_millis(300), air.event()).await
    {
        opened.insert(channel);
    }
    assert_eq!(opened.len(), limits::INBOUND_EXCHANGES_PER_LINK);
}

/// A swarm without the loop that keeps it honest.
struct Stranger {
    swarm: Swarm<Behaviour>,
    peer: PeerId,
    connection: ConnectionId,
}

impl Stranger {
    async fn dial(address: Multiaddr) -> Stranger {
        let mut swarm = new_swarm(&config(&[])).unwrap();
        swarm.dial(address).unwrap();
        loop {
            if let SwarmEvent::ConnectionEstablished { peer_id, connection_id, .. } =
                swarm.select_next_some().await
            {
                return Stranger { swarm, peer: peer_id, connection: connection_id };
            }
        }
    }

    async fn open(&mut self, purpose: Purpose) -> Stream {
        self.swarm.behaviour_mut().streams.open(self.peer, self.connection, Open { purpose, tag: 0 });
        loop {
            if let SwarmEvent::Behaviour(BehaviourEvent::Stream(event)) = self.swarm.select_next_some().await
                && let Opened::ByUs { stream, .. } = event.opened
            {
                return stream;
            }
        }
    }

    async fn work_while(&mut self, other: impl Future<Output = ()>) {
        tokio::pin!(other);
        loop {
            tokio::select! {
                () = &mut other => return,
                _ = self.swarm.select_next_some() => {}
            }
        }
    }
}
