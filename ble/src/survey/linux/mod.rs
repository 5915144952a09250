//! BlueZ: the kernel, bluetoothd over the system bus, and the files of both.

mod bus;
mod daemon;
mod files;

use std::{collections::BTreeMap, time::Duration};

use tokio::{task::spawn_blocking, time::timeout};

use super::{Adapter, Bluetooth, MAX_ADAPTERS, PATIENCE, Service, Setting, Stack};

/// How long one question over the bus may take.
const ONE_ANSWER: Duration = Duration::from_secs(2);

/// Gathers everything. What blocks runs on a thread of its own, which a stuck bus cannot hold the caller up with.
pub(super) async fn survey() -> Bluetooth {
    let gathered = timeout(PATIENCE, spawn_blocking(gather)).await;
    match gathered {
        Ok(Ok(bluetooth)) => bluetooth,
        Ok(Err(_)) | Err(_) => {
            let kernel = timeout(ONE_ANSWER, spawn_blocking(kernel)).await;
            let mut bluetooth = Bluetooth::unknown(Stack::BlueZ);
            bluetooth.adapters = kernel.ok().and_then(Result::ok).flatten().unwrap_or_default();
            bluetooth
        }
    }
}

/// Asks the kernel about one adapter.
pub(super) async fn privacy(name: Option<&str>) -> Option<bool> {
    let adapters = timeout(ONE_ANSWER, spawn_blocking(kernel)).await.ok()?.ok()??;
    let adapter = adapters.into_iter().find(|known| name.is_none_or(|name| known.name == name))?;
    Some(adapter.privacy? == Setting::On)
}

fn gather() -> Bluetooth {
    let mut bluetooth =
        Bluetooth { switches: files::switches(), l2cap: Some(l2cap()), ..Bluetooth::unknown(Stack::BlueZ) };
    let answer = bus::ask();
    bluetooth.settings = daemon::settings(answer.process.as_ref());
    bluetooth.service = answer.service;
    if let Service::Answers(version) = &mut bluetooth.service {
        *version = answer.process.as_ref().and_then(daemon::version);
    }
    bluetooth.adapters = merge(kernel().unwrap_or_default(), answer.adapters);
    bluetooth
}

/// What the kernel says, by itself; `None` where it cannot be asked.
fn kernel() -> Option<Vec<Adapter>> {
    let controllers = sighej_mgmt::controllers().ok()?;
    Some(controllers.iter().map(adapter).collect())
}

fn adapter(controller: &sighej_mgmt::Controller) -> Adapter {
    let setting = |supported, on| match (supported, on) {
        (_, true) => Setting::On,
        (true, false) => Setting::Off,
        (false, false) => Setting::Unsupported,
    };
    Adapter {
        name: format!("hci{}", controller.index),
        powered: Some(controller.powered()),
        low_energy: Some(setting(controller.has_low_energy(), controller.low_energy())),
        privacy: Some(setting(controller.has_privacy(), controller.privacy())),
        ..Adapter::default()
    }
}

/// One list of both: of what both know, the kernel is believed.
fn merge(kernel: Vec<Adapter>, service: Vec<Adapter>) -> Vec<Adapter> {
    let mut adapters: BTreeMap<String, Adapter> =
        service.into_iter().map(|adapter| (adapter.name.clone(), adapter)).collect();
    for known in kernel {
        let told = adapters.remove(&known.name).unwrap_or_default();
        adapters.insert(
            known.name.clone(),
            Adapter {
                roles: told.roles,
                advertising: told.advertising,
                shown_name: told.shown_name,
                common_device_id: told.common_device_id,
                ..known
            },
        );
    }
    adapters.into_values().take(MAX_ADAPTERS).collect()
}

/// Binds a socket to a channel number that the kernel picks, and lets it go: nobody is listened for.
fn l2cap() -> bool {
    use bluer::{
        Address, AddressType,
        l2cap::{SeqPacket, Socket, SocketAddr},
    };
    let socket: std::io::Result<Socket<SeqPacket>> = Socket::new_seq_packet();
    socket.and_then(|socket| socket.bind(SocketAddr::new(Address::any(), AddressType::LePublic, 0))).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::{Advertising, ShownName};
    use super::*;

    #[test]
    fn the_kernel_is_believed_and_what_the_service_alone_knows_is_kept() {
        let kernel = Adapter {
            name: "hci1".into(),
            powered: Some(false),
            privacy: Some(Setting::On),
            ..Adapter::default()
        };
        let service = Adapter {
            name: "hci1".into(),
            powered: Some(true),
            advertising: Some(Advertising { used: 1, free: 4 }),
            shown_name: Some(ShownName::Common),
            ..Adapter::default()
        };
        let other = Adapter { name: "hci0".into(), powered: Some(true), ..Adapter::default() };
        let merged = merge(vec![kernel], vec![service.clone(), other.clone()]);
        let both = Adapter { powered: Some(false), privacy: Some(Setting::On), ..service };
        assert_eq!(merged, [other, both]);
    }
}
