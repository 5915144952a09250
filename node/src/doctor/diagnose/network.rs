//! The local network.

use super::about_nothing;
use crate::doctor::{Finding, Interface, Network, Port, What};

pub(super) fn diagnose(network: &Network, findings: &mut Vec<Finding>) {
    if network.interfaces.iter().all(|interface| !interface.connected) {
        findings.push(about_nothing(What::NoInterface));
    }
    for interface in &network.interfaces {
        if let Some(what) = of_one(interface, network) {
            findings.push(Finding { about: Some(interface.name.clone()), what });
        }
    }
    findings.extend(network.port.map(|port| {
        about_nothing(match port {
            Port::Shared => What::PortShared,
            Port::Taken => What::PortTaken,
            Port::Forbidden => What::PortForbidden,
        })
    }));
    findings.extend(network.firewall.map(|firewall| about_nothing(What::FirewallOn(firewall))));
}

/// The first thing that is in the way; `None` where the port has kept it from being tried, which is a finding of its own.
fn of_one(interface: &Interface, network: &Network) -> Option<What> {
    Some(match interface {
        Interface { up: false, .. } => What::InterfaceDown,
        Interface { connected: false, .. } => What::InterfaceUnconnected,
        Interface { point_to_point: true, .. } => What::Tunnel,
        Interface { multicast: Some(false), .. } => What::NoMulticast,
        Interface { ipv4: false, .. } => What::NoAddress,
        Interface { joins: Some(false), .. } => What::JoinRefused,
        Interface { hears: Some(false), .. } => What::Unheard(network.firewall),
        Interface { joins: Some(true), .. } => What::Multicast,
        Interface { joins: None, .. } => return None,
    })
}

/// Whether people can be met by it.
pub(super) fn is_usable(network: &Network) -> bool {
    network.port == Some(Port::Shared)
        && network.interfaces.iter().any(|interface| of_one(interface, network) == Some(What::Multicast))
}
