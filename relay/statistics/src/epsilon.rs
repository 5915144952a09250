//! The privacy parameter ε, and the chances that follow from it.

use std::fmt;

use rand_core::Rng;

/// How much one report may tell: any two profiles give it with chances that differ by a factor of `e^ε` at most.
///
/// Held in thousandths, so that a device, its relay and a database mean exactly the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epsilon(u16);

/// An ε that is too small to estimate anything by, or too large to hide anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("epsilon must be between {} and {}, with at most three decimals", Epsilon::MIN, Epsilon::MAX)]
pub struct EpsilonError;

impl Epsilon {
    /// 0.1: below it thousands of reports say nothing.
    pub const MIN: Self = Self(100);
    /// 2: a factor of 7.4.
    pub const DEFAULT: Self = Self(2_000);
    /// 4: a factor of 55. A device sends nothing at more, whatever a relay asks.
    pub const MAX: Self = Self(4_000);

    /// Takes thousandths.
    ///
    /// # Errors
    /// Outside [`Epsilon::MIN`] to [`Epsilon::MAX`].
    pub fn from_thousandths(thousandths: u16) -> Result<Self, EpsilonError> {
        let epsilon = Self(thousandths);
        if (Self::MIN..=Self::MAX).contains(&epsilon) { Ok(epsilon) } else { Err(EpsilonError) }
    }

    /// In thousandths.
    #[must_use]
    pub fn thousandths(self) -> u16 {
        self.0
    }

    /// The number itself.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// The chance of a bit that is not the true one: `1/(e^ε + 1)`, as devices draw it.
    pub(crate) fn chance_of_noise(self) -> f64 {
        self.noise_threshold() as f64 / TWO_TO_64
    }

    /// Draws a bit that is not the true one.
    pub(crate) fn noise(self, rng: &mut impl Rng) -> bool {
        rng.next_u64() < self.noise_threshold()
    }

    /// Rounded up: the noise is never less than ε promises.
    fn noise_threshold(self) -> u64 {
        (TWO_TO_64 / (self.value().exp() + 1.0)).ceil() as u64
    }
}

/// The chance that the true bit is set.
pub(crate) const CHANCE_OF_TRUTH: f64 = 0.5;

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

impl fmt::Display for Epsilon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value())
    }
}

impl std::str::FromStr for Epsilon {
    type Err = EpsilonError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let value: f64 = text.parse().map_err(|_| EpsilonError)?;
        value.try_into()
    }
}

impl TryFrom<f64> for Epsilon {
    type Error = EpsilonError;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        let thousandths = value * 1000.0;
        let whole = thousandths.round();
        if !(0.0..=f64::from(u16::MAX)).contains(&whole) || (thousandths - whole).abs() > 1e-6 {
            return Err(EpsilonError);
        }
        Self::from_thousandths(whole as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_hides_something_and_can_be_estimated_by_is_an_epsilon() {
        for good in ["0.1", "2", "2.0", "1.234", "4"] {
            assert!(good.parse::<Epsilon>().is_ok(), "{good}");
        }
        for bad in ["", "0", "0.099", "4.001", "-2", "1.23456", "NaN", "inf", "1e9", "two"] {
            assert_eq!(bad.parse::<Epsilon>(), Err(EpsilonError), "{bad}");
        }
        assert_eq!(
            EpsilonError.to_string(),
            "epsilon must be between 0.1 and 4, with at most three decimals"
        );
    }

    #[test]
    fn the_noise_is_what_the_formula_says_and_never_less() {
        for epsilon in [Epsilon::MIN, Epsilon::DEFAULT, Epsilon::MAX] {
            let chance = epsilon.chance_of_noise();
            assert!((chance - 1.0 / (epsilon.value().exp() + 1.0)).abs() < 1e-15);
            assert!((1.0 - chance) / chance <= epsilon.value().exp() * (1.0 + 1e-12));
        }
    }
}
