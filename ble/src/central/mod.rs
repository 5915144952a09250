//! The central by `btleplug`: whom it hears, and its links over GATT. The same on every desktop.

mod connections;
mod gatt_link;
mod heard;
mod scan;

use std::{future::Future, time::Duration};

use btleplug::platform::PeripheralId;
use tokio::time::timeout;

use crate::{PeerAddress, RadioError};

pub(crate) use connections::{Connections, Membership, Whose};
pub(crate) use gatt_link::{Inbox, dial, read_presence};
pub(crate) use heard::{Dialling, Heard};
pub(crate) use scan::{Note, Scan};

/// The name of a device in sightings and links. Where the system names devices by address (BlueZ: an object path that
/// ends in one), it is the address, as the peripheral's side names them.
pub(crate) fn peer_address(id: &PeripheralId) -> PeerAddress {
    let text = id.to_string();
    match text.rsplit_once("/dev_") {
        Some((_, address)) => PeerAddress::new(&address.replace('_', ":")),
        None => PeerAddress::new(&text),
    }
}

/// Awaits a call of the system, for so long: any of them can hang. Of an error only `what` is told, since the words of
/// the system's libraries carry addresses.
pub(crate) async fn within<T, E>(
    limit: Duration,
    what: &'static str,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, RadioError> {
    match timeout(limit, call).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(RadioError::Platform(format!("{what} failed"))),
        Err(_) => Err(RadioError::TimedOut(what)),
    }
}
