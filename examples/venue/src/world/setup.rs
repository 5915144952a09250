//! How a world comes about, and how people and programs come and go in it.

use std::thread;

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::{InterestSet, relay::RoomSecret};
use sighej_engine::{Engine, Intent, RadioAddress, Room};

use crate::{
    dice::Dice,
    faults::Faults,
    grid::Grid,
    hall::{Hall, Point},
    interests::{Popularity, Ranks},
    measure::Measure,
    model::Model,
    people::{Person, SECOND},
    radio::{Ether, Platform},
    scenario::Scenario,
};

use super::{
    Device, Role, World,
    lan::Lan,
    mesh::Talks,
    queue::{Happening, Queue},
    relay::Relay,
    tick::Ticks,
};

/// Tokens that are nobody's, on the air around a point.
#[derive(Clone, Copy, Debug)]
pub struct Flood {
    /// Where from.
    pub at: Point,
    /// How many different ones in each `LOOK`.
    pub tokens: u32,
    /// For how many looks each is shown: past dwell from the second on.
    pub looks: u64,
}

/// What the streams of chance are for.
mod purpose {
    pub(super) const WORLD: u64 = 1;
    pub(super) const INTERESTS: u64 = 2;
    pub(super) const PERSON: u64 = 3;
    pub(super) const DEVICE: u64 = 4;
    pub(super) const ENGINE: u64 = 5;
    pub(super) const EAR: u64 = 6;
    pub(super) const RELAY: u64 = 7;
    pub(super) const ROOM: u64 = 8;
}

