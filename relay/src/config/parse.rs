//! Texts to values. Everything that is wrong is found in one go.

use std::{fmt::Display, path::PathBuf, str::FromStr, time::Duration};

use sighej_matcher::Limits;
use sighej_statistics::{Epsilon, EventName};

use crate::{AggregatesConfig, aggregates::Keep};

use super::{Config, ConfigError, ConfigErrors, Origin, Setting, Sources};

const DAY: u64 = 24 * 3600;

pub(super) fn config(sources: &Sources) -> Result<Config, ConfigErrors> {
    let mut reading = Reading { sources, errors: Vec::new() };
    let read = reading.config();
    match read {
        Some(config) if reading.errors.is_empty() => Ok(config),
        Some(_) | None => Err(ConfigErrors(reading.errors)),
    }
}

struct Reading<'a> {
    sources: &'a Sources,
    errors: Vec<ConfigError>,
}

impl Reading<'_> {
    fn config(&mut self) -> Option<Config> {
        let listen = self.value("listen");
        let admin_listen = self.admin_listen();
        let data = self.value::<PathBuf>("data");
        let tls = self.tls();
        let (plain_text, proxies) = (self.value("plain-text"), self.proxies());
        let (log, log_json) = (self.value("log"), self.one_of("log-format", ["text", "json"]));
        let (limits, sessions_per_address) = (self.limits(), self.count("sessions-per-address", 1));
        let aggregates = self.aggregates(data.clone());
        Some(Config {
            listen: listen?,
            admin_listen: admin_listen?,
            data: data?,
            tls: tls?,
            plain_text: plain_text?,
            proxies: proxies?,
            log: log?,
            log_json: log_json? == "json",
            limits: limits?,
            sessions_per_address: sessions_per_address?,
            aggregates: aggregates?,
        })
    }

    fn limits(&mut self) -> Option<Limits> {
        // The engine's own bounds on an epoch.
        let epoch = self.between("epoch-seconds", 60, 3_600);
        let sessions = self.count("sessions", 1);
        let (pairs, of_session) = (self.count("pairs", 1), self.count("pairs-per-session", 1));
        let (of_epoch, knocks) = (self.count("pairs-per-epoch", 1), self.count("knocks-outstanding", 1));
        let (members, proposals) =
            (self.count("room-members", 2), self.between("proposals-per-minute", 0, 60));
        let (burst, rate) =
            (self.between("frames-burst", 16, 1 << 20), self.between("frames-per-second", 1, 1 << 20));
        Some(Limits {
            epoch: Duration::from_secs(epoch?),
            sessions: sessions?,
            pairs: pairs?,
            pairs_per_session: of_session?,
            pairs_per_epoch: of_epoch?,
            knocks_outstanding: knocks?,
            room_members: members?,
            proposals_per_minute: proposals? as u32,
            frames_burst: burst? as u32,
            frames_per_second: rate? as u32,
        })
    }

    fn aggregates(&mut self, data: Option<PathBuf>) -> Option<AggregatesConfig> {
        let withhold_below = self.between("withhold-below", 1, 1_000);
        let mut keep = |key| self.between(key, 1, 3_660).map(|days| Duration::from_secs(days * DAY));
        let (minutes, hours, days) =
            (keep("keep-minutes-days"), keep("keep-hours-days"), keep("keep-days-days"));
        let event = match self.sources.get("event") {
            None => Some(None),
            Some((name, origin)) => self.kept(EventName::parse(name), origin).map(Some),
        };
        let epsilon = self.epsilon();
        Some(AggregatesConfig {
            data: data?,
            withhold_below: withhold_below?,
            keep: Keep { minutes: minutes?, hours: hours?, days: days? },
            event: event?.zip(epsilon),
            clock: std::time::SystemTime::now,
        })
    }

    fn epsilon(&mut self) -> Option<Epsilon> {
        let (text, origin) = self.sources.get("epsilon")?;
        let number: f64 = self.parsed(text, origin)?;
        // Beyond the range of 16 bits the cast saturates, and is refused like any other that is too high.
        self.kept(Epsilon::from_thousandths((number * 1_000.0).round() as u16), origin)
    }

    fn admin_listen(&mut self) -> Option<Option<std::net::SocketAddr>> {
        match self.sources.get("admin-listen") {
            Some(("off", _)) | None => Some(None),
            Some((text, origin)) => self.parsed(text, origin).map(Some),
        }
    }

    fn tls(&mut self) -> Option<Option<(PathBuf, PathBuf)>> {
        let path = |(text, _): (&str, &Origin)| PathBuf::from(text);
        match (self.sources.get("tls-certificate"), self.sources.get("tls-key")) {
            (None, None) => Some(None),
            (Some(certificate), Some(key)) => Some(Some((path(certificate), path(key)))),
            (Some((_, origin)), None) => self.refuse(origin, "a certificate needs its key: set tls-key too"),
            (None, Some((_, origin))) => {
                self.refuse(origin, "a key needs its certificate: set tls-certificate too")
            }
        }
    }

    fn proxies(&mut self) -> Option<Vec<std::net::IpAddr>> {
        let Some((text, origin)) = self.sources.get("proxies") else { return Some(Vec::new()) };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| self.parsed(part, origin)).collect()
    }

    fn one_of<const N: usize>(&mut self, key: &str, all: [&'static str; N]) -> Option<&'static str> {
        let (text, origin) = self.sources.get(key)?;
        match all.into_iter().find(|one| *one == text) {
            Some(one) => Some(one),
            None => self.refuse(origin, &format!("{text:?} is none of: {}", all.join(", "))),
        }
    }

    fn count(&mut self, key: &str, least: u64) -> Option<usize> {
        self.between(key, least, 1 << 24).map(|count| count as usize)
    }

    fn between(&mut self, key: &str, least: u64, most: u64) -> Option<u64> {
        let (text, origin) = self.sources.get(key)?;
        let number: u64 = self.parsed(text, origin)?;
        if (least..=most).contains(&number) {
            return Some(number);
        }
        self.refuse(origin, &format!("{number} is not between {least} and {most}"))
    }

    fn value<T: FromStr<Err: Display>>(&mut self, key: &str) -> Option<T> {
        let (text, origin) = self.sources.get(key)?;
        self.parsed(text, origin)
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, text: &str, origin: &Origin) -> Option<T> {
        let key = self.key_of(origin);
        let expected = key.map_or(String::new(), |setting| format!("; expected: {}", setting.value));
        let parsed = text.parse().map_err(|error| format!("{text:?}: {error}{expected}"));
        self.kept(parsed, origin)
    }

    /// Which setting a value at this place is of.
    fn key_of(&self, origin: &Origin) -> Option<&'static Setting> {
        super::SETTINGS.iter().find(|setting| {
            self.sources.get(setting.key).is_some_and(|(_, other)| std::ptr::eq(other, origin))
        })
    }

    fn kept<T, E: Display>(&mut self, result: Result<T, E>, origin: &Origin) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => self.refuse(origin, &error.to_string()),
        }
    }

    fn refuse<T>(&mut self, origin: &Origin, what: &str) -> Option<T> {
        let what = match self.key_of(origin) {
            Some(setting) => format!("{}: {what}", setting.key),
            None => what.to_owned(),
        };
        self.errors.push(ConfigError { origin: origin.clone(), what });
        None
    }
}
