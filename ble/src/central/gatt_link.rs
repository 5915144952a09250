//! A link over GATT, from the central's side.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use btleplug::{
    api::{Characteristic, Peripheral as _, ValueNotification, WriteType},
    platform::Peripheral,
};
use futures::{Stream, StreamExt};
use tokio::{
    sync::{Mutex, mpsc, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{
    Link, LinkError, PRESENCE_BYTES, Path, PeerAddress, Presence, RadioError,
    advert::{PACKET_CHARACTERISTIC, SERVICE, TOKEN_CHARACTERISTIC},
    central::{Membership, within},
    gatt::{LinkId, Value, max_packet},
};

/// Packets of one link that wait for its owner. Overflow: at the dialling side the link is ended, since a notification
/// cannot be held back; at the accepting side the writer waits.
pub(crate) const PACKETS_QUEUED: usize = 64;
/// How long connecting may take, with the system's own discovery of services.
const CONNECT_TIME: Duration = Duration::from_secs(6);
/// How long any other call may take.
const CALL_TIME: Duration = Duration::from_secs(4);
/// Ids tried for a link, in case one is in use.
const HELLOS: usize = 3;

/// Where the packets of a link wait, and how it ends: by its owner, by the peer, or with its connection.
#[derive(Debug)]
pub(crate) struct Inbox {
    packets: Mutex<mpsc::Receiver<Vec<u8>>>,
    ended: watch::Sender<bool>,
}

impl Inbox {
    /// An inbox and where to put packets.
    pub(crate) fn new() -> (Inbox, mpsc::Sender<Vec<u8>>) {
        let (put, take) = mpsc::channel(PACKETS_QUEUED);
        (Inbox { packets: Mutex::new(take), ended: watch::Sender::new(false) }, put)
    }

    /// What ends the link from outside.
    pub(crate) fn ender(&self) -> watch::Sender<bool> {
        self.ended.clone()
    }

    /// Ends the link. Returns whether it stood.
    pub(crate) fn end(&self) -> bool {
        !self.ended.send_replace(true)
    }

    /// Whether the link stands.
    pub(crate) fn stands(&self, membership: &Membership) -> bool {
        !*self.ended.borrow() && !membership.is_gone()
    }

    /// The next packet, those first that had come before the end.
    pub(crate) async fn take(&self, membership: &Membership) -> Option<Vec<u8>> {
        let mut ended = self.ended.subscribe();
        let mut packets = self.packets.lock().await;
        tokio::select! {
            biased;
            packet = packets.recv() => packet,
            _ = ended.wait_for(|ended| *ended) => None,
            () = membership.gone() => None,
        }
    }
}

/// Connects, subscribes, opens a link.
pub(crate) async fn dial(
    peripheral: Peripheral,
    membership: Membership,
) -> Result<Arc<dyn Link>, RadioError> {
    connect(&peripheral).await?;
    let packets = characteristic(&peripheral, PACKET_CHARACTERISTIC)?;
    let notifications =
        within(CALL_TIME, "listening to the other device", peripheral.notifications()).await?;
    within(CALL_TIME, "subscribing", peripheral.subscribe(&packets)).await?;
    let id = hello(&peripheral, &packets).await?;
    let max_packet = max_packet(peripheral.mtu());
    let (inbox, put) = Inbox::new();
    let pump = tokio::spawn(pump(notifications, id, put, inbox.ender()));
    Ok(Arc::new(GattLink { peripheral, packets, id, max_packet, inbox, pump, membership }))
}

/// Reads the presence that a device shows to whoever is connected.
pub(crate) async fn read_presence(peripheral: &Peripheral) -> Result<Presence, LinkError> {
    connect(peripheral).await.map_err(|_| LinkError::Gone)?;
    let token = characteristic(peripheral, TOKEN_CHARACTERISTIC).map_err(|_| LinkError::NotSigHej)?;
    let value =
        within(CALL_TIME, "reading the token", peripheral.read(&token)).await.map_err(|_| LinkError::Gone)?;
    let presence: [u8; PRESENCE_BYTES] = value.try_into().map_err(|_| LinkError::NotSigHej)?;
    Ok(Presence(presence))
}

/// Connects, where it is not, and learns the services.
async fn connect(peripheral: &Peripheral) -> Result<(), RadioError> {
    if !peripheral.services().is_empty() {
        return Ok(());
    }
    within(CONNECT_TIME, "connecting", peripheral.connect()).await?;
    within(CALL_TIME, "asking for services", peripheral.discover_services()).await
}

fn characteristic(peripheral: &Peripheral, uuid: u128) -> Result<Characteristic, RadioError> {
    let service = peripheral.services().into_iter().find(|service| service.uuid == Uuid::from_u128(SERVICE));
    let known = service.into_iter().flat_map(|service| service.characteristics);
    known
        .into_iter()
        .find(|characteristic| characteristic.uuid == Uuid::from_u128(uuid))
        .ok_or_else(|| RadioError::Platform("the other device shows no SigHej service".into()))
}

/// Opens the link. The peripheral confirms it once we would hear it: see [`crate::gatt`].
async fn hello(peripheral: &Peripheral, packets: &Characteristic) -> Result<LinkId, RadioError> {
    let mut last = RadioError::Unreachable;
    for _ in 0..HELLOS {
        let id =
            LinkId::random().ok_or_else(|| RadioError::Platform("the system has no randomness".into()))?;
        let write = peripheral.write(packets, &id.0, WriteType::WithResponse);
        match within(CALL_TIME, "opening a link", write).await {
            Ok(()) => return Ok(id),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// From notifications to the link's packets, until either ends.
async fn pump(
    mut notifications: Pin<Box<dyn Stream<Item = ValueNotification> + Send>>,
    id: LinkId,
    put: mpsc::Sender<Vec<u8>>,
    ended: watch::Sender<bool>,
) {
    while let Some(notification) = notifications.next().await {
        if notification.uuid != Uuid::from_u128(PACKET_CHARACTERISTIC) {
            continue;
        }
        let goes_on = match Value::read(&notification.value) {
            Some(Value::Packet(of, packet)) if of == id => put.try_send(packet.to_vec()).is_ok(),
            Some(Value::Alone(of)) if of == id => false,
            // For another central.
            Some(Value::Packet(..) | Value::Alone(_)) | None => true,
        };
        if !goes_on {
            break;
        }
    }
    ended.send_replace(true);
}

struct GattLink {
    peripheral: Peripheral,
    packets: Characteristic,
    id: LinkId,
    max_packet: usize,
    inbox: Inbox,
    pump: JoinHandle<()>,
    membership: Membership,
}

impl GattLink {
    async fn write(&self, value: &[u8]) -> Result<(), LinkError> {
        // With a response: it says that the peer's application has it, and keeps the writes in their order.
        let write = self.peripheral.write(&self.packets, value, WriteType::WithResponse);
        tokio::select! {
            written = within(CALL_TIME, "writing", write) => written.map_err(|_| LinkError::Gone),
            () = self.membership.gone() => Err(LinkError::Gone),
        }
    }
}

#[async_trait]
impl Link for GattLink {
    fn path(&self) -> Path {
        Path::Gatt
    }

    fn peer(&self) -> PeerAddress {
        self.membership.address().clone()
    }

    fn max_packet(&self) -> usize {
        self.max_packet
    }

    async fn presence(&self) -> Result<Presence, LinkError> {
        read_presence(&self.peripheral).await
    }

    async fn send(&self, packet: &[u8]) -> Result<(), LinkError> {
        if packet.len() > self.max_packet {
            return Err(LinkError::TooLong(packet.len()));
        }
        if !self.inbox.stands(&self.membership) {
            return Err(LinkError::Gone);
        }
        self.write(&self.id.with(packet)).await.inspect_err(|_| {
            self.inbox.end();
        })
    }

    async fn receive(&self) -> Option<Vec<u8>> {
        self.inbox.take(&self.membership).await
    }

    async fn close(&self) {
        if self.inbox.end() && !self.membership.is_gone() {
            let _already_gone = self.write(&self.id.alone()).await;
        }
    }
}

/// Without the peer: the system's name for it carries its address.
impl fmt::Debug for GattLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GattLink").field("max_packet", &self.max_packet).finish_non_exhaustive()
    }
}

impl Drop for GattLink {
    fn drop(&mut self) {
        self.pump.abort();
    }
}
