//! Strengths, smoothed: what a radio says of one advert is noise, and of distance it says little in any case
//! (specification, section 16.7).

use std::{collections::BTreeMap, time::Duration};

use crate::{PeerAddress, Sighting};

/// Smooths the strengths of what is heard, so that whoever compares them with a gate gets near or not near, and no
/// flicker. Pure: the time is passed in, monotonic.
///
/// The strength that comes out is the median of the last [`Sightings::SAMPLES`], held back by [`Sightings::HYSTERESIS`]:
/// a device counts as near any gate whatever once it is so much above, and no longer once it is so much below. A single
/// spike changes nothing. This filter knows no gate and decides nothing: the engine's gate and dwell do.
#[derive(Default)]
pub struct Sightings {
    heard: BTreeMap<PeerAddress, Heard>,
    purged: Duration,
}

impl Sightings {
    /// Strengths that count, the latest ones.
    pub const SAMPLES: usize = 5;
    /// Strengths that must have been heard before one is told, so that no single one decides: unknown until then.
    pub const FEWEST: usize = 2;
    /// How long one counts.
    pub const AGE: Duration = Duration::from_secs(10);
    /// In dB, to either side of any gate.
    pub const HYSTERESIS: i8 = 3;
    /// An address that is not heard for so long is forgotten.
    pub const LAPSE: Duration = Duration::from_secs(30);
    /// Addresses at once. One more takes the place of the one heard longest ago: who is really there is heard often.
    pub const ADDRESSES: usize = 512;

    /// Nothing was heard yet.
    #[must_use]
    pub fn new() -> Sightings {
        Sightings::default()
    }

    /// The same sighting with its strength smoothed. An unknown one stays unknown and counts for nothing, so that a
    /// gate that is off lets it pass, and any other does not.
    #[must_use]
    pub fn take(&mut self, sighting: Sighting, now: Duration) -> Sighting {
        let Some(rssi) = sighting.rssi else { return sighting };
        self.make_room(&sighting.address, now);
        let heard = self.heard.entry(sighting.address.clone()).or_default();
        Sighting { rssi: heard.take(rssi, now), ..sighting }
    }

    /// Forgets everything, as when this device changes its identity.
    pub fn clear(&mut self) {
        self.heard.clear();
    }

    /// Addresses remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heard.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }

    fn make_room(&mut self, newcomer: &PeerAddress, now: Duration) {
        if now.saturating_sub(self.purged) >= Sightings::LAPSE {
            self.purged = now;
            self.heard.retain(|_, heard| now.saturating_sub(heard.last) <= Sightings::LAPSE);
        }
        if self.heard.len() >= Sightings::ADDRESSES && !self.heard.contains_key(newcomer) {
            let oldest =
                self.heard.iter().min_by_key(|(_, heard)| heard.last).map(|(address, _)| address.clone());
            oldest.map(|address| self.heard.remove(&address));
        }
    }
}

impl std::fmt::Debug for Sightings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sightings").field("addresses", &self.heard.len()).finish_non_exhaustive()
    }
}

/// The strengths of one address.
#[derive(Default)]
struct Heard {
    /// The latest, the oldest first.
    samples: Vec<(Duration, i8)>,
    last: Duration,
    /// What was told last.
    told: Option<i8>,
}

impl Heard {
    fn take(&mut self, rssi: i8, now: Duration) -> Option<i8> {
        self.samples.retain(|&(at, _)| now.saturating_sub(at) <= Sightings::AGE);
        if self.samples.is_empty() {
            self.told = None;
        }
        if self.samples.len() >= Sightings::SAMPLES {
            self.samples.remove(0);
        }
        self.samples.push((now, rssi));
        self.last = now;
        if self.samples.len() >= Sightings::FEWEST {
            let median = self.lower_median(rssi);
            let (low, high) =
                (median.saturating_sub(Sightings::HYSTERESIS), median.saturating_add(Sightings::HYSTERESIS));
            self.told = Some(self.told.map_or(low, |told| told.clamp(low, high)));
        }
        self.told
    }

