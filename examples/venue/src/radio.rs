//! What the radio of each platform does, how far it goes, what is lost. Strengths in dBm, times in microseconds.

use crate::{
    dice,
    hall::Point,
    people::SECOND,
    scenario::{PhonePlan, RadioPlan},
};

/// What a device is, as far as its radio matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// BlueZ on Linux.
    Laptop,
    /// Android, the app on the screen.
    AndroidFront,
    /// Android, the app in the background, the screen dark.
    AndroidBehind,
    /// iOS, the app in the background.
    IphoneBehind,
}

/// The numbers of a platform.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// What results call it.
    pub name: &'static str,
    /// Whether its adverts carry the token.
    pub token: bool,
    /// Whether only Apple's devices recognise its adverts.
    pub overflow: bool,
    /// Adverts in a second.
    pub adverts: f64,
    /// The share of time in which it listens.
    pub listens: f64,
    /// Links at once, both directions together.
    pub links: u8,
    /// Bytes of one packet, as `sighej_ble::wire` cuts them: ATT MTU less 5.
    pub packet: usize,
    /// How long one packet takes: a connection interval, or a share of it where several fit.
    pub packet_us: u64,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Laptop, Self::AndroidFront, Self::AndroidBehind, Self::IphoneBehind];

    /// Its numbers. Link counts, packet times, and what iOS does in the background are assumptions: no source states them.
    #[must_use]
    pub fn traits(self) -> Traits {
        match self {
            // Linux listens all the time while it discovers (net/bluetooth, DISCOV_LE_SCAN_WIN = DISCOV_LE_SCAN_INT = 0x12),
            // but its one radio also advertises and serves links; it advertises every 1.28 s unless told otherwise
            // (le_adv_min_interval = 0x0800).
            Self::Laptop => Traits {
                name: "laptop",
                token: true,
                overflow: false,
                adverts: 1.0 / 1.28,
                listens: 0.8,
                links: 7,
                packet: 512,
                packet_us: 30_000,
            },
            // AOSP ScanManager: SCAN_MODE_LOW_LATENCY listens 100 of 100 ms, less what links and adverts take;
            // ADVERTISE_MODE_LOW_LATENCY, 100 ms.
            Self::AndroidFront => Traits {
                name: "android_front",
                token: true,
                overflow: false,
                adverts: 10.0,
                listens: 0.8,
                links: 7,
                packet: 512,
                packet_us: 30_000,
            },
            // AOSP ScanManager: SCREEN_OFF_BALANCED listens 183 of 730 ms; ADVERTISE_MODE_BALANCED, 250 ms.
            Self::AndroidBehind => Traits {
                name: "android_behind",
                token: true,
                overflow: false,
                adverts: 4.0,
                listens: 0.25,
                links: 7,
                packet: 512,
                packet_us: 50_000,
            },
            // Apple, "Core Bluetooth Background Processing for iOS Apps": no service data, the UUID in the overflow area that
            // only iOS devices recognise, adverts and scans at lower rates than in front; the rates are assumed.
            Self::IphoneBehind => Traits {
                name: "iphone_behind",
                token: false,
                overflow: true,
                adverts: 2.0,
                listens: 0.05,
                links: 8,
                packet: 180,
                packet_us: 30_000,
            },
        }
    }

    /// Which one somebody carries, by the plan's shares.
    pub fn choose(plan: &PhonePlan, dice: &mut dice::Dice) -> Self {
        let shares = [plan.laptop, plan.android_front, plan.android_behind, plan.iphone_behind];
        let mut left = dice.unit() * shares.iter().sum::<f64>();
        let chosen = shares.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        chosen.map_or(Self::AndroidBehind, |place| Self::ALL[place])
    }

    /// Whether it can recognise the other's adverts at all.
    #[must_use]
    pub fn recognises(self, other: Self) -> bool {
        !other.traits().overflow || self == Self::IphoneBehind
    }
}

/// Where and when two devices are, as far as the way between them matters.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// The square of the distance, in square metres.
    pub square_m: f64,
    /// dB that walls take.
    pub walls_db: f64,
    /// The two, lower number first.
    pub pair: (u32, u32),
}

/// How far radio goes.
#[derive(Clone, Debug)]
pub struct Ether {
    seed: u64,
    plan: RadioPlan,
    logarithm: Logarithm,
    /// Nobody further away is heard, in metres.
    pub reach: f64,
}

impl Ether {
    /// As planned.
    #[must_use]
    pub fn new(plan: &RadioPlan, seed: u64) -> Self {
        let margin = AT_ONE_METRE - SENSITIVITY + REACH_DEVIATIONS * plan.shadow_db;
        let reach = libm::pow(10.0, margin / (10.0 * plan.exponent)).min(REACH);
        Self { seed, plan: plan.clone(), logarithm: Logarithm::new(), reach }
    }