impl World {
    /// A scenario under a seed. Nobody is there yet.
    #[must_use]
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        let length = u64::from(scenario.minutes) * 60 * SECOND;
        let hall = Hall::new(&scenario.hall, scenario.attendees);
        let ether = Ether::new(&scenario.radio, seed);
        let popularity = Popularity::new(&scenario.interests, Dice::new(seed, &[purpose::INTERESTS]));
        let mut world = Self {
            threads: thread::available_parallelism().map_or(1, usize::from),
            now: 0,
            length,
            seed,
            grid: Grid::new(&hall, ether.reach),
            hall,
            ether,
            popularity,
            devices: Vec::new(),
            measure: Measure::default(),
            faults: Faults::default(),
            outcomes: Vec::new(),
            keep_outcomes: false,
            flood: None,
            queue: Queue::default(),
            wires: std::collections::BTreeMap::new(),
            parted: std::collections::BTreeMap::new(),
            tokens: std::collections::BTreeMap::new(),
            talks: Talks::default(),
            lan: Lan::default(),
            relay: None,
            names: 0,
            dice: Dice::new(seed, &[purpose::WORLD]),
            model: Model::default(),
            violation: None,
            ticks: Ticks::default(),
            scenario,
        };
        world.queue.push(0, Happening::Tick);
        world.lan.covers_m = world.scenario.lan.as_ref().map_or(0.0, |lan| lan.coverage) * world.hall.width;
        if let Some(plan) = &world.scenario.relay {
            let epoch = world.scenario.engine.config(InterestSet::default(), true).epoch_length;
            world.relay = Some(Relay::new(plan, epoch, Dice::new(seed, &[purpose::RELAY]).seed()));
        }
        (0..world.scenario.attendees).for_each(|who| world.invite(who));
        world
    }

    fn invite(&mut self, who: u32) {
        let mut dice = Dice::new(self.seed, &[purpose::DEVICE, u64::from(who)]);
        let person = self.person(who);
        let platform = Platform::choose(&self.scenario.phones, &mut dice);
        let ranks = self.popularity.choose(&self.scenario.interests, &mut dice);
        let opens = dice.chance(self.scenario.phones.open);
        let added = self.add(person, platform, ranks, opens, Role::Honest);
        debug_assert_eq!(added, who);
        let off = self.scenario.phones.clock_off_s * SECOND as f64 * dice.normal();
        self.devices[who as usize].clock_ahead = off as i64;
        let per_hour = self.scenario.phones.die_per_hour;
        if per_hour > 0.0 {
            let hours = dice.waiting(1.0 / per_hour);
            let at = (hours * 3_600.0 * SECOND as f64) as u64;
            if at < self.length {
                self.queue.push(at, Happening::Gone(who));
            }
        }
        let to_lan = self.scenario.lan.as_ref().is_some_and(|lan| dice.chance(lan.joined));
        let to_relay = self.scenario.relay.as_ref().is_some_and(|relay| dice.chance(relay.used));
        self.connect(who, to_lan, to_relay);
    }

    /// What else than the radio a device uses: the local network, the relay with the event's room.
    pub fn connect(&mut self, who: u32, to_lan: bool, to_relay: bool) {
        let device = &mut self.devices[who as usize];
        if to_lan {
            device.has_lan = true;
            self.lan.invite(who);
        }
        if to_relay {
            let mut rng = ChaCha20Rng::from_seed(Dice::new(self.seed, &[purpose::ROOM]).seed());
            device.has_relay = true;
            device.config.rooms = vec![Room::new(&RoomSecret::random(&mut rng))];
        }
    }

    /// A person of the scenario.
    #[must_use]
    pub fn person(&self, number: u32) -> Person {
        let dice = Dice::new(self.seed, &[purpose::PERSON, u64::from(number)]);
        Person::new(&self.scenario.people, &self.hall, self.length, dice)
    }

    /// Somebody more comes, as their person says when.
    pub fn add(&mut self, person: Person, platform: Platform, ranks: Ranks, opens: bool, role: Role) -> u32 {
        let who = self.devices.len() as u32;
        let config = self.scenario.engine.config(self.popularity.set(&ranks), platform.traits().token);
        self.queue.push(person.arrives.max(self.now), Happening::Arrive(who));
        self.queue.push(person.leaves.max(self.now), Happening::Leave(who));
        let device = Device {
            engine: None,
            config,
            person,
            platform,
            ranks,
            opens,
            role,
            token: None,
            version_flags: 0,
            address: RadioAddress(u64::from(who)),
            life: 0,
            clock_ahead: 0,
            links: 0,
            wires: Vec::new(),
            wake_at: u64::MAX,
            has_lan: false,
            has_relay: false,
            line: None,
            island: 0,
            ear: Dice::new(self.seed, &[purpose::EAR, u64::from(who)]),
        };
        self.devices.push(device);
        self.measure.invite();
        self.model.invite();
        who
    }

    pub(super) fn arrive(&mut self, who: u32) {
        self.start(who);
        self.walk(who);
        // Looks of different devices have nothing to do with each other.
        let turn = self.dice.bits();
        self.ticks.join(who, turn);
    }

    /// The program starts, and its owner opens it.
    pub fn start(&mut self, who: u32) {
        let now = self.time(who);
        let device = &mut self.devices[who as usize];
        if device.engine.is_some() || self.now >= device.person.leaves {
            return;
        }
        device.life += 1;
        let seed = Dice::new(self.seed, &[purpose::ENGINE, u64::from(who), u64::from(device.life)]).seed();
        device.engine = Some(Box::new(Engine::new(device.config.clone(), seed, now)));
        let opens = device.opens;
        self.model.starts(who, self.now);
        if opens && self.intend(who, Intent::Open).is_err() {
            self.broken("a device with interests and a clock does not open");
        }
        self.drain(who);
    }

    /// The program ends where it stands: a battery, a crash, or its owner is gone.
    pub fn stop(&mut self, who: u32) {
        let device = &mut self.devices[who as usize];
        if device.engine.take().is_none() {
            return;
        }
        self.hide(who);
        self.cut_all(who);
        self.leave_relay(who);
        self.model.stops(who);
    }

    /// The program starts again with other interests: a fresh engine, a fresh token.
    pub fn restart(&mut self, who: u32, ranks: Ranks) {
        self.stop(who);
        let set = self.popularity.set(&ranks);
        let device = &mut self.devices[who as usize];
        device.ranks = ranks;
        device.config.interests = set;
        self.start(who);
    }

    /// The program starts again after so many microseconds.
    pub fn start_later(&mut self, who: u32, after: u64) {
        self.queue.push(self.now + after, Happening::Start(who));
    }

    /// A device's clock is set: so many microseconds ahead.
    pub fn set_clock(&mut self, who: u32, ahead: i64) {
        self.devices[who as usize].clock_ahead = ahead;
    }

    /// Something goes wrong at a time.
    pub fn schedule(&mut self, at: u64, fault: crate::faults::Fault) {
        self.queue.push(at, Happening::Fault(fault));
    }
}
