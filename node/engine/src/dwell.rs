//! Whether something on the radio has been near for long enough.

use std::time::Duration;

use crate::{limits, time::Moment};

/// The adverts of one token or address, as far as they matter. Dwell is shown by adverts above the RSSI gate, the last
/// at least `dwell` after the first, none of them more than [`limits::LAPSE`] apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dwell {
    last_heard: Moment,
    strong: Option<Strong>,
}

#[derive(Clone, Copy, Debug)]
struct Strong {
    since: Moment,
    last: Moment,
    passed_at: Option<Moment>,
}

impl Dwell {
    pub(crate) fn new(now: Duration) -> Self {
        Self { last_heard: now.into(), strong: None }
    }

    /// Takes one advert in. Says whether anything changed beyond the time: dwell passed, or near again.
    pub(crate) fn hear(&mut self, strong: bool, dwell: Duration, now: Duration) -> bool {
        let was_near = self.is_near(now);
        let moment = Moment::from(now);
        let since = |earlier: Moment| now.saturating_sub(earlier.into());
        self.last_heard = moment;
        self.strong = self.strong.filter(|run| since(run.last) <= limits::LAPSE);
        if strong {
            let run = self.strong.unwrap_or(Strong { since: moment, last: moment, passed_at: None });
            let passed_at = run.passed_at.or_else(|| (since(run.since) >= dwell).then_some(moment));
            self.strong = Some(Strong { last: moment, passed_at, ..run });
        }
        self.is_near(now) != was_near
    }

    /// When dwell was passed, in this run of adverts.
    pub(crate) fn passed_at(&self) -> Option<Duration> {
        self.strong.and_then(|run| run.passed_at).map(Duration::from)
    }

    /// Past dwell, and above the gate within the last [`limits::RECENT`].
    pub(crate) fn is_near(&self, now: Duration) -> bool {
        self.near_until().is_some_and(|until| until >= now)
    }

    /// Until when it is near, if nothing more is heard.
    pub(crate) fn near_until(&self) -> Option<Duration> {
        self.strong.filter(|run| run.passed_at.is_some()).map(|run| Duration::from(run.last) + limits::RECENT)
    }

    pub(crate) fn lapses_at(&self) -> Duration {
        Duration::from(self.last_heard) + limits::LAPSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DWELL: Duration = Duration::from_secs(3);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn dwell_takes_two_strong_adverts_three_seconds_apart() {
        let mut dwell = Dwell::new(at(0));
        assert!(!dwell.hear(true, DWELL, at(0)));
        assert!(!dwell.hear(true, DWELL, at(2)));
        assert!(dwell.hear(true, DWELL, at(3)));
        assert_eq!(dwell.passed_at(), Some(at(3)));
    }

    #[test]
    fn weak_adverts_keep_a_token_alive_and_never_near() {
        let mut dwell = Dwell::new(at(0));
        for second in 0..60 {
            dwell.hear(false, DWELL, at(second));
        }
        assert_eq!(dwell.passed_at(), None);
        assert_eq!(dwell.lapses_at(), at(89));
        dwell.hear(true, DWELL, at(60));
        dwell.hear(true, DWELL, at(63));
        dwell.hear(false, DWELL, at(93));
        assert_eq!(dwell.passed_at(), Some(at(63)));
        dwell.hear(false, DWELL, at(94));
        assert_eq!(dwell.passed_at(), None, "too long without a strong one");
    }

    #[test]
    fn ten_seconds_without_a_strong_advert_are_no_longer_near() {
        let mut dwell = Dwell::new(at(0));
        dwell.hear(true, DWELL, at(0));
        dwell.hear(true, DWELL, at(5));
        assert!(dwell.is_near(at(15)) && !dwell.is_near(at(16)));
        assert!(dwell.hear(true, DWELL, at(20)), "near again at once: the run was not broken");
        assert!(!dwell.hear(true, DWELL, at(60)), "a run that lapsed starts again");
    }
}
