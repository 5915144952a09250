//! Links by an L2CAP channel: one packet is one SDU, and the kernel's credits hold a sender back.

use std::{net::Shutdown, sync::Arc, time::Duration};

use async_trait::async_trait;
use bluer::{
    Address, AddressType,
    l2cap::{SeqPacket, SeqPacketListener, Socket, SocketAddr},
};
use btleplug::platform::Peripheral;
use futures::FutureExt;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    Link, LinkError, Path, PeerAddress, Presence,
    advert::PSM,
    central::{Membership, read_presence},
};

/// The longest packet, in bytes.
const PACKET_BYTES: usize = 512;
/// Channels that wait to be accepted. Overflow: the kernel refuses the next, and its central uses GATT.
const BACKLOG: u32 = 8;
/// How long connecting may take, the peer's next advert included.
const CONNECT_TIME: Duration = Duration::from_secs(4);
/// How often a channel that is not quite connected is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// How long a peer may leave a sender without credits.
const SEND_TIME: Duration = Duration::from_secs(10);

/// Why there is no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoChannel {
    /// The peer is there, and has none.
    Refused,
    /// The peer was not reached.
    Unreachable,
}

/// Whether the kernel has such channels.
pub(super) fn supported() -> bool {
    Socket::<SeqPacket>::new_seq_packet().is_ok()
}

/// Listens on one adapter alone: the kernel's channels belong to all adapters otherwise.
pub(super) fn listen(adapter: Address, kind: AddressType) -> std::io::Result<SeqPacketListener> {
    let socket = Socket::<SeqPacket>::new_seq_packet()?;
    socket.bind(SocketAddr::new(adapter, kind, PSM))?;
    socket.set_recv_mtu(u16::try_from(PACKET_BYTES).unwrap_or(u16::MAX))?;
    socket.listen(BACKLOG)
}

/// Connects from one adapter to a peer.
pub(super) async fn connect(
    from: (Address, AddressType),
    to: (Address, AddressType),
) -> Result<SeqPacket, NoChannel> {
    match timeout(CONNECT_TIME, connecting(from, to)).await {
        Ok(Ok(channel)) => Ok(channel),
        Ok(Err(error)) if refused(&error) => Err(NoChannel::Refused),
        Ok(Err(_)) | Err(_) => Err(NoChannel::Unreachable),
    }
}

async fn connecting(from: (Address, AddressType), to: (Address, AddressType)) -> std::io::Result<SeqPacket> {
    let socket = Socket::<SeqPacket>::new_seq_packet()?;
    socket.bind(SocketAddr { addr: from.0, addr_type: from.1, psm: 0, cid: 0 })?;
    socket.set_recv_mtu(u16::try_from(PACKET_BYTES).unwrap_or(u16::MAX))?;
    let channel = socket.connect(SocketAddr::new(to.0, to.1, PSM)).await?;
    // `connect` can return before the channel stands: only then has it a peer and an MTU.
    while channel.peer_addr().is_err() || channel.send_mtu().is_err() {
        if let Some(Err(error)) = channel.recv(&mut [0]).now_or_never()
            && error.kind() != std::io::ErrorKind::NotConnected
        {
            return Err(error);
        }
        sleep(LOOK_EVERY).await;
    }
    Ok(channel)
}

fn refused(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, InvalidInput, PermissionDenied, Unsupported};
    matches!(error.kind(), ConnectionRefused | InvalidInput | PermissionDenied | Unsupported)
}

/// A link by a channel.
#[derive(Debug)]
pub(super) struct ChannelLink {
    channel: SeqPacket,
    dialled: Option<Dialled>,
    ended: watch::Sender<bool>,
    max_packet: usize,
    membership: Membership,
}

/// The peer, where this side dialled it.
struct Dialled(Peripheral);

/// Without its address.
impl std::fmt::Debug for Dialled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dialled(redacted)")
    }
}

impl ChannelLink {
    /// From a channel that stands.
    pub(super) fn over(
        channel: SeqPacket,
        dialled: Option<Peripheral>,
        membership: Membership,
    ) -> Arc<dyn Link> {
        let max_packet = channel.send_mtu().unwrap_or_default().min(PACKET_BYTES);
        let ended = watch::Sender::new(false);
        Arc::new(ChannelLink { channel, dialled: dialled.map(Dialled), ended, max_packet, membership })
    }

    async fn ends(&self) {
        let mut ended = self.ended.subscribe();
        tokio::select! {
            _ = ended.wait_for(|ended| *ended) => {}
            () = self.membership.gone() => {}
        }
    }

    fn stands(&self) -> bool {
        !*self.ended.borrow() && !self.membership.is_gone()
    }
}

#[async_trait]
impl Link for ChannelLink {
    fn path(&self) -> Path {
        Path::L2cap
    }

    fn peer(&self) -> PeerAddress {
        self.membership.address().clone()
    }

    fn max_packet(&self) -> usize {
        self.max_packet
    }

    async fn presence(&self) -> Result<Presence, LinkError> {
        let Dialled(peripheral) = self.dialled.as_ref().ok_or(LinkError::NotSigHej)?;
        read_presence(peripheral).await
    }

    async fn send(&self, packet: &[u8]) -> Result<(), LinkError> {
        if packet.len() > self.max_packet {
            return Err(LinkError::TooLong(packet.len()));
        }
        if !self.stands() {
            return Err(LinkError::Gone);
        }
        let sent = tokio::select! {
            sent = timeout(SEND_TIME, self.channel.send(packet)) => matches!(sent, Ok(Ok(_))),
            () = self.ends() => false,
        };
        if sent {
            return Ok(());
        }
        self.close().await;
        Err(LinkError::Gone)
    }

    async fn receive(&self) -> Option<Vec<u8>> {
        let mut packet = vec![0; PACKET_BYTES];
        let length = tokio::select! {
            biased;
            received = self.channel.recv(&mut packet) => received.unwrap_or_default(),
            () = self.ends() => 0,
        };
        if length == 0 {
            self.ended.send_replace(true);
            return None;
        }
        packet.truncate(length);
        Some(packet)
    }

    async fn close(&self) {
        if !self.ended.send_replace(true) {
            let _already_gone = self.channel.shutdown(Shutdown::Both);
        }
    }
}
