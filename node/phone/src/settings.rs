//! What an app or its user can set.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sighej_node::{Config, LanConfig, Multiaddr, Utc};

use crate::{StartError, WishError};

/// A language of the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Language {
    /// English.
    English,
    /// Danish.
    Danish,
}

impl From<Language> for sighej_catalogue::Lang {
    fn from(language: Language) -> sighej_catalogue::Lang {
        match language {
            Language::English => sighej_catalogue::Lang::En,
            Language::Danish => sighej_catalogue::Lang::Da,
        }
    }
}

/// A node's settings. Values out of range are brought into it. Take [`default_settings`] and change what shall differ.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Settings {
    /// In which language events are told.
    pub language: Language,
    /// How many interests must be shared for a nudge, 1 to 16. The higher of both sides' counts.
    pub threshold: u8,
    /// No nudge before so many others are near: among few it points at one person.
    pub crowd_guard: u32,
    /// How long somebody must be heard by radio before anything is sent to them.
    pub dwell: Duration,
    /// How strongly, in dBm; without it, however weakly.
    pub rssi_gate: Option<i8>,
    /// At most one nudge in this time.
    pub cool_down: Duration,
    /// How many devices may pass on somebody who is out of reach; 0 for none, and passing nothing on.
    pub max_hops: u8,
    /// When nothing shall be shown.
    pub quiet_hours: Option<QuietHours>,
    /// The local network; without it no socket is opened there, as is the default here.
    pub lan: Option<Lan>,
    /// Added to the system's clock, in milliseconds, where the app knows the time better.
    pub clock_correction_ms: i64,
}

/// A span of the day in UTC, in minutes since midnight. It may cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct QuietHours {
    /// First quiet minute.
    pub from: u16,
    /// First minute that is no longer quiet.
    pub until: u16,
}

/// How the local network is used. Android and iOS let an app do so in the foreground, and ask its user.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Lan {
    /// Where to listen, such as `/ip4/0.0.0.0/tcp/0`; with nothing, on every interface.
    pub listen: Vec<String>,
    /// Peers to connect to, such as `/ip4/192.0.2.7/tcp/4001`.
    pub peers: Vec<String>,
    /// Whether to find peers by multicast DNS.
    pub mdns: bool,
}

/// The settings that SigHej recommends: Bluetooth alone.
#[uniffi::export]
#[must_use]
pub fn default_settings() -> Settings {
    let config = Config::default();
    Settings {
        language: Language::English,
        threshold: config.threshold,
        crowd_guard: u32::try_from(config.crowd_guard).unwrap_or(u32::MAX),
        dwell: config.dwell,
        rssi_gate: config.rssi_gate,
        cool_down: config.cool_down,
        max_hops: config.max_hops,
        quiet_hours: None,
        lan: None,
        clock_correction_ms: 0,
    }
}

impl Settings {
    /// What the engine is told; interests and rooms come from elsewhere.
    pub(crate) fn engine(&self) -> Result<Config, StartError> {
        let quiet_hours = self.quiet_hours.map(QuietHours::checked).transpose();
        Ok(Config {
            threshold: self.threshold,
            crowd_guard: usize::try_from(self.crowd_guard).unwrap_or(usize::MAX),
            dwell: self.dwell,
            rssi_gate: self.rssi_gate,
            cool_down: self.cool_down,
            max_hops: self.max_hops,
            quiet_hours: quiet_hours.map_err(|_| StartError::QuietHours)?,
            ..Config::default()
        })
    }

    pub(crate) fn lan(&self) -> Result<Option<LanConfig>, StartError> {
        let Some(lan) = &self.lan else { return Ok(None) };
        let usual = LanConfig::default();
        let listen = addresses(&lan.listen).map_err(|index| StartError::Listen { index })?;
        Ok(Some(LanConfig {
            listen: if listen.is_empty() { usual.listen } else { listen },
            peers: addresses(&lan.peers).map_err(|index| StartError::Peer { index })?,
            mdns: lan.mdns,
            ..usual
        }))
    }

    pub(crate) fn utc(&self) -> Utc {
        let correction = Duration::from_millis(self.clock_correction_ms.unsigned_abs());
        let is_ahead = self.clock_correction_ms >= 0;
        Utc::from_fn(move || {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
            if is_ahead { now.checked_add(correction) } else { now.checked_sub(correction) }
        })
    }
}

impl QuietHours {
    pub(crate) fn checked(self) -> Result<sighej_node::QuietHours, WishError> {
        const DAY: u16 = 24 * 60;
        let is_of_a_day = self.from < DAY && self.until < DAY;
        let hours = sighej_node::QuietHours { from: self.from, until: self.until };
        is_of_a_day.then_some(hours).ok_or(WishError::QuietHours)
    }
}

/// Each text as an address, or the position of one that is none.
fn addresses(texts: &[String]) -> Result<Vec<Multiaddr>, u32> {
    let parse =
        |(index, text): (usize, &String)| text.parse().map_err(|_| u32::try_from(index).unwrap_or(u32::MAX));
    texts.iter().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_engines_and_no_socket() {
        let settings = default_settings();
        let (engine, usual) = (settings.engine().unwrap(), Config::default());
        assert_eq!(
            (engine.crowd_guard, engine.dwell, engine.rssi_gate),
            (usual.crowd_guard, usual.dwell, usual.rssi_gate)
        );
        assert!(settings.lan().unwrap().is_none());
    }

    #[test]
    fn what_is_no_address_is_named_by_its_position() {
        let lan = Lan {
            listen: vec![],
            peers: vec!["/ip4/192.0.2.7/tcp/4001".into(), "192.0.2.7".into()],
            mdns: false,
        };
        let settings = Settings { lan: Some(lan), ..default_settings() };
        assert_eq!(settings.lan().err(), Some(StartError::Peer { index: 1 }));
        let hours = QuietHours { from: 1440, until: 0 };
        let settings = Settings { quiet_hours: Some(hours), ..default_settings() };
        assert_eq!(settings.engine().err(), Some(StartError::QuietHours));
    }
}
