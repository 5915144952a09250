//! What an attendee can set, with the defaults.

use std::time::Duration;

use sighej_crypto::{InterestSet, SLOTS, THRESHOLD_DEFAULT};

use crate::{Room, limits};

/// An engine's settings. Values out of range are brought into it, as each field says.
#[derive(Clone, Debug)]
pub struct Config {
    /// The attendee's interests; opening needs at least one.
    pub interests: InterestSet,
    /// How many interests must be shared for a nudge, 1 to 16. The higher of both sides' counts.
    pub threshold: u8,
    /// No nudge unless so many other tokens past dwell were heard in the last 10 s, the peer itself among them.
    pub crowd_guard: usize,
    /// How long a token of the radio must be heard before anything is sent for it.
    pub dwell: Duration,
    /// How strongly, in dBm. An unknown strength does not pass, unless the gate is off (`None`).
    pub rssi_gate: Option<i8>,
    /// At most one nudge in this time.
    pub cool_down: Duration,
    /// Between common wall-clock boundaries: whole seconds, 60 to 3,600.
    pub epoch_length: Duration,
    /// For how many strangers this device evaluates in ten minutes, at most [`limits::BUDGET_TOTAL`]. What it gives a guesser
    /// grows with it, so it can only be lowered.
    pub budget: u8,
    /// How many devices between may pass a frame on, at most [`limits::MESH_HOPS`]. With 0 nothing is passed on, nothing is
    /// said of others, and others are not told of this device.
    pub max_hops: u8,
    /// From the first opening to the end of the session; at most two hours.
    pub session: Duration,
    /// When nothing shall be shown.
    pub quiet_hours: Option<QuietHours>,
    /// Whether this device's adverts carry its token. False on platforms that advertise the service UUID alone.
    pub advertises_token: bool,
    /// Rooms of the relay to be in, at most [`limits::RELAY_ROOMS`]; further ones are left out.
    pub rooms: Vec<Room>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interests: InterestSet::default(),
            threshold: THRESHOLD_DEFAULT,
            crowd_guard: 3,
            dwell: Duration::from_secs(3),
            rssi_gate: Some(-85),
            cool_down: Duration::from_secs(120),
            epoch_length: Duration::from_secs(600),
            budget: limits::BUDGET_TOTAL,
            max_hops: 2,
            session: limits::SESSION,
            quiet_hours: None,
            advertises_token: true,
            rooms: Vec::new(),
        }
    }
}

impl Config {
    pub(crate) fn brought_into_range(mut self) -> Self {
        let (shortest, longest) = limits::EPOCH_LENGTH;
        self.threshold = self.threshold.clamp(1, SLOTS as u8);
        self.epoch_length = Duration::from_secs(self.epoch_length.clamp(shortest, longest).as_secs());
        self.budget = self.budget.min(limits::BUDGET_TOTAL);
        self.session = self.session.min(limits::SESSION);
        self.max_hops = self.max_hops.min(limits::MESH_HOPS);
        self.rooms.truncate(limits::RELAY_ROOMS);
        self
    }

    /// Whether an advert of this strength counts as near. 127 is the radio's word for unknown.
    pub(crate) fn is_strong(&self, rssi: Option<i8>) -> bool {
        match (self.rssi_gate, rssi) {
            (None, _) => true,
            (Some(_), None | Some(i8::MAX)) => false,
            (Some(gate), Some(rssi)) => rssi >= gate,
        }
    }
}

/// A span of the day in UTC (the caller knows the time zone), in minutes since midnight. It may cross midnight; where
/// both ends are equal it is the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// First quiet minute.
    pub from: u16,
    /// First minute that is no longer quiet.
    pub until: u16,
}

impl QuietHours {
    pub(crate) fn contains(self, utc: Duration) -> bool {
        let minute = u16::try_from(utc.as_secs() / 60 % (24 * 60)).unwrap_or(0);
        if self.from < self.until {
            (self.from..self.until).contains(&minute)
        } else {
            minute >= self.from || minute < self.until
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_strength_passes_only_where_the_gate_is_off() {
        let mut config = Config::default();
        assert!(config.is_strong(Some(-85)) && !config.is_strong(Some(-86)));
        assert!(!config.is_strong(None) && !config.is_strong(Some(127)));
        config.rssi_gate = None;
        assert!(config.is_strong(None) && config.is_strong(Some(127)) && config.is_strong(Some(-120)));
    }

    #[test]
    fn quiet_hours_may_cross_midnight() {
        let minutes = |m: u64| Duration::from_secs(86_400 * 20_000 + m * 60);
        let night = QuietHours { from: 22 * 60, until: 7 * 60 };
        assert!(
            night.contains(minutes(23 * 60)) && night.contains(minutes(0)) && night.contains(minutes(419))
        );
        assert!(!night.contains(minutes(420)) && !night.contains(minutes(21 * 60 + 59)));
        let noon = QuietHours { from: 720, until: 780 };
        assert!(noon.contains(minutes(720)) && !noon.contains(minutes(780)));
        assert!(QuietHours { from: 5, until: 5 }.contains(minutes(900)));
    }

    #[test]
    fn settings_out_of_range_are_brought_into_it() {
        let config = Config {
            threshold: 0,
            epoch_length: Duration::from_millis(1_500),
            budget: u8::MAX,
            session: Duration::from_secs(90_000),
            ..Config::default()
        };
        let config = config.brought_into_range();
        assert_eq!(
            (config.threshold, config.epoch_length.as_secs(), config.session, config.budget),
            (1, 60, limits::SESSION, limits::BUDGET_TOTAL)
        );
    }
}
