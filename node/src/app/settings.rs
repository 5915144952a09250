//! The settings file: everything that the policy does, in one TOML file (`docs/app.md`). A mistake names its line.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use sighej_node::{Config, QuietHours, report::Lang};
use thiserror::Error;
use toml::Spanned;

/// The longest file that is read, in bytes; a longer one is no settings file.
const LONGEST: u64 = 64 * 1024;
/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// The settings, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) lang: Option<Lang>,
    pub(crate) crowd_guard: usize,
    pub(crate) dwell: Duration,
    pub(crate) rssi_gate: Option<i8>,
    pub(crate) cool_down: Duration,
    pub(crate) threshold: u8,
    pub(crate) max_hops: u8,
    /// In local time.
    pub(crate) quiet_hours: Option<QuietHours>,
    pub(crate) pause: Duration,
    pub(crate) notifications: bool,
    pub(crate) pulse: bool,
    /// The file that they come from.
    pub(crate) file: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Settings {
        let engine = Config::default();
        Settings {
            lang: None,
            crowd_guard: engine.crowd_guard,
            dwell: engine.dwell,
            rssi_gate: engine.rssi_gate,
            cool_down: engine.cool_down,
            threshold: engine.threshold,
            max_hops: engine.max_hops,
            quiet_hours: None,
            pause: Duration::from_secs(30 * 60),
            notifications: true,
            pulse: true,
            file: None,
        }
    }
}

/// Why a settings file is not used. Names the file, the line, what is wrong and what may stand there.
#[derive(Debug, Error)]
pub(crate) enum SettingsError {
    #[error("{}: {source}; name a file that is there with --settings", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}: this is no settings file: it has more than {LONGEST} bytes", path.display())]
    TooLong { path: PathBuf },
    #[error("{}, line {line}: {what}", path.display())]
    Wrong { path: PathBuf, line: usize, what: String },
}

/// The file as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    language: Option<Spanned<String>>,
    crowd_guard: Option<Spanned<i64>>,
    dwell_seconds: Option<Spanned<f64>>,
    nearness_dbm: Option<Spanned<Dbm>>,
    cool_down_seconds: Option<Spanned<f64>>,
    threshold: Option<Spanned<i64>>,
    max_hops: Option<Spanned<i64>>,
    quiet_hours: Option<Spanned<String>>,
    pause_minutes: Option<Spanned<i64>>,
    notifications: Option<bool>,
    pulse: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Dbm {
    Number(i64),
    Word(String),
}

impl Settings {
    /// Reads the file named, or else the usual one where there is one.
    ///
    /// # Errors
    /// As [`SettingsError`] says.
    pub(crate) fn load(named: Option<&Path>) -> Result<Settings, SettingsError> {
        match (named, usual_file()) {
            (Some(path), _) => Settings::read(path),
            (None, Some(path)) if path.exists() => Settings::read(&path),
            (None, _) => Ok(Settings::default()),
        }
    }

