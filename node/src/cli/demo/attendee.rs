//! One attendee of the demo: a whole node, and what it saw.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use sighej_node::{
    Config, Event, Intent, LanConfig, Multiaddr, Node, NodeConfig, NodeEvent, Nudge, Profile, RelayConfig,
    RelayEvent, Room, Traffic, Utc,
};

use crate::cli::Ended;

/// Who plays along.
pub(super) struct Role {
    pub(super) name: &'static str,
    pub(super) interests: &'static [&'static str],
    pub(super) open: bool,
}

/// A running attendee.
pub(super) struct Attendee {
    pub(super) role: &'static Role,
    pub(super) node: Node,
    pub(super) nudges: Vec<(Duration, Nudge)>,
    /// Exchanges that came to their end without a nudge.
    pub(super) without: usize,
    /// When its first connection was up.
    pub(super) linked: Option<Duration>,
}

impl Attendee {
    /// Starts a node that listens on loopback and dials these addresses.
    pub(super) fn start(role: &'static Role, dials: &[SocketAddr], utc: Utc) -> Result<Attendee, Ended> {
        let profile = Profile::choose(role.interests, &[""; 0]).map_err(Ended::failed)?;
        // With four people a guard of three would keep everybody waiting.
        let engine = Config { interests: profile.interests().clone(), crowd_guard: 1, ..Config::default() };
        let lan = LanConfig {
            listen: vec![address(SocketAddr::from(([127, 0, 0, 1], 0)))],
            peers: dials.iter().copied().map(address).collect(),
            mdns: false,
            ..LanConfig::default()
        };
        Self::with(role, NodeConfig { engine, lan: Some(lan), radio: None, relay: None, utc })
    }

    /// Starts a node with no direct link to anybody, in a room of a relay.
    pub(super) fn start_apart(
        role: &'static Role,
        (relay, room): (RelayConfig, Room),
        utc: Utc,
    ) -> Result<Attendee, Ended> {
        let profile = Profile::choose(role.interests, &[""; 0]).map_err(Ended::failed)?;
        let engine =
            Config { interests: profile.interests().clone(), rooms: vec![room], ..Config::default() };
        Self::with(role, NodeConfig { engine, lan: None, radio: None, relay: Some(relay), utc })
    }

    fn with(role: &'static Role, config: NodeConfig) -> Result<Attendee, Ended> {
        let node = Node::start(config).map_err(Ended::failed)?;
        Ok(Attendee { role, node, nudges: Vec::new(), without: 0, linked: None })
    }

    /// Opens, if the role says so.
    pub(super) async fn open(&self) -> Result<(), Ended> {
        if self.role.open { self.node.intend(Intent::Open).await.map_err(Ended::failed) } else { Ok(()) }
    }

    /// Remembers what matters for the outcome.
    pub(super) fn saw(&mut self, event: &NodeEvent, start: Instant) {
        match event {
            NodeEvent::LinkUp(_) | NodeEvent::Engine(Event::Relay(RelayEvent::Up { .. })) => {
                self.linked.get_or_insert(start.elapsed());
            }
            NodeEvent::Engine(Event::Nudge(nudge)) => self.nudges.push((start.elapsed(), nudge.clone())),
            NodeEvent::Engine(Event::NoMatch { .. } | Event::Withheld { .. }) => self.without += 1,
            NodeEvent::Engine(
                Event::Opened
                | Event::Closed(_)
                | Event::Epoch { .. }
                | Event::PeerSeen { .. }
                | Event::PeerLost { .. }
                | Event::ExchangeFailed { .. }
                | Event::Relay(_)
                | Event::Waiting(_),
            )
            | NodeEvent::Listening(_)
            | NodeEvent::ListenFailed { .. }
            | NodeEvent::LinkDown(_)
            | NodeEvent::Radio(_)
            | NodeEvent::RelayUnreachable(_) => {}
        }
    }

    /// The messages of its exchanges.
    pub(super) async fn traffic(&self) -> Result<Traffic, Ended> {
        self.node.traffic().await.map_err(Ended::failed)
    }
}

fn address(socket: SocketAddr) -> Multiaddr {
    use sighej_node::Protocol;
    Multiaddr::empty().with(Protocol::from(socket.ip())).with(Protocol::Tcp(socket.port()))
}

/// The socket of a TCP listener's address.
pub(super) fn socket(address: &Multiaddr) -> Option<SocketAddr> {
    use sighej_node::Protocol;
    let mut parts = address.iter();
    match (parts.next(), parts.next()) {
        (Some(Protocol::Ip4(ip)), Some(Protocol::Tcp(port))) => Some(SocketAddr::from((ip, port))),
        _ => None,
    }
}
