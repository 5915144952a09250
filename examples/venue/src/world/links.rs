//! Links: dialled for one exchange, slow as Bluetooth is, and cut when their ends part.

use sighej_ble::wire::{PACKET_HEADER, channel::MESSAGE_HEADER};
use sighej_engine::{ChannelId, LinkId, RadioAddress, Transport};

use crate::faults::Fate;

use super::{
    Role, World,
    queue::{Arrival, Happening},
    shell::Said,
};

/// A link: the one who dialled is side 0.
pub(super) struct Wire {
    ends: [u32; 2],
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
    tokens: [Option<sighej_crypto::Token>; 2],
    sent: [u8; 2],
    closed: [bool; 2],
    ended: [Option<End>; 2],
}

/// How an exchange ended for one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nudged.
    Nudge,
    /// Nothing shared, or the other would not.
    NoMatch,
    /// It would not itself.
    Withheld(sighej_engine::GateReason),
}

/// An exchange that ended for somebody.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Microseconds from the start.
    pub at: u64,
    /// For whom.
    pub who: u32,
    /// With whom.
    pub peer: u32,
    /// How.
    pub end: End,
    /// What the nudge named.
    pub shared: crate::interests::Ranks,
}

fn link_id(wire: u64, side: usize) -> LinkId {
    LinkId(2 * wire + side as u64)
}

