//! The relay of a world: the real matcher, one connection for each identity of a device, and everything that passed.

use std::{collections::BTreeMap, time::Duration};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::relay::RegistrationChallenge;
use sighej_engine::Now;
use sighej_matcher::{ConnectionId, Event, Limits, Matcher, Transmit};
use sighej_relay_api::wire::{Bye, ClientMessage, RelayMessage};

use super::{Input, START, World, secs};

/// How long a device needs to come back by itself.
const RECONNECT: Duration = secs(2);

pub(crate) struct Hall {
    matcher: Matcher,
    /// The connection of each device that has one.
    connections: BTreeMap<usize, ConnectionId>,
    /// Connections whose proof is awaited.
    challenged: BTreeMap<ConnectionId, RegistrationChallenge>,
    registered: BTreeMap<ConnectionId, usize>,
    counter: u64,
    /// Nobody can connect.
    pub(crate) unreachable: bool,
    /// What it counted.
    pub(crate) counted: Vec<Event>,
    /// Every frame that devices sent, with the sender.
    pub(crate) heard: Vec<(Duration, usize, Vec<u8>)>,
    /// Every frame that it sent, with the receiver.
    pub(crate) said: Vec<(Duration, usize, Vec<u8>)>,
    /// Its clock is ahead by so many seconds.
    pub(crate) ahead: i64,
    rng: ChaCha20Rng,
}

impl Hall {
    fn new(seed: u64, elapsed: Duration) -> Self {
        Self {
            matcher: matcher(seed, elapsed),
            connections: BTreeMap::new(),
            challenged: BTreeMap::new(),
            registered: BTreeMap::new(),
            counter: 0,
            unreachable: false,
            counted: Vec::new(),
            heard: Vec::new(),
            said: Vec::new(),
            ahead: 0,
            rng: ChaCha20Rng::seed_from_u64(seed),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        self.matcher.poll_timeout()
    }

    fn utc(&self, now: Duration) -> Duration {
        secs(START.checked_add_signed(self.ahead).unwrap()) + now
    }

    /// Comparisons so far.
    pub(crate) fn compared(&self) -> usize {
        self.counted.iter().filter(|event| matches!(event, Event::Compared { .. })).count()
    }
}

fn matcher(seed: u64, elapsed: Duration) -> Matcher {
    let now = sighej_matcher::Now { elapsed, utc: secs(START) + elapsed };
    Matcher::new(Limits::default(), [seed as u8; 32], now)
}

impl World {
    /// With a relay that all devices use.
    pub(crate) fn with_relay(mut self) -> Self {
        self.hall = Some(Hall::new(self.rng, self.now));
        self
    }

    pub(crate) fn hall(&mut self) -> &mut Hall {
        self.hall.as_mut().unwrap()
    }

    /// A device appears under another token, or its connection was lost: it connects, in a while.
    pub(super) fn connect_to_relay(&mut self, node: usize, after: Duration) {
        if self.hall.is_some() {
            let at = self.arrival() + after;
            let token = self.nodes[node].token;
            self.push(at, node, Input::RelayDial(token), None);
        }
    }

    pub(super) fn dial_relay(&mut self, node: usize) {
        let now = self.now;
        let Some(hall) = self.hall.as_mut() else { return };
        if hall.connections.contains_key(&node) {
            return;
        }
        if hall.unreachable {
            return self.connect_to_relay(node, RECONNECT);
        }
        hall.counter += 1;
        let connection = ConnectionId(hall.counter);
        let challenge = RegistrationChallenge::new(&mut hall.rng);
        let utc_ms = u64::try_from(hall.utc(now).as_millis()).unwrap();
        let welcome =
            RelayMessage::Welcome { challenge: challenge.as_bytes(), utc_ms, epoch_secs: 600 }.encode();
        hall.connections.insert(node, connection);
        hall.challenged.insert(connection, challenge);
        let now = self.time(node);
        self.nodes[node].engine.handle_relay_up(now);
        self.drain(node);
        self.relay_sends(node, connection, welcome);
    }

    /// A frame on its way to a device.
    fn relay_sends(&mut self, node: usize, connection: ConnectionId, bytes: Vec<u8>) {
        let at = self.relay_order(node, connection, false);
        self.push(at, node, Input::FromRelay(connection.0, bytes), None);
    }

    pub(super) fn relay_hears(&mut self, node: usize, bytes: Vec<u8>) {
        let Some(connection) = self.hall.as_ref().and_then(|hall| hall.connections.get(&node).copied())
        else {
            return;
        };
        let at = self.relay_order(node, connection, true);
        self.push(at, node, Input::ToRelay(connection.0, bytes), None);
    }

