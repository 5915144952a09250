//! Links: dialled for one exchange, slow as Bluetooth is, and cut when their ends part.

use sighej_ble::wire::{PACKET_HEADER, channel::MESSAGE_HEADER};
use sighej_engine::{ChannelId, LinkId, RadioAddress, Transport};

use crate::faults::Fate;

use super::{
    Role, World,
    inbox::{Frame, Input},
    judge::{End, LAST_MESSAGE, Meeting},
    queue::{Arrival, Happening},
    shell::Said,
};

/// A link: the one who dialled is side 0.
pub(super) struct Wire {
    pub(super) transport: Transport,
    pub(super) ends: [u32; 2],
    packet: usize,
    packet_us: u64,
    /// Until when what each side sent takes.
    busy: [u64; 2],
    channels: Vec<Channel>,
}

/// An exchange's messages.
struct Channel {
    /// The side that opened it.
    opener: usize,
    names: [ChannelId; 2],
    closed: [bool; 2],
    meeting: Meeting,
}

impl Channel {
    /// A side of the link as the exchange counts: its opener is 0.
    fn side(&self, side: usize) -> usize {
        usize::from(side != self.opener)
    }
}

impl Wire {
    /// How many packets a message takes.
    pub(super) fn packets(&self, bytes: usize) -> u64 {
        (bytes + MESSAGE_HEADER).div_ceil(self.packet - PACKET_HEADER) as u64
    }

    /// One side sends so many packets, behind what it sent before. Says when the last is on the air.
    pub(super) fn send(&mut self, side: usize, packets: u64, now: u64) -> u64 {
        self.busy[side] = self.busy[side].max(now) + packets * self.packet_us;
        self.busy[side]
    }
}

fn link_id(wire: u64, side: usize) -> LinkId {
    LinkId(2 * wire + side as u64)
}

/// Between two ends, after what was sent is on the air.
pub(super) const LATENCY: u64 = 5_000;
/// Of a local network: bytes of a packet, and how long it takes.
const LAN_PACKET: (usize, u64) = (1_400, 200);
/// How long the other end takes to notice that a link is gone.
const SUPERVISION: u64 = 2_000_000;

impl World {
    pub(super) fn dialled(&mut self, who: u32, under: RadioAddress, address: RadioAddress) {
        if self.devices[who as usize].address != under || !self.devices[who as usize].is_present() {
            return;
        }
        let target = self.at_address(address).filter(|target| {
            let target = &self.devices[*target as usize];
            target.links < target.platform.traits().links
        });
        let Some(target) = target.filter(|target| self.reaches(who, *target)) else {
            self.devices[who as usize].links = self.devices[who as usize].links.saturating_sub(1);
            return self.dial_failed(who, under, address);
        };
        self.devices[target as usize].links += 1;
        let traits = [who, target].map(|end| self.devices[end as usize].platform.traits());
        let wire = self.join([who, target], Transport::Ble);
        let shown = &self.devices[target as usize];
        let mut bytes = [shown.version_flags; 9];
        if let Some(token) = shown.token {
            bytes[1..].copy_from_slice(token.as_bytes());
        }
        let read = self.now + LATENCY + 2 * traits[1].packet_us;
        self.queue.push(read, Happening::OnWire { wire, side: 0, what: Arrival::Token(bytes) });
    }

    /// A link comes up between two devices.
    pub(super) fn join(&mut self, ends: [u32; 2], transport: Transport) -> u64 {
        let traits = ends.map(|end| self.devices[end as usize].platform.traits());
        let (packet, packet_us) = if transport == Transport::Lan {
            LAN_PACKET
        } else {
            (traits[0].packet.min(traits[1].packet), traits[0].packet_us.max(traits[1].packet_us))
        };
        let wire = self.name();
        let busy = [self.now; 2];
        self.wires.insert(wire, Wire { transport, ends, packet, packet_us, busy, channels: Vec::new() });
        for (side, end) in ends.into_iter().enumerate().rev() {
            self.devices[end as usize].wires.push(wire);
            self.queue.push(self.now + LATENCY, Happening::OnWire { wire, side, what: Arrival::Up });
        }
        wire
    }

