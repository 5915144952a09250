//! A world of real engines: virtual time, a radio and a local network between them, with latency, loss, duplication and
//! reordering. It checks with every call that nothing is sent without consent and that no secret outlives its epoch.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sighej_crypto::{Interest, InterestSet, Token};
use sighej_engine::{
    AdvertSeen, Air, ChannelId, Config, Engine, Event, Intent, IntentError, LinkId, Now, Nudge, RadioAddress,
    Sighting, Transmit, Transport,
};

mod hall;
mod wires;

use crate::node::Node;
use hall::Hall;
use wires::Wire;

/// Seconds since the Unix epoch at the start of every world: 100 s after a boundary.
pub(crate) const START: u64 = 1_800_000_100;
/// Between two adverts of a device, and between two looks at the local network.
const TICK: Duration = Duration::from_millis(500);

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn interests(names: &[&str]) -> InterestSet {
    InterestSet::new(names.iter().map(|name| Interest::parse(name).unwrap())).unwrap()
}

/// The settings of a test: a crowd of one, so that two devices are enough.
pub(crate) fn likes(names: &[&str]) -> Config {
    Config { interests: interests(names), crowd_guard: 1, ..Config::default() }
}

/// What goes wrong on the way, in percent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) reordered: u64,
}

#[derive(Clone, Debug)]
enum Input {
    Sighting(Sighting),
    LinkUp(LinkId, Transport, Option<RadioAddress>),
    LinkDown(LinkId),
    DialFailed(RadioAddress),
    Presence(LinkId, Vec<u8>),
    Opened(LinkId, ChannelId),
    Frame(ChannelId, Vec<u8>),
    Closed(ChannelId),
    Mesh(LinkId, Vec<u8>),
    /// Under this token, if it still is that.
    RelayDial(Option<Token>),
    FromRelay(u64, Vec<u8>),
    ToRelay(u64, Vec<u8>),
    LeftRelay(u64),
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) nodes: Vec<Node>,
    pub(crate) faults: Faults,
    /// Nobody can be dialled: there is no direct link.
    pub(crate) no_dials: bool,
    hall: Option<Hall>,
    /// Nothing overtakes anything on one connection to the relay.
    relay_arrivals: BTreeMap<(usize, u64, bool), Duration>,
    /// After so many more messages of exchanges the next one is lost with its link, once.
    pub(crate) cut_after: Option<u32>,
    /// Latency, at least and at most, in milliseconds.
    pub(crate) latency: (u64, u64),
    /// Who hears whom on the radio, and how strongly.
    air: BTreeMap<(usize, usize), Option<i8>>,
    lan: BTreeSet<(usize, usize)>,
    wires: BTreeMap<u64, Wire>,
    /// Both ends of each open channel, with its wire.
    channels: BTreeMap<(usize, ChannelId), (usize, ChannelId, u64)>,
    /// A stream is in order: nothing arrives before what was sent earlier on it.
    arrivals: BTreeMap<(usize, ChannelId), Duration>,
    queue: BTreeMap<(Duration, u64), (usize, Input, Option<u64>)>,
    next_tick: Duration,
    counter: u64,
    rng: u64,
    /// Who opened each exchange to whom, and under which tokens.
    pub(crate) exchanges: BTreeMap<u64, [(usize, Option<Token>); 2]>,
    /// Which exchange a channel belongs to, at either end.
    exchange_of: BTreeMap<(usize, ChannelId), u64>,
    /// How exchanges ended, and for whom. Of those over the mesh: the nudges of both.
    pub(crate) outcomes: Vec<Outcome>,
    /// Who was nudged over the mesh, and whose other end was not yet.
    half_nudged: Vec<(usize, Nudge)>,
}

/// How an exchange ended for one side.
pub(crate) struct Outcome {
    pub(crate) exchange: u64,
    pub(crate) node: usize,
    pub(crate) event: Event,
    /// What both held then, of the same words.
    pub(crate) shared: Vec<Interest>,
}

