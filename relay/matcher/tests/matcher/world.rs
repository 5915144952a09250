//! A relay and a few devices in virtual time. What devices say to each other is noise to the relay, and so it is here:
//! a knock or a seal holds who sent it to whom.

use std::{collections::BTreeMap, time::Duration};

use sighej_matcher::{ConnectionId, Event, Limits, Matcher, Now, Transmit};
use sighej_relay_api::wire::{Bye, ClientMessage, PairNumber, RelayMessage, SEAL_LEN, WireId};
use sighej_relay_lab::{Device, Script};

/// Seconds of UTC at which every world begins: 100 s into epoch 3,000,000.
const UTC: u64 = 1_800_000_100;
pub(crate) const EPOCH: u32 = 3_000_000;

/// What a device was told, in owned form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Registered { resumed: bool },
    Knocked { pair: u32, by: usize, in_room: bool },
    Proposed { pair: u32 },
    Accepted { pair: u32, by: usize },
    Sealed { pair: u32, by: usize },
    Verdict { pair: u32, items: u8 },
    Ended { pair: u32 },
    Refused(sighej_relay_api::wire::Refusal),
    Closed(Option<Bye>),
}

pub(crate) struct World {
    pub(crate) matcher: Matcher,
    pub(crate) devices: Vec<Device>,
    /// By device, the connection that it has.
    pub(crate) connections: Vec<Option<ConnectionId>>,
    /// By device, everything it was told and has not taken yet.
    pub(crate) told: Vec<Vec<Told>>,
    pub(crate) events: Vec<Event>,
    owners: BTreeMap<ConnectionId, usize>,
    now: Duration,
}

impl World {
    pub(crate) fn new(devices: usize) -> Self {
        Self::with_limits(devices, Limits::default())
    }

    pub(crate) fn with_limits(devices: usize, limits: Limits) -> Self {
        let now = Now { elapsed: Duration::ZERO, utc: Duration::from_secs(UTC) };
        Self {
            matcher: Matcher::new(limits, [7; 32], now),
            devices: (0..devices as u64).map(Device::new).collect(),
            connections: vec![None; devices],
            told: vec![Vec::new(); devices],
            events: Vec::new(),
            owners: BTreeMap::new(),
            now: Duration::ZERO,
        }
    }

    /// A world in which everybody is registered, and has been told so.
    pub(crate) fn registered(devices: usize) -> Self {
        let mut world = Self::new(devices);
        for device in 0..devices {
            world.register(device);
            assert_eq!(world.take(device), [Told::Registered { resumed: false }]);
        }
        world
    }

    pub(crate) fn now(&self) -> Now {
        Now { elapsed: self.now, utc: Duration::from_secs(UTC) + self.now }
    }

