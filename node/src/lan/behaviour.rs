//! The composition: transport, limits, and what a peer can see of this node.

use std::{convert::Infallible, time::Duration};

use libp2p::{
    PeerId, Swarm, Transport,
    connection_limits::{self, ConnectionLimits},
    core::{muxing::StreamMuxerBox, transport::Boxed, upgrade::Version},
    identify, identity, mdns, memory_connection_limits, noise,
    swarm::{self, NetworkBehaviour, behaviour::toggle::Toggle},
    tcp, yamux,
};
use thiserror::Error;

use super::{
    LanConfig,
    host_limit::HostLimit,
    limits,
    mdns::Mdns,
    streams::{StreamEvent, Streams},
};

/// The same words from every device of this version: nothing that tells one from another.
const PROTOCOL_VERSION: &str = "/sighej/1";
const AGENT_VERSION: &str = "sighej";

/// Why a life on the air could not begin.
#[derive(Debug, Error)]
pub(super) enum SetUpError {
    #[error("the key pair was refused: {0}")]
    Noise(#[from] noise::Error),
    #[error("the network's interfaces could not be listed: {0}")]
    Interfaces(#[source] std::io::Error),
}

/// What runs on every connection. The limits come first: nothing is spent on a connection that they refuse.
#[derive(NetworkBehaviour)]
#[behaviour(to_swarm = "BehaviourEvent")]
pub(super) struct Behaviour {
    hosts: HostLimit,
    connections: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    mdns: Toggle<Mdns>,
    identify: identify::Behaviour,
    pub(super) streams: Streams,
}

/// What the loop hears of it.
#[derive(Debug)]
pub(super) enum BehaviourEvent {
    Mdns(mdns::Event),
    Stream(StreamEvent),
    /// Nothing that this node acts upon.
    Aside,
}

/// A swarm with a fresh key pair. Must be called, polled and dropped within the runtime of its life.
pub(super) fn new_swarm(config: &LanConfig) -> Result<Swarm<Behaviour>, SetUpError> {
    let key = identity::Keypair::generate_ed25519();
    let us = key.public().to_peer_id();
    let behaviour = Behaviour {
        hosts: HostLimit::new(limits::INCOMING_PER_HOST),
        connections: connection_limits::Behaviour::new(connection_limits()),
        memory: memory_connection_limits::Behaviour::with_max_bytes(config.memory_limit),
        mdns: config.mdns.then(|| Mdns::new(us)).transpose().map_err(SetUpError::Interfaces)?.into(),
        identify: identify::Behaviour::new(identify_config(&key)),
        streams: Streams::default(),
    };
    let swarm_config = swarm::Config::with_tokio_executor()
        .with_max_negotiating_inbound_streams(limits::NEGOTIATING_STREAMS)
        .with_idle_connection_timeout(Duration::from_secs(60));
    Ok(Swarm::new(transport(&key)?, behaviour, us, swarm_config))
}

fn transport(key: &identity::Keypair) -> Result<Boxed<(PeerId, StreamMuxerBox)>, SetUpError> {
    let mut multiplexer = yamux::Config::default();
    multiplexer.set_max_num_streams(limits::STREAMS_PER_CONNECTION);
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1)
        .authenticate(noise::Config::new(key)?)
        .multiplex(multiplexer)
        .timeout(limits::SET_UP_WITHIN);
    #[cfg(feature = "quic")]
    return Ok(with_quic(tcp.boxed(), key));
    #[cfg(not(feature = "quic"))]
    Ok(tcp.boxed())
}

#[cfg(feature = "quic")]
fn with_quic(
    tcp: Boxed<(PeerId, StreamMuxerBox)>,
    key: &identity::Keypair,
) -> Boxed<(PeerId, StreamMuxerBox)> {
    use futures::future::Either;
    let mut config = libp2p::quic::Config::new(key);
    config.handshake_timeout = limits::SET_UP_WITHIN;
    config.max_concurrent_stream_limit = 16;
    config.max_stream_data = 64 * 1024;
    config.max_connection_data = 256 * 1024;
    libp2p::quic::tokio::Transport::new(config)
        .or_transport(tcp)
        .map(|either, _| match either {
            Either::Left((peer, connection)) => (peer, StreamMuxerBox::new(connection)),
            Either::Right(established) => established,
        })
        .boxed()
}

fn connection_limits() -> ConnectionLimits {
    ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits::PENDING_INCOMING))
        .with_max_pending_outgoing(Some(limits::PENDING_OUTGOING))
        .with_max_established_incoming(Some(limits::ESTABLISHED_INCOMING))
        .with_max_established_outgoing(Some(limits::ESTABLISHED_OUTGOING))
        .with_max_established_per_peer(Some(limits::ESTABLISHED_PER_PEER))
}

/// Without listen addresses: they would name every interface of the device.
fn identify_config(key: &identity::Keypair) -> identify::Config {
    identify::Config::new(PROTOCOL_VERSION.into(), key.public())
        .with_agent_version(AGENT_VERSION.into())
        .with_hide_listen_addrs(true)
        .with_push_listen_addr_updates(false)
        .with_cache_size(0)
        .with_interval(Duration::from_secs(24 * 60 * 60))
}

impl From<mdns::Event> for BehaviourEvent {
    fn from(event: mdns::Event) -> Self {
        BehaviourEvent::Mdns(event)
    }
}

impl From<StreamEvent> for BehaviourEvent {
    fn from(event: StreamEvent) -> Self {
        BehaviourEvent::Stream(event)
    }
}

impl From<identify::Event> for BehaviourEvent {
    fn from(_: identify::Event) -> Self {
        BehaviourEvent::Aside
    }
}

impl From<Infallible> for BehaviourEvent {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