    /// A device shows itself to the other end of a link.
    pub(super) fn present(&mut self, link: LinkId, bytes: &[u8]) {
        let (wire, side) = (link.0 / 2, (link.0 % 2) as usize);
        if let Ok(bytes) = bytes.try_into() {
            let what = Arrival::Token(bytes);
            self.queue.push(self.now + LATENCY, Happening::OnWire { wire, side: 1 - side, what });
        }
    }

    /// Something arrives at an end of a link.
    pub(super) fn on_wire(&mut self, wire: u64, side: usize, what: Arrival) {
        let Some(on) = self.wires.get(&wire) else { return };
        let (link, transport) = (link_id(wire, side), on.transport);
        let (who, other) = (on.ends[side], on.ends[1 - side]);
        let open = |number: usize| on.channels.get(number).filter(|channel| !channel.closed[side]);
        let input = match what {
            Arrival::Up => {
                let dialled = side == 0 && transport == Transport::Ble;
                let address = dialled.then(|| self.devices[other as usize].address);
                Some(Input::Up { link, transport, address })
            }
            Arrival::Token(bytes) => Some(Input::Presence { link, bytes }),
            Arrival::Opened(number) => {
                open(number).map(|channel| Input::Opened { link, channel: channel.names[side] })
            }
            Arrival::Frame(number, bytes) => open(number).map(|channel| {
                let (meeting, of_side) = (channel.meeting, channel.side(side));
                let of = Frame { wire, channel: number, meeting, side: of_side };
                Input::Frame { channel: channel.names[side], bytes, of }
            }),
            Arrival::Mesh(bytes) => {
                self.hears_over_mesh(who, &bytes);
                Some(Input::Mesh { link, bytes })
            }
            Arrival::Closed(number) => open(number).map(|channel| Input::Closed(channel.names[side])),
        };
        if let Some(input) = input {
            self.tell(who, input);
        }
    }

    /// An exchange ended for one side. What that side sent in the same breath may have cost it the link: it ended all the same.
    pub(super) fn ended(&mut self, of: Frame, said: Said) {
        let Frame { wire, channel, meeting, side } = of;
        let link = self.wires.get_mut(&wire);
        if let Some(channel) = link.and_then(|link| link.channels.get_mut(channel)) {
            channel.meeting.ended[side] = Some(End::of(&said));
        }
        self.judge(meeting, side, said);
    }

    pub(super) fn open(&mut self, who: u32, link: LinkId, channel: ChannelId) {
        let (wire, side) = (link.0 / 2, (link.0 % 2) as usize);
        let names = self.name();
        let Some(on) = self.wires.get_mut(&wire) else { return };
        let theirs = ChannelId::Inbound(names);
        let ends = [on.ends[side], on.ends[1 - side]];
        on.channels.push(Channel {
            opener: side,
            names: if side == 0 { [channel, theirs] } else { [theirs, channel] },
            closed: [false; 2],
            meeting: Meeting::new(ends, ends.map(|end| self.devices[end as usize].token)),
        });
        let number = on.channels.len() - 1;
        let at = on.send(side, 1, self.now) + LATENCY;
        self.measure.began(who);
        self.queue.push(at, Happening::OnWire { wire, side: 1 - side, what: Arrival::Opened(number) });
    }

    pub(super) fn carry(&mut self, who: u32, channel: ChannelId, bytes: Vec<u8>) {
        let Some((wire, side, number)) = self.channel(who, channel) else { return self.lose(who, channel) };
        let fate = self.faults.fate(&mut self.dice);
        let Some(link) = self.wires.get_mut(&wire) else { return };
        let channel = &mut link.channels[number];
        let of = channel.side(side);
        let message = channel.meeting.send(of);
        let meeting = channel.meeting;
        let keeps = self.devices[who as usize].role == (Role::Attacker { withholds_tags: true });
        if keeps && message == LAST_MESSAGE {
            return self.cut(wire, None);
        }
        let packets = link.packets(bytes.len());
        let at = link.send(side, packets, self.now) + LATENCY;
        self.measure.sent(who, bytes.len() as u64 + packets * PACKET_HEADER as u64);
        self.charge(&meeting, of, message);
        let what = Arrival::Frame(number, bytes.into());
        let happening = |what| Happening::OnWire { wire, side: 1 - side, what };
        match fate {
            Fate::Arrives if !self.is_whole(wire) => self.cut(wire, None),
            Fate::Arrives => self.queue.push(at, happening(what)),
            Fate::Lost => self.cut(wire, None),
            Fate::Doubled => {
                self.queue.push(at, happening(what.clone()));
                self.queue.push(at + LATENCY, happening(what));
            }
            Fate::Late(by) => self.queue.push(at + by, happening(what)),
        }
    }

