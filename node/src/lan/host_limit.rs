//! Bounds what one host can occupy: inbound connections per IP address, half-open ones included.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt,
    net::IpAddr,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    multiaddr::Protocol,
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
        THandlerOutEvent, ToSwarm, dummy,
    },
};

/// The behaviour. Its table is bounded by the connection limits, which it must precede in the composition: what a
/// later behaviour refuses is reported to this one too.
pub(super) struct HostLimit {
    most: usize,
    by_connection: BTreeMap<ConnectionId, IpAddr>,
}

impl HostLimit {
    pub(super) fn new(most: usize) -> HostLimit {
        HostLimit { most, by_connection: BTreeMap::new() }
    }

    fn admit(&mut self, connection: ConnectionId, remote: &Multiaddr) -> Result<(), ConnectionDenied> {
        let Some(host) = host(remote) else { return Ok(()) };
        if self.by_connection.values().filter(|known| **known == host).count() >= self.most {
            return Err(ConnectionDenied::new(HostIsGreedy));
        }
        self.by_connection.insert(connection, host);
        Ok(())
    }
}

/// Too many connections from one IP address.
#[derive(Debug)]
struct HostIsGreedy;

impl fmt::Display for HostIsGreedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many connections from one host")
    }
}

impl std::error::Error for HostIsGreedy {}

impl NetworkBehaviour for HostLimit {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.admit(connection, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionClosed(closed) = event {
            self.by_connection.remove(&closed.connection_id);
        } else if let FromSwarm::ListenFailure(failure) = event {
            self.by_connection.remove(&failure.connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

/// The IP address in a multiaddress.
pub(super) fn host(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| {
        if let Protocol::Ip4(ip) = part {
            Some(IpAddr::V4(ip))
        } else if let Protocol::Ip6(ip) = part {
            Some(IpAddr::V6(ip))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use libp2p::swarm::behaviour::ListenFailure;

    use super::*;

    fn from(ip: &str) -> Multiaddr {
        format!("/ip4/{ip}/tcp/4242").parse().unwrap()
    }

    #[test]
    fn a_greedy_host_is_refused_and_others_are_not() {
        let mut limit = HostLimit::new(2);
        let ids: Vec<_> = (0..4).map(ConnectionId::new_unchecked).collect();
        assert!(limit.admit(ids[0], &from("10.0.0.1")).is_ok());
        assert!(limit.admit(ids[1], &from("10.0.0.1")).is_ok());
        assert!(limit.admit(ids[2], &from("10.0.0.1")).is_err());
        assert!(limit.admit(ids[3], &from("10.0.0.2")).is_ok());
    }

    #[test]
    fn a_failed_attempt_gives_its_place_back() {
        let mut limit = HostLimit::new(1);
        let (first, second) = (ConnectionId::new_unchecked(1), ConnectionId::new_unchecked(2));
        limit.admit(first, &from("10.0.0.1")).unwrap();
        assert!(limit.admit(second, &from("10.0.0.1")).is_err());
        limit.on_swarm_event(FromSwarm::ListenFailure(ListenFailure {
            local_addr: &from("10.0.0.9"),
            send_back_addr: &from("10.0.0.1"),
            error: &libp2p::swarm::ListenError::Aborted,
            connection_id: first,
            peer_id: None,
        }));
        assert!(limit.admit(second, &from("10.0.0.1")).is_ok());
    }
}
