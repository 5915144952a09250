//! Bluetooth.

use super::about_nothing;
use crate::doctor::{
    Finding, Way, What,
    bluetooth::{Adapter, Bluetooth, PrivacySetting, Service, Setting, ShownName, Stack, Version},
};

/// The oldest BlueZ that SigHej's Bluetooth libraries have been tried with.
pub const OLDEST_BLUEZ: Version = Version(5, 60);

pub(super) fn diagnose(bluetooth: &Bluetooth, findings: &mut Vec<Finding>) {
    findings.push(about_nothing(service(bluetooth)));
    if bluetooth.stack == Stack::Unknown {
        return;
    }
    if bluetooth.settings.newer_than_service == Some(true) {
        findings.push(about_nothing(What::SettingsNotRead));
    }
    for switch in &bluetooth.switches {
        let what = match switch {
            _ if switch.hard => What::BlockedHard,
            _ if switch.soft => What::BlockedSoft,
            _ => continue,
        };
        findings.push(Finding { about: Some(switch.name.clone()), what });
    }
    if bluetooth.adapters.is_empty() && bluetooth.service != Service::Forbidden {
        findings.push(about_nothing(What::NoAdapter));
    }
    for adapter in &bluetooth.adapters {
        let of_one = one(adapter, bluetooth);
        findings.extend(of_one.into_iter().map(|what| Finding { about: Some(adapter.name.clone()), what }));
    }
    if !bluetooth.adapters.is_empty() && bluetooth.stack == Stack::BlueZ {
        findings.extend(connections(bluetooth).into_iter().map(about_nothing));
    }
}

fn service(bluetooth: &Bluetooth) -> What {
    match (bluetooth.stack, bluetooth.service) {
        (Stack::Unknown, _) => What::StackUnknown,
        (_, Service::NoBus) => What::NoBus,
        (_, Service::NotRunning) => What::ServiceStopped,
        (_, Service::Forbidden) => What::Forbidden,
        (_, Service::Silent) => What::ServiceSilent,
        (Stack::BlueZ, Service::Answers(Some(version))) if version < OLDEST_BLUEZ => {
            What::ServiceOld(version)
        }
        (_, Service::Answers(version)) => What::ServiceRuns(version),
    }
}

fn one(adapter: &Adapter, bluetooth: &Bluetooth) -> Vec<What> {
    let mut found = Vec::new();
    found.extend(power(adapter, bluetooth));
    match adapter.low_energy {
        Some(Setting::Unsupported) => {
            found.push(What::LowEnergyMissing);
            // Nothing that follows exists without it.
            return found;
        }
        // An adapter that is off has Bluetooth LE off too, and says nothing of the settings.
        Some(Setting::Off) if bluetooth.settings.classic_only => {
            found.push(What::LowEnergyOff(bluetooth.settings.file.clone()));
        }
        Some(Setting::Off | Setting::On) | None => {}
    }
    if matches!(bluetooth.service, Service::Answers(_)) {
        found.push(advertising(adapter));
    }
    if let Some(roles) = adapter.roles {
        match (roles.central, roles.peripheral) {
            // Where adverts are missing, that says it all.
            (true, false) if adapter.advertising.is_some() => found.push(What::CentralOnly),
            (false, true) => found.push(What::PeripheralOnly),
            (true | false, true | false) => {}
        }
    }
    if bluetooth.stack == Stack::BlueZ {
        found.push(privacy(adapter, bluetooth));
    }
    found.extend(adapter.shown_name.map(|name| match name {
        ShownName::Common => What::NameCommon,
        ShownName::Host => What::NameOfHost,
        ShownName::User => What::NameOfUser,
        ShownName::Chosen => What::NameChosen,
    }));
    if adapter.common_device_id == Some(false) {
        found.push(What::DeviceIdOwn(bluetooth.settings.file.clone()));
    }
    found
}

/// An adapter behind a switch is off because of that; the switch is a finding of its own.
fn power(adapter: &Adapter, bluetooth: &Bluetooth) -> Option<What> {
    let mut blocked = bluetooth.switches.iter().filter(|switch| switch.soft || switch.hard);
    let another =
        |name: &str| name != adapter.name && bluetooth.adapters.iter().any(|other| other.name == name);
    match adapter.powered? {
        true => Some(What::AdapterOn),
        false if blocked.any(|switch| !another(&switch.name)) => None,
        false => Some(What::AdapterOff),
    }
}

fn advertising(adapter: &Adapter) -> What {
    match adapter.advertising {
        None => What::AdvertisingMissing,
        Some(advertising) if advertising.free == 0 => What::AdvertisingUsedUp,
        Some(advertising) => What::Advertising(advertising.free),
    }
}

fn privacy(adapter: &Adapter, bluetooth: &Bluetooth) -> What {
    let (setting, file) = (bluetooth.settings.privacy, &bluetooth.settings.file);
    match adapter.privacy {
        None => What::PrivacyUnknown(file.clone()),
        Some(Setting::Unsupported) => What::PrivacyUnsupported,
        Some(Setting::On) if setting == PrivacySetting::Limited => What::PrivacyLimited(file.clone()),
        Some(Setting::On) => What::PrivacyOn,
        Some(Setting::Off) if setting == PrivacySetting::Off => What::PrivacyOff(file.clone()),
        Some(Setting::Off) => What::PrivacyNotTaken,
    }
}

/// L2CAP, and what can spoil it. BlueZ has several attribute channels unless its settings say one.
fn connections(bluetooth: &Bluetooth) -> Vec<What> {
    let l2cap = match bluetooth.l2cap {
        Some(true) => Some(What::L2cap),
        Some(false) => Some(What::L2capMissing),
        None => None,
    };
    let eatt = match bluetooth.settings.channels {
        Some(1) => What::EattOff,
        Some(_) | None => What::EattOn(bluetooth.settings.file.clone()),
    };
    l2cap.into_iter().chain([eatt]).collect()
}

/// How far Bluetooth goes, by the best adapter.
pub(super) fn way(bluetooth: &Bluetooth) -> Way {
    if !matches!(bluetooth.service, Service::Answers(_)) {
        return Way::None;
    }
    bluetooth.adapters.iter().map(way_of_one).max().unwrap_or(Way::None)
}

fn way_of_one(adapter: &Adapter) -> Way {
    if adapter.powered != Some(true)
        || matches!(adapter.low_energy, Some(Setting::Off | Setting::Unsupported))
    {
        return Way::None;
    }
    let finds = adapter.roles.is_none_or(|roles| roles.central);
    let advertises = adapter.advertising.is_some_and(|advertising| advertising.free > 0);
    let found = advertises && adapter.roles.is_none_or(|roles| roles.peripheral);
    match (finds, found) {
        (true, true) => Way::Both,
        (true, false) => Way::FindsOnly,
        (false, true) => Way::FoundOnly,
        (false, false) => Way::None,
    }
}
