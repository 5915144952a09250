//! Who was heard, in one bounded table: what the radio tells its owner, and under which name it dials.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{PeerAddress, Sighting, advert::Advert};

/// Devices remembered. Overflow: the one that was silent for longest is forgotten.
const HEARD: usize = 512;
/// How often a device whose advert stays the same is told of, at most: an advert comes every 100 ms or so, in two
/// events.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// The table, by the name that a sighting gives. `Id` is the system's own name for a device.
pub(crate) struct Heard<Id> {
    devices: HashMap<PeerAddress, Device<Id>>,
}

struct Device<Id> {
    id: Id,
    random: bool,
    advert: Advert,
    rssi: Option<i8>,
    heard: Instant,
    told: Instant,
}

/// Where a device is to be reached.
pub(crate) struct Dialling<Id> {
    /// Its address now.
    pub(crate) address: PeerAddress,
    /// The system's name for it.
    pub(crate) id: Id,
    /// Whether that address is a random one.
    pub(crate) random: bool,
}

impl<Id> Default for Heard<Id> {
    fn default() -> Self {
        Heard { devices: HashMap::new() }
    }
}

impl<Id: Clone> Heard<Id> {
    /// An advert of a device, whose address is `random` or public. Returns what to tell.
    pub(crate) fn first(
        &mut self,
        address: &PeerAddress,
        id: Id,
        random: bool,
        advert: Advert,
        rssi: Option<i8>,
        now: Instant,
    ) -> Sighting {
        if self.devices.len() >= HEARD && !self.devices.contains_key(address) {
            self.forget_one();
        }
        let device = Device { id, random, advert, rssi, heard: now, told: now };
        let sighting = device.advert.sighting(address.clone(), rssi);
        self.devices.insert(address.clone(), device);
        sighting
    }

    /// Another advert of a device, or a new strength. Returns what to tell, if anything; `None` as well where the
    /// device was never heard.
    pub(crate) fn again(
        &mut self,
        address: &PeerAddress,
        advert: Option<Advert>,
        rssi: Option<i8>,
        now: Instant,
    ) -> Option<Sighting> {
        let device = self.devices.get_mut(address)?;
        device.heard = now;
        device.rssi = rssi.or(device.rssi);
        let changed = advert.is_some_and(|advert| advert != device.advert);
        device.advert = advert.unwrap_or(device.advert);
        if !changed && now.saturating_duration_since(device.told) < TELL_EVERY {
            return None;
        }
        device.told = now;
        Some(device.advert.sighting(address.clone(), device.rssi))
    }

    /// Whether it was heard.
    pub(crate) fn knows(&self, address: &PeerAddress) -> bool {
        self.devices.contains_key(address)
    }

    /// How to reach a device that was heard: where its token was heard last. A device has a fresh address after each
    /// connection that came in, and is not to be reached at the one before.
    pub(crate) fn dialling(&self, address: &PeerAddress) -> Option<Dialling<Id>> {
        let asked = self.devices.get_key_value(address)?;
        let same = |other: &Device<Id>| {
            token(&other.advert).is_some() && token(&other.advert) == token(&asked.1.advert)
        };
        let last = self.devices.iter().filter(|(_, other)| same(other)).max_by_key(|(_, other)| other.heard);
        let (address, Device { id, random, .. }) = last.unwrap_or(asked);
        Some(Dialling { address: address.clone(), id: id.clone(), random: *random })
    }

    /// Forgets everybody.
    pub(crate) fn clear(&mut self) {
        self.devices.clear();
    }

    fn forget_one(&mut self) {
        let oldest =
            self.devices.iter().min_by_key(|(_, device)| device.heard).map(|(address, _)| address.clone());
        if let Some(address) = oldest {
            self.devices.remove(&address);
        }
    }
}

fn token(advert: &Advert) -> Option<[u8; 8]> {
    match advert {
        Advert::Full { presence, .. } => Some(presence.token()),
        Advert::Bare => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Presence, advert::PowerClass};

    fn advert(token: u8) -> Advert {
        Advert::Full { presence: Presence([0x10, token, 2, 3, 4, 5, 6, 7, 8]), power: PowerClass::Usual }
    }

    #[test]
    fn an_advert_that_stays_the_same_is_told_a_few_times_a_second_and_a_new_one_at_once() {
        let (mut heard, start) = (Heard::default(), Instant::now());
        let peer = PeerAddress::new("a");
        heard.first(&peer, 1, true, advert(1), None, start);
        let soon = start + TELL_EVERY / 2;
        assert!(heard.again(&peer, Some(advert(1)), None, soon).is_none());
        assert!(heard.again(&peer, Some(advert(2)), None, soon).is_some());
        assert!(
            heard.again(&peer, None, Some(-60), soon + TELL_EVERY).is_some_and(|seen| seen.rssi == Some(-60))
        );
    }

    #[test]
    fn a_strength_of_a_device_never_heard_tells_nothing() {
        let mut heard = Heard::<u8>::default();
        assert!(heard.again(&PeerAddress::new("a"), None, Some(-60), Instant::now()).is_none());
    }

    #[test]
    fn a_full_table_forgets_whoever_was_silent_for_longest() {
        let (mut heard, start) = (Heard::default(), Instant::now());
        for number in 0..=HEARD {
            let peer = PeerAddress::new(&number.to_string());
            let at = start + Duration::from_millis(u64::try_from(number).unwrap_or_default());
            heard.first(&peer, number, true, advert(1), None, at);
        }
        assert!(!heard.knows(&PeerAddress::new("0")));
        assert!(heard.knows(&PeerAddress::new("1")));
        assert_eq!(heard.devices.len(), HEARD);
    }

    #[test]
    fn a_device_is_dialled_where_its_token_was_heard_last() {
        let (mut heard, start) = (Heard::default(), Instant::now());
        let [before, after, other] = ["before", "after", "other"].map(PeerAddress::new);
        heard.first(&before, 1, true, advert(1), None, start);
        heard.first(&other, 2, true, advert(2), None, start + TELL_EVERY * 2);
        heard.first(&after, 3, true, advert(1), None, start + TELL_EVERY);
        let reached = |address| heard.dialling(address).map(|dialling| dialling.id);
        assert_eq!([&before, &after, &other].map(reached), [Some(3), Some(3), Some(2)]);
        assert!(heard.dialling(&PeerAddress::new("nobody")).is_none());
    }
}
