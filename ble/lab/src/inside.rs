//! What a test can do to the lab it runs in.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Capture, LabError};

/// The lab, seen from inside.
#[derive(Clone, Debug)]
pub struct Inside {
    folder: PathBuf,
}

/// The lab that this process runs in, if it does.
pub fn inside() -> Option<Inside> {
    env::var_os("SIGHEJ_BLE_LAB").map(|folder| Inside { folder: folder.into() })
}

impl Inside {
    /// The folder whose files outlive the lab.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Switches a controller off or on, as somebody does in the system's settings.
    ///
    /// # Errors
    /// As all of these: where the lab's own tool fails, in its words.
    pub fn power(&self, controller: u8, on: bool) -> Result<(), LabError> {
        self.tool(&["power", &hci(controller), if on { "on" } else { "off" }])
    }

    /// Blocks a controller or unblocks it, as the key with the aeroplane does: at once, without asking the Bluetooth service.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn block(&self, controller: u8, blocked: bool) -> Result<(), LabError> {
        for switch in fs::read_dir("/sys/class/rfkill").map_err(LabError::Files)? {
            let switch = switch.map_err(LabError::Files)?.path();
            if fs::read_to_string(switch.join("name")).is_ok_and(|name| name.trim() == hci(controller)) {
                return fs::write(switch.join("soft"), if blocked { "1" } else { "0" })
                    .map_err(LabError::Files);
            }
        }
        Err(LabError::Tool(format!("{} has no such switch", hci(controller))))
    }

    /// Pulls a controller out.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn unplug(&self, controller: u8) -> Result<(), LabError> {
        self.tool(&["unplug", &hci(controller)])
    }

    /// Puts a controller in, under the lowest free number.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn plug(&self) -> Result<(), LabError> {
        self.tool(&["plug"])
    }

    /// Carries a controller out of everybody's range: its links break, and nobody hears it.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn away(&self, controller: u8) -> Result<(), LabError> {
        self.tool(&["away", &hci(controller)])
    }

    /// Carries it back.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn back(&self, controller: u8) -> Result<(), LabError> {
        self.tool(&["back", &hci(controller)])
    }

    /// How strongly the others hear a controller, in dBm; `None` is "unknown", as at the start.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn rssi(&self, controller: u8, dbm: Option<i8>) -> Result<(), LabError> {
        self.tool(&["rssi", &hci(controller), &dbm.unwrap_or(127).to_string()])
    }

    /// How many links a controller has room for: with as many it is not to be connected to, and connects to nobody.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn places(&self, controller: u8, links: u8) -> Result<(), LabError> {
        self.tool(&["places", &hci(controller), &links.to_string()])
    }

    /// Whether anybody's offer of an L2CAP channel is taken from now on.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn l2cap(&self, taken: bool) -> Result<(), LabError> {
        self.tool(&["l2cap", if taken { "on" } else { "off" }])
    }

    /// Ends the Bluetooth service and starts it again.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn restart_bluetoothd(&self) -> Result<(), LabError> {
        self.tool(&["bluetoothd", "restart"])
    }

    /// Ends the Bluetooth service, as a system without one.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn stop_bluetoothd(&self) -> Result<(), LabError> {
        self.tool(&["bluetoothd", "stop"])
    }

    /// Starts it again.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn start_bluetoothd(&self) -> Result<(), LabError> {
        self.tool(&["bluetoothd", "start"])
    }

    /// Sets the time of day, in seconds since 1970.
    ///
    /// # Errors
    /// As [`Inside::power`].
    pub fn set_clock(&self, unix: u64) -> Result<(), LabError> {
        self.tool(&["clock", &unix.to_string()])
    }

    /// What all controllers have heard and said until now.
    ///
    /// # Errors
    /// Where the lab runs without a capture, or it cannot be read.
    pub fn capture(&self) -> Result<Capture, LabError> {
        let bytes = fs::read(self.folder.join("capture.btsnoop")).map_err(LabError::Files)?;
        Ok(Capture::parse(&bytes)?)
    }

    fn tool(&self, words: &[&str]) -> Result<(), LabError> {
        let output = Command::new("lab").args(words).output().map_err(LabError::Files)?;
        if output.status.success() {
            return Ok(());
        }
        let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(LabError::Tool(format!("`lab {}`: {complaint}", words.join(" "))))
    }
}

fn hci(controller: u8) -> String {
    format!("hci{controller}")
}
