//! Time as the engine knows it: told by the caller with each call, never read from a clock.

use std::{num::NonZeroU64, time::Duration};

use crate::limits;

/// The moment of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Monotonic, since an arbitrary start. A value earlier than one told before counts as that one.
    pub elapsed: Duration,
    /// Since the Unix epoch, where it is known. It may jump either way.
    pub utc: Option<Duration>,
}

/// A point of `elapsed` in the 8 bytes that tables of hundreds of rows can afford, to the nanosecond. An elapsed time
/// beyond 584 years is kept as that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(NonZeroU64);

impl From<Duration> for Moment {
    fn from(elapsed: Duration) -> Self {
        let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        Self(NonZeroU64::MIN.saturating_add(nanos))
    }
}

impl From<Moment> for Duration {
    fn from(moment: Moment) -> Self {
        Self::from_nanos(moment.0.get() - 1)
    }
}

/// Where UTC stands among the common boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EpochTime {
    pub(crate) number: u32,
    pub(crate) since_boundary: Duration,
    pub(crate) until_boundary: Duration,
}

/// The last told time, carried on by the monotonic clock while UTC is not told.
pub(crate) struct Clock {
    elapsed: Duration,
    /// As told, without the correction.
    utc: Option<Duration>,
    told: bool,
    correction: Shift,
    /// What a relay says; adopted between two identities.
    proposed: Shift,
}

/// A difference of time, either way, in milliseconds.
type Shift = i64;

/// The argument for a bound: at most [`limits::CLOCK_CORRECTION`] either way, from the told time and not from an earlier
/// correction, so that nothing adds up, and taken only where the device falls silent anyway. A relay that lies can move
/// a device's boundary within that bound, which is what a clock that is off by as much does; it can end no epoch early,
/// bring back no secret, and touch no budget, which all count in monotonic time.
fn bounded(shift: Shift) -> Option<Shift> {
    let far = shift.unsigned_abs();
    let within = |bound: Duration| u128::from(far) <= bound.as_millis();
    if within(limits::CLOCK_SLACK) { Some(0) } else { within(limits::CLOCK_CORRECTION).then_some(shift) }
}

fn shifted(time: Duration, shift: Shift) -> Option<Duration> {
    let by = Duration::from_millis(shift.unsigned_abs());
    if shift < 0 { time.checked_sub(by) } else { time.checked_add(by) }
}

impl Clock {
    pub(crate) fn new(now: Now) -> Self {
        Self { elapsed: now.elapsed, utc: now.utc, told: now.utc.is_some(), correction: 0, proposed: 0 }
    }

    pub(crate) fn advance(&mut self, now: Now) {
        let passed = now.elapsed.saturating_sub(self.elapsed);
        self.elapsed = self.elapsed.max(now.elapsed);
        self.utc = now.utc.or_else(|| self.utc.and_then(|utc| utc.checked_add(passed)));
        self.told = now.utc.is_some();
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.elapsed
    }

    pub(crate) fn utc(&self) -> Option<Duration> {
        self.utc.and_then(|utc| shifted(utc, self.correction))
    }

    /// A relay says what time it is. How far ahead of the told time that is, in milliseconds, where it is too far to be
    /// followed.
    pub(crate) fn hear_relay(&mut self, relay: Duration) -> Option<i64> {
        let utc = self.utc?;
        let ahead = relay.saturating_sub(utc).as_millis().min(u128::from(u32::MAX) * 1000);
        let behind = utc.saturating_sub(relay).as_millis().min(u128::from(u32::MAX) * 1000);
        let shift = i64::try_from(ahead).unwrap_or(0) - i64::try_from(behind).unwrap_or(0);
        self.proposed = bounded(shift).unwrap_or(0);
        bounded(shift).is_none().then_some(shift)
    }

    /// Takes over what a relay proposed. How long until a boundary that now lies ahead once more.
    pub(crate) fn adopt_correction(&mut self, epoch_length: Duration) -> Duration {
        let back = self.proposed < self.correction;
        self.correction = self.proposed;
        let ahead = self.epoch(epoch_length).map(|epoch| epoch.until_boundary).unwrap_or_default();
        if back && ahead <= 2 * limits::CLOCK_CORRECTION { ahead } else { Duration::ZERO }
    }

    /// Whether the last call told UTC: only then may a device appear.
    pub(crate) fn is_told(&self) -> bool {
        self.told
    }

    /// The epoch, by boundaries that all devices share. None without UTC, or where the number has no 4 bytes.
    pub(crate) fn epoch(&self, length: Duration) -> Option<EpochTime> {
        let utc = self.utc()?;
        let number = u32::try_from(utc.as_secs().checked_div(length.as_secs())?).ok()?;
        let since_boundary = utc.checked_sub(Duration::from_secs(u64::from(number) * length.as_secs()))?;
        Some(EpochTime { number, since_boundary, until_boundary: length.saturating_sub(since_boundary) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(600);

    fn at(elapsed: u64, utc: Option<u64>) -> Now {
        Now { elapsed: Duration::from_secs(elapsed), utc: utc.map(Duration::from_secs) }
    }

    #[test]
    fn epochs_lie_at_common_boundaries() {
        let epoch = Clock::new(at(7, Some(1_800_000_010))).epoch(LENGTH).unwrap();
        assert_eq!(epoch.number, 3_000_000);
        assert_eq!((epoch.since_boundary.as_secs(), epoch.until_boundary.as_secs()), (10, 590));
    }

    #[test]
    fn utc_that_is_not_told_is_carried_on() {
        let mut clock = Clock::new(at(0, Some(1_000)));
        clock.advance(at(30, None));
        assert_eq!(clock.utc(), Some(Duration::from_secs(1_030)));
        assert!(!clock.is_told());
    }

    #[test]
    fn elapsed_never_goes_back_and_utc_may() {
        let mut clock = Clock::new(at(100, Some(1_000)));
        clock.advance(at(90, Some(500)));
        assert_eq!((clock.elapsed().as_secs(), clock.utc().unwrap().as_secs()), (100, 500));
    }

    #[test]
    fn a_moment_is_small_and_exact() {
        for elapsed in [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(1_000_000_000)] {
            assert_eq!(Duration::from(Moment::from(elapsed)), elapsed);
        }
        assert_eq!(size_of::<Option<Moment>>(), 8);
        assert!(Moment::from(Duration::MAX) > Moment::from(Duration::from_secs(1)));
    }

    #[test]
    fn a_number_beyond_four_bytes_is_no_epoch() {
        assert_eq!(Clock::new(at(0, Some(u64::MAX))).epoch(LENGTH), None);
        assert_eq!(Clock::new(at(0, None)).epoch(LENGTH), None);
    }
}
