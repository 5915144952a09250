//! The machine's own radio.

use std::sync::Arc;

use sighej_node::ble::{Radio, RadioError};

/// Opens the machine's radio: the adapter of this name, or the first.
pub(crate) async fn radio(_name: Option<String>, _l2cap: bool) -> Result<Arc<dyn Radio>, RadioError> {
    std::future::ready(()).await;
    Err(RadioError::NoService("this program does not know the platform's Bluetooth".into()))
}

/// Whether the system changes its address by itself; `None` where it does not say.
pub(crate) async fn privacy(_name: Option<&str>) -> Option<bool> {
    std::future::ready(None).await
}
