//! The way between two devices: who shows itself where, how strongly one hears the other, who is in reach.

use sighej_engine::RadioAddress;

use crate::{
    hall::{Point, RoomId},
    radio::{Platform, SENSITIVITY, Way},
};

use super::{Device, World};

/// What a listener has to know of everybody around, close together in memory: there are hundreds in reach of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// Where its owner was at its last look, and in which room.
    pub(super) at: Point,
    room: RoomId,
    pub(super) platform: Platform,
    is_present: bool,
    pub(super) island: u64,
}

impl World {
    /// Brings up to date what others see of a device, but for its place.
    pub(crate) fn show(&mut self, who: u32) {
        let device = &self.devices[who as usize];
        let spot = &mut self.spots[who as usize];
        (spot.is_present, spot.island) = (device.is_present(), device.island);
    }

    pub(super) fn spot(device: &Device, at: Point) -> Spot {
        Spot {
            at,
            room: device.person.room(),
            platform: device.platform,
            is_present: device.is_present(),
            island: device.island,
        }
    }

    /// Its owner walks on.
    pub(super) fn walk(&mut self, who: u32) {
        let device = &mut self.devices[who as usize];
        device.person.advance(self.now, &self.scenario.people, &self.hall);
        let here = device.person.position(self.now);
        let spot = Self::spot(device, here);
        let square = self.grid.square(here);
        let before = device.square.replace(square);
        self.spots[who as usize] = spot;
        if before != Some(square) {
            if let Some(before) = before {
                self.grid.leave(before, who);
            }
            self.grid.enter(square, who);
        }
    }

    /// The strength between two devices that show themselves, on average; none out of reach.
    pub(super) fn strength(&self, who: u32, other: u32) -> Option<f64> {
        let (listener, speaker) = (&self.spots[who as usize], &self.spots[other as usize]);
        let metres = self.ether.within_reach(listener.at, speaker.at)?;
        if !speaker.is_present || listener.island != speaker.island {
            return None;
        }
        let walls_db = self.hall.walls_db(listener.room, speaker.room);
        let way = Way { metres, walls_db, pair: (who.min(other), who.max(other)) };
        Some(self.ether.strength(way, self.now))
    }

    /// Where somebody is.
    #[must_use]
    pub fn position(&self, who: u32) -> Point {
        self.devices[who as usize].person.position(self.now)
    }

    /// Whether one is in reach of the other now.
    pub(super) fn reaches(&self, who: u32, other: u32) -> bool {
        self.strength(who, other).is_some_and(|strength| strength >= SENSITIVITY)
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
