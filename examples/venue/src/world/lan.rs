//! The local network: links that know no distance, between those who are on it and within its coverage.

use sighej_engine::Transport;

use super::World;

/// A shell keeps so many connections up; one more is not made.
const LAN_LINKS: usize = 96;
/// Whom a device finds in a look: so many of those who may be there, at random.
const FOUND: usize = 16;

/// Who may be on it, and how far it goes.
#[derive(Default)]
pub(super) struct Lan {
    members: Vec<u32>,
    /// From the left edge of the hall, in metres.
    pub(super) covers_m: f64,
}

impl Lan {
    pub(super) fn invite(&mut self, who: u32) {
        self.members.push(who);
    }
}

impl World {
    /// Whether two devices reach each other over the local network.
    pub(super) fn shares_lan(&self, one: u32, other: u32) -> bool {
        let island = |who: u32| self.devices[who as usize].island;
        self.is_on_lan(one) && self.is_on_lan(other) && island(one) == island(other)
    }

    fn is_on_lan(&self, who: u32) -> bool {
        let device = &self.devices[who as usize];
        let is_covered = |spot: &super::air::Spot| spot.at.x <= self.lan.covers_m;
        device.has_lan && device.is_present() && self.grid.get(who).is_some_and(is_covered)
    }

    /// Connects a device to others that it finds.
    pub(super) fn discover(&mut self, who: u32) {
        if !self.is_on_lan(who) {
            return;
        }
        for _ in 0..FOUND {
            let place = self.dice.below(self.lan.members.len() as u64) as usize;
            let Some(&other) = self.lan.members.get(place) else { return };
            if other != who && self.shares_lan(who, other) && self.has_lan_links(who, other) {
                self.join([who, other], Transport::Lan);
            }
        }
    }

    /// Whether both have room for one link more, and none to each other.
    fn has_lan_links(&self, who: u32, other: u32) -> bool {
        let lan = |who: u32| {
            let wires = self.devices[who as usize].wires.iter().filter_map(|name| self.wires.get(name));
            wires.filter(|wire| wire.transport == Transport::Lan)
        };
        lan(who).count() < LAN_LINKS
            && lan(other).count() < LAN_LINKS
            && !lan(who).any(|wire| wire.ends.contains(&other))
    }
}
