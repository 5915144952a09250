//! Links, as the controllers at their ends saw them.

use std::{collections::BTreeMap, fmt, time::Duration};

use crate::{
    capture::{Packet, Record},
    reader::Reader,
};

const EVENT_DISCONNECTED: u8 = 0x05;
const EVENT_LE: u8 = 0x3e;
const LE_CONNECTED: u8 = 0x01;
const LE_CONNECTED_ENHANCED: u8 = 0x0a;
/// The channel of the attribute protocol.
const ATT: u16 = 4;
/// The attribute protocol's operations that carry an application's data: a write, its answer, a write without one, a
/// notification, several of them. All others find out what there is, or read it.
const ATT_CARRIES: [u8; 5] = [0x12, 0x13, 0x52, 0x1b, 0x23];
/// The channel on which channels are opened and given credits.
const SIGNALS: u16 = 5;
/// The first channel that is opened by request: an L2CAP channel of an application.
const FIRST_DYNAMIC: u16 = 0x40;
/// The two flag bits that mark a packet as the continuation of one before.
const CONTINUES: u16 = 0b01;

/// A link, seen from one end.
#[derive(Clone, PartialEq, Eq)]
pub struct Seen {
    /// The controller at this end.
    pub controller: u16,
    /// Its role.
    pub role: Role,
    /// The other end's address, most significant byte first.
    pub peer: [u8; 6],
    /// Since when, by the lab's time of day since 1970.
    pub up: Duration,
    /// Until when; `None` while it lasts.
    pub down: Option<Duration>,
    /// What this end sent.
    pub sent: Traffic,
    /// What it received.
    pub received: Traffic,
    handle: u16,
}

/// Addresses stay unprinted.
impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("controller", &self.controller)
            .field("role", &self.role)
            .field("up", &self.up)
            .field("down", &self.down)
            .field("sent", &self.sent)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// Which end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It connected.
    Central,
    /// It advertised, and was connected to.
    Peripheral,
}

/// What passed in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    channels: BTreeMap<u16, Count>,
    /// What of the attribute protocol carries an application's data.
    values: Count,
    /// Of which packet the next continuation is.
    current: Current,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Current {
    channel: u16,
    is_value: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    packets: usize,
    bytes: usize,
}

impl Traffic {
    /// All bytes, L2CAP's headers of four bytes included.
    pub fn bytes(&self) -> usize {
        self.channels.values().map(|count| count.bytes).sum()
    }

    /// Bytes of the attribute protocol, with L2CAP's headers.
    pub fn att_bytes(&self) -> usize {
        self.on(ATT).bytes
    }

    /// Packets of the attribute protocol.
    pub fn att_packets(&self) -> usize {
        self.on(ATT).packets
    }

    /// Bytes on channels that applications have opened, with L2CAP's headers.
    pub fn channel_bytes(&self) -> usize {
        self.channels.range(FIRST_DYNAMIC..).map(|(_, count)| count.bytes).sum()
    }

    /// Packets on such channels.
    pub fn channel_packets(&self) -> usize {
        self.channels.range(FIRST_DYNAMIC..).map(|(_, count)| count.packets).sum()
    }

    /// Packets and bytes of what applications have passed: the packets of their channels, and writes, their answers and
    /// notifications. With L2CAP's and the attribute protocol's headers, without discovery.
    pub fn carried(&self) -> (usize, usize) {
        (self.channel_packets() + self.values.packets, self.channel_bytes() + self.values.bytes)
    }

    /// Bytes by which channels are opened, closed and given credits.
    pub fn signal_bytes(&self) -> usize {
        self.on(SIGNALS).bytes
    }

    fn on(&self, channel: u16) -> Count {
        self.channels.get(&channel).copied().unwrap_or_default()
    }