    fn read(path: &Path) -> Result<Settings, SettingsError> {
        let unreadable = |source| SettingsError::Unreadable { path: path.into(), source };
        if fs::metadata(path).map_err(unreadable)?.len() > LONGEST {
            return Err(SettingsError::TooLong { path: path.into() });
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        let settings = parse(&text).map_err(|Wrong { at, what }| SettingsError::Wrong {
            path: path.into(),
            line: line_of(&text, at),
            what,
        })?;
        Ok(Settings { file: Some(path.into()), ..settings })
    }

    /// The quiet hours in UTC, as the engine has them; `offset` is the local time's, in seconds.
    pub(crate) fn quiet_utc(&self, offset: i32) -> Option<QuietHours> {
        let shift = |minute: u16| {
            let minute = (i64::from(minute) - i64::from(offset) / 60).rem_euclid(DAY);
            u16::try_from(minute).unwrap_or(0)
        };
        self.quiet_hours
            .map(|QuietHours { from, until }| QuietHours { from: shift(from), until: shift(until) })
    }
}

/// Something wrong, and at which byte.
#[derive(Debug)]
struct Wrong {
    at: usize,
    what: String,
}

fn parse(text: &str) -> Result<Settings, Wrong> {
    let raw: Raw = toml::from_str(text).map_err(|error| Wrong {
        at: error.span().map_or(0, |span| span.start),
        what: error.message().trim().to_owned(),
    })?;
    let usual = Settings::default();
    Ok(Settings {
        lang: checked(raw.language, |code| code.parse().ok(), "`language` is \"en\" or \"da\"")?,
        crowd_guard: whole(raw.crowd_guard, 1, 200, "`crowd_guard` is a number of people from 1 to 200")?
            .unwrap_or(usual.crowd_guard),
        dwell: seconds(raw.dwell_seconds, 60.0, "`dwell_seconds` is from 0 to 60")?.unwrap_or(usual.dwell),
        rssi_gate: checked(
            raw.nearness_dbm,
            dbm,
            "`nearness_dbm` is from -127 to 20, such as -85, or \"off\"",
        )?
        .unwrap_or(usual.rssi_gate),
        cool_down: seconds(raw.cool_down_seconds, 7200.0, "`cool_down_seconds` is from 0 to 7200")?
            .unwrap_or(usual.cool_down),
        threshold: whole(raw.threshold, 1, 16, "`threshold` is a number of interests from 1 to 16")?
            .unwrap_or(usual.threshold),
        max_hops: whole(raw.max_hops, 0, 8, "`max_hops` is from 0 to 8")?.unwrap_or(usual.max_hops),
        quiet_hours: checked(
            raw.quiet_hours,
            |text| quiet(&text),
            "`quiet_hours` is such as \"23:00-07:30\"",
        )?,
        pause: whole(raw.pause_minutes, 1, 120, "`pause_minutes` is from 1 to 120")?
            .map_or(usual.pause, |minutes: u64| Duration::from_secs(60 * minutes)),
        notifications: raw.notifications.unwrap_or(usual.notifications),
        pulse: raw.pulse.unwrap_or(usual.pulse),
        file: None,
    })
}

fn checked<T, U>(
    value: Option<Spanned<T>>,
    check: impl FnOnce(T) -> Option<U>,
    rule: &str,
) -> Result<Option<U>, Wrong> {
    let Some(value) = value else { return Ok(None) };
    let at = value.span().start;
    check(value.into_inner()).map(Some).ok_or_else(|| Wrong { at, what: rule.to_owned() })
}

fn whole<T: TryFrom<i64>>(
    value: Option<Spanned<i64>>,
    least: i64,
    most: i64,
    rule: &str,
) -> Result<Option<T>, Wrong> {
    let in_range = |number: i64| (least..=most).contains(&number).then(|| T::try_from(number).ok()).flatten();
    checked(value, in_range, rule)
}

fn seconds(value: Option<Spanned<f64>>, most: f64, rule: &str) -> Result<Option<Duration>, Wrong> {
    let in_range = |seconds: f64| {
        (0.0..=most).contains(&seconds).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
    };
    checked(value, in_range, rule)
}

fn dbm(value: Dbm) -> Option<Option<i8>> {
    match value {
        Dbm::Number(number) if (-127..=20).contains(&number) => i8::try_from(number).ok().map(Some),
        Dbm::Word(word) if word == "off" => Some(None),
        Dbm::Number(_) | Dbm::Word(_) => None,
    }
}

fn quiet(text: &str) -> Option<QuietHours> {
    let (from, until) = text.split_once('-')?;
    Some(QuietHours { from: minute(from)?, until: minute(until)? })
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(60 * hours + minutes)
}

/// A minute of the day as people write it.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// As the XDG specification says, and what Windows has for it.
fn usual_file() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let settings = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    Some(settings.or_else(|| folder("APPDATA"))?.join("sighej").join("settings.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = include_str!("../../../docs/settings.toml");

    #[test]
    fn the_documented_file_reads_and_says_the_defaults() {
        let settings = parse(WHOLE).unwrap();
        let usual = Settings::default();
        assert_eq!(settings, Settings { lang: Some(Lang::En), quiet_hours: settings.quiet_hours, ..usual });
        assert_eq!(settings.quiet_hours, Some(QuietHours { from: 23 * 60, until: 7 * 60 + 30 }));
        assert_eq!(parse("").unwrap(), Settings::default());
    }

    #[test]
    fn every_mistake_names_its_line() {
        for (line, text, what) in [
            (2, "\ncrowd_gaurd = 3", "crowd_gaurd"),
            (1, "crowd_guard = 0", "1 to 200"),
            (3, "dwell_seconds = 3\n\ncool_down_seconds = -1", "0 to 7200"),
            (2, "# near\nnearness_dbm = 21", "-127 to 20"),
            (1, "nearness_dbm = \"strong\"", "off"),
            (1, "threshold = 17", "1 to 16"),
            (1, "quiet_hours = \"25:00-07:00\"", "23:00-07:30"),
            (1, "language = \"sv\"", "\"da\""),
            (2, "pulse = true\npause_minutes = \"ten\"", "invalid type"),
            (1, "pulse = ", ""),
        ] {
            let wrong = parse(text).unwrap_err();
            assert_eq!(line_of(text, wrong.at), line, "{text}: {}", wrong.what);
            assert!(wrong.what.contains(what), "{text}: {}", wrong.what);
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Settings::load(Some(Path::new("/no/such/settings.toml"))).unwrap_err();
        assert!(error.to_string().contains("/no/such/settings.toml"), "{error}");
    }

    #[test]
    fn quiet_hours_are_the_attendees_own() {
        let settings = Settings { quiet_hours: quiet("23:00-07:30"), ..Settings::default() };
        let utc = settings.quiet_utc(2 * 3600).unwrap();
        assert_eq!((clock(utc.from), clock(utc.until)), ("21:00".into(), "05:30".into()));
        let utc = settings.quiet_utc(-5 * 3600).unwrap();
        assert_eq!((clock(utc.from), clock(utc.until)), ("04:00".into(), "12:30".into()));
    }
}
