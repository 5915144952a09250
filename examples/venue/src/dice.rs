//! All chance of a hall. Integer arithmetic and libm alone: the same seed gives the same numbers on every machine.

/// A stream of random numbers (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a purpose, out of a run's seed. Streams of different purposes have nothing to do with each other.
    #[must_use]
    pub fn new(seed: u64, purpose: &[u64]) -> Self {
        Self(purpose.iter().fold(mix(seed ^ GOLDEN), |state, part| mix(state.wrapping_add(GOLDEN) ^ part)))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A whole number below `bound`; 0 where the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.bits().checked_rem(bound).unwrap_or(0)
    }

    /// From 0, inclusive, to 1, exclusive.
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// Between two numbers.
    pub fn between(&mut self, (low, high): (f64, f64)) -> f64 {
        low + self.unit() * (high - low)
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.unit() < probability
    }

    /// About a normal distribution of mean 0 and deviation 1; never beyond 3.5.
    pub fn normal(&mut self) -> f64 {
        normal(self.bits())
    }

    /// A waiting time of this mean.
    pub fn waiting(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// A seed for an engine.
    pub fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        seed.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&self.bits().to_be_bytes()));
        seed
    }
}

/// A number that belongs to these parts and to nothing else.
#[must_use]
pub fn hash(parts: &[u64]) -> u64 {
    parts.iter().fold(GOLDEN, |state, part| mix(state.wrapping_add(GOLDEN) ^ part))
}

/// The sum of four uniform numbers: mean 0, deviation 1. Cheap, exact, and without far tails.
#[must_use]
pub fn normal(bits: u64) -> f64 {
    let lanes = [0, 16, 32, 48].map(|shift| (bits >> shift & 0xffff) as f64 / 65_536.0);
    (lanes.iter().sum::<f64>() - 2.0) * SQRT_3
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const SQRT_3: f64 = 1.732_050_807_568_877_2;

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut dice = Dice::new(1, &[]);
        let draws: Vec<f64> = (0..20_000).map(|_| dice.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let square = draws.iter().map(|x| x * x).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.03, "{mean} {square}");
    }

    #[test]
    fn streams_of_two_purposes_differ_and_one_repeats() {
        let draw = |purpose| Dice::new(7, &[purpose]).bits();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
