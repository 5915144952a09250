//! The radio of the machine that the program runs on.

use std::sync::Arc;

use crate::{Radio, RadioError};

/// Which adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Adapter {
    /// The first that the system has.
    #[default]
    Auto,
    /// The one of this name, such as `hci0`.
    Named(String),
}

/// How to open the system's radio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Which adapter.
    pub adapter: Adapter,
    /// Whether links may be L2CAP channels, where the platform can.
    pub l2cap: bool,
}

impl From<Adapter> for Setup {
    fn from(adapter: Adapter) -> Setup {
        Setup { adapter, l2cap: true }
    }
}

/// Opens the system's radio: BlueZ on Linux, the system's own central elsewhere. Nothing is on the air until
/// [`Radio::appear`]. A radio that is switched off opens as well, and says so when it is to appear.
///
/// # Errors
/// Where the system has no Bluetooth service, or no such adapter, or SigHej does not know the platform's.
pub async fn system_radio(setup: impl Into<Setup>) -> Result<Arc<dyn Radio>, RadioError> {
    #[cfg(target_os = "linux")]
    return crate::linux::open(setup.into()).await;
    #[cfg(any(target_os = "macos", target_os = "windows"))]
    return crate::desktop::open(setup.into()).await;
    #[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
    {
        std::future::ready(setup.into()).await;
        Err(RadioError::NoService("this program does not know the platform's Bluetooth".into()))
    }
}
