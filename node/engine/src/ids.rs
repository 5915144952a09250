//! Names for what the shell and the engine talk about. All of them opaque: none says anything about a person.

/// A connection to one peer: given by the shell, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// One exchange's stream of messages on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelId {
    /// Opened by this device; numbered by the engine.
    Outbound(u64),
    /// Opened by the peer; numbered by the shell, never reused.
    Inbound(u64),
    /// Opened by somebody over the mesh; numbered by the engine. A shell never sees one.
    Forwarded(u64),
}

/// The shell's handle of a Bluetooth address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RadioAddress(pub u64);

/// A nudge, for blocking it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NudgeId(pub u64);

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Bluetooth Low Energy: adverts, and links that are dialled for one exchange.
    Ble,
    /// A local network: one libp2p connection is one link, and lasts.
    Lan,
    /// A relay that compares for two devices with no direct link. It has no links: what comes through it goes to
    /// [`Engine::handle_relay_frame`](crate::Engine::handle_relay_frame).
    Relay,
    /// Neighbours that pass it on. It has no links of its own: a shell carries [`Transmit::Mesh`](crate::Transmit::Mesh) over
    /// the others'.
    Mesh,
}