impl World {
    pub(crate) fn new(seed: u64, configs: impl IntoIterator<Item = Config>) -> Self {
        let mut world = Self {
            now: Duration::ZERO,
            nodes: Vec::new(),
            faults: Faults::default(),
            no_dials: false,
            hall: None,
            relay_arrivals: BTreeMap::new(),
            cut_after: None,
            latency: (5, 40),
            air: BTreeMap::new(),
            lan: BTreeSet::new(),
            wires: BTreeMap::new(),
            channels: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            queue: BTreeMap::new(),
            next_tick: Duration::ZERO,
            counter: 0,
            exchanges: BTreeMap::new(),
            exchange_of: BTreeMap::new(),
            outcomes: Vec::new(),
            half_nudged: Vec::new(),
            rng: seed ^ 0x9e37_79b9_7f4a_7c15,
        };
        for config in configs {
            let mut seed = [world.nodes.len() as u8; 32];
            seed[..8].copy_from_slice(&world.random().to_be_bytes());
            let (bare, epoch_length) = (!config.advertises_token, config.epoch_length.as_secs());
            let now = Now { elapsed: Duration::ZERO, utc: Some(secs(START)) };
            let held = config.interests.clone();
            world.nodes.push(Node {
                wanted: held.clone(),
                held,
                engine: Engine::new(config, seed, now),
                events: Vec::new(),
                sent: Vec::new(),
                token: None,
                version_flags: 0,
                address: RadioAddress(0),
                consented: false,
                bare,
                utc_ahead: Some(0),
                epoch_length,
            });
        }
        world
    }

    /// Everybody on one local network.
    pub(crate) fn all_on_lan(mut self) -> Self {
        for b in 0..self.nodes.len() {
            self.lan.extend((0..b).map(|a| (a, b)));
        }
        self
    }

    /// Everybody hears everybody, at −60 dBm.
    pub(crate) fn all_on_air(mut self) -> Self {
        for a in 0..self.nodes.len() {
            for b in (0..self.nodes.len()).filter(|b| *b != a) {
                self.air.insert((a, b), Some(-60));
            }
        }
        self
    }

    /// How strongly one hears the other; None takes it out of reach.
    pub(crate) fn hears(&mut self, listener: usize, speaker: usize, rssi: Option<i8>) {
        match rssi {
            Some(rssi) => self.air.insert((listener, speaker), Some(rssi)),
            None => self.air.remove(&(listener, speaker)),
        };
    }

    pub(crate) fn set_lan(&mut self, a: usize, b: usize, connected: bool) {
        let pair = (a.min(b), a.max(b));
        if connected {
            self.lan.insert(pair);
        } else {
            self.lan.remove(&pair);
            let down: Vec<u64> = self.wires_between(pair.0, pair.1, Transport::Lan);
            down.into_iter().for_each(|wire| self.cut(wire, None));
        }
    }

    pub(crate) fn intend(&mut self, node: usize, intent: Intent) -> Result<(), IntentError> {
        match &intent {
            Intent::Open | Intent::Resume => self.nodes[node].consented = true,
            Intent::Wipe => self.nodes[node].consented = false,
            Intent::Interests { set, .. } => self.nodes[node].wanted = set.clone(),
            Intent::Close
            | Intent::Pause { .. }
            | Intent::Block(_)
            | Intent::NotNow(_)
            | Intent::QuietHours(_) => {}
        }
        let now = self.time(node);
        let followed = self.nodes[node].engine.handle_intent(intent, now);
        self.drain(node);
        followed
    }

    pub(crate) fn open_all(&mut self) {
        for node in 0..self.nodes.len() {
            self.intend(node, Intent::Open).unwrap();
        }
    }

    pub(crate) fn time(&self, node: usize) -> Now {
        let utc =
            self.nodes[node].utc_ahead.map(|ahead| secs(START.checked_add_signed(ahead).unwrap()) + self.now);
        Now { elapsed: self.now, utc }
    }

    pub(crate) fn run_for(&mut self, time: Duration) {
        self.run_until(self.now + time);
    }

    pub(crate) fn run_until(&mut self, end: Duration) {
        loop {
            let delivery = self.queue.keys().next().map(|(at, _)| *at);
            let timeout =
                (0..self.nodes.len()).filter_map(|n| Some((self.nodes[n].engine.poll_timeout()?, n))).min();
            let relay = self.hall.as_ref().and_then(Hall::poll_timeout);
            let due = delivery.into_iter().chain(timeout.map(|(at, _)| at)).chain(relay);
            let next = due.chain([self.next_tick]).min().unwrap();
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            if delivery.is_some_and(|at| at <= self.now) {
                let (_, (node, input, wire)) = self.queue.pop_first().unwrap();
                if wire.is_none_or(|wire| self.wires.contains_key(&wire)) {
                    self.deliver(node, input);
                }
            } else if let Some((_, node)) = timeout.filter(|(at, _)| *at <= self.now) {
                let now = self.time(node);
                self.nodes[node].engine.handle_timeout(now);
                self.drain(node);
                let again = self.nodes[node].engine.poll_timeout();
                assert!(
                    again.is_none_or(|at| at > self.now),
                    "a timeout that is still due: {again:?} at {:?}",
                    self.now
                );
            } else if relay.is_some_and(|at| at <= self.now) {
                self.wake_relay();
            } else {
                self.next_tick += TICK;
                self.tick();
            }
        }
        self.now = end;
    }

