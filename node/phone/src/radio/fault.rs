//! What an app's radio reports, without a word of its own: a text could name a device.

use sighej_ble::{LinkError, RadioError};
use thiserror::Error;
use uniffi::UnexpectedUniFFICallbackError;

/// Why a radio cannot do what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum RadioFault {
    /// This phone has no Bluetooth LE.
    #[error("this phone has no Bluetooth LE")]
    NoAdapter,
    /// Bluetooth is switched off.
    #[error("Bluetooth is switched off")]
    PoweredOff,
    /// The app was not given the permissions.
    #[error("this app may not use Bluetooth")]
    Forbidden,
    /// The platform cannot advertise, or not now.
    #[error("this phone cannot advertise")]
    CannotAdvertise,
    /// The peer is not there, or took too long.
    #[error("the other device could not be reached")]
    Unreachable,
    /// A call took too long.
    #[error("a call took too long")]
    TimedOut,
    /// Anything else, by the platform's own number; also whatever was thrown.
    #[error("the platform failed with status {status}")]
    Failed {
        /// Such as Android's GATT status; 0 where there is none.
        status: i32,
    },
}

/// Why a link does not do what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum LinkFault {
    /// The link is gone.
    #[error("the link is gone")]
    Gone,
    /// The peer does not show what a SigHej device shows.
    #[error("the other device is no SigHej device")]
    NotSigHej,
    /// Anything else; also whatever was thrown.
    #[error("the platform failed")]
    Failed,
}

/// What an app throws is not kept.
impl From<UnexpectedUniFFICallbackError> for RadioFault {
    fn from(_: UnexpectedUniFFICallbackError) -> RadioFault {
        RadioFault::Failed { status: 0 }
    }
}

impl From<UnexpectedUniFFICallbackError> for LinkFault {
    fn from(_: UnexpectedUniFFICallbackError) -> LinkFault {
        LinkFault::Failed
    }
}

impl From<RadioFault> for RadioError {
    fn from(fault: RadioFault) -> RadioError {
        match fault {
            RadioFault::NoAdapter => RadioError::NoAdapter(None),
            RadioFault::PoweredOff => RadioError::PoweredOff,
            RadioFault::Forbidden => RadioError::Forbidden("the app has not been allowed to".into()),
            RadioFault::CannotAdvertise => RadioError::CannotAdvertise,
            RadioFault::Unreachable => RadioError::Unreachable,
            RadioFault::TimedOut => RadioError::TimedOut("a call to the phone's Bluetooth"),
            RadioFault::Failed { status } => RadioError::Platform(format!("status {status}")),
        }
    }
}

impl From<&RadioError> for RadioFault {
    fn from(error: &RadioError) -> RadioFault {
        match error {
            RadioError::NoAdapter(_) | RadioError::NoService(_) => RadioFault::NoAdapter,
            RadioError::PoweredOff => RadioFault::PoweredOff,
            RadioError::Forbidden(_) => RadioFault::Forbidden,
            RadioError::CannotAdvertise => RadioFault::CannotAdvertise,
            RadioError::Unreachable => RadioFault::Unreachable,
            RadioError::TimedOut(_) => RadioFault::TimedOut,
            RadioError::Platform(text) => {
                let status = text.strip_prefix("status ").and_then(|number| number.parse().ok());
                RadioFault::Failed { status: status.unwrap_or_default() }
            }
        }
    }
}

impl From<LinkFault> for LinkError {
    fn from(fault: LinkFault) -> LinkError {
        match fault {
            LinkFault::Gone | LinkFault::Failed => LinkError::Gone,
            LinkFault::NotSigHej => LinkError::NotSigHej,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_comes_back_from_the_node_as_what_it_was() {
        for fault in [
            RadioFault::NoAdapter,
            RadioFault::PoweredOff,
            RadioFault::Forbidden,
            RadioFault::CannotAdvertise,
            RadioFault::Unreachable,
            RadioFault::TimedOut,
            RadioFault::Failed { status: 133 },
        ] {
            assert_eq!(RadioFault::from(&RadioError::from(fault)), fault);
        }
    }
}
