//! BlueZ as this program reaches it: `bluer` for the peripheral's part, `btleplug` for the central's, each on its own
//! connection to the system bus.

use std::time::Duration;

use bluer::{ErrorKind, Session};
use btleplug::{
    api::{Central as _, Manager as _},
    platform::Manager,
};
use tokio::time::timeout;

use crate::{RadioError, central::within, system};

/// How long BlueZ may take to answer a question.
pub(super) const CALL_TIME: Duration = Duration::from_secs(3);

/// One adapter, by both libraries.
#[derive(Clone, Debug)]
pub(super) struct Bus {
    /// The peripheral's side.
    pub(super) adapter: bluer::Adapter,
    /// The central's side.
    pub(super) central: btleplug::platform::Adapter,
}

impl Bus {
    /// Finds the adapter. It may be switched off.
    pub(super) async fn open(wanted: &system::Adapter) -> Result<Bus, RadioError> {
        let session = session().await?;
        let adapter = find(&session, wanted).await?;
        let manager = within(CALL_TIME, "reaching the system bus", Manager::new()).await?;
        let centrals = within(CALL_TIME, "asking for adapters", manager.adapters()).await?;
        for central in centrals {
            // `hci0 (usb:v1D6Bp0246d0542)`: the name is the first word, and `hci1` begins `hci10` too.
            let info = within(CALL_TIME, "asking for an adapter", central.adapter_info()).await?;
            if info.split_whitespace().next() == Some(adapter.name()) {
                return Ok(Bus { adapter, central });
            }
        }
        Err(RadioError::NoAdapter(Some(adapter.name().to_owned())))
    }

    /// Fails where the adapter is gone or switched off. Nothing here switches it on: that is its owner's to do.
    pub(super) async fn check(&self) -> Result<(), RadioError> {
        match told(self.adapter.is_powered(), "asking for the adapter's power").await? {
            true => Ok(()),
            false => Err(RadioError::PoweredOff),
        }
    }

    /// Another session for the same adapter: what it has registered ends with it.
    pub(super) async fn another_session(&self) -> Result<bluer::Adapter, RadioError> {
        let session = session().await?;
        session.adapter(self.adapter.name()).map_err(|error| explain(&error))
    }
}

/// Awaits a call of `bluer`.
pub(super) async fn told<T>(
    call: impl Future<Output = bluer::Result<T>>,
    what: &'static str,
) -> Result<T, RadioError> {
    match timeout(CALL_TIME, call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(explain(&error)),
        Err(_) => Err(RadioError::TimedOut(what)),
    }
}

/// What an error of BlueZ means to whoever reads it. Its own message is left out, since it may carry an address.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds are said in the library's words")]
pub(super) fn explain(error: &bluer::Error) -> RadioError {
    match &error.kind {
        ErrorKind::NotFound | ErrorKind::DoesNotExist => RadioError::NoAdapter(None),
        ErrorKind::NotReady => RadioError::PoweredOff,
        ErrorKind::NotAuthorized => RadioError::Forbidden("BlueZ does not authorise it".into()),
        ErrorKind::Internal(bluer::InternalErrorKind::DBus(name)) => of_bus(name),
        ErrorKind::Internal(bluer::InternalErrorKind::DBusConnectionLost) => {
            RadioError::NoService("the system bus is gone".into())
        }
        ErrorKind::InvalidAddress(_) | ErrorKind::InvalidName(_) => RadioError::Unreachable,
        other => RadioError::Platform(other.to_string()),
    }
}

/// By the name of a D-Bus error.
fn of_bus(name: &str) -> RadioError {
    match name.rsplit('.').next().unwrap_or_default() {
        "AccessDenied" | "AuthFailed" => RadioError::Forbidden("the system bus refuses it".into()),
        "UnknownObject" | "UnknownMethod" | "UnknownInterface" => RadioError::NoAdapter(None),
        "ServiceUnknown" | "NameHasNoOwner" | "NoReply" | "Disconnected" | "SpawnFailed" | "ExecFailed" => {
            RadioError::NoService("bluetoothd does not run".into())
        }
        other => RadioError::Platform(other.to_owned()),
    }
}

async fn session() -> Result<Session, RadioError> {
    match timeout(CALL_TIME, Session::new()).await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(_)) => Err(RadioError::NoService("there is no system bus".into())),
        Err(_) => Err(RadioError::TimedOut("reaching the system bus")),
    }
}

async fn find(session: &Session, wanted: &system::Adapter) -> Result<bluer::Adapter, RadioError> {
    let names = told(session.adapter_names(), "asking for adapters").await?;
    let name = match wanted {
        system::Adapter::Auto => names.into_iter().min().ok_or(RadioError::NoAdapter(None))?,
        system::Adapter::Named(name) if names.contains(name) => name.clone(),
        system::Adapter::Named(name) => return Err(RadioError::NoAdapter(Some(name.clone()))),
    };
    session.adapter(&name).map_err(|error| explain(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_bluez_is_explained_without_its_message() {
        let error = bluer::Error { kind: ErrorKind::Failed, message: "dev_11_22_33_44_55_66".into() };
        assert!(!format!("{:?} {}", explain(&error), explain(&error)).contains("11"));
    }

    #[test]
    fn a_service_that_does_not_run_is_told_from_an_adapter_that_is_gone() {
        assert!(matches!(of_bus("org.freedesktop.DBus.Error.ServiceUnknown"), RadioError::NoService(_)));
        assert!(matches!(of_bus("org.freedesktop.DBus.Error.UnknownObject"), RadioError::NoAdapter(None)));
    }
}
