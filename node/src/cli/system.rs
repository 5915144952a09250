//! The machine's own radio.

use std::sync::Arc;

use sighej_node::ble::{Adapter, Radio, RadioError, Setup, survey, system_radio};

/// Opens the machine's radio: the adapter of this name, or the first.
pub(crate) async fn radio(name: Option<String>, l2cap: bool) -> Result<Arc<dyn Radio>, RadioError> {
    let adapter = name.map_or(Adapter::Auto, Adapter::Named);
    system_radio(Setup { adapter, l2cap }).await
}

/// Whether the system changes its address by itself; `None` where it does not say.
pub(crate) async fn privacy(name: Option<&str>) -> Option<bool> {
    survey::privacy(name).await
}
