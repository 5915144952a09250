//! What this machine's Bluetooth is like: facts alone, for whoever explains to an attendee why nobody is found.
//!
//! Asking is all that is done: nothing is switched, nothing is sent on the air, and no service is started by it. The
//! facts hold no address, and of the names that the machine shows only what kind they are.

#[cfg(any(target_os = "macos", target_os = "windows"))]
mod desktop;
#[cfg(target_os = "linux")]
mod linux;
mod names;
mod settings;

use std::time::Duration;

pub use names::ShownName;
pub use settings::{PrivacySetting, Settings};

/// How long the whole survey may take; what is not known by then stays unknown.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Adapters that are told of; further ones are left out.
pub const MAX_ADAPTERS: usize = 16;

/// A machine's Bluetooth. `None` stands for what could not be told, everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bluetooth {
    /// Whose Bluetooth stack this is.
    pub stack: Stack,
    /// The system's Bluetooth service.
    pub service: Service,
    /// The adapters, by name.
    pub adapters: Vec<Adapter>,
    /// The switches that turn Bluetooth off (Linux: rfkill).
    pub switches: Vec<Switch>,
    /// What the service's settings file says (BlueZ: `main.conf`).
    pub settings: Settings,
    /// Whether an L2CAP channel of Bluetooth LE can be had.
    pub l2cap: Option<bool>,
}

/// Whose Bluetooth stack it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// Linux.
    BlueZ,
    /// macOS.
    CoreBluetooth,
    /// Windows.
    WinRt,
    /// One that this program does not know.
    Unknown,
}

/// The system's Bluetooth service, as this program meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// It answers; its version, where it tells.
    Answers(Option<Version>),
    /// It does not run.
    NotRunning,
    /// There is no system bus to reach it by.
    NoBus,
    /// This user may not speak to it.
    Forbidden,
    /// It runs and does not answer in time.
    Silent,
}

/// A version: major, minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16, pub u16);

/// One adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adapter {
    /// As the system names it, such as `hci0`.
    pub name: String,
    /// Switched on.
    pub powered: Option<bool>,
    /// Bluetooth LE.
    pub low_energy: Option<Setting>,
    /// Random addresses instead of the adapter's own.
    pub privacy: Option<Setting>,
    /// What it can do, where the service tells.
    pub roles: Option<Roles>,
    /// Advertising; `None` where the service offers none, or does not answer.
    pub advertising: Option<Advertising>,
    /// The name that whoever connects can read.
    pub shown_name: Option<ShownName>,
    /// Whether the device id that whoever connects can read is the service's own, the same on every machine.
    pub common_device_id: Option<bool>,
}

/// Something that can be on or off, where it can be at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// It is on.
    On,
    /// It could be on.
    Off,
    /// It cannot.
    Unsupported,
}

/// What an adapter can be on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// It finds others and connects.
    pub central: bool,
    /// Others find it and connect.
    pub peripheral: bool,
}

/// Advertising sets of an adapter, of all programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advertising {
    /// In use.
    pub used: u8,
    /// Free.
    pub free: u8,
}

/// A switch that turns Bluetooth off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The adapter it belongs to, or the system's name of the switch.
    pub name: String,
    /// Off by software.
    pub soft: bool,
    /// Off by a key, or in the firmware.
    pub hard: bool,
}

/// Gathers the facts, within [`PATIENCE`].
pub async fn survey() -> Bluetooth {
    #[cfg(target_os = "linux")]
    return linux::survey().await;
    #[cfg(any(target_os = "macos", target_os = "windows"))]
    return desktop::survey().await;
    #[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
    return std::future::ready(Bluetooth::unknown(Stack::Unknown)).await;
}

/// Whether an adapter, such as `hci0`, shows random addresses instead of its own; without a name, the first one. `None` where
/// that cannot be told: then it cannot be relied upon either. macOS always does so, and is not asked.
pub async fn privacy(adapter: Option<&str>) -> Option<bool> {
    #[cfg(target_os = "linux")]
    return linux::privacy(adapter).await;
    #[cfg(not(target_os = "linux"))]
    {
        let _the_only_one = adapter;
        std::future::ready(cfg!(target_os = "macos").then_some(true)).await
    }
}

impl Bluetooth {
    /// Nothing known yet.
    #[must_use]
    pub fn unknown(stack: Stack) -> Bluetooth {
        Bluetooth {
            stack,
            service: Service::Silent,
            adapters: Vec::new(),
            switches: Vec::new(),
            settings: Settings::default(),
            l2cap: None,
        }
    }
}
