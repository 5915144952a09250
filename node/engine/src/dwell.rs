//! Whether something on the radio has been near for long enough.

use std::time::Duration;

use crate::limits;

/// The adverts of one token or address, as far as they matter. Dwell is shown by adverts above the RSSI gate, the last
/// at least `dwell` after the first, none of them more than [`limits::LAPSE`] apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dwell {
    last_heard: Duration,
    strong: Option<Strong>,
}

#[derive(Clone, Copy, Debug)]
struct Strong {
    since: Duration,
    last: Duration,
    passed_at: Option<Duration>,
}

impl Dwell {
    pub(crate) fn new(now: Duration) -> Self {
        Self { last_heard: now, strong: None }
    }

    /// Takes one advert in. Says whether anything changed beyond the time: dwell passed, or near again.
    pub(crate) fn hear(&mut self, strong: bool, dwell: Duration, now: Duration) -> bool {
        let was_near = self.is_near(now);
        self.last_heard = now;
        if strong {
            let run = match self.strong {
                Some(run) if now.saturating_sub(run.last) <= limits::LAPSE => Strong { last: now, ..run },
                Some(_) | None => Strong { since: now, last: now, passed_at: None },
            };
            let passed_at = run.passed_at.or_else(|| (now.saturating_sub(run.since) >= dwell).then_some(now));
            self.strong = Some(Strong { passed_at, ..run });
        } else {
            self.strong = self.strong.filter(|run| now.saturating_sub(run.last) <= limits::LAPSE);
        }
        self.is_near(now) != was_near
    }

    /// When dwell was passed, in this run of adverts.
    pub(crate) fn passed_at(&self) -> Option<Duration> {
        self.strong.and_then(|run| run.passed_at)
    }

    /// Past dwell, and above the gate within the last [`limits::RECENT`].
    pub(crate) fn is_near(&self, now: Duration) -> bool {
        self.near_until().is_some_and(|until| until >= now)
    }

    /// Until when it is near, if nothing more is heard.
    pub(crate) fn near_until(&self) -> Option<Duration> {
        self.strong.filter(|run| run.passed_at.is_some()).map(|run| run.last + limits::RECENT)
    }

    pub(crate) fn lapses_at(&self) -> Duration {
        self.last_heard + limits::LAPSE
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
