//! A central with bad manners: it speaks the attribute protocol itself, and so may say what no system's Bluetooth would.

use std::{
    cell::OnceCell,
    pin::pin,
    time::{Duration, Instant},
};

use bluer::{
    Adapter, AdapterEvent, Address, AddressType, Session, Uuid,
    l2cap::{SeqPacket, Socket, SocketAddr},
};
use futures::StreamExt;
use sighej_ble_lab::Failed;
use sighej_node::ble::advert::{PSM, SERVICE};
use tokio::time::{sleep, timeout};

/// The channel of the attribute protocol.
const ATT: u16 = 4;
/// How long anything may take that should work.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it waits for an answer; it has none where its victim's bluetoothd ended under it.
const ANSWERED: Duration = Duration::from_secs(10);
/// How long it listens for its victim at a time: a scan ends without a word where bluetoothd does.
const LISTENING: Duration = Duration::from_secs(5);
/// How long one attempt to connect may take.
const ATTEMPT: Duration = Duration::from_secs(3);
const MTU: u16 = 517;

/// Operations of the attribute protocol (Core specification, volume 3, part F, 3.4).
const ERROR: u8 = 0x01;
const MTU_REQUEST: u8 = 0x02;
const FIND_INFORMATION: u8 = 0x04;
const READ: u8 = 0x0a;
pub(crate) const WRITE: u8 = 0x12;
pub(crate) const WRITE_COMMAND: u8 = 0x52;

/// One controller, and its owner's ill will.
pub(crate) struct Stranger {
    adapter: Adapter,
    /// The token of whoever was heard first. Nobody else is looked for after that, whatever the address.
    victim: OnceCell<Vec<u8>>,
    _session: Session,
}

/// A connection on which the attribute protocol is spoken.
pub(crate) struct Att {
    channel: SeqPacket,
    /// Handle and type of every attribute; for types of 16 bits, those alone.
    pub(crate) attributes: Vec<(u16, u128)>,
}

impl Stranger {
    pub(crate) async fn on(controller: u8) -> Result<Stranger, Failed> {
        let session = Session::new().await?;
        let adapter = session.adapter(&format!("hci{controller}"))?;
        Ok(Stranger { adapter, victim: OnceCell::new(), _session: session })
    }

    /// Who shows the service now: anybody at first, and then always the same.
    pub(crate) async fn hear(&self) -> Result<Address, Failed> {
        let hearing = async {
            let mut events = pin!(self.adapter.discover_devices_with_changes().await?);
            while let Some(event) = events.next().await {
                let AdapterEvent::DeviceAdded(address) = event else { continue };
                let device = self.adapter.device(address)?;
                let data = device.service_data().await.ok().flatten().unwrap_or_default();
                // Version and flags (1), token (8), class (1).
                let Some(token) = data.get(&Uuid::from_u128(SERVICE)).and_then(|data| data.get(1..9)) else {
                    continue;
                };
                // What is remembered of earlier adverts has no strength.
                if device.rssi().await?.is_some() && self.victim.get_or_init(|| token.to_vec()) == token {
                    return Ok(address);
                }
            }
            Err(Failed::from("the scan ended"))
        };
        timeout(PATIENCE, hearing).await.map_err(|_| Failed::from("nobody was heard"))?
    }

    /// Connects and learns what attributes there are.
    pub(crate) async fn connect(&self) -> Result<Att, Failed> {
        let (_, channel) = self.reach(0, ATT).await?;
        let mut att = Att { channel, attributes: Vec::new() };
        att.ask(&[&[MTU_REQUEST], &MTU.to_le_bytes()[..]].concat()).await?;
        att.learn().await?;
        Ok(att)
    }

    /// Opens L2CAP channels on one connection, where devices of the protocol listen; as many as there are to be had.
    pub(crate) async fn channels(&self, at_most: usize) -> Result<Vec<SeqPacket>, Failed> {
        let (peer, first) = self.reach(PSM, 0).await?;
        let mut open = vec![first];
        while open.len() < at_most
            && let Ok(Ok(channel)) = timeout(ATTEMPT, self.channel(peer, PSM, 0)).await
        {
            open.push(channel);
        }
        Ok(open)
    }

    /// Connects to somebody who shows the service. Whoever was heard has another address as soon as another connects, so
    /// it takes several attempts where there are several strangers.
    async fn reach(&self, psm: u16, cid: u16) -> Result<(Address, SeqPacket), Failed> {
        let reaching = async {
            loop {
                let Ok(Ok(peer)) = timeout(LISTENING, self.hear()).await else {
                    sleep(Duration::from_millis(100)).await;
                    continue;
                };
                if let Ok(Ok(channel)) = timeout(ATTEMPT, self.channel(peer, psm, cid)).await {
                    return Ok((peer, channel));
                }
            }
        };
        timeout(PATIENCE, reaching).await.map_err(|_| Failed::from("nobody could be reached"))?
    }