    /// The square of the distance between two points, where one may be heard at the other.
    #[must_use]
    pub fn within_reach(&self, a: Point, b: Point) -> Option<f64> {
        let square_m = a.distance_squared(b);
        (square_m <= self.reach * self.reach).then_some(square_m)
    }

    /// What decides who is shadowed from whom at a time.
    #[must_use]
    pub fn shade(&self, now: u64) -> u64 {
        dice::hash(&[self.seed, now / SHADOW_TIME])
    }

    /// The strength that adverts of one have at the other, on average while both stay where they are. The same both ways.
    #[must_use]
    pub fn strength(&self, way: Way, shade: u64) -> f64 {
        let (a, b) = way.pair;
        let shadow = dice::normal(dice::hash(&[shade ^ (u64::from(a) << 32 | u64::from(b))]));
        // Ten times the logarithm of a distance is five times that of its square.
        let loss = 5.0 * self.plan.exponent * self.logarithm.base_10(way.square_m.max(NEAREST * NEAREST));
        AT_ONE_METRE - loss - way.walls_db - self.plan.shadow_db * shadow
    }

    /// One advert's strength.
    pub fn faded(&self, strength: f64, dice: &mut dice::Dice) -> f64 {
        strength + self.plan.fade_db * dice.normal()
    }

    /// The share of adverts that arrive where so many adverts a second are on the air: two that overlap on one channel
    /// destroy each other.
    #[must_use]
    pub fn arrives(&self, adverts: f64) -> f64 {
        (1.0 - self.plan.loss) * libm::exp(-2.0 * ON_AIR * adverts)
    }
}

/// The logarithm by a table: it is asked for hundreds of distances in each look.
#[derive(Clone, Debug)]
struct Logarithm {
    /// To the base 2, of 1 to 2 in even steps.
    steps: [f64; STEPS + 1],
}

const STEPS: usize = 128;

impl Logarithm {
    fn new() -> Self {
        Self { steps: std::array::from_fn(|step| libm::log2(1.0 + step as f64 / STEPS as f64)) }
    }

    /// Of a positive number, to a hundred-thousandth.
    fn base_10(&self, x: f64) -> f64 {
        const MANTISSA: u32 = 52;
        const WITHIN: u32 = MANTISSA - STEPS.trailing_zeros();
        let bits = x.to_bits();
        let exponent = (bits >> MANTISSA) as i32 - 1023;
        let step = (bits >> WITHIN) as usize % STEPS;
        let within = (bits & ((1 << WITHIN) - 1)) as f64 / (1_u64 << WITHIN) as f64;
        let (low, high) = (self.steps[step], self.steps[step + 1]);
        (f64::from(exponent) + low + (high - low) * within) * std::f64::consts::LOG10_2
    }
}

/// Adverts weaker than this are not received.
pub const SENSITIVITY: f64 = -95.0;
/// A phone's adverts at one metre, sent at 0 dBm out of a hand or a bag.
const AT_ONE_METRE: f64 = -59.0;
/// Nearer than this nothing gets stronger, in metres.
const NEAREST: f64 = 0.3;
/// How far is looked at most, in metres.
const REACH: f64 = 40.0;
/// By how many deviations of shadowing somebody may be nearer than the distance says.
const REACH_DEVIATIONS: f64 = 1.0;
/// For how long two people are shadowed alike.
const SHADOW_TIME: u64 = 30 * SECOND;
/// Seconds that an advert of 31 bytes is on each of its three channels: 47 bytes at 1 Mbit/s.
const ON_AIR: f64 = 0.000_376;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn strength_falls_with_distance_and_is_the_same_both_ways() {
        let ether = Ether::new(&RadioPlan { shadow_db: 0.0, ..Scenario::built_in("bar").unwrap().radio }, 1);
        let at =
            |metres: f64| ether.strength(Way { square_m: metres * metres, walls_db: 0.0, pair: (1, 2) }, 0);
        assert!(at(1.0) > at(5.0) && at(5.0) > at(20.0));
        assert!((at(1.0) - AT_ONE_METRE).abs() < 1e-9);
    }

    #[test]
    fn the_table_of_logarithms_is_exact_enough() {
        let logarithm = Logarithm::new();
        let mut dice = dice::Dice::new(1, &[]);
        for _ in 0..10_000 {
            let x = libm::exp(dice.between((-3.0, 9.0)));
            assert!((logarithm.base_10(x) - libm::log10(x)).abs() < 1e-5, "{x}");
        }
    }

    #[test]
    fn a_crowded_air_loses_adverts() {
        let ether = Ether::new(&Scenario::built_in("festival").unwrap().radio, 1);
        assert!(ether.arrives(10.0) > ether.arrives(1_000.0) && ether.arrives(1_000.0) < 0.5);
    }

    #[test]
    fn only_iphones_recognise_iphones_behind() {
        assert!(Platform::IphoneBehind.recognises(Platform::IphoneBehind));
        assert!(!Platform::AndroidFront.recognises(Platform::IphoneBehind));
        assert!(Platform::IphoneBehind.recognises(Platform::AndroidBehind));
    }
}