    /// A message into a link that is lost, which its sender has not noticed yet: it arrives nowhere, and is charged for.
    fn lose(&mut self, who: u32, channel: ChannelId) {
        let lost = self.parted.values_mut().find_map(|wire| {
            let side = wire.ends.iter().position(|end| *end == who)?;
            let on = wire.channels.iter_mut().rfind(|open| open.names[side] == channel)?;
            let of = on.side(side);
            let message = on.meeting.send(of);
            Some((on.meeting, of, message))
        });
        if let Some((meeting, side, message)) = lost {
            self.charge(&meeting, side, message);
        }
    }

    pub(super) fn close(&mut self, who: u32, channel: ChannelId) {
        let Some((wire, side, number)) = self.channel(who, channel) else { return };
        let Some(link) = self.wires.get_mut(&wire) else { return };
        link.channels[number].closed[side] = true;
        let at = link.busy[side].max(self.now) + LATENCY;
        self.queue.push(at, Happening::OnWire { wire, side: 1 - side, what: Arrival::Closed(number) });
    }

    pub(super) fn hang_up(&mut self, who: u32, link: LinkId) {
        self.cut(link.0 / 2, Some(who));
    }

    pub(super) fn link_down(&mut self, who: u32, life: u32, link: LinkId) {
        self.parted.remove(&(link.0 / 2));
        if self.devices[who as usize].life == life {
            self.tell(who, Input::Down(link));
        }
    }

    /// Whether the two ends of a link still reach each other.
    pub(super) fn is_whole(&self, wire: u64) -> bool {
        self.wires.get(&wire).is_some_and(|on| match on.transport {
            Transport::Lan => self.shares_lan(on.ends[0], on.ends[1]),
            Transport::Ble | Transport::Relay | Transport::Mesh => self.reaches(on.ends[0], on.ends[1]),
        })
    }

    /// Of a device's links those are lost whose ends have parted.
    pub(super) fn part(&mut self, who: u32) {
        let mine = &self.devices[who as usize].wires;
        let parted: Vec<u64> = mine.iter().copied().filter(|wire| !self.is_whole(*wire)).collect();
        parted.into_iter().for_each(|wire| self.cut(wire, None));
    }

    /// All links of a device that fell silent, or died.
    pub(super) fn cut_all(&mut self, who: u32) {
        let mine = self.devices[who as usize].wires.clone();
        mine.into_iter().for_each(|wire| self.cut(wire, Some(who)));
        self.devices[who as usize].links = 0;
    }

    /// A link is gone; whoever did not cut it notices.
    pub(super) fn cut(&mut self, wire: u64, cutter: Option<u32>) {
        let Some(gone) = self.wires.remove(&wire) else { return };
        let Wire { ends, transport, .. } = gone;
        self.parted.insert(wire, gone);
        for (side, who) in ends.into_iter().enumerate() {
            let device = &mut self.devices[who as usize];
            device.links = device.links.saturating_sub(u8::from(transport == Transport::Ble));
            device.wires.retain(|on| *on != wire);
            if cutter != Some(who) {
                let life = device.life;
                let after = if cutter.is_some() { LATENCY } else { SUPERVISION };
                let link = link_id(wire, side);
                self.queue.push(self.now + after, Happening::LinkDown { who, life, link });
            }
        }
    }

    /// Where a channel of a device is: link, side, number on the link.
    fn channel(&self, who: u32, channel: ChannelId) -> Option<(u64, usize, usize)> {
        self.devices[who as usize].wires.iter().find_map(|name| {
            let wire = self.wires.get(name)?;
            let side = wire.ends.iter().position(|end| *end == who)?;
            let number = wire.channels.iter().rposition(|open| open.names[side] == channel)?;
            Some((*name, side, number))
        })
    }
}