    /// A WebSocket is in order.
    fn relay_order(&mut self, node: usize, connection: ConnectionId, up: bool) -> Duration {
        let at = self.arrival();
        let last = self.relay_arrivals.entry((node, connection.0, up)).or_default();
        *last = at.max(*last);
        *last
    }

    pub(super) fn deliver_from_relay(&mut self, node: usize, connection: u64, bytes: &[u8]) {
        let now = self.time(node);
        let hall = self.hall.as_mut().unwrap();
        if hall.connections.get(&node) == Some(&ConnectionId(connection)) {
            hall.said.push((self.now, node, bytes.to_vec()));
            self.nodes[node].engine.handle_relay_frame(bytes, now);
            self.drain(node);
        }
    }

    pub(super) fn deliver_to_relay(&mut self, node: usize, connection: u64, bytes: &[u8]) {
        let connection = ConnectionId(connection);
        let elapsed = self.now;
        let hall = self.hall.as_mut().unwrap();
        hall.heard.push((elapsed, node, bytes.to_vec()));
        if let Some(challenge) = hall.challenged.remove(&connection) {
            let Ok(ClientMessage::Register { epoch, registration }) = ClientMessage::decode(bytes) else {
                panic!("the first word is a registration");
            };
            let registration = challenge.verify(registration).unwrap();
            let now = sighej_matcher::Now { elapsed, utc: hall.utc(elapsed) };
            hall.registered.insert(connection, node);
            hall.matcher.handle_registration(connection, registration, epoch, now);
        } else if hall.registered.contains_key(&connection) {
            hall.matcher.handle_frame(connection, bytes, elapsed);
        }
        self.pump_relay();
    }

    pub(super) fn wake_relay(&mut self) {
        let elapsed = self.now;
        self.hall().matcher.handle_timeout(elapsed);
        self.pump_relay();
    }

    fn pump_relay(&mut self) {
        while let Some(event) = self.hall().matcher.poll_event() {
            self.hall().counted.push(event);
        }
        while let Some(transmit) = self.hall().matcher.poll_transmit() {
            match transmit {
                Transmit::Frame { connection, bytes } => {
                    let node = self.hall().registered[&connection];
                    self.relay_sends(node, connection, bytes.to_vec());
                }
                Transmit::Close { connection, why } => {
                    let Some(node) = self.hall().registered.remove(&connection) else { continue };
                    if let Some(why) = why {
                        let bye = RelayMessage::Bye { why, after_secs: 1 }.encode();
                        self.relay_sends(node, connection, bye);
                    }
                }
            }
        }
    }

    /// The device closes its end, behind what it sent.
    pub(super) fn leave_relay(&mut self, node: usize) {
        let Some(connection) = self.hall.as_mut().and_then(|hall| hall.connections.remove(&node)) else {
            return;
        };
        let at = self.relay_order(node, connection, true);
        self.push(at, node, Input::LeftRelay(connection.0), None);
    }

    pub(super) fn left_relay(&mut self, connection: u64) {
        let (connection, elapsed) = (ConnectionId(connection), self.now);
        let hall = self.hall();
        hall.challenged.remove(&connection);
        if hall.registered.remove(&connection).is_some() {
            hall.matcher.handle_lost(connection, elapsed);
            self.pump_relay();
        }
    }

    /// The connection breaks: what is on its way is lost, and both ends notice. The device comes back `after`.
    pub(crate) fn break_relay(&mut self, node: usize, after: Duration) {
        let Some(connection) = self.hall().connections.remove(&node) else { return };
        self.left_relay(connection.0);
        self.queue.retain(|_, (_, input, _)| {
            !matches!(input, Input::FromRelay(on, _) | Input::ToRelay(on, _) if *on == connection.0)
        });
        let now: Now = self.time(node);
        self.nodes[node].engine.handle_relay_down(now);
        self.drain(node);
        self.connect_to_relay(node, after);
    }

    /// The relay is killed and comes back without a memory.
    pub(crate) fn restart_relay(&mut self) {
        let (seed, now) = (self.rng, self.now);
        self.hall().matcher = matcher(seed, now);
        self.hall().registered.clear();
        self.hall().challenged.clear();
        for node in 0..self.nodes.len() {
            self.break_relay(node, RECONNECT);
        }
    }

    /// A frame that no honest relay sends.
    pub(crate) fn forge_from_relay(&mut self, node: usize, message: &RelayMessage<'_>) {
        let connection = self.hall().connections[&node];
        self.deliver_from_relay(node, connection.0, &message.encode());
    }

    /// Says goodbye to a device.
    pub(crate) fn dismiss(&mut self, node: usize, why: Bye, after_secs: u32) {
        self.forge_from_relay(node, &RelayMessage::Bye { why, after_secs });
    }
}
