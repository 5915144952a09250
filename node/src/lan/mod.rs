//! The link over a local network: libp2p with TCP (and QUIC behind the feature `quic`), Noise, yamux, identify, mDNS.
//!
//! It carries bytes and decides nothing. One life on the air is one [`air::Air`]: a thread with a runtime, a key
//! pair, listeners and connections of its own, all of which end together, so that nothing of one identity
//! survives into the next. What it promises the engine:
//! - a *link* is one authenticated connection; a second one to the same peer is closed by a rule both ends share;
//! - a *channel* is one substream of `/sighej/exchange/1`, a frame is one message in it;
//! - presence travels on `/sighej/presence/1`, one substream in each direction.

mod air;
mod behaviour;
mod candidates;
mod frame;
mod handler;
mod host_limit;
mod life;
pub mod limits;
mod links;
mod mdns;
pub(crate) mod network;
mod streams;
mod tasks;
#[cfg(test)]
mod tests;

use libp2p::Multiaddr;

use crate::links::LinkEvent;

/// How a node uses the local network.
#[derive(Clone, Debug)]
pub struct LanConfig {
    /// Addresses to listen on. A port of 0 is drawn afresh at each appearance; a fixed one stays, and links epochs.
    pub listen: Vec<Multiaddr>,
    /// Addresses of peers to connect to, without a peer id (that changes every epoch).
    pub peers: Vec<Multiaddr>,
    /// Whether to find peers by multicast DNS.
    pub mdns: bool,
    /// No new connection is accepted while the process holds more memory than this many bytes.
    pub memory_limit: usize,
}

impl Default for LanConfig {
    fn default() -> Self {
        Self {
            listen: limits::default_listen(),
            peers: Vec::new(),
            mdns: true,
            memory_limit: limits::MEMORY_BYTES,
        }
    }
}

/// What the air tells the driver.
#[derive(Debug)]
pub(crate) enum LanEvent {
    /// A listener is up at this address.
    Listening(Multiaddr),
    /// No listener could be set up at this address.
    ListenFailed { address: Multiaddr, reason: String },
    /// Something about a connection, which is a link once it is authenticated.
    Link(LinkEvent),
}