    fn deliver(&mut self, node: usize, input: Input) {
        match input {
            Input::RelayDial(token) if token.is_some() && self.nodes[node].token == token => {
                return self.dial_relay(node);
            }
            Input::RelayDial(_) => return,
            Input::FromRelay(connection, bytes) => return self.deliver_from_relay(node, connection, &bytes),
            Input::ToRelay(connection, bytes) => return self.deliver_to_relay(node, connection, &bytes),
            Input::LeftRelay(connection) => return self.left_relay(connection),
            Input::Sighting(_)
            | Input::LinkUp(..)
            | Input::LinkDown(_)
            | Input::DialFailed(_)
            | Input::Presence(..)
            | Input::Opened(..)
            | Input::Frame(..)
            | Input::Closed(_)
            | Input::Mesh(..) => {}
        }
        let now = self.time(node);
        let exchange = if let Input::Frame(channel, _) = &input {
            self.exchange_of.get(&(node, *channel)).copied()
        } else {
            None
        };
        let is_mesh = matches!(input, Input::Mesh(..));
        let told = self.nodes[node].events.len();
        let engine = &mut self.nodes[node].engine;
        match input {
            Input::Sighting(sighting) => engine.handle_sighting(sighting, now),
            Input::LinkUp(link, transport, address) => engine.handle_link_up(link, transport, address, now),
            Input::LinkDown(link) => engine.handle_link_down(link, now),
            Input::DialFailed(address) => engine.handle_dial_failed(address, now),
            Input::Presence(link, bytes) => engine.handle_presence(link, &bytes, now),
            Input::Opened(link, channel) => engine.handle_channel_opened(link, channel, now),
            Input::Frame(channel, bytes) => engine.handle_frame(channel, &bytes, now),
            Input::Closed(channel) => engine.handle_channel_closed(channel, now),
            Input::Mesh(link, bytes) => engine.handle_mesh(link, &bytes, now),
            Input::RelayDial(_) | Input::FromRelay(..) | Input::ToRelay(..) | Input::LeftRelay(_) => {}
        }
        self.drain(node);
        if let Some(exchange) = exchange {
            let ends = |event: &Event| {
                matches!(event, Event::Nudge(_) | Event::NoMatch { .. } | Event::Withheld { .. })
            };
            let ended = self.nodes[node].events[told..].iter().find(|(_, event)| ends(event));
            let Some(event) = ended.map(|(_, event)| event.clone()) else { return };
            self.ended(exchange, node, event);
        }
        if is_mesh {
            let new = self.nodes[node].events[told..].iter();
            let nudges: Vec<Nudge> = new.filter_map(|(_, event)| nudge_of(event).cloned()).collect();
            nudges.into_iter().for_each(|nudge| self.nudged_over_mesh(node, nudge));
        }
    }

    fn ended(&mut self, exchange: u64, node: usize, event: Event) {
        let [a, b] = self.exchanges[&exchange].map(|(node, _)| &self.nodes[node].held);
        let shared = a.iter().filter(|interest| b.contains(interest)).cloned().collect();
        self.outcomes.push(Outcome { exchange, node, event, shared });
    }

    /// The ends alone know what a frame of the mesh belongs to. Which two they are shows in the cue, which is theirs alone.
    fn nudged_over_mesh(&mut self, node: usize, nudge: Nudge) {
        let is_other = |(other, half): &(usize, Nudge)| *other != node && half.cue == nudge.cue;
        let Some(place) = self.half_nudged.iter().position(is_other) else {
            return self.half_nudged.push((node, nudge));
        };
        let (other, first) = self.half_nudged.remove(place);
        self.counter += 1;
        let exchange = self.counter;
        self.exchanges.insert(exchange, [other, node].map(|end| (end, self.nodes[end].token)));
        self.ended(exchange, other, Event::Nudge(first));
        self.ended(exchange, node, Event::Nudge(nudge));
    }

