//! Pauses between tries: longer each time, and partly left to chance.

use std::time::Duration;

use super::limits;

/// The pauses of one relay.
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(super) fn new() -> Backoff {
        Backoff { next: limits::FIRST_PAUSE }
    }

    /// A connection was made that held.
    pub(super) fn reset(&mut self) {
        *self = Backoff::new();
    }

    /// The pause before the next try; `chance` is drawn for it.
    pub(super) fn pause(&mut self, chance: u32) -> Duration {
        let whole = self.next;
        self.next = (2 * self.next).min(limits::LONGEST_PAUSE);
        jittered(whole, chance)
    }
}

/// From half of it to the whole.
pub(super) fn jittered(whole: Duration, chance: u32) -> Duration {
    let half = whole / 2;
    half + half.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

/// Chance for a pause. Without any, a pause is the shortest that it may be.
pub(super) fn chance() -> u32 {
    getrandom::u32().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::new();
        let pauses: Vec<Duration> = (0..8).map(|_| backoff.pause(u32::MAX)).collect();
        assert_eq!(pauses[0], limits::FIRST_PAUSE);
        assert!(pauses.windows(2).all(|pair| pair[1] == (2 * pair[0]).min(limits::LONGEST_PAUSE)));
        assert_eq!(pauses[7], limits::LONGEST_PAUSE);
        backoff.reset();
        assert_eq!(backoff.pause(0), limits::FIRST_PAUSE / 2);
    }

    #[test]
    fn half_of_a_pause_is_left_to_chance() {
        let whole = Duration::from_secs(8);
        for chance in [0, 1, u32::MAX / 3, u32::MAX] {
            assert!((whole / 2..=whole).contains(&jittered(whole, chance)));
        }
    }
}
