//! What the shell does in a real program: connections, channels, and bytes on their way, with their faults.

use std::time::Duration;

use sighej_engine::{Air, ChannelId, LinkId, RadioAddress, Transmit, Transport};

use super::{Input, World, secs};

/// A connection between two devices.
pub(super) struct Wire {
    pub(super) ends: [(usize, LinkId); 2],
    pub(super) transport: Transport,
}

impl World {
    pub(crate) fn connect(&mut self, a: usize, b: usize, transport: Transport) {
        self.counter += 1;
        let wire = self.counter;
        let ends = [(a, LinkId(2 * wire)), (b, LinkId(2 * wire + 1))];
        self.wires.insert(wire, Wire { ends, transport });
        let addresses = match transport {
            // The one that is dialled does not learn the dialler's advertising address.
            Transport::Ble => [Some(self.nodes[b].address), None],
            Transport::Lan | Transport::Relay | Transport::Mesh => [None, None],
        };
        for ((node, link), address) in ends.into_iter().zip(addresses) {
            let at = self.arrival();
            self.push(at, node, Input::LinkUp(link, transport, address), Some(wire));
        }
        if let (Transport::Ble, Some(token)) = (transport, self.nodes[b].token) {
            let mut bytes = vec![self.nodes[b].version_flags];
            bytes.extend_from_slice(token.as_bytes());
            let at = self.arrival() + Duration::from_millis(self.latency.1);
            self.push(at, a, Input::Presence(ends[0].1, bytes), Some(wire));
        }
    }

    pub(super) fn wires_between(&self, a: usize, b: usize, transport: Transport) -> Vec<u64> {
        let joins = |wire: &Wire| {
            let nodes = wire.ends.map(|(node, _)| node);
            wire.transport == transport && nodes.contains(&a) && nodes.contains(&b)
        };
        self.wires.iter().filter(|(_, wire)| joins(wire)).map(|(id, _)| *id).collect()
    }

    /// A wire goes down; everybody on it but `cutter` is told.
    pub(super) fn cut(&mut self, wire: u64, cutter: Option<usize>) {
        let Some(Wire { ends, .. }) = self.wires.remove(&wire) else { return };
        self.channels.retain(|_, (_, _, on)| *on != wire);
        for (node, link) in ends {
            if Some(node) != cutter {
                let at = self.arrival();
                self.push(at, node, Input::LinkDown(link), None);
            }
        }
    }

    pub(super) fn perform(&mut self, node: usize, transmit: Transmit) {
        match transmit {
            Transmit::Air(Air::Silent) => {
                self.nodes[node].token = None;
                let mine: Vec<u64> = self
                    .wires
                    .iter()
                    .filter(|(_, w)| w.ends.iter().any(|e| e.0 == node))
                    .map(|(id, _)| *id)
                    .collect();
                mine.into_iter().for_each(|wire| self.cut(wire, Some(node)));
                self.leave_relay(node);
            }
            Transmit::Air(Air::Present { version_flags, token }) => {
                let is_new = self.nodes[node].token != Some(token);
                if is_new {
                    self.counter += 1;
                    self.nodes[node].address = RadioAddress(self.counter);
                }
                self.nodes[node].token = Some(token);
                self.nodes[node].version_flags = version_flags;
                if is_new {
                    self.leave_relay(node);
                    self.connect_to_relay(node, Duration::ZERO);
                }
            }
            Transmit::Dial { address } => {
                let target = (0..self.nodes.len()).find(|n| self.nodes[*n].address == address);
                let reached =
                    target.filter(|t| self.nodes[*t].token.is_some() && self.air.contains_key(&(node, *t)));
                match reached.filter(|_| !self.no_dials && !self.chance(self.faults.lost)) {
                    Some(target) => self.connect(node, target, Transport::Ble),
                    None => self.push(self.now + secs(2), node, Input::DialFailed(address), None),
                }
            }
            Transmit::Presence { link, bytes } => {
                if let Some((wire, other, their_link)) = self.across(node, link) {
                    // Behind the link's coming up on the other side.
                    let at = self.now + Duration::from_millis(self.latency.1 + 1);
                    self.push(at, other, Input::Presence(their_link, bytes), Some(wire));
                }
            }
            Transmit::OpenChannel { link, channel } => self.open_channel(node, link, channel),
            Transmit::Frame { channel, bytes } => self.carry(node, channel, bytes),
            Transmit::CloseChannel { channel } => {
                if let Some((other, theirs, wire)) = self.channels.remove(&(node, channel)) {
                    self.channels.remove(&(other, theirs));
                    let at = self.in_order(other, theirs);
                    self.push(at, other, Input::Closed(theirs), Some(wire));
                }
            }
            Transmit::RelayFrame { bytes } => self.relay_hears(node, bytes),
            Transmit::RelayClose { away } => {
                self.leave_relay(node);
                if let Some(away) = away {
                    self.connect_to_relay(node, away.max(secs(1)));
                }
            }
            Transmit::Mesh { link, bytes } => self.pass(node, link, bytes),
            Transmit::CloseLink { link } => {
                if let Some((wire, ..)) = self.across(node, link) {
                    self.cut(wire, Some(node));
                }
            }
        }
    }

