//! Every bound of the local network link, and what happens beyond it.

use std::time::Duration;

use libp2p::{Multiaddr, multiaddr::Protocol};
use sighej_crypto::exchange::MESSAGE_LEN;

/// Connections being set up by others at one moment; more are refused.
pub const PENDING_INCOMING: u32 = 32;
/// Connections being set up by this node at one moment; more wait for their next try.
pub const PENDING_OUTGOING: u32 = 16;
/// Connections from others; more are refused.
pub const ESTABLISHED_INCOMING: u32 = 96;
/// Connections to others; more wait for their next try.
pub const ESTABLISHED_OUTGOING: u32 = 96;
/// Connections with one peer: a second one lives only until the rule for duplicates has closed one of the two.
pub const ESTABLISHED_PER_PEER: u32 = 2;
/// Connections from one IP address, half-open ones included; more are refused. It leaves a stranger who floods from
/// one host half of [`PENDING_INCOMING`].
pub const INCOMING_PER_HOST: usize = 16;
/// A connection that is not authenticated and multiplexed by then is closed.
pub const SET_UP_WITHIN: Duration = Duration::from_secs(10);
/// A link whose peer has not said who it is by then is closed.
pub const PRESENCE_WITHIN: Duration = Duration::from_secs(10);

/// Substreams of one connection, both directions; yamux ends a connection that opens more.
pub const STREAMS_PER_CONNECTION: usize = 16;
/// Inbound substreams of one connection whose protocol is being negotiated; more are dropped.
pub const NEGOTIATING_STREAMS: usize = 8;
/// Inbound exchanges of one connection; more are dropped at once.
pub const INBOUND_EXCHANGES_PER_LINK: usize = 4;
/// Inbound presence substreams of one connection; more are dropped at once.
pub const INBOUND_PRESENCES_PER_LINK: usize = 1;
/// Inbound substreams of one connection for the mesh; more are dropped at once.
pub const INBOUND_MESHES_PER_LINK: usize = 1;
/// Frames of the mesh queued towards one link; one more ends it.
pub const MESH_QUEUED: usize = 32;
/// A substream that has not agreed on its protocol by then is dropped.
pub const NEGOTIATE_WITHIN: Duration = Duration::from_secs(10);

/// The longest message of an exchange, in bytes; a frame that announces more ends its channel.
pub const EXCHANGE_FRAME: usize = longest(&MESSAGE_LEN);
/// Messages that one side of an exchange sends at most; more end the channel unread. What is never read never widens
/// the yamux window (256 KiB), so this also bounds the memory of a substream.
pub const EXCHANGE_FRAMES: usize = 3;
/// The longest presence frame, in bytes (the current one has 9); a longer one ends its link.
pub const PRESENCE_FRAME: usize = 32;
/// Presence frames on one link; more end it. The flags change at most twice per 35 s, an epoch has 600.
pub const PRESENCE_FRAMES: usize = 64;
/// Messages queued towards one channel; one more closes it.
pub const FRAMES_QUEUED: usize = 8;
/// How long a closed channel may take to flush and to see the other end close.
pub const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Commands queued towards the air; one more is dropped, which its peer sees as a lost message.
pub const COMMANDS_QUEUED: usize = 1024;
/// Events queued towards the driver; the air then reads no further until there is room.
pub const EVENTS_QUEUED: usize = 256;
/// Peers known by mDNS; beyond, the one that failed most often makes room.
pub const CANDIDATES: usize = 256;
/// Addresses kept of one such peer; more are ignored.
pub const ADDRESSES_PER_CANDIDATE: usize = 8;

/// Of two peers that discover each other, the one with the lower peer id dials at once, the other after this long:
/// it spares most pairs the second connection.
pub const HIGHER_PEER_DIALS_AFTER: Duration = Duration::from_millis(100);
/// First and longest wait before another try to reach a peer; doubled in between.
pub const REDIAL: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// The same for a peer named by hand, who may be about to start.
pub const REDIAL_NAMED: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// How long others may keep an mDNS record of this node: a life on the air ends at the epoch's boundary.
pub const MDNS_TTL: Duration = Duration::from_secs(60);
/// How often mDNS asks once somebody has answered (before: at once, then after 1, 2, 4 s …). Any answer on the
/// network restarts every node's wait, so a hall of n nodes sends about n answers per interval, not n².
pub const MDNS_QUERY: Duration = Duration::from_secs(20);

/// Default of [`super::LanConfig::memory_limit`], in bytes.
pub const MEMORY_BYTES: usize = 512 * 1024 * 1024;

/// Every interface, a fresh port.
pub(super) fn default_listen() -> Vec<Multiaddr> {
    let any = Multiaddr::empty().with(Protocol::Ip4(std::net::Ipv4Addr::UNSPECIFIED));
    let tcp = any.clone().with(Protocol::Tcp(0));
    #[cfg(feature = "quic")]
    return vec![tcp, any.with(Protocol::Udp(0)).with(Protocol::QuicV1)];
    #[cfg(not(feature = "quic"))]
    vec![tcp]
}

const fn longest(lengths: &[usize]) -> usize {
    let mut longest = 0;
    let mut i = 0;
    while i < lengths.len() {
        if lengths[i] > longest {
            longest = lengths[i];
        }
        i += 1;
    }
    longest
}