    /// Of an even number, the lower of the two in the middle: in doubt, far.
    fn lower_median(&self, latest: i8) -> i8 {
        let mut strengths: Vec<i8> = self.samples.iter().map(|&(_, rssi)| rssi).collect();
        strengths.sort_unstable();
        strengths.get((strengths.len() - 1) / 2).copied().unwrap_or(latest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{AdvertSeen, Presence};

    const GATE: i8 = -85;

    fn sighting(address: &str, rssi: Option<i8>) -> Sighting {
        let advert = AdvertSeen::Presence(Presence([0x10; 9]));
        Sighting { address: PeerAddress::new(address), advert, rssi }
    }

    /// A device heard every 100 ms: whether it is above the gate, each time.
    fn near(strengths: &[i8]) -> Vec<bool> {
        let mut sightings = Sightings::new();
        let times = (0..).map(|n| Duration::from_millis(100) * n);
        let told =
            strengths.iter().zip(times).map(|(&rssi, now)| sightings.take(sighting("a", Some(rssi)), now));
        told.map(|sighting| sighting.rssi.is_some_and(|rssi| rssi >= GATE)).collect()
    }

    fn changes(near: &[bool]) -> usize {
        near.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }

    #[test]
    fn one_advert_alone_makes_nothing_near_and_two_do() {
        assert_eq!(near(&[-40, -40, -40]), [false, true, true]);
        assert!(!near(&[-40, -95, -95, -95, -95]).contains(&true), "it began with a spike");
    }

    #[test]
    fn a_single_spike_toggles_nothing_either_way() {
        for at in 2..20 {
            let mut far = [-95; 20];
            far[at] = -30;
            assert!(!near(&far).contains(&true), "spike at {at}");
            let mut close = [-60; 20];
            close[at] = -120;
            assert!(near(&close)[2..].iter().all(|&near| near), "gap at {at}");
        }
    }

    #[test]
    fn wavering_around_the_gate_does_not_flicker() {
        let wavering = [-3, 3, 0, 2, -2, 1].map(|by| GATE + by).repeat(30);
        assert!(!near(&wavering).contains(&true), "who comes so far is not near");
        let steps_back = [vec![-60; 10], wavering].concat();
        assert_eq!(changes(&near(&steps_back)), 1, "who was near stays so");
        let passer: Vec<i8> = (0..60).map(|n| -115 + n).chain((0..60).map(|n| -55 - n)).collect();
        assert_eq!(changes(&near(&passer)), 2, "near once, gone once");
    }

    #[test]
    fn it_takes_three_decibels_above_the_gate_to_be_near_and_three_below_not_to_be() {
        assert!(!near(&[-83; 20]).contains(&true));
        assert!(near(&[-82; 20])[1..].iter().all(|&near| near));
        let left = near(&[[-70; 10], [-88; 10]].concat());
        assert!(left[19], "3 dB below is still near");
        assert!(!near(&[[-70; 10], [-89; 10]].concat())[19]);
    }

    #[test]
    fn an_unknown_strength_stays_unknown_and_counts_for_nothing() {
        let mut sightings = Sightings::new();
        assert_eq!(sightings.take(sighting("a", None), Duration::ZERO).rssi, None);
        assert!(sightings.is_empty());
        for _ in 0..3 {
            let _ = sightings.take(sighting("a", Some(-60)), Duration::ZERO);
        }
        assert_eq!(sightings.take(sighting("a", None), Duration::ZERO).rssi, None);
        assert_eq!(sightings.take(sighting("a", Some(-60)), Duration::ZERO).rssi, Some(-63));
    }

    #[test]
    fn after_ten_seconds_of_quiet_a_device_begins_anew_and_after_thirty_it_is_forgotten() {
        let mut sightings = Sightings::new();
        let mut hear = |address, seconds| {
            let told = sightings.take(sighting(address, Some(-60)), Duration::from_secs(seconds)).rssi;
            (told, sightings.len())
        };
        assert_eq!(hear("a", 0), (None, 1));
        assert_eq!(hear("a", 10), (Some(-63), 1));
        assert_eq!(hear("a", 21), (None, 1));
        assert_eq!(hear("b", 51), (None, 2));
        assert_eq!(hear("b", 82), (None, 1));
    }

    #[test]
    fn one_address_too_many_takes_the_place_of_the_one_heard_longest_ago() {
        let mut sightings = Sightings::new();
        let mut hear = |address: &str, millis| {
            sightings.take(sighting(address, Some(-60)), Duration::from_millis(millis)).rssi
        };
        for n in 0..10_000 {
            hear(&format!("fake {n}"), n);
            if n % 100 == 0 {
                assert_eq!(hear("true", n).is_some(), n > 0, "one that is there is never pushed out");
            }
        }
        assert_eq!(sightings.len(), Sightings::ADDRESSES);
    }

    #[test]
    fn addresses_are_not_printed() {
        let mut sightings = Sightings::new();
        let _ = sightings.take(sighting("secret", Some(-60)), Duration::ZERO);
        assert_eq!(format!("{sightings:?}"), "Sightings { addresses: 1, .. }");
    }

    proptest! {
        #[test]
        fn what_is_told_lies_between_the_weakest_and_the_strongest_less_the_hysteresis(
            strengths in prop::collection::vec(any::<i8>(), 2..50),
        ) {
            let mut sightings = Sightings::new();
            for (index, &rssi) in strengths.iter().enumerate() {
                let recent = &strengths[index.saturating_sub(4)..=index];
                let told = sightings.take(sighting("a", Some(rssi)), Duration::ZERO).rssi;
                prop_assert_eq!(told.is_some(), index > 0);
                if let (Some(told), Some(&low), Some(&high)) = (told, recent.iter().min(), recent.iter().max()) {
                    prop_assert!(told >= low.saturating_sub(3) && told <= high.saturating_add(3));
                }
            }
        }
    }
}