    fn open_channel(&mut self, node: usize, link: LinkId, channel: ChannelId) {
        let Some((wire, other, their_link)) = self.across(node, link) else {
            return self.push(self.now, node, Input::Closed(channel), None);
        };
        self.counter += 1;
        let theirs = ChannelId::Inbound(self.counter);
        self.exchange_of.extend([((node, channel), self.counter), ((other, theirs), self.counter)]);
        self.exchanges.insert(self.counter, [node, other].map(|n| (n, self.nodes[n].token)));
        self.channels.insert((node, channel), (other, theirs, wire));
        self.channels.insert((other, theirs), (node, channel, wire));
        let at = self.now + Duration::from_millis(self.latency.1 + 2);
        self.arrivals.insert((other, theirs), at);
        self.push(at, other, Input::Opened(their_link, theirs), Some(wire));
    }

    fn carry(&mut self, node: usize, channel: ChannelId, bytes: Vec<u8>) {
        let Some(&(other, theirs, wire)) = self.channels.get(&(node, channel)) else { return };
        let is_cut = self.cut_after == Some(0);
        self.cut_after = self.cut_after.and_then(|more| more.checked_sub(1));
        if is_cut || self.chance(self.faults.lost) {
            return self.cut(wire, None);
        }
        let copies = 1 + usize::from(self.chance(self.faults.doubled));
        for _ in 0..copies {
            let at = if self.chance(self.faults.reordered) {
                self.arrivals.get(&(other, theirs)).copied().unwrap_or_default().max(self.now)
                    + Duration::from_millis(3 * self.latency.1)
            } else {
                self.in_order(other, theirs)
            };
            self.push(at, other, Input::Frame(theirs, bytes.clone()), Some(wire));
        }
    }

    /// A frame of the mesh: whole and in order, or the link goes with it.
    fn pass(&mut self, node: usize, link: LinkId, bytes: Vec<u8>) {
        let Some((wire, other, theirs)) = self.across(node, link) else { return };
        if self.chance(self.faults.lost) {
            return self.cut(wire, None);
        }
        let at = self.in_order(other, ChannelId::Forwarded(theirs.0));
        self.push(at, other, Input::Mesh(theirs, bytes), Some(wire));
    }

    fn in_order(&mut self, node: usize, channel: ChannelId) -> Duration {
        let at = self.arrival();
        let last = self.arrivals.entry((node, channel)).or_default();
        *last = at.max(*last);
        *last
    }

    fn across(&self, node: usize, link: LinkId) -> Option<(u64, usize, LinkId)> {
        let wire = link.0 / 2;
        let ends = self.wires.get(&wire)?.ends;
        let (other, theirs) =
            *ends.iter().find(|(n, l)| *l != link && (*n != node || ends[0].0 == ends[1].0))?;
        Some((wire, other, theirs))
    }
}
