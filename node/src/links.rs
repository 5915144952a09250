//! What every transport carries for the engine: links, channels on them, and whole messages in these; and which transport
//! carries which.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use sighej_engine::{ChannelId, LinkId, RadioAddress, Transport};

/// Numbers that no transport and no life uses twice.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    links: AtomicU64,
    channels: AtomicU64,
}

impl Ids {
    pub(crate) fn link(&self) -> LinkId {
        LinkId(self.links.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn inbound(&self) -> ChannelId {
        ChannelId::Inbound(self.channels.fetch_add(1, Ordering::Relaxed))
    }
}

/// What the driver asks of a transport.
#[derive(Debug)]
pub(crate) enum LinkCommand {
    /// Tell the peer of a link who is here (the latest wins).
    Presence { link: LinkId, bytes: Vec<u8> },
    /// Send one frame of the mesh.
    Mesh { link: LinkId, bytes: Vec<u8> },
    /// Open an exchange towards the peer of a link.
    OpenChannel { link: LinkId, channel: ChannelId },
    /// Send one message.
    Frame { channel: ChannelId, bytes: Vec<u8> },
    /// Flush what is queued, then end the channel.
    CloseChannel { channel: ChannelId },
    /// End a connection.
    CloseLink { link: LinkId },
}

/// What a transport tells the driver.
#[derive(Debug)]
pub(crate) enum LinkEvent {
    /// A connection is up; with the peer's address where the transport is radio.
    Up { link: LinkId, address: Option<RadioAddress> },
    /// A connection ended; its channels ended with it.
    Down { link: LinkId },
    /// The peer said who it is, or it was read.
    Presence { link: LinkId, bytes: Vec<u8> },
    /// One frame of the mesh came.
    Mesh { link: LinkId, bytes: Vec<u8> },
    /// The peer opened an exchange.
    ChannelOpened { link: LinkId, channel: ChannelId },
    /// One message came.
    Frame { channel: ChannelId, bytes: Vec<u8> },
    /// The peer ended an exchange, or it broke.
    ChannelClosed { channel: ChannelId },
}

/// How much of the mesh one link may bring: twice what an engine sends to a neighbour, on average. More ends the link.
#[derive(Debug)]
pub(crate) struct MeshAllowance {
    since: Instant,
    taken: u64,
}

impl MeshAllowance {
    /// Bytes at once.
    const BURST: u64 = 16 * 1024;
    /// Bytes a second.
    const RATE: u64 = 4 * 1024;
    /// A frame counts for no less.
    const FRAME: u64 = 32;

    pub(crate) fn new() -> MeshAllowance {
        MeshAllowance { since: Instant::now(), taken: 0 }
    }

    /// Takes a frame in; false where that is too much.
    pub(crate) fn take(&mut self, frame: &[u8]) -> bool {
        self.taken += (frame.len() as u64).max(Self::FRAME);
        self.taken <= Self::BURST + Self::RATE * self.since.elapsed().as_secs()
    }
}

/// Which transport carries which link and channel. Holds what the transports hold, so their bounds are its own.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    links: BTreeMap<LinkId, Transport>,
    channels: BTreeMap<ChannelId, LinkId>,
}

impl Routes {
    /// Where a command goes; takes note of what it opens and closes. `None` for what is gone already.
    pub(crate) fn of(&mut self, command: &LinkCommand) -> Option<Transport> {
        match command {
            LinkCommand::Presence { link, .. } | LinkCommand::Mesh { link, .. } => {
                self.links.get(link).copied()
            }
            LinkCommand::OpenChannel { link, channel } => {
                let via = self.links.get(link).copied()?;
                self.channels.insert(*channel, *link);
                Some(via)
            }
            LinkCommand::Frame { channel, .. } => self.via(channel),
            LinkCommand::CloseChannel { channel } => {
                let via = self.via(channel);
                self.channels.remove(channel);
                via
            }
            LinkCommand::CloseLink { link } => {
                let via = self.links.get(link).copied();
                self.forget(*link);
                via
            }
        }
    }

    /// Takes note of what a transport tells.
    pub(crate) fn note(&mut self, via: Transport, event: &LinkEvent) {
        match event {
            LinkEvent::Up { link, .. } => {
                self.links.insert(*link, via);
            }
            LinkEvent::Down { link } => self.forget(*link),
            LinkEvent::ChannelOpened { link, channel } if self.links.contains_key(link) => {
                self.channels.insert(*channel, *link);
            }
            LinkEvent::ChannelClosed { channel } => {
                self.channels.remove(channel);
            }
            LinkEvent::ChannelOpened { .. }
            | LinkEvent::Presence { .. }
            | LinkEvent::Mesh { .. }
            | LinkEvent::Frame { .. } => {}
        }
    }

    /// Everything is silent.
    pub(crate) fn clear(&mut self) {
        *self = Routes::default();
    }

    fn via(&self, channel: &ChannelId) -> Option<Transport> {
        self.links.get(self.channels.get(channel)?).copied()
    }

    fn forget(&mut self, link: LinkId) {
        self.links.remove(&link);
        self.channels.retain(|_, on| *on != link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_never_reused() {
        let ids = Ids::default();
        assert_ne!(ids.link(), ids.link());
        assert_ne!(ids.inbound(), ids.inbound());
    }

    #[test]
    fn a_link_brings_no_more_of_the_mesh_than_two_engines_would_send() {
        let mut allowance = MeshAllowance::new();
        let frames = (0..1000).filter(|_| allowance.take(&[0; 1024])).count();
        assert!((16..20).contains(&frames), "{frames} KiB at once");
    }

    #[test]
    fn commands_go_where_the_link_is_and_nowhere_once_it_is_gone() {
        let mut routes = Routes::default();
        let (lan, radio) = (LinkId(1), LinkId(2));
        routes.note(Transport::Lan, &LinkEvent::Up { link: lan, address: None });
        routes.note(Transport::Ble, &LinkEvent::Up { link: radio, address: None });
        let (ours, theirs) = (ChannelId::Outbound(0), ChannelId::Inbound(0));
        let open = LinkCommand::OpenChannel { link: radio, channel: ours };
        assert_eq!(routes.of(&open), Some(Transport::Ble));
        routes.note(Transport::Lan, &LinkEvent::ChannelOpened { link: lan, channel: theirs });
        let frame = |channel| LinkCommand::Frame { channel, bytes: Vec::new() };
        assert_eq!(routes.of(&frame(ours)), Some(Transport::Ble));
        assert_eq!(routes.of(&frame(theirs)), Some(Transport::Lan));
        routes.note(Transport::Ble, &LinkEvent::Down { link: radio });
        assert_eq!(routes.of(&frame(ours)), None);
        assert_eq!(routes.of(&open), None);
        assert_eq!(routes.of(&LinkCommand::CloseChannel { channel: theirs }), Some(Transport::Lan));
        assert_eq!(routes.of(&frame(theirs)), None);
        assert_eq!(routes.of(&LinkCommand::CloseLink { link: lan }), Some(Transport::Lan));
        assert!(routes.links.is_empty() && routes.channels.is_empty());
    }
}
