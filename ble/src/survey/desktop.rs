//! macOS and Windows: what `btleplug` can say, which is the adapters and whether they are on.
//!
//! Unchecked: it compiles for both, and was run on neither.

use btleplug::{
    api::{Central, CentralState, Manager as _},
    platform::Manager,
};
use tokio::time::timeout;

use super::{Adapter, Bluetooth, MAX_ADAPTERS, PATIENCE, Roles, Service, Setting, Stack};

const STACK: Stack = if cfg!(target_os = "macos") { Stack::CoreBluetooth } else { Stack::WinRt };

/// Asks the system's library; macOS may ask the user first whether this program may use Bluetooth.
pub(super) async fn survey() -> Bluetooth {
    match timeout(PATIENCE, gather()).await {
        Ok(Ok(bluetooth)) => bluetooth,
        Ok(Err(btleplug::Error::PermissionDenied)) => with(Service::Forbidden),
        Ok(Err(_)) | Err(_) => with(Service::Silent),
    }
}

fn with(service: Service) -> Bluetooth {
    Bluetooth { service, ..Bluetooth::unknown(STACK) }
}

async fn gather() -> Result<Bluetooth, btleplug::Error> {
    let mut bluetooth = with(Service::Answers(None));
    let adapters = Manager::new().await?.adapters().await?;
    for (number, adapter) in adapters.into_iter().take(MAX_ADAPTERS).enumerate() {
        let powered = match adapter.adapter_state().await? {
            CentralState::PoweredOn => Some(true),
            CentralState::PoweredOff => Some(false),
            CentralState::Unknown => None,
        };
        bluetooth.adapters.push(Adapter {
            name: format!("adapter {}", number + 1),
            powered,
            low_energy: Some(Setting::On),
            // Both systems show random addresses by themselves; here nothing is shown at all.
            privacy: None,
            roles: Some(Roles { central: true, peripheral: false }),
            ..Adapter::default()
        });
    }
    Ok(bluetooth)
}