    /// Every advert goes out, and every pair on the local network finds each other.
    fn tick(&mut self) {
        let heard: Vec<_> = self.air.iter().map(|((l, s), rssi)| (*l, *s, *rssi)).collect();
        for (listener, speaker, rssi) in heard {
            let Some(token) = self.nodes[speaker].token else { continue };
            let node = &self.nodes[speaker];
            let advert = if node.bare {
                AdvertSeen::Bare
            } else {
                AdvertSeen::Token { version_flags: node.version_flags, token }
            };
            let sighting = Sighting { address: node.address, advert, rssi };
            if self.nodes[listener].token.is_some() && !self.chance(self.faults.lost) {
                let copies = 1 + usize::from(self.chance(self.faults.doubled));
                for _ in 0..copies {
                    let at = self.arrival();
                    self.push(at, listener, Input::Sighting(sighting), None);
                }
            }
        }
        for (a, b) in self.lan.clone() {
            let both = self.nodes[a].token.is_some() && self.nodes[b].token.is_some();
            if both && self.wires_between(a, b, Transport::Lan).is_empty() {
                self.connect(a, b, Transport::Lan);
            }
        }
    }

    pub(crate) fn drain(&mut self, node: usize) {
        let mut consented = self.nodes[node].consented;
        while let Some(event) = self.nodes[node].engine.poll_event() {
            match &event {
                Event::Closed(_) => self.nodes[node].consented = false,
                Event::Opened => self.nodes[node].consented = true,
                Event::Epoch { .. } => self.nodes[node].held = self.nodes[node].wanted.clone(),
                Event::PeerSeen { .. }
                | Event::PeerLost { .. }
                | Event::ExchangeFailed { .. }
                | Event::NoMatch { .. }
                | Event::Withheld { .. }
                | Event::Nudge(_)
                | Event::Relay(_)
                | Event::Waiting(_) => {}
            }
            consented |= self.nodes[node].consented;
            self.nodes[node].events.push((self.now, event));
        }
        while let Some(transmit) = self.nodes[node].engine.poll_transmit() {
            assert!(consented || !says_something(&transmit), "sent without consent: {transmit:?}");
            self.nodes[node].sent.push((self.now, transmit.clone()));
            self.perform(node, transmit);
        }
        self.check_epoch(node);
    }

    /// The secrets held are those of the epoch that the node's own clock shows.
    fn check_epoch(&self, node: usize) {
        // A clock that the relay corrects is not the node's own any more.
        if self.hall.as_ref().is_some_and(|hall| hall.ahead != 0) {
            return;
        }
        let now = self.time(node);
        let held = self.nodes[node].engine.status(now).epoch;
        if let (Some(held), Some(utc)) = (held, now.utc) {
            assert_eq!(
                u64::from(held),
                utc.as_secs() / self.nodes[node].epoch_length,
                "a secret outlived its epoch"
            );
        }
    }

    fn push(&mut self, at: Duration, node: usize, input: Input, wire: Option<u64>) {
        self.counter += 1;
        self.queue.insert((at, self.counter), (node, input, wire));
    }

    fn arrival(&mut self) -> Duration {
        let (low, high) = self.latency;
        self.now + Duration::from_millis(low + self.random() % (high - low + 1))
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        percent > 0 && self.random() % 100 < percent
    }

    /// SplitMix64: the world's own dice.
    fn random(&mut self) -> u64 {
        self.rng = self.rng.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.rng;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn says_something(transmit: &Transmit) -> bool {
    match transmit {
        Transmit::Air(Air::Silent)
        | Transmit::CloseChannel { .. }
        | Transmit::CloseLink { .. }
        | Transmit::RelayClose { .. } => false,
        // A goodbye.
        Transmit::RelayFrame { bytes } => *bytes != [9],
        Transmit::Air(Air::Present { .. })
        | Transmit::Dial { .. }
        | Transmit::Presence { .. }
        | Transmit::OpenChannel { .. }
        | Transmit::Frame { .. }
        | Transmit::Mesh { .. } => true,
    }
}

fn nudge_of(event: &Event) -> Option<&Nudge> {
    if let Event::Nudge(nudge) = event { Some(nudge) } else { None }
}
