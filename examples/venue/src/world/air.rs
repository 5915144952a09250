//! The way between two devices: who shows itself where, how strongly one hears the other, who is in reach.

use sighej_crypto::Token;
use sighej_engine::RadioAddress;

use crate::{
    grid::Stands,
    hall::{Point, RoomId},
    radio::{Platform, SENSITIVITY, Way},
};

use super::{Device, World};

/// What a listener has to know of everybody around, as of their owner's last look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// What it shows on the air; none where it shows nothing.
    pub(super) token: Option<Token>,
    pub(super) version_flags: u8,
    pub(super) address: RadioAddress,
    pub(super) platform: Platform,
    room: RoomId,
    pub(super) island: u64,
}

/// Somebody in the hall.
pub(super) type Spot = Stands<Shown>;

impl Shown {
    fn of(device: &Device) -> Self {
        Self {
            token: device.token,
            version_flags: device.version_flags,
            address: device.address,
            platform: device.platform,
            room: device.person.room(),
            island: device.island,
        }
    }
}

impl World {
    /// Brings up to date what others see of a device, but for its place.
    pub(crate) fn show(&mut self, who: u32) {
        if let Some(shown) = self.grid.get_mut(who) {
            *shown = Shown { room: shown.room, ..Shown::of(&self.devices[who as usize]) };
        }
    }

    /// Its owner walks on.
    pub(super) fn walk(&mut self, who: u32) {
        let device = &mut self.devices[who as usize];
        device.person.advance(self.now, &self.scenario.people, &self.hall);
        self.grid.put(who, device.person.position(self.now), Shown::of(device));
    }

    /// The strength between two devices that show themselves, on average; none out of reach.
    pub(super) fn strength(&self, listener: &Spot, speaker: &Spot, shade: u64) -> Option<f64> {
        let square_m = self.ether.within_reach(listener.at, speaker.at)?;
        if speaker.is.token.is_none() || listener.is.island != speaker.is.island {
            return None;
        }
        let walls_db = self.hall.walls_db(listener.is.room, speaker.is.room);
        let pair = (listener.who.min(speaker.who), listener.who.max(speaker.who));
        Some(self.ether.strength(Way { square_m, walls_db, pair }, shade))
    }

    /// Where somebody is.
    #[must_use]
    pub fn position(&self, who: u32) -> Point {
        self.devices[who as usize].person.position(self.now)
    }

    /// Whether one is in reach of the other now.
    pub(super) fn reaches(&self, who: u32, other: u32) -> bool {
        let [Some(who), Some(other)] = [who, other].map(|one| self.grid.get(one)) else { return false };
        let strength = self.strength(who, other, self.ether.shade(self.now));
        strength.is_some_and(|strength| strength >= SENSITIVITY)
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
        let square_m = at.distance_squared(device.person.position(self.now));
        let way = Way { square_m, walls_db: 0.0, pair: (who, antenna) };
        let strength = self.ether.strength(way, self.ether.shade(self.now));
        Some(self.ether.faded(strength, &mut self.dice))
    }
}
