//! Round numbers and round times beside a chart.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::words::{self, Lang};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// The distances that ticks of time may have.
const TIMES: [u64; 15] = [
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    91 * DAY,
];

/// The smallest round number that is not below a value: the top of an axis.
pub(super) fn round_up(value: u64) -> u64 {
    let mut scale = 1_u64;
    loop {
        for step in [1, 2, 4, 5, 8] {
            let round = scale.saturating_mul(step);
            if round >= value {
                return round;
            }
        }
        scale = scale.saturating_mul(10);
    }
}

/// Round times from `start` on for so many seconds, at most `most` of them: seconds since 1970, and what to write there.
pub(super) fn times(start: u64, secs: u64, most: usize, zone: &TimeZone, lang: Lang) -> Vec<(u64, String)> {
    let apart = TIMES.into_iter().find(|apart| secs / apart <= most as u64).unwrap_or(182 * DAY);
    let ahead = offset(start, zone);
    let local = start.saturating_add_signed(ahead);
    let first = local.next_multiple_of(apart).saturating_add_signed(-ahead);
    let write = |secs| {
        if apart < DAY { words::clock(secs, zone) } else { words::date(secs, zone, lang) }
    };
    (0..)
        .map(|tick| first + tick * apart)
        .take_while(|at| *at <= start + secs)
        .map(|at| (at, write(at)))
        .collect()
}

/// By how many seconds a zone's clocks are ahead of UTC.
fn offset(secs: u64, zone: &TimeZone) -> i64 {
    let time = i64::try_from(secs).ok().and_then(|secs| Timestamp::from_second(secs).ok());
    time.map_or(0, |time| zone.to_offset(time).seconds().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_an_axis_is_round_and_not_far_above() {
        for (value, round) in
            [(0, 1), (1, 1), (3, 4), (7, 8), (9, 10), (11, 20), (47, 50), (310, 400), (10_001, 20_000)]
        {
            assert_eq!(round_up(value), round);
        }
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn ticks_are_at_round_times_of_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let written = |start, secs| -> Vec<String> {
            times(start, secs, 7, &zone, Lang::En).into_iter().map(|(_, text)| text).collect()
        };
        // 06:00 in UTC is 07:00 there.
        assert_eq!(
            written(1_795_500_000 + 60, 3_600),
            ["07:10", "07:20", "07:30", "07:40", "07:50", "08:00"]
        );
        assert_eq!(written(1_795_500_000, 6 * 86_400)[0], "Nov 25");
        assert!(written(1_795_500_000, 365 * 86_400).len() <= 7);
    }
}
