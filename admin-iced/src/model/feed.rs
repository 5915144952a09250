//! What was heard of a relay so far.

use std::collections::{BTreeMap, VecDeque};

use sighej_relay_api::admin::{Live, SeriesAnswer, Summary};

use super::counters::Measure;
use crate::client::{Heard, Trouble};

/// The last minute, in seconds.
const MINUTE: u64 = 60;
/// Messages of the last minute that are kept: one comes every five seconds, and a relay that sends more is cut.
const MESSAGES: usize = 64;
/// The two clocks may differ by this much without anybody being told: devices are let in with more.
const CLOCKS_APART: u64 = 30;

/// The connection as the admin should know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Nothing was heard yet.
    Connecting,
    /// The numbers are those of now.
    Live,
    /// The numbers are old.
    Lost {
        /// Why.
        trouble: Trouble,
        /// When the next try is, in seconds since 1970.
        again_at: u64,
    },
}

/// One measure, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    /// In the last minute; of sessions those that are open.
    pub(crate) now: u64,
    /// Today, in UTC; of sessions the most at once.
    pub(crate) today: u64,
}

/// Everything that was heard. Times are seconds since 1970, by this machine's clock.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    link: Link,
    summary: Option<Summary>,
    hour: Option<SeriesAnswer>,
    heard_at: Option<u64>,
    /// What came in the last minute, oldest first: when it was heard, and what.
    recent: VecDeque<(u64, BTreeMap<String, u64>)>,
    /// Since when nothing was missed.
    whole_since: Option<u64>,
    /// By how much the relay's clock is ahead of this machine's.
    ahead: i64,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self {
            link: Link::Connecting,
            summary: None,
            hour: None,
            heard_at: None,
            recent: VecDeque::new(),
            whole_since: None,
            ahead: 0,
        }
    }

    /// Takes in what was heard at this time. True where there was a nudge.
    pub(crate) fn hear(&mut self, heard: Heard, now: u64) -> bool {
        match heard {
            Heard::Numbers { summary, hour, new } => {
                let nudged = new.as_ref().is_some_and(|live| Measure::Nudges.of(&live.counts) > 0);
                self.remember(new, now);
                self.ahead =
                    i64::try_from(summary.now).unwrap_or(i64::MAX) - i64::try_from(now).unwrap_or(i64::MAX);
                self.link = Link::Live;
                self.heard_at = Some(now);
                self.summary = Some(*summary);
                self.hour = Some(*hour);
                nudged
            }
            Heard::Lost { trouble, pause } => {
                self.link = Link::Lost { trouble, again_at: now + pause.as_secs() };
                self.whole_since = None;
                false
            }
        }
    }

    fn remember(&mut self, new: Option<Live>, now: u64) {
        let Some(live) = new else {
            self.recent.clear();
            self.whole_since = Some(now);
            return;
        };
        self.recent.push_back((now, live.counts));
        while self.recent.len() > MESSAGES || self.recent.front().is_some_and(|(at, _)| at + MINUTE <= now) {
            self.recent.pop_front();
        }
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    /// Whether the numbers are old.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self.link, Link::Lost { .. })
    }

    pub(crate) fn summary(&self) -> Option<&Summary> {
        self.summary.as_ref()
    }

    /// How old the numbers are, in seconds, where they are old.
    pub(crate) fn age(&self, now: u64) -> Option<u64> {
        match self.link {
            Link::Live | Link::Connecting => None,
            Link::Lost { .. } => self.heard_at.map(|at| now.saturating_sub(at)),
        }
    }

    /// A time of this machine's clock by the relay's, whose buckets are cut by it.
    pub(crate) fn relays_time(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.ahead)
    }

    /// By how many seconds the relay's clock is ahead, or behind where it is negative, if that is worth telling.
    pub(crate) fn clocks_apart(&self) -> Option<i64> {
        (self.ahead.unsigned_abs() > CLOCKS_APART).then_some(self.ahead)
    }

    /// A measure as it is now; none before anything was heard.
    ///
    /// Until a whole minute was heard without a gap, the last minute is the relay's last complete one.
    pub(crate) fn figure(&self, measure: Measure, now: u64) -> Option<Figure> {
        let summary = self.summary.as_ref()?;
        let today = measure.of(&summary.today);
        if measure == Measure::Sessions {
            return Some(Figure { now: summary.sessions_open, today });
        }
        let is_whole = self.whole_since.is_some_and(|since| since + MINUTE <= now);
        let recent = || self.recent.iter().map(|(_, counts)| measure.of(counts)).sum();
        let minute = || self.minutes(measure).iter().rev().nth(1).copied().unwrap_or(0);
        let known: u64 = recent();
        Some(Figure { now: if is_whole { known } else { known.max(minute()) }, today })
    }

    /// The last hour of a measure, a number a minute.
    pub(crate) fn minutes(&self, measure: Measure) -> Vec<u64> {
        self.hour.as_ref().map(|hour| measure.series(&hour.series)).unwrap_or_default()
    }

    /// The last hour as the relay gave it.
    pub(crate) fn hour(&self) -> Option<&SeriesAnswer> {
        self.hour.as_ref()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use sighej_relay_api::admin::{Step, Withholding};

    use super::*;

    pub(crate) const NOW: u64 = 1_795_500_000;

    pub(crate) fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
        pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    /// A relay's numbers with this many nudges today.
    pub(crate) fn numbers(nudges: u64, new: Option<u64>, now: u64) -> Heard {
        let withholding = Withholding { below: 5 };
        let summary = Summary {
            version: "0.1.0".into(),
            uptime_secs: 7_380,
            now,
            sessions_open: 240,
            last_hour: BTreeMap::new(),
            today: counts(&[("nudges", nudges), ("matches", nudges + 3), ("sessions_open", 310)]),
            kept: BTreeMap::new(),
            withholding,
            meaning: BTreeMap::new(),
        };
        let series = BTreeMap::from([("nudges".to_owned(), vec![0, 6, 7, 0])]);
        let hour = SeriesAnswer { step: Step::Minute, step_secs: 60, start: now - 240, series, withholding };
        let new = new.map(|nudges| Live { now, counts: counts(&[("nudges", nudges)]), sessions_open: 240 });
        Heard::Numbers { summary: Box::new(summary), hour: Box::new(hour), new }
    }

    fn lost(secs: u64) -> Heard {
        Heard::Lost { trouble: Trouble::Refused, pause: Duration::from_secs(secs) }
    }

    #[test]
    fn the_day_is_the_relays_and_the_minute_is_what_came_in_it() {
        let mut feed = Feed::new();
        assert_eq!((feed.figure(Measure::Nudges, NOW), feed.link()), (None, &Link::Connecting));
        assert!(!feed.hear(numbers(100, None, NOW), NOW));
        // Before a whole minute was heard: the relay's last complete one.
        assert_eq!(feed.figure(Measure::Nudges, NOW), Some(Figure { now: 7, today: 100 }));
        for second in 1..=13_u64 {
            let now = NOW + 5 * second;
            assert!(feed.hear(numbers(100 + 5 * second, Some(5), now), now));
        }
        let now = NOW + 65;
        assert_eq!(feed.figure(Measure::Nudges, now), Some(Figure { now: 60, today: 165 }));
        assert_eq!(feed.figure(Measure::Sessions, now), Some(Figure { now: 240, today: 310 }));
    }

    #[test]
    fn numbers_are_old_from_the_loss_until_they_are_heard_again() {
        let mut feed = Feed::new();
        feed.hear(numbers(5, None, NOW), NOW);
        assert_eq!(feed.age(NOW + 1_000), None);
        feed.hear(lost(4), NOW + 30);
        assert_eq!(feed.age(NOW + 37), Some(37));
        assert_eq!(feed.link(), &Link::Lost { trouble: Trouble::Refused, again_at: NOW + 34 });
        assert_eq!(
            feed.figure(Measure::Nudges, NOW + 37).map(|figure| figure.today),
            Some(5),
            "old, and shown"
        );
        feed.hear(numbers(9, None, NOW + 40), NOW + 40);
        assert_eq!((feed.age(NOW + 41), feed.link()), (None, &Link::Live));
    }

    #[test]
    fn clocks_that_differ_are_told_and_small_differences_are_not() {
        let mut feed = Feed::new();
        for (ahead, told) in [(0, None), (30, None), (31, Some(31)), (-3_600, Some(-3_600))] {
            feed.hear(numbers(0, None, NOW.checked_add_signed(ahead).unwrap()), NOW);
            assert_eq!(feed.clocks_apart(), told);
        }
    }

    #[test]
    fn a_relay_that_floods_is_remembered_no_further_than_the_bound() {
        let mut feed = Feed::new();
        (0..1_000).for_each(|_| _ = feed.hear(numbers(0, Some(1), NOW), NOW));
        assert_eq!(feed.recent.len(), MESSAGES);
    }
}
