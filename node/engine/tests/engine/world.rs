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

pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) events: Vec<(Duration, Event)>,
    /// Everything it was told to do, with the time.
    pub(crate) sent: Vec<(Duration, Transmit)>,
    pub(crate) token: Option<Token>,
    version_flags: u8,
    pub(crate) address: RadioAddress,
    /// Consent, as the attendee sees it.
    consented: bool,
    bare: bool,
    /// The interests of the present identity, and those that come with the next.
    pub(crate) held: InterestSet,
    pub(crate) wanted: InterestSet,
    /// The node's clock is ahead by so many seconds; None: it has none.
    pub(crate) utc_ahead: Option<i64>,
    epoch_length: u64,
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
}

struct Wire {
    ends: [(usize, LinkId); 2],
    transport: Transport,
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) nodes: Vec<Node>,
    pub(crate) faults: Faults,
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
    /// How exchanges ended, and for whom.
    pub(crate) outcomes: Vec<Outcome>,
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
            outcomes: Vec::new(),
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
            Intent::Close | Intent::Pause { .. } | Intent::Block(_) | Intent::QuietHours(_) => {}
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
            let next =
                delivery.into_iter().chain(timeout.map(|(at, _)| at)).chain([self.next_tick]).min().unwrap();
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
            } else {
                self.next_tick += TICK;
                self.tick();
            }
        }
        self.now = end;
    }

    fn deliver(&mut self, node: usize, input: Input) {
        let now = self.time(node);
        let exchange =
            if let Input::Frame(channel, _) = &input { self.exchange_of(node, *channel) } else { None };
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
        }
        self.drain(node);
        if let Some(exchange) = exchange {
            let ends = |event: &Event| {
                matches!(event, Event::Nudge(_) | Event::NoMatch { .. } | Event::Withheld { .. })
            };
            let ended = self.nodes[node].events[told..].iter().find(|(_, event)| ends(event));
            let Some(event) = ended.map(|(_, event)| event.clone()) else { return };
            let [a, b] = self.exchanges[&exchange].map(|(node, _)| &self.nodes[node].held);
            let shared = a.iter().filter(|interest| b.contains(interest)).cloned().collect();
            self.outcomes.push(Outcome { exchange, node, event, shared });
        }
    }

    fn exchange_of(&self, node: usize, channel: ChannelId) -> Option<u64> {
        let theirs = self.channels.get(&(node, channel)).map(|(_, theirs, _)| *theirs);
        [Some(channel), theirs].into_iter().flatten().find_map(|channel| match channel {
            ChannelId::Inbound(number) => Some(number),
            ChannelId::Outbound(_) => None,
        })
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

    pub(crate) fn connect(&mut self, a: usize, b: usize, transport: Transport) {
        self.counter += 1;
        let wire = self.counter;
        let ends = [(a, LinkId(2 * wire)), (b, LinkId(2 * wire + 1))];
        self.wires.insert(wire, Wire { ends, transport });
        let addresses = match transport {
            // The one that is dialled does not learn the dialler's advertising address.
            Transport::Ble => [Some(self.nodes[b].address), None],
            Transport::Lan => [None, None],
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

    fn wires_between(&self, a: usize, b: usize, transport: Transport) -> Vec<u64> {
        let joins = |wire: &Wire| {
            let nodes = wire.ends.map(|(node, _)| node);
            wire.transport == transport && nodes.contains(&a) && nodes.contains(&b)
        };
        self.wires.iter().filter(|(_, wire)| joins(wire)).map(|(id, _)| *id).collect()
    }

    /// A wire goes down; everybody on it but `cutter` is told.
    fn cut(&mut self, wire: u64, cutter: Option<usize>) {
        let Some(Wire { ends, .. }) = self.wires.remove(&wire) else { return };
        self.channels.retain(|_, (_, _, on)| *on != wire);
        for (node, link) in ends {
            if Some(node) != cutter {
                let at = self.arrival();
                self.push(at, node, Input::LinkDown(link), None);
            }
        }
    }

    fn drain(&mut self, node: usize) {
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

    fn perform(&mut self, node: usize, transmit: Transmit) {
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
            }
            Transmit::Air(Air::Present { version_flags, token }) => {
                if self.nodes[node].token != Some(token) {
                    self.counter += 1;
                    self.nodes[node].address = RadioAddress(self.counter);
                }
                self.nodes[node].token = Some(token);
                self.nodes[node].version_flags = version_flags;
            }
            Transmit::Dial { address } => {
                let target = (0..self.nodes.len()).find(|n| self.nodes[*n].address == address);
                let reached =
                    target.filter(|t| self.nodes[*t].token.is_some() && self.air.contains_key(&(node, *t)));
                match reached.filter(|_| !self.chance(self.faults.lost)) {
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
        self.exchanges.insert(self.counter, [node, other].map(|n| (n, self.nodes[n].token)));
        self.channels.insert((node, channel), (other, theirs, wire));
        self.channels.insert((other, theirs), (node, channel, wire));
        let at = self.now + Duration::from_millis(self.latency.1 + 2);
        self.arrivals.insert((other, theirs), at);
        self.push(at, other, Input::Opened(their_link, theirs), Some(wire));
    }

    fn carry(&mut self, node: usize, channel: ChannelId, bytes: Vec<u8>) {
        let Some(&(other, theirs, wire)) = self.channels.get(&(node, channel)) else { return };
        if self.chance(self.faults.lost) {
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
        Transmit::Air(Air::Silent) | Transmit::CloseChannel { .. } | Transmit::CloseLink { .. } => false,
        Transmit::Air(Air::Present { .. })
        | Transmit::Dial { .. }
        | Transmit::Presence { .. }
        | Transmit::OpenChannel { .. }
        | Transmit::Frame { .. } => true,
    }
}

impl Node {
    pub(crate) fn nudges(&self) -> Vec<(Duration, &Nudge)> {
        let nudges = self.events.iter().filter_map(|(at, event)| match event {
            Event::Nudge(nudge) => Some((*at, nudge)),
            Event::Opened
            | Event::Closed(_)
            | Event::Epoch { .. }
            | Event::PeerSeen { .. }
            | Event::PeerLost { .. }
            | Event::ExchangeFailed { .. }
            | Event::NoMatch { .. }
            | Event::Withheld { .. }
            | Event::Waiting(_) => None,
        });
        nudges.collect()
    }

    /// When each event for which this holds was told.
    pub(crate) fn when(&self, wanted: impl Fn(&Event) -> bool) -> Vec<Duration> {
        self.events.iter().filter(|(_, event)| wanted(event)).map(|(at, _)| *at).collect()
    }

    pub(crate) fn saw(&self, wanted: &Event) -> bool {
        self.events.iter().any(|(_, event)| event == wanted)
    }

    /// When it opened exchanges.
    pub(crate) fn opened_at(&self) -> Vec<Duration> {
        let opened = |transmit: &Transmit| matches!(transmit, Transmit::OpenChannel { .. });
        self.sent.iter().filter(|(_, transmit)| opened(transmit)).map(|(at, _)| *at).collect()
    }

    /// The tokens under which it appeared, with the times.
    pub(crate) fn appearances(&self) -> Vec<(Duration, Token)> {
        let mut tokens: Vec<(Duration, Token)> = Vec::new();
        for (at, transmit) in &self.sent {
            if let Transmit::Air(Air::Present { token, .. }) = transmit
                && tokens.last().is_none_or(|(_, last)| last != token)
            {
                tokens.push((*at, *token));
            }
        }
        tokens
    }

    pub(crate) fn fell_silent_at(&self) -> Vec<Duration> {
        self.sent.iter().filter(|(_, t)| *t == Transmit::Air(Air::Silent)).map(|(at, _)| *at).collect()
    }
}