    async fn channel(&self, peer: Address, psm: u16, cid: u16) -> Result<SeqPacket, Failed> {
        let socket = Socket::<SeqPacket>::new_seq_packet()?;
        let (here, kind) = (self.adapter.address().await?, self.adapter.address_type().await?);
        socket.bind(SocketAddr { addr: here, addr_type: kind, psm: 0, cid })?;
        let there = SocketAddr { addr: peer, addr_type: AddressType::LeRandom, psm, cid };
        let channel = socket.connect(there).await?;
        // The call can be over before the channel is up.
        while channel.send_mtu().is_err() {
            sleep(Duration::from_millis(10)).await;
        }
        Ok(channel)
    }
}

impl Att {
    /// Asks and waits for the answer; what else comes in between is passed over.
    pub(crate) async fn ask(&mut self, question: &[u8]) -> Result<Vec<u8>, Failed> {
        self.channel.send(question).await?;
        let answer = async {
            loop {
                let packet = self.hear().await?;
                // An answer is the question's number and one, or an error that names the question.
                let asked = question.first().copied().unwrap_or_default();
                match packet[..] {
                    [ERROR, of, ..] if of == asked => return Ok(packet),
                    [code, ..] if code == asked + 1 => return Ok(packet),
                    // The other side may ask, too, and must not wait for long.
                    [code, ..] if code % 2 == 0 && code < 0x1b => self.refuse(code).await?,
                    _ => {}
                }
            }
        };
        timeout(ANSWERED, answer).await.map_err(|_| Failed::from("no answer came"))?
    }

    /// Says something and waits for nothing.
    pub(crate) async fn say(&self, packet: &[u8]) -> Result<(), Failed> {
        Ok(timeout(PATIENCE, self.channel.send(packet)).await?.map(drop)?)
    }

    /// The next packet of the peer; an error once the connection is gone.
    pub(crate) async fn hear(&self) -> Result<Vec<u8>, Failed> {
        let mut packet = vec![0; MTU.into()];
        let length = self.channel.recv(&mut packet).await?;
        if length == 0 {
            return Err("the connection is gone".into());
        }
        packet.truncate(length);
        Ok(packet)
    }

    /// How long the peer lets it be connected from now on.
    pub(crate) async fn stay(&self) -> Duration {
        let start = Instant::now();
        while self.hear().await.is_ok() {}
        start.elapsed()
    }

    /// The value of an attribute, where it may be read.
    pub(crate) async fn read(&mut self, handle: u16) -> Result<Option<Vec<u8>>, Failed> {
        let answer = self.ask(&[&[READ], &handle.to_le_bytes()[..]].concat()).await?;
        Ok(answer.strip_prefix(&[READ + 1]).map(<[u8]>::to_vec))
    }

    /// Writes with an answer; whether it was taken.
    pub(crate) async fn write(&mut self, handle: u16, value: &[u8]) -> Result<bool, Failed> {
        let answer = self.ask(&[&[WRITE], &handle.to_le_bytes()[..], value].concat()).await?;
        Ok(answer.first() == Some(&(WRITE + 1)))
    }

    /// The handle of the first attribute of a type.
    pub(crate) fn handle(&self, kind: u128) -> Result<u16, Failed> {
        let found = self.attributes.iter().find(|(_, of)| *of == kind);
        Ok(found.ok_or("there is no such attribute")?.0)
    }

    /// Subscribes to a characteristic: its descriptor (0x2902) is the next after the value.
    pub(crate) async fn subscribe(&mut self, value: u16) -> Result<(), Failed> {
        let descriptor = self.attributes.iter().find(|(handle, kind)| *handle > value && *kind == 0x2902);
        let handle = descriptor.ok_or("it cannot be subscribed to")?.0;
        if self.write(handle, &[1, 0]).await? { Ok(()) } else { Err("the subscription was refused".into()) }
    }

    async fn learn(&mut self) -> Result<(), Failed> {
        let mut from = 1_u16;
        loop {
            let question = [&[FIND_INFORMATION], &from.to_le_bytes()[..], &[0xff, 0xff]].concat();
            let answer = self.ask(&question).await?;
            let Some((&format, pairs)) =
                answer.strip_prefix(&[FIND_INFORMATION + 1]).and_then(<[u8]>::split_first)
            else {
                return Ok(());
            };
            let bytes = if format == 1 { 4 } else { 18 };
            for pair in pairs.chunks_exact(bytes) {
                let handle = u16::from_le_bytes([pair[0], pair[1]]);
                let kind = pair[2..].iter().rev().fold(0, |kind, byte| kind << 8 | u128::from(*byte));
                self.attributes.push((handle, kind));
                from = handle;
            }
            let Some(next) = from.checked_add(1) else { return Ok(()) };
            from = next;
        }
    }

    async fn refuse(&self, question: u8) -> Result<(), Failed> {
        // "Request not supported".
        self.say(&[ERROR, question, 0, 0, 0x06]).await
    }
}
