//! Adverts: who hears whom, and how strongly.

use sighej_crypto::Token;
use sighej_engine::{AdvertSeen, RadioAddress, Sighting};

use crate::{
    dice,
    hall::Point,
    people::SECOND,
    radio::{SENSITIVITY, Way},
};

use super::{Device, Flood, LOOK, World, queue::Happening};

/// Reused from look to look.
#[derive(Default)]
pub(super) struct Scratch {
    neighbours: Vec<Neighbour>,
    sightings: Vec<Sighting>,
}

#[derive(Clone, Copy)]
struct Neighbour {
    who: u32,
    strength: f64,
}

impl World {
    /// What a device heard since it last looked; and its owner walks on.
    pub(super) fn look(&mut self, who: u32) {
        let device = &mut self.devices[who as usize];
        if self.now >= device.person.leaves {
            if let Some(square) = device.square.take() {
                self.grid.leave(square, who);
            }
            return;
        }
        device.person.advance(self.now, &self.scenario.people, &self.hall);
        let here = device.person.position(self.now);
        self.enter(who, here);
        if self.devices[who as usize].is_present() {
            self.hear(who, here);
        }
        self.queue.push(self.now + LOOK, Happening::Look(who));
    }

    fn enter(&mut self, who: u32, here: Point) {
        let square = self.grid.square(here);
        let device = &mut self.devices[who as usize];
        let before = device.square.replace(square);
        if before != Some(square) {
            if let Some(before) = before {
                self.grid.leave(before, who);
            }
            self.grid.enter(square, who);
        }
    }

    fn hear(&mut self, who: u32, here: Point) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.neighbours.clear();
        scratch.sightings.clear();
        let mut adverts = self.flood.map_or(0.0, |flood| f64::from(flood.tokens));
        for other in self.grid.around(here).filter(|other| *other != who) {
            if let Some(strength) = self.strength_at(who, here, other) {
                adverts += self.devices[other as usize].platform.traits().adverts;
                scratch.neighbours.push(Neighbour { who: other, strength });
            }
        }
        self.know_pairs(who, &scratch.neighbours);
        let arrives = self.ether.arrives(adverts);
        for neighbour in &scratch.neighbours {
            scratch.sightings.extend(self.heard(who, *neighbour, arrives));
        }
        if let Some(flood) = self.flood {
            self.hear_flood(flood, here, arrives, &mut scratch.sightings);
        }
        for sighting in &scratch.sightings {
            let at = self.time(who);
            if let Some(engine) = self.engine(who) {
                engine.handle_sighting(*sighting, at);
                self.drain(who);
            }
        }
        self.scratch = scratch;
    }

    /// The strength between two devices that show themselves, on average; none out of reach.
    pub(super) fn strength_at(&self, who: u32, here: Point, other: u32) -> Option<f64> {
        let (device, speaker) = (&self.devices[who as usize], &self.devices[other as usize]);
        if !speaker.is_present() || device.island != speaker.island {
            return None;
        }
        let metres = here.distance(speaker.person.position(self.now));
        if metres > self.ether.reach {
            return None;
        }
        let walls_db = self.hall.walls_db(device.person.room(), speaker.person.room());
        let way = Way { metres, walls_db, pair: (who.min(other), who.max(other)) };
        Some(self.ether.strength(way, self.now))
    }

    /// One sighting for all the adverts of a look, if at least one arrived.
    fn heard(&mut self, who: u32, neighbour: Neighbour, arrives: f64) -> Option<Sighting> {
        let (listener, speaker) = (&self.devices[who as usize], &self.devices[neighbour.who as usize]);
        if !listener.platform.recognises(speaker.platform) {
            return None;
        }
        let traits = speaker.platform.traits();
        let sent = traits.adverts * (LOOK as f64 / SECOND as f64) * listener.platform.traits().listens;
        if !self.dice.chance(1.0 - libm::exp(-sent * arrives)) {
            return None;
        }
        let rssi = self.ether.faded(neighbour.strength, &mut self.dice);
        let advert = match speaker.token {
            Some(token) if traits.token => AdvertSeen::Token { version_flags: speaker.version_flags, token },
            Some(_) | None => AdvertSeen::Bare,
        };
        (rssi >= SENSITIVITY).then(|| Sighting {
            address: speaker.address,
            advert,
            rssi: Some(rssi.min(0.0) as i8),
        })
    }

    /// Who could be told about whom: the lower number keeps the account.
    fn know_pairs(&mut self, who: u32, neighbours: &[Neighbour]) {
        let device = &self.devices[who as usize];
        if !device.is_honest() {
            return;
        }
        let gate = f64::from(device.config.rssi_gate.unwrap_or(i8::MIN));
        let threshold = u32::from(device.config.threshold);
        for neighbour in neighbours.iter().filter(|n| n.who > who && n.strength >= gate) {
            let other = &self.devices[neighbour.who as usize];
            if other.is_honest() && device.ranks.shared(&other.ranks) >= threshold {
                self.measure.in_range(who, neighbour.who, self.now);
            }
        }
    }

    fn hear_flood(&mut self, flood: Flood, here: Point, arrives: f64, sightings: &mut Vec<Sighting>) {
        let way = Way { metres: here.distance(flood.at), walls_db: 0.0, pair: (u32::MAX, u32::MAX) };
        let strength = self.ether.strength(way, self.now);
        for number in 0..flood.tokens {
            let turn = self.now / LOOK / flood.looks.max(1);
            let bits = dice::hash(&[self.seed, turn, u64::from(number)]);
            let rssi = self.ether.faded(strength, &mut self.dice);
            if rssi >= SENSITIVITY && self.dice.chance(arrives) {
                let advert =
                    AdvertSeen::Token { version_flags: 0x10, token: Token::from_bytes(bits.to_be_bytes()) };
                // Nobody's address.
                let address = RadioAddress(bits | 0xffff_ffff);
                sightings.push(Sighting { address, advert, rssi: Some(rssi.min(0.0) as i8) });
            }
        }
    }

    /// Where somebody is.
    #[must_use]
    pub fn position(&self, who: u32) -> Point {
        self.devices[who as usize].person.position(self.now)
    }

    /// Whether one is in reach of the other now.
    pub(super) fn reaches(&self, who: u32, other: u32) -> bool {
        self.strength_at(who, self.position(who), other).is_some_and(|strength| strength >= SENSITIVITY)
    }

    /// The device at an address, if it still shows itself there.
    pub(super) fn at_address(&self, address: RadioAddress) -> Option<u32> {
        let who = Device::of_address(address);
        let device = self.devices.get(who as usize)?;
        (device.address == address && device.is_present()).then_some(who)
    }

    /// What an antenna of so high a number, at a point, measures of a device that shows itself.
    pub fn measured(&mut self, antenna: u32, at: Point, who: u32) -> Option<f64> {
        let device = &self.devices[who as usize];
        if !device.is_present() {
            return None;
        }
        let metres = at.distance(device.person.position(self.now));
        let strength = self.ether.strength(Way { metres, walls_db: 0.0, pair: (who, antenna) }, self.now);
        Some(self.ether.faded(strength, &mut self.dice))
    }
}