    fn add(&mut self, flags: u16, data: &[u8]) {
        let continues = flags & 0b11 == CONTINUES;
        if !continues {
            // An L2CAP packet begins with its length and its channel.
            let mut header = Reader(data);
            let (Some(_length), Some(channel)) = (header.u16(), header.u16()) else { return };
            let is_value = channel == ATT && header.u8().is_some_and(|code| ATT_CARRIES.contains(&code));
            self.current = Current { channel, is_value };
        }
        let count = |count: &mut Count| {
            count.bytes += data.len();
            count.packets += usize::from(!continues);
        };
        count(self.channels.entry(self.current.channel).or_default());
        if self.current.is_value {
            count(&mut self.values);
        }
    }
}

/// Every link in these records, in the order in which they came up.
pub(crate) fn links(records: &[Record]) -> Vec<Seen> {
    let mut links: Vec<Seen> = Vec::new();
    for record in records {
        match &record.packet {
            Packet::Event(event) => take_event(&mut links, record, event),
            Packet::Sent(data) => count(&mut links, record, data, |link| &mut link.sent),
            Packet::Received(data) => count(&mut links, record, data, |link| &mut link.received),
            Packet::Command(_) | Packet::Other(_) => {}
        }
    }
    links
}

fn take_event(links: &mut Vec<Seen>, record: &Record, event: &[u8]) {
    let mut rest = Reader(event);
    let (Some(code), Some(_length)) = (rest.u8(), rest.u8()) else { return };
    match code {
        EVENT_DISCONNECTED => {
            let (Some(0), Some(handle)) = (rest.u8(), rest.u16()) else { return };
            if let Some(link) = open(links, record.controller, handle) {
                link.down = Some(record.at);
            }
        }
        EVENT_LE => links.extend(connected(record, rest)),
        _ => {}
    }
}

/// Core specification, volume 4, part E, 7.7.65.1 and 7.7.65.10: the same as far as they are read here.
fn connected(record: &Record, mut rest: Reader<'_>) -> Option<Seen> {
    let (LE_CONNECTED | LE_CONNECTED_ENHANCED) = rest.u8()? else { return None };
    let status = rest.u8()?;
    let handle = rest.u16()?;
    let role = if rest.u8()? == 0 { Role::Central } else { Role::Peripheral };
    let _address_type = rest.u8()?;
    let peer = rest.address()?;
    (status == 0).then(|| Seen {
        controller: record.controller,
        role,
        peer,
        up: record.at,
        down: None,
        sent: Traffic::default(),
        received: Traffic::default(),
        handle,
    })
}

fn count(links: &mut [Seen], record: &Record, data: &[u8], side: fn(&mut Seen) -> &mut Traffic) {
    let mut rest = Reader(data);
    let (Some(handle_and_flags), Some(_length)) = (rest.u16(), rest.u16()) else { return };
    if let Some(link) = open(links, record.controller, handle_and_flags & 0x0fff) {
        side(link).add(handle_and_flags >> 12, rest.0);
    }
}

/// The controller's newest link under this handle; data may still come after a link is down.
fn open(links: &mut [Seen], controller: u16, handle: u16) -> Option<&mut Seen> {
    links.iter_mut().rev().find(|link| link.controller == controller && link.handle == handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_in_pieces_is_counted_once_and_with_all_its_bytes() {
        let mut traffic = Traffic::default();
        traffic.add(0b10, b"\x06\x00\x04\x00\x01\x01");
        traffic.add(0b01, b"\x00\x09\x09\x09");
        traffic.add(0b00, b"\x02\x00\x40\x00\x01\x02");
        assert_eq!((traffic.att_packets(), traffic.att_bytes()), (1, 10));
        assert_eq!((traffic.channel_packets(), traffic.channel_bytes()), (1, 6));
        assert_eq!(traffic.bytes(), 16);
        assert_eq!(traffic.carried(), (1, 6), "0x01 is an error, not data");
        traffic.add(0b10, b"\x06\x00\x04\x00\x1b\x01");
        traffic.add(0b01, b"\x00\x09\x09\x09");
        assert_eq!(traffic.carried(), (2, 16));
    }

    #[test]
    fn data_of_an_unknown_link_is_left_out() {
        let records = [Record {
            controller: 0,
            at: Duration::ZERO,
            packet: Packet::Sent(b"\x01\x20\x00\x00".to_vec()),
        }];
        assert!(links(&records).is_empty());
    }
}
