//! English.

use crate::doctor::{Firewall, Way, What, bluetooth::Version};

pub(super) fn meaning(what: &What, about: &str) -> String {
    match what {
        What::StackUnknown => "SigHej knows no Bluetooth on this system: people are met over the network alone.".into(),
        What::NoBus => "There is no system bus here, and Bluetooth is reached by it: in a container, share the host's.".into(),
        What::ServiceStopped => "The system's Bluetooth service does not run: nobody is met by Bluetooth.".into(),
        What::Forbidden => "You may not use Bluetooth here: allow it in the system's settings, or join the group that may and log in again.".into(),
        What::ServiceSilent => "The system's Bluetooth service does not answer: nobody is met by Bluetooth until it does.".into(),
        What::ServiceRuns(None) => "The system's Bluetooth service answers.".into(),
        What::ServiceRuns(Some(Version(major, minor))) => {
            format!("The system's Bluetooth service answers (BlueZ {major}.{minor}).")
        }
        What::ServiceOld(Version(major, minor)) => {
            format!("BlueZ {major}.{minor} is older than what SigHej has been tried with: Bluetooth may fail in odd ways.")
        }
        What::SettingsNotRead => "Bluetooth's settings have changed since its service started: what they say does not hold yet.".into(),
        What::NoAdapter => "There is no Bluetooth adapter: plug one in, or meet people over the network alone.".into(),
        What::BlockedHard => format!("Bluetooth is blocked by a key or in the firmware ({about}): switch it on there."),
        What::BlockedSoft => format!("Bluetooth is blocked by software, as in flight mode ({about}): nobody is met by it."),
        What::AdapterOff => format!("{about} is switched off: nobody is met by it."),
        What::AdapterOn => format!("{about} is switched on."),
        What::LowEnergyMissing => format!("{about} knows no Bluetooth LE: it cannot be used; take another adapter."),
        What::LowEnergyOff(_) => format!("Bluetooth LE is switched off on {about}: nobody is met by it."),
        What::AdvertisingMissing => {
            format!("{about} cannot advertise here: it finds others, but they do not find it; two such devices never meet.")
        }
        What::AdvertisingUsedUp => {
            format!("Other programs use every advert of {about}, or left them behind: others cannot find you.")
        }
        What::Advertising(1) => format!("{about} can advertise: one advert is free."),
        What::Advertising(free) => format!("{about} can advertise: {free} adverts are free."),
        What::CentralOnly => format!("{about} can only connect, not be connected to: two such devices never meet."),
        What::PeripheralOnly => format!("{about} can only be connected to, not connect: two such devices never meet."),
        What::PrivacyOn => format!("{about} shows random addresses: nobody can follow you by them."),
        What::PrivacyOff(_) => {
            format!("{about} shows its own address, always the same: whoever listens can follow you from place to place.")
        }
        What::PrivacyLimited(_) => {
            format!("{about} shows its own address while it is discoverable: whoever listens then can follow you.")
        }
        What::PrivacyNotTaken => {
            format!("The settings ask for random addresses, but {about} shows its own: whoever listens can follow you.")
        }
        What::PrivacyUnsupported => {
            format!("{about} can show no address but its own: whoever listens can follow you; take another adapter.")
        }
        What::PrivacyUnknown(_) => format!("Whether {about} shows random addresses cannot be told: do not rely on it."),
        What::EattOn(_) => "Bluetooth's settings allow several attribute channels at once (EATT): data of an exchange can then get lost.".into(),
        What::EattOff => "Connections have one attribute channel, as they should (EATT is off).".into(),
        What::L2cap => "L2CAP channels can be had: exchanges take the fast way.".into(),
        What::L2capMissing => "L2CAP channels cannot be had: exchanges take the slower way (GATT).".into(),
        What::NameOfHost => format!("The name of {about} gives this computer's away: whoever connects reads it."),
        What::NameOfUser => format!("The name of {about} gives yours away: whoever connects reads it."),
        What::NameChosen => format!("The name of {about} is its own: whoever connects reads it, and knows it again."),
        What::NameCommon => format!("The name of {about} is that of many."),
        What::DeviceIdOwn(_) => format!("The device id of {about} is not the usual one: whoever connects may know it again."),
        What::NoInterface => "No network is connected: nobody is met over one. Join the venue's Wi-Fi.".into(),
        What::InterfaceDown => format!("{about} is switched off: nobody is met over it."),
        What::InterfaceUnconnected => {
            format!("{about} is connected to nothing: nobody is met over it. Join a network, or plug the cable in.")
        }
        What::NoAddress => format!("{about} has no IPv4 address: nobody is met over it until the network gives one."),
        What::Tunnel => format!("{about} is a tunnel: nobody nearby is met over it."),
        What::NoMulticast => format!("{about} carries no multicast: nobody is found over it."),
        What::JoinRefused => format!("{about} does not join the group of multicast DNS: nobody is found over it."),
        What::Unheard(_) => format!("A firewall keeps multicast DNS from coming in by {about}: nobody is found over it."),
        What::Multicast => format!("{about} carries multicast: people on its network can be found."),
        What::PortShared => "The port of multicast DNS (5353) is shared.".into(),
        What::PortTaken => "Another program keeps the port of multicast DNS (5353) to itself: end it; nobody is found until then.".into(),
        What::PortForbidden => "This program may not use the port of multicast DNS (5353): run it outside the sandbox.".into(),
        What::FirewallOn(firewall) => format!(
            "A firewall is on ({}): where it refuses connections from outside, you are met by those who let yours in.",
            name(*firewall)
        ),
        What::ClockUnknown => "The time of day is not known: SigHej cannot open. Set the clock.".into(),
        What::ClockWrong => "The clock is years behind: you change identity when nobody else does. Set the clock.".into(),
        What::ClockUnsynchronised => "The clock follows no time server: where it is wrong by minutes, you change identity out of step.".into(),
        What::ClockUnverified => "The clock is set; whether it is right cannot be told. Compare it with another.".into(),
        What::ClockSet => "The clock follows a time server.".into(),
        What::CanMeet { bluetooth, network } => can_meet(*bluetooth, *network),
        What::CannotMeet => "Nobody can be met as things are: mend a problem above.".into(),
    }
}

fn can_meet(bluetooth: Way, network: bool) -> String {
    let bluetooth = match bluetooth {
        Way::None => None,
        Way::FindsOnly => Some("by Bluetooth, where you find them"),
        Way::FoundOnly => Some("by Bluetooth, where they find you"),
        Way::Both => Some("by Bluetooth"),
    };
    let network = network.then_some("over the local network");
    let ways: Vec<&str> = bluetooth.into_iter().chain(network).collect();
    format!("People can be met {}.", ways.join(", and "))
}

pub(super) fn name(firewall: Firewall) -> &'static str {
    match firewall {
        Firewall::Ufw => "ufw",
        Firewall::Firewalld => "firewalld",
    }
}