/// Between two ends, after what was sent is on the air.
const LATENCY: u64 = 5_000;
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
        let wire = self.name();
        self.wires.insert(
            wire,
            Wire {
                ends: [who, target],
                packet: traits[0].packet.min(traits[1].packet),
                packet_us: traits[0].packet_us.max(traits[1].packet_us),
                busy: [self.now; 2],
                channels: Vec::new(),
            },
        );
        self.devices[who as usize].wires.push(wire);
        self.devices[target as usize].wires.push(wire);
        let shown = &self.devices[target as usize];
        let mut bytes = [shown.version_flags; 9];
        if let Some(token) = shown.token {
            bytes[1..].copy_from_slice(token.as_bytes());
        }
        self.queue.push(self.now + LATENCY, Happening::OnWire { wire, side: 1, what: Arrival::Up });
        self.queue.push(self.now + LATENCY, Happening::OnWire { wire, side: 0, what: Arrival::Up });
        let read = self.now + LATENCY + 2 * traits[1].packet_us;
        self.queue.push(read, Happening::OnWire { wire, side: 0, what: Arrival::Token(bytes) });
    }

    /// Something arrives at an end of a link.
    pub(super) fn on_wire(&mut self, wire: u64, side: usize, what: Arrival) {
        let Some(link) = self.wires.get(&wire) else { return };
        let (who, other) = (link.ends[side], link.ends[1 - side]);
        let at = self.time(who);
        let address = (side == 0).then(|| self.devices[other as usize].address);
        let name = |channel: usize| {
            link.channels
                .get(channel)
                .filter(|channel| !channel.closed[side])
                .map(|channel| channel.names[side])
        };
        match what {
            Arrival::Up => {
                let id = link_id(wire, side);
                let Some(engine) = self.engine(who) else { return };
                engine.handle_link_up(id, Transport::Ble, address, at);
                self.drain(who);
            }
            Arrival::Token(bytes) => {
                let Some(engine) = self.engine(who) else { return };
                engine.handle_presence(link_id(wire, side), &bytes, at);
                self.drain(who);
            }
            Arrival::Opened(channel) => {
                let Some(name) = name(channel) else { return };
                let Some(engine) = self.engine(who) else { return };
                engine.handle_channel_opened(link_id(wire, side), name, at);
                self.drain(who);
            }
            Arrival::Frame(channel, bytes) => {
                let Some(name) = name(channel) else { return };
                let Some(engine) = self.engine(who) else { return };
                engine.handle_frame(name, &bytes, at);
                if let Some(said) = self.drain(who) {
                    self.ended(wire, channel, side, said);
                }
            }
            Arrival::Closed(channel) => {
                let Some(name) = name(channel) else { return };
                let Some(engine) = self.engine(who) else { return };
                engine.handle_channel_closed(name, at);
                self.drain(who);
            }
        }
    }

    /// An exchange ended for one side: judged, alone and beside the other.
    fn ended(&mut self, wire: u64, channel: usize, side: usize, said: Said) {
        let Some(link) = self.wires.get_mut(&wire) else { return };
        let [me, peer] = [link.ends[side], link.ends[1 - side]];
        let Some(channel) = link.channels.get_mut(channel) else { return };
        let end = match &said {
            Said::Nudge(_) => End::Nudge,
            Said::NoMatch => End::NoMatch,
            Said::Withheld(gate) => End::Withheld(*gate),
        };
        channel.ended[side] = Some(end);
        let (theirs, tokens) = (channel.ended[1 - side], channel.tokens);
        let [mine, other] = [me, peer].map(|end| &self.devices[end as usize]);
        let honest = mine.is_honest() && other.is_honest();
        if honest && let Said::Nudge(nudge) = &said {
            let held = (mine.set(), other.set());
            let tokens = [tokens[side], tokens[1 - side]];
            let holds = self.model.nudged((me, peer), tokens, nudge, held);
            self.check(holds);
        }
        if honest && let Some(theirs) = theirs {
            let holds = self.model.both_ended((me, peer), end, theirs);
            self.check(holds);
        }
        let is_nudge = end == End::Nudge;
        let at = self.position(me);
        self.measure.ended((me, peer), is_nudge, self.now, at);
        if self.keep_outcomes {
            let shared = match said {
                Said::Nudge(nudge) => {
                    let ranks: Vec<usize> =
                        nudge.interests.iter().filter_map(|i| self.popularity.rank(i)).collect();
                    self.popularity.ranks(ranks)
                }
                Said::NoMatch | Said::Withheld(_) => crate::interests::Ranks::default(),
            };
            self.outcomes.push(Outcome { at: self.now, who: me, peer, end, shared });
        }
    }

    pub(super) fn open(&mut self, who: u32, link: LinkId, channel: ChannelId) {
        let (wire, side) = (link.0 / 2, (link.0 % 2) as usize);
        let names = self.name();
        let Some(on) = self.wires.get_mut(&wire) else { return };
        let theirs = ChannelId::Inbound(names);
        let tokens = on.ends.map(|end| self.devices[end as usize].token);
        on.channels.push(Channel {
            opener: side,
            names: if side == 0 { [channel, theirs] } else { [theirs, channel] },
            tokens,
            sent: [0; 2],
            closed: [false; 2],
            ended: [None; 2],
        });
        let number = on.channels.len() - 1;
        on.busy[side] = on.busy[side].max(self.now) + on.packet_us;
        let at = on.busy[side] + LATENCY;
        self.measure.began(who);
        self.queue.push(at, Happening::OnWire { wire, side: 1 - side, what: Arrival::Opened(number) });
    }

    pub(super) fn carry(&mut self, who: u32, channel: ChannelId, bytes: Vec<u8>) {
        let Some((wire, side, number)) = self.channel(who, channel) else { return };
        let fate = self.faults.fate(&mut self.dice);
        let Some(link) = self.wires.get_mut(&wire) else { return };
        let other = link.ends[1 - side];
        let channel = &mut link.channels[number];
        channel.sent[side] += 1;
        let message = 2 * channel.sent[side] - u8::from(channel.opener == side);
        let keeps = self.devices[who as usize].role == (Role::Attacker { withholds_tags: true });
        if keeps && message == LAST_MESSAGE {
            return self.cut(wire, None);
        }
        let peer = channel.tokens[1 - side];
        let packets = (bytes.len() + MESSAGE_HEADER).div_ceil(link.packet - PACKET_HEADER) as u64;
        link.busy[side] = link.busy[side].max(self.now) + packets * link.packet_us;
        let at = link.busy[side] + LATENCY;
        self.measure.sent(who, bytes.len() as u64 + packets * PACKET_HEADER as u64);
        if EVALUATIONS.contains(&message) && self.devices[who as usize].is_honest() {
            let holds = self.model.evaluates(who, peer, self.now);
            self.check(holds);
        }
        let what = Arrival::Frame(number, bytes.into());
        let happening = |what| Happening::OnWire { wire, side: 1 - side, what };
        match fate {
            Fate::Arrives if !self.reaches(who, other) => self.cut(wire, None),
            Fate::Arrives => self.queue.push(at, happening(what)),
            Fate::Lost => self.cut(wire, None),
            Fate::Doubled => {
                self.queue.push(at, happening(what.clone()));
                self.queue.push(at + LATENCY, happening(what));
            }
            Fate::Late(by) => self.queue.push(at + by, happening(what)),
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
        let at = self.time(who);
        if self.devices[who as usize].life == life
            && let Some(engine) = self.engine(who)
        {
            engine.handle_link_down(link, at);
            self.drain(who);
        }
    }

    /// All links of a device that fell silent, or died.
    pub(super) fn cut_all(&mut self, who: u32) {
        let mine = self.devices[who as usize].wires.clone();
        mine.into_iter().for_each(|wire| self.cut(wire, Some(who)));
        self.devices[who as usize].links = 0;
    }

    /// A link is gone; whoever did not cut it notices.
    pub(super) fn cut(&mut self, wire: u64, cutter: Option<u32>) {
        let Some(Wire { ends, .. }) = self.wires.remove(&wire) else { return };
        for (side, who) in ends.into_iter().enumerate() {
            let device = &mut self.devices[who as usize];
            device.links = device.links.saturating_sub(1);
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

/// Of five messages these carry an evaluation.
const EVALUATIONS: [u8; 2] = [3, 4];
/// The initiator's tags.
const LAST_MESSAGE: u8 = 5;
