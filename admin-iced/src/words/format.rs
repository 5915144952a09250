//! Numbers, spans and times, as people write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Lang;

/// A count, its thousands apart: `12,480` in English, `12.480` in Danish.
pub(crate) fn number(count: u64, lang: Lang) -> String {
    let separator = match lang {
        Lang::En => ',',
        Lang::Da => '.',
    };
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// A share between 0 and 1, as whole per cent; below one per cent in tenths.
pub(crate) fn percent(share: f64, lang: Lang) -> String {
    per_cent(share, lang, f64::round)
}

/// The same for what is sure, never rounded up: `None` where less than a tenth of a per cent is.
pub(crate) fn sure_percent(share: f64, lang: Lang) -> Option<String> {
    // What a division left out does not cost a per cent.
    let down = |value: f64| (value + 1e-9).floor();
    (share >= 0.001).then(|| per_cent(share, lang, down))
}

fn per_cent(share: f64, lang: Lang, whole: fn(f64) -> f64) -> String {
    let share = 100.0 * share.clamp(0.0, 1.0);
    let tenths = whole(10.0 * share);
    if tenths <= 0.0 || tenths >= 10.0 {
        return format!("{:.0} %", whole(share));
    }
    let point = match lang {
        Lang::En => '.',
        Lang::Da => ',',
    };
    format!("0{point}{tenths:.0} %")
}

/// A share for a file, with a point in every language.
pub(crate) fn share(share: f64) -> String {
    format!("{share:.4}")
}

/// A span in its two largest units.
pub(crate) fn duration(secs: u64, lang: Lang) -> String {
    let day = match lang {
        Lang::En => "d",
        Lang::Da => "d.",
    };
    let hour = match lang {
        Lang::En => "h",
        Lang::Da => "t.",
    };
    let (days, hours, minutes) = (secs / 86_400, secs / 3_600 % 24, secs / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{secs} s"),
        (0, 0, minutes) if secs.is_multiple_of(60) => format!("{minutes} min"),
        (0, 0, minutes) => format!("{minutes} min {} s", secs % 60),
        (0, hours, 0) => format!("{hours} {hour}"),
        (0, hours, minutes) => format!("{hours} {hour} {minutes} min"),
        (days, 0, _) => format!("{days} {day}"),
        (days, hours, _) => format!("{days} {day} {hours} {hour}"),
    }
}

/// Memory, out of KiB.
pub(crate) fn bytes(kib: u64, lang: Lang) -> String {
    if kib < 1024 { format!("{kib} KiB") } else { format!("{} MiB", number(kib / 1024, lang)) }
}

/// The time of day.
pub(crate) fn clock(secs: u64, zone: &TimeZone) -> String {
    strftime(secs, zone, "%H:%M")
}

/// The day.
pub(crate) fn date(secs: u64, zone: &TimeZone, lang: Lang) -> String {
    let form = match lang {
        Lang::En => "%b %-d",
        Lang::Da => "%-d.%-m.",
    };
    strftime(secs, zone, form)
}

/// Day and time for a file: its name, and its lines.
pub(crate) fn timestamp(secs: u64, zone: &TimeZone) -> String {
    strftime(secs, zone, "%Y-%m-%dT%H:%M:%S%:z")
}

fn strftime(secs: u64, zone: &TimeZone, form: &str) -> String {
    let time = i64::try_from(secs).ok().and_then(|secs| Timestamp::from_second(secs).ok());
    time.map_or_else(String::new, |time| time.to_zoned_datetime(zone.clone()).strftime(form).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_spans_read_well() {
        for (count, english, danish) in
            [(0, "0", "0"), (999, "999", "999"), (1_234_567, "1,234,567", "1.234.567")]
        {
            assert_eq!(
                (number(count, Lang::En).as_str(), number(count, Lang::Da).as_str()),
                (english, danish)
            );
        }
        for (secs, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (97, "1 min 37 s"),
            (3_600, "1 h"),
            (7_380, "2 h 3 min"),
            (86_400, "1 d"),
            (93_600, "1 d 2 h"),
        ] {
            assert_eq!(duration(secs, Lang::En), text);
        }
    }

    #[test]
    fn a_small_share_is_not_none_and_what_is_sure_is_not_rounded_up() {
        for (share, text) in
            [(0.0, "0 %"), (0.0042, "0.4 %"), (0.0099, "1 %"), (0.213, "21 %"), (1.4, "100 %")]
        {
            assert_eq!(percent(share, Lang::En), text);
        }
        assert_eq!(percent(0.004, Lang::Da), "0,4 %");
        for (share, text) in
            [(0.0009, None), (0.0047, Some("0.4 %")), (0.29, Some("29 %")), (0.3499, Some("34 %"))]
        {
            assert_eq!(sure_percent(share, Lang::En).as_deref(), text);
        }
    }

    #[test]
    fn memory_is_told_in_the_unit_that_reads_well() {
        assert_eq!((bytes(900, Lang::En).as_str(), bytes(40_960, Lang::En).as_str()), ("900 KiB", "40 MiB"));
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let copenhagen = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(clock(1_795_500_000, &TimeZone::UTC), "06:00");
        assert_eq!(clock(1_795_500_000, &copenhagen), "07:00");
        assert_eq!(timestamp(1_795_500_000, &copenhagen), "2026-11-24T07:00:00+01:00");
        assert_eq!(date(1_795_500_000, &TimeZone::UTC, Lang::Da), "24.11.");
    }
}