    /// Time passes; whatever becomes due on the way is done when it is due.
    pub(crate) fn pass(&mut self, secs: u64) {
        let until = self.now + Duration::from_secs(secs);
        while let Some(due) = self.matcher.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.matcher.handle_timeout(self.now);
            self.drain();
            assert!(self.matcher.poll_timeout().is_none_or(|next| next > self.now), "what is due is done");
        }
        self.now = until;
    }

    pub(crate) fn register(&mut self, device: usize) {
        self.register_in(device, EPOCH + (self.now.as_secs() + 100) as u32 / 600);
    }

    pub(crate) fn register_in(&mut self, device: usize, epoch: u32) {
        let connection = ConnectionId(self.owners.len() as u64);
        self.owners.insert(connection, device);
        // The older connection goes on until the relay closes it.
        self.connections[device] = Some(connection);
        let Some(registration) = self.devices[device].registered() else { unreachable!("its proof holds") };
        let now = self.now();
        self.matcher.handle_registration(connection, registration, epoch, now);
        self.drain();
    }

    pub(crate) fn lose(&mut self, device: usize) {
        let Some(connection) = self.connections[device].take() else { return };
        self.matcher.handle_lost(connection, self.now);
        self.drain();
    }

    pub(crate) fn say(&mut self, device: usize, message: ClientMessage<'_>) {
        self.say_bytes(device, &message.encode());
    }

    pub(crate) fn say_bytes(&mut self, device: usize, frame: &[u8]) {
        let Some(connection) = self.connections[device] else { return };
        self.matcher.handle_frame(connection, frame, self.now);
        self.drain();
    }

    pub(crate) fn knock(&mut self, from: usize, to: usize) {
        let (knock, id) = (&named(from, to), self.devices[to].id());
        self.say(from, ClientMessage::Knock { to: id, knock });
    }

    pub(crate) fn knock_proposed(&mut self, from: usize, pair: u32) {
        let knock = &named(from, usize::from(u8::MAX));
        self.say(from, ClientMessage::KnockProposed { pair: PairNumber(pair), knock });
    }

    pub(crate) fn accept(&mut self, from: usize, to: usize, pair: u32) {
        self.say(from, ClientMessage::Accept { pair: PairNumber(pair), accept: &named(from, to) });
    }

    pub(crate) fn seal(&mut self, from: usize, to: usize, pair: u32) {
        let mut seal = [0; SEAL_LEN];
        seal[..2].copy_from_slice(&[from as u8, to as u8]);
        self.say(from, ClientMessage::Seal { pair: PairNumber(pair), seal: &seal });
    }

    /// The upload of a pairing in which so many items are shared.
    pub(crate) fn upload(&mut self, from: usize, to: usize, pair: u32, shared: usize) {
        let script = script(from, to, shared);
        let upload = if from < to { &script.lo.upload } else { &script.hi.upload };
        self.say(from, ClientMessage::Upload { pair: PairNumber(pair), upload });
    }

    pub(crate) fn done(&mut self, from: usize, pair: u32) {
        self.say(from, ClientMessage::Done { pair: PairNumber(pair) });
    }

    pub(crate) fn join(&mut self, device: usize, room: u8, open: bool) {
        self.say(device, ClientMessage::Join { room: WireId::from_bytes([room; 16]), open });
    }

    /// `from` knocks at `to`, who answers: each has its number for the pair.
    pub(crate) fn introduce(&mut self, from: usize, to: usize) -> (u32, u32) {
        self.knock(from, to);
        let theirs = match self.take(to).pop() {
            Some(Told::Knocked { pair, by, in_room: false }) if by == from => pair,
            other => unreachable!("no knock came, but {other:?}"),
        };
        self.accept(to, from, theirs);
        match self.take(from).pop() {
            Some(Told::Accepted { pair, by }) if by == to => (pair, theirs),
            other => unreachable!("no accept came, but {other:?}"),
        }
    }

    /// The same, and both have sent their seals, and taken each other's.
    pub(crate) fn exchange_seals(&mut self, from: usize, to: usize) -> (u32, u32) {
        let (ours, theirs) = self.introduce(from, to);
        self.seal(from, to, ours);
        assert_eq!(self.take(to), [Told::Sealed { pair: theirs, by: from }]);
        self.seal(to, from, theirs);
        assert_eq!(self.take(from), [Told::Sealed { pair: ours, by: to }]);
        (ours, theirs)
    }

    /// What a device was told since it was last asked.
    pub(crate) fn take(&mut self, device: usize) -> Vec<Told> {
        std::mem::take(&mut self.told[device])
    }

    pub(crate) fn count(&self, event: Event) -> usize {
        self.events.iter().filter(|other| **other == event).count()
    }

    fn drain(&mut self) {
        while let Some(transmit) = self.matcher.poll_transmit() {
            let (connection, told) = match transmit {
                Transmit::Frame { connection, bytes } => (connection, told(&bytes)),
                Transmit::Close { connection, why } => (connection, Told::Closed(why)),
            };
            let device = self.owners[&connection];
            let is_current = self.connections[device] == Some(connection);
            if let Told::Closed(why) = &told {
                if is_current {
                    self.connections[device] = None;
                } else {
                    assert_eq!(*why, Some(Bye::Replaced));
                }
            } else {
                assert!(is_current, "nothing is said to a connection that is gone");
            }
            if is_current {
                self.told[device].push(told);
            }
        }
        while let Some(event) = self.matcher.poll_event() {
            self.events.push(event);
        }
    }
}

/// The pairing of two devices; the one with the lower number has the lower digest.
fn script(one: usize, other: usize, shared: usize) -> Script {
    Script::new(shared, (one.min(other) * 1000 + one.max(other)) as u64)
}

fn named<const N: usize>(from: usize, to: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[..2].copy_from_slice(&[from as u8, to as u8]);
    bytes
}

fn told(frame: &[u8]) -> Told {
    let Ok(message) = RelayMessage::decode(frame) else { unreachable!("the relay says what can be read") };
    match message {
        RelayMessage::Registered { resumed } => Told::Registered { resumed },
        RelayMessage::Knocked { pair, room, knock } => {
            Told::Knocked { pair: pair.0, by: usize::from(knock[0]), in_room: room.as_bytes() != &[0; 16] }
        }
        RelayMessage::Proposed { pair, .. } => Told::Proposed { pair: pair.0 },
        RelayMessage::Accepted { pair, accept, .. } => {
            Told::Accepted { pair: pair.0, by: usize::from(accept[0]) }
        }
        RelayMessage::Sealed { pair, seal } => Told::Sealed { pair: pair.0, by: usize::from(seal[0]) },
        RelayMessage::Verdict { pair, verdict } => Told::Verdict { pair: pair.0, items: verdict[0] },
        RelayMessage::Ended { pair, .. } => Told::Ended { pair: pair.0 },
        RelayMessage::Refused { why, .. } => Told::Refused(why),
        RelayMessage::Welcome { .. } | RelayMessage::Bye { .. } => unreachable!("the shell's to say"),
    }
}
