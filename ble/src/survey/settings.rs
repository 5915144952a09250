//! The settings file of bluetoothd, `main.conf`: a key file of GLib.

use std::path::PathBuf;

/// What the file says. The running service knows what the file said when it started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where it is.
    pub file: PathBuf,
    /// Whether it could be read; where not, nothing below is known.
    pub readable: bool,
    /// `Privacy` under `[General]`.
    pub privacy: PrivacySetting,
    /// `Channels` under `[GATT]`, where the file has it: attribute channels that a connection may have.
    pub channels: Option<u8>,
    /// `ControllerMode` is `bredr` under `[General]`: no Bluetooth LE.
    pub classic_only: bool,
    /// The file was written after the service started.
    pub newer_than_service: Option<bool>,
}

/// `Privacy` under `[General]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrivacySetting {
    /// Off, or not there, or nothing that bluetoothd knows.
    #[default]
    Off,
    /// `device`, `network` or `on`: a random address, always.
    On,
    /// `limited-device` or `limited-network`: the adapter's own address while it is discoverable.
    Limited,
}

impl Settings {
    /// What a file's text says, as bluetoothd would read it: of a key that comes twice, the last counts.
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn read(&mut self, text: &str) {
        self.readable = true;
        let mut group = "";
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                group = name;
            } else if let Some((key, value)) = line.split_once('=') {
                self.set(group, key.trim(), value.trim());
            }
        }
    }

    #[cfg(any(target_os = "linux", test))]
    fn set(&mut self, group: &str, key: &str, value: &str) {
        match (group, key) {
            ("General", "Privacy") => {
                self.privacy = match value {
                    "device" | "network" | "on" => PrivacySetting::On,
                    "limited-device" | "limited-network" => PrivacySetting::Limited,
                    _ => PrivacySetting::Off,
                };
            }
            ("General", "ControllerMode") => self.classic_only = value == "bredr",
            ("GATT", "Channels") => self.channels = value.parse().ok(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Settings {
        let mut settings = Settings::default();
        settings.read(text);
        settings
    }

    #[test]
    fn a_file_full_of_comments_sets_nothing() {
        let settings = read("[General]\n#Privacy = device\n# Channels = 1\n[GATT]\n#Channels = 1\n\n");
        assert_eq!(settings, Settings { readable: true, ..Settings::default() });
    }

    #[test]
    fn a_key_counts_in_its_group_alone_and_the_last_one_wins() {
        let text = "[General]\nPrivacy=off\nPrivacy = device\nChannels = 1\n[GATT]\r\nChannels = 1\r\nPrivacy = off\n";
        let settings = read(text);
        assert_eq!((settings.privacy, settings.channels), (PrivacySetting::On, Some(1)));
        assert_eq!(read("[GATT]\nPrivacy = device\n").privacy, PrivacySetting::Off);
    }

    #[test]
    fn every_word_for_privacy_is_known() {
        for (word, privacy) in [
            ("off", PrivacySetting::Off),
            ("network", PrivacySetting::On),
            ("on", PrivacySetting::On),
            ("limited-device", PrivacySetting::Limited),
            ("limited-network", PrivacySetting::Limited),
            ("Device", PrivacySetting::Off),
        ] {
            assert_eq!(read(&format!("[General]\nPrivacy = {word}")).privacy, privacy, "{word}");
        }
        assert!(read("[General]\nControllerMode = bredr").classic_only);
        assert!(!read("[General]\nControllerMode = dual").classic_only);
    }
}
