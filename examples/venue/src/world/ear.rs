//! What a device hears in a look: adverts of those around, and of a flood. Nothing here changes the hall.

use sighej_crypto::Token;
use sighej_engine::{AdvertSeen, RadioAddress, Sighting};

use crate::{
    dice::{self, Dice},
    measure::Pairs,
    people::SECOND,
    radio::{Platform, SENSITIVITY, Way},
};

use super::{Flood, LOOK, World, air::Spot};

/// What one device heard. The tables are used again from look to look.
#[derive(Default)]
pub(super) struct Ear<'a> {
    /// With the strength of each.
    neighbours: Vec<(&'a Spot, f64)>,
    pub(super) sightings: Vec<Sighting>,
}

impl World {
    /// Fills the ear with what a device heard since it last looked, and counts whom its owner could be told of.
    pub(super) fn listen<'a>(&'a self, who: u32, ear: &mut Ear<'a>, dice: &mut Dice, pairs: &mut Pairs) {
        ear.neighbours.clear();
        ear.sightings.clear();
        let Some(here) = self.grid.get(who) else { return };
        let shade = self.ether.shade(self.now);
        let mut speakers = [0_u32; Platform::ALL.len()];
        for other in self.grid.around(here.at).filter(|other| other.who != who) {
            if let Some(strength) = self.strength(here, other, shade) {
                speakers[other.is.platform as usize] += 1;
                ear.neighbours.push((other, strength));
            }
        }
        self.know_pairs(who, &ear.neighbours, pairs);
        let adverts = Platform::ALL.map(|one| f64::from(speakers[one as usize]) * one.traits().adverts);
        let false_ones = self.flood.map_or(0.0, |flood| f64::from(flood.tokens));
        let arrives = self.ether.arrives(adverts.iter().sum::<f64>() + false_ones);
        let chances = Platform::ALL.map(|speaker| self.chance(who, speaker, arrives));
        for (speaker, strength) in &ear.neighbours {
            if dice.chance(chances[speaker.is.platform as usize]) {
                ear.sightings.extend(self.heard(speaker, *strength, dice));
            }
        }
        if let Some(flood) = self.flood {
            self.hear_flood((here, flood), arrives, dice, &mut ear.sightings);
        }
    }

    /// How probable it is that in a look at least one advert of such a device arrives.
    fn chance(&self, who: u32, speaker: Platform, arrives: f64) -> f64 {
        let listener = self.devices[who as usize].platform;
        if !listener.recognises(speaker) {
            return 0.0;
        }
        let sent = speaker.traits().adverts * (LOOK as f64 / SECOND as f64) * listener.traits().listens;
        1.0 - libm::exp(-sent * arrives)
    }

    /// One sighting for all the adverts of a look, if it is strong enough.
    fn heard(&self, speaker: &Spot, strength: f64, dice: &mut Dice) -> Option<Sighting> {
        let rssi = self.ether.faded(strength, dice);
        let speaker = &speaker.is;
        let advert = match speaker.token {
            Some(token) if speaker.platform.traits().token => {
                AdvertSeen::Token { version_flags: speaker.version_flags, token }
            }
            Some(_) | None => AdvertSeen::Bare,
        };
        let rssi = (rssi >= SENSITIVITY).then_some(rssi.min(0.0) as i8);
        rssi.map(|rssi| Sighting { address: speaker.address, advert, rssi: Some(rssi) })
    }

    /// Who could be told about whom: the lower number keeps the account.
    fn know_pairs(&self, who: u32, neighbours: &[(&Spot, f64)], pairs: &mut Pairs) {
        let device = &self.devices[who as usize];
        if !device.is_honest() {
            return;
        }
        let gate = f64::from(device.config.rssi_gate.unwrap_or(i8::MIN));
        let threshold = u32::from(device.config.threshold);
        let near = neighbours.iter().filter(|(other, strength)| other.who > who && *strength >= gate);
        for (other, _) in near {
            let its = &self.devices[other.who as usize];
            if its.is_honest() && device.ranks.shared(&its.ranks) >= threshold {
                pairs.in_range(other.who, self.now);
            }
        }
    }

    fn hear_flood(
        &self,
        (here, flood): (&Spot, Flood),
        arrives: f64,
        dice: &mut Dice,
        sightings: &mut Vec<Sighting>,
    ) {
        let square_m = here.at.distance_squared(flood.at);
        let way = Way { square_m, walls_db: 0.0, pair: (u32::MAX, u32::MAX) };
        let strength = self.ether.strength(way, self.ether.shade(self.now));
        for number in 0..flood.tokens {
            let turn = self.now / LOOK / flood.looks.max(1);
            let bits = dice::hash(&[self.seed, turn, u64::from(number)]);
            let rssi = self.ether.faded(strength, dice);
            if rssi >= SENSITIVITY && dice.chance(arrives) {
                let advert =
                    AdvertSeen::Token { version_flags: 0x10, token: Token::from_bytes(bits.to_be_bytes()) };
                // Nobody's address.
                let address = RadioAddress(bits | 0xffff_ffff);
                sightings.push(Sighting { address, advert, rssi: Some(rssi.min(0.0) as i8) });
            }
        }
    }
}
