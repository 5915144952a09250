//! Relays and choices.

use serde::{Deserialize, Serialize};

use super::{Folder, KeepError};
use crate::client::{Address, Pace, Pin};
use crate::look::ThemeName;
use crate::words::Lang;

const FILE: &str = "admin.json";
/// Relays that are remembered. The one that was used longest ago goes for a new one.
const RELAYS: usize = 32;
/// The sizes that text can have, in per cent.
pub(crate) const TEXT_SIZES: [u16; 7] = [80, 90, 100, 115, 130, 150, 200];

/// A relay, without its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// Where its admin listener is.
    pub(crate) address: Address,
    /// Its certificate, where no authority vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pin: Option<Pin>,
}

/// Everything that is kept in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// The one that was used last comes first.
    pub(crate) relays: Vec<Remembered>,
    pub(crate) theme: ThemeName,
    pub(crate) lang: Lang,
    /// In per cent, one of [`TEXT_SIZES`].
    pub(crate) text_size: u16,
    /// Seconds between two readings; none for as they come.
    pub(crate) refresh_secs: Option<u16>,
    /// Whether something may move.
    pub(crate) motion: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            relays: Vec::new(),
            theme: ThemeName::default(),
            lang: Lang::default(),
            text_size: 100,
            refresh_secs: None,
            motion: true,
        }
    }
}

impl Settings {
    /// Reads them; none where nothing was kept yet.
    pub(crate) fn read(folder: &Folder) -> Result<Option<Self>, KeepError> {
        let Some(bytes) = folder.read(FILE)? else { return Ok(None) };
        let damaged = |error: serde_json::Error| KeepError::Damaged {
            path: folder.file(FILE),
            reason: error.to_string(),
        };
        let mut settings: Self = serde_json::from_slice(&bytes).map_err(damaged)?;
        settings.relays.truncate(RELAYS);
        if !TEXT_SIZES.contains(&settings.text_size) {
            settings.text_size = 100;
        }
        Ok(Some(settings))
    }

    pub(crate) fn write(&self, folder: &Folder) -> Result<(), KeepError> {
        let damaged = |error: serde_json::Error| KeepError::Damaged {
            path: folder.file(FILE),
            reason: error.to_string(),
        };
        folder.write(FILE, &serde_json::to_vec_pretty(self).map_err(damaged)?)
    }

    /// Puts a relay first.
    pub(crate) fn remember(&mut self, relay: Remembered) {
        self.forget(&relay.address);
        self.relays.insert(0, relay);
        self.relays.truncate(RELAYS);
    }

    pub(crate) fn forget(&mut self, address: &Address) {
        self.relays.retain(|known| known.address != *address);
    }

    pub(crate) fn pace(&self) -> Pace {
        self.refresh_secs.map_or(Pace::Live, |secs| Pace::Every(secs.max(1)))
    }

    /// The next larger or smaller size of text; the same at the end.
    pub(crate) fn resize(&mut self, larger: bool) {
        let place = TEXT_SIZES.iter().position(|size| *size == self.text_size).unwrap_or(2);
        let next = if larger { place + 1 } else { place.saturating_sub(1) };
        self.text_size = TEXT_SIZES.get(next).copied().unwrap_or(self.text_size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(port: u16) -> Remembered {
        Remembered { address: format!("http://127.0.0.1:{port}").parse().unwrap(), pin: None }
    }

    #[test]
    fn settings_are_read_back_and_the_last_used_relay_is_first() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::at(temp.path().to_owned());
        assert!(Settings::read(&folder).unwrap().is_none());
        let mut settings = Settings { lang: Lang::Da, refresh_secs: Some(60), ..Settings::default() };
        for port in (1..=40).chain([20]) {
            settings.remember(relay(port));
        }
        assert_eq!(
            (settings.relays.len(), &settings.relays[0], &settings.relays[1]),
            (RELAYS, &relay(20), &relay(40))
        );
        settings.relays[0].pin = "a7".repeat(32).parse().ok();
        settings.write(&folder).unwrap();
        assert_eq!(Settings::read(&folder).unwrap(), Some(settings));
    }

    #[test]
    fn a_damaged_file_is_named_and_a_newer_or_older_one_is_read() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::at(temp.path().to_owned());
        folder.write(FILE, br#"{"theme":"contrast","new":1,"text_size":7}"#).unwrap();
        let read = Settings::read(&folder).unwrap().unwrap();
        assert_eq!((read.theme, read.text_size), (ThemeName::Contrast, 100));
        folder.write(FILE, b"{").unwrap();
        assert!(Settings::read(&folder).unwrap_err().to_string().contains(FILE));
    }

    #[test]
    fn text_grows_and_shrinks_to_the_ends() {
        let mut settings = Settings::default();
        (0..9).for_each(|_| settings.resize(true));
        assert_eq!(settings.text_size, 200);
        (0..9).for_each(|_| settings.resize(false));
        assert_eq!(settings.text_size, 80);
    }
}
