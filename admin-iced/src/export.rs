//! What is on the screen, as CSV (RFC 4180).

use std::path::PathBuf;

use jiff::tz::TimeZone;
use sighej_relay_api::admin::{EventShares, Health, SeriesAnswer, Share, Summary};

use crate::keep::{Folder, write_private};
use crate::model::Feed;
use crate::model::counters::Measure;
use crate::words::{share, timestamp};

/// A table under the name of its screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    name: &'static str,
    text: String,
}

impl Table {
    fn new(name: &'static str, head: &[&str]) -> Self {
        let mut table = Self { name, text: String::new() };
        table.row(head.iter().map(|cell| (*cell).to_owned()));
        table
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
        self.text.push_str(&cells.join(","));
        self.text.push_str("\r\n");
    }

    /// Writes it where exports go, and gives the file. Blocks for the disk.
    pub(crate) fn save(&self, folder: &Folder, now: u64, zone: &TimeZone) -> std::io::Result<PathBuf> {
        let time = timestamp(now, zone).replace(':', "-");
        let path = folder.exports().join(format!("sighej-{}-{time}.csv", self.name));
        write_private(&path, self.text.as_bytes())?;
        Ok(path)
    }
}

/// A cell as no reader misunderstands it, and no spreadsheet runs it.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// The last hour by minutes, and the day.
pub(crate) fn now(feed: &Feed, zone: &TimeZone) -> Option<Table> {
    let mut table = series("now", feed.hour()?, &Measure::ALL, zone);
    let today = &feed.summary()?.today;
    let cells = Measure::ALL.map(|measure| measure.of(today).to_string());
    table.row(std::iter::once("today".to_owned()).chain(cells));
    Some(table)
}

/// What is drawn over time.
pub(crate) fn over_time(answer: &SeriesAnswer, lines: &[Measure], zone: &TimeZone) -> Table {
    series("over-time", answer, lines, zone)
}

fn series(name: &'static str, answer: &SeriesAnswer, lines: &[Measure], zone: &TimeZone) -> Table {
    let names = lines.iter().map(|line| line.counters().join("+"));
    let head: Vec<String> = std::iter::once("from".to_owned()).chain(names).collect();
    let mut table = Table::new(name, &head.iter().map(String::as_str).collect::<Vec<_>>());
    let values: Vec<Vec<u64>> = lines.iter().map(|line| line.series(&answer.series)).collect();
    let buckets = answer.series.values().map(Vec::len).max().unwrap_or(0);
    for bucket in 0..buckets {
        let from = timestamp(answer.start + bucket as u64 * answer.step_secs, zone);
        let cells = values.iter().map(|line| line.get(bucket).copied().unwrap_or(0).to_string());
        table.row(std::iter::once(from).chain(cells));
    }
    table
}

/// The shares that are shown, and the names of those that are withheld.
pub(crate) fn interests(event: &EventShares, withheld: [&[&'static str]; 2]) -> Option<Table> {
    let look = event.look.as_ref()?;
    let mut table = Table::new(
        "interests",
        &["kind", "id", "name", "at_least", "share", "low", "high", "epsilon", "event"],
    );
    let parts = [("category", &look.categories, withheld[0]), ("interest", &look.interests, withheld[1])];
    for (kind, shares, withheld) in parts {
        let line = |shown: &Share| {
            let numbers = [shown.at_least, shown.share, shown.low, shown.high].map(share);
            let names = [kind.to_owned(), shown.id.clone(), shown.label_en.clone()];
            let event = [event.epsilon.to_string(), event.event.clone()];
            names.into_iter().chain(numbers).chain(event)
        };
        shares.iter().for_each(|shown| table.row(line(shown)));
        for name in withheld {
            table.row([kind.to_owned(), String::new(), (*name).to_owned(), "withheld".to_owned()]);
        }
    }
    Some(table)
}

/// How the relay is, and what failed.
pub(crate) fn health(health: &Health, summary: Option<&Summary>) -> Table {
    let mut table = Table::new("health", &["name", "value"]);
    let mut line = |name: &str, value: String| table.row([name.to_owned(), value]);
    let or = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    line("ok", health.ok.to_string());
    line("database_failures", health.database_failures.to_string());
    line("clock_set_back_secs", or(health.clock_set_back_secs));
    line("connections", or(health.connections));
    line("memory_kib", or(health.memory_kib));
    line("lag_ms", or(health.lag_ms));
    if let Some(summary) = summary {
        line("version", summary.version.clone());
        line("uptime_secs", summary.uptime_secs.to_string());
        for (name, count) in crate::screen::health::failed(summary) {
            line(name, count.to_string());
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests_support::{NOW, numbers};
    use crate::screen::interests::tests::answer;

    #[test]
    fn a_cell_is_read_as_it_was_meant() {
        for (cell, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hej\"", "\"say \"\"hej\"\"\""),
            ("=1+1", "'=1+1"),
            ("-5", "-5"),
            ("@cmd,1", "\"'@cmd,1\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }

    #[test]
    fn what_is_on_the_screen_is_in_the_file() {
        let mut feed = Feed::new();
        assert_eq!(now(&feed, &TimeZone::UTC), None);
        feed.hear(numbers(1_234, None, NOW), NOW);
        let table = now(&feed, &TimeZone::UTC).unwrap();
        let lines: Vec<&str> = table.text.lines().collect();
        assert_eq!(lines[0], "from,sessions_open,knocks+proposals,exchanges,matches,nudges");
        assert_eq!(lines[2], "2026-11-24T05:57:00+00:00,0,0,0,0,6");
        assert_eq!(lines.last(), Some(&"today,310,0,0,1237,1234"));

        let temp = tempfile::tempdir().unwrap();
        let path = table.save(&Folder::at(temp.path().to_owned()), NOW, &TimeZone::UTC).unwrap();
        assert_eq!(path.file_name().unwrap(), "sighej-now-2026-11-24T06-00-00+00-00.csv");
        assert_eq!(std::fs::read_to_string(path).unwrap(), table.text);
    }

    #[test]
    fn withheld_cells_are_in_the_file_as_withheld() {
        let event = answer().event.unwrap();
        let text = interests(&event, [&["travel"], &["chess"]]).unwrap().text;
        assert!(
            text.contains("category,music,music,0.3400,0.4600,0.3800,0.5500,2,Rust Nation\r\n"),
            "{text}"
        );
        assert!(
            text.contains("category,,travel,withheld\r\n") && text.contains("interest,,chess,withheld\r\n")
        );
    }
}
