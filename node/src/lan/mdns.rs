//! mDNS that keeps quiet until there is something to announce.
//!
//! libp2p's mDNS asks as soon as an interface is up, and answers others before a listener exists, with nothing in
//! the answer; whoever asked then waits a whole second. Here it is not polled, and so does not exist on the network,
//! before the first listener beyond loopback is up.

use std::{
    convert::Infallible,
    io,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    mdns,
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
        THandlerOutEvent, ToSwarm,
    },
};

use super::{host_limit::host, limits};

/// The behaviour.
pub(super) struct Mdns {
    inner: mdns::tokio::Behaviour,
    listening: bool,
}

impl Mdns {
    /// # Errors
    /// When the system does not tell its network interfaces.
    pub(super) fn new(local: PeerId) -> io::Result<Mdns> {
        let config =
            mdns::Config { ttl: limits::MDNS_TTL, query_interval: limits::MDNS_QUERY, enable_ipv6: false };
        Ok(Mdns { inner: mdns::tokio::Behaviour::new(config, local)?, listening: false })
    }
}

impl NetworkBehaviour for Mdns {
    type ConnectionHandler = <mdns::tokio::Behaviour as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = mdns::Event;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_inbound_connection(connection, peer, local, remote)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_outbound_connection(connection, peer, address, role, port)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::NewListenAddr(new) = &event {
            self.listening |= host(new.addr).is_some_and(|ip| !ip.is_loopback());
        }
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<mdns::Event, THandlerInEvent<Self>>> {
        // The swarm polls its behaviours again right after it told them about a listener.
        if self.listening { self.inner.poll(cx) } else { Poll::<ToSwarm<mdns::Event, Infallible>>::Pending }
    }
}
