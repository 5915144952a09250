//! What can be found.

use std::path::PathBuf;

use super::{Firewall, bluetooth::Version};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The adapter, switch or interface that it is about, by the system's name; `None` where it is about the machine.
    pub about: Option<String>,
    /// What it is.
    pub what: What,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing needs to be done.
    Note,
    /// It works less well, or gives something away.
    Warning,
    /// It keeps Bluetooth, the network or everything from working.
    Problem,
}

/// What a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Bluetooth.
    Bluetooth,
    /// The local network.
    Network,
    /// The clock.
    Clock,
    /// Everything together.
    Overall,
}

/// How far Bluetooth goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It cannot be used.
    None,
    /// This machine finds others; they do not find it.
    FindsOnly,
    /// Others find this machine; it does not find them.
    FoundOnly,
    /// Both find each other.
    Both,
}

/// Everything that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// This system's Bluetooth is unknown to this program.
    StackUnknown,
    /// There is no system bus.
    NoBus,
    /// bluetoothd does not run.
    ServiceStopped,
    /// The system does not let this user use Bluetooth.
    Forbidden,
    /// The Bluetooth service does not answer.
    ServiceSilent,
    /// The Bluetooth service answers; its version, where known.
    ServiceRuns(Option<Version>),
    /// It is older than what SigHej has been tried with.
    ServiceOld(Version),
    /// The settings file was changed after the service started.
    SettingsNotRead,
    /// There is no adapter.
    NoAdapter,
    /// Switched off by a key or in the firmware.
    BlockedHard,
    /// Switched off by software (rfkill).
    BlockedSoft,
    /// The adapter is off.
    AdapterOff,
    /// The adapter is on.
    AdapterOn,
    /// The adapter has no Bluetooth LE.
    LowEnergyMissing,
    /// Bluetooth LE is switched off by this settings file.
    LowEnergyOff(PathBuf),
    /// The adapter cannot advertise.
    AdvertisingMissing,
    /// Other programs use all the adverts that the adapter can have.
    AdvertisingUsedUp,
    /// It can advertise; so many adverts are free.
    Advertising(u8),
    /// It can only connect, not be connected to.
    CentralOnly,
    /// It can only be connected to, not connect.
    PeripheralOnly,
    /// It shows random addresses.
    PrivacyOn,
    /// It shows its own address; this settings file can change that.
    PrivacyOff(PathBuf),
    /// It shows its own address while it is discoverable.
    PrivacyLimited(PathBuf),
    /// The settings ask for random addresses, and the adapter does not show any.
    PrivacyNotTaken,
    /// It cannot show random addresses.
    PrivacyUnsupported,
    /// Whether it does cannot be told.
    PrivacyUnknown(PathBuf),
    /// Several attribute channels at once are on: an L2CAP channel can lose data.
    EattOn(PathBuf),
    /// They are off.
    EattOff,
    /// L2CAP channels can be had.
    L2cap,
    /// They cannot.
    L2capMissing,
    /// The adapter's name is the host's.
    NameOfHost,
    /// The adapter's name holds the user's.
    NameOfUser,
    /// Somebody chose the adapter's name.
    NameChosen,
    /// The adapter's name is that of many.
    NameCommon,
    /// The adapter's device id is not BlueZ's own.
    DeviceIdOwn(PathBuf),
    /// No network interface is up.
    NoInterface,
    /// This one is switched off.
    InterfaceDown,
    /// It is on, and connected to nothing.
    InterfaceUnconnected,
    /// It has no IPv4 address.
    NoAddress,
    /// It is a tunnel.
    Tunnel,
    /// It carries no multicast.
    NoMulticast,
    /// The group of multicast DNS cannot be joined.
    JoinRefused,
    /// What is sent to the group does not arrive.
    Unheard(Option<Firewall>),
    /// Multicast works.
    Multicast,
    /// The port of multicast DNS is shared.
    PortShared,
    /// Another program keeps it to itself.
    PortTaken,
    /// The system does not let this program use it.
    PortForbidden,
    /// A firewall is on.
    FirewallOn(Firewall),
    /// The time of day is not known.
    ClockUnknown,
    /// The time of day cannot be right.
    ClockWrong,
    /// The clock follows no time server.
    ClockUnsynchronised,
    /// Whether it does cannot be told.
    ClockUnverified,
    /// The clock follows a time server.
    ClockSet,
    /// People can be met by these ways.
    CanMeet {
        /// By Bluetooth.
        bluetooth: Way,
        /// By the local network.
        network: bool,
    },
    /// Nobody can be met.
    CannotMeet,
}

impl What {
    /// Its name for programs; stays the same from version to version.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.row().0
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.row().1
    }

    /// What it belongs to.
    #[must_use]
    pub fn area(&self) -> Area {
        self.row().2
    }

    fn row(&self) -> (&'static str, Severity, Area) {
        use Area::{Bluetooth, Clock, Network, Overall};
        use Severity::{Note, Ok, Problem, Warning};
        match self {
            What::StackUnknown => ("bluetooth_unknown", Problem, Bluetooth),
            What::NoBus => ("system_bus_missing", Problem, Bluetooth),
            What::ServiceStopped => ("bluetooth_service_stopped", Problem, Bluetooth),
            What::Forbidden => ("bluetooth_forbidden", Problem, Bluetooth),
            What::ServiceSilent => ("bluetooth_service_silent", Problem, Bluetooth),
            What::ServiceRuns(_) => ("bluetooth_service", Ok, Bluetooth),
            What::ServiceOld(_) => ("bluetooth_service_old", Warning, Bluetooth),
            What::SettingsNotRead => ("bluetooth_settings_not_read", Warning, Bluetooth),
            What::NoAdapter => ("adapter_missing", Problem, Bluetooth),
            What::BlockedHard => ("rfkill_hard", Problem, Bluetooth),
            What::BlockedSoft => ("rfkill_soft", Problem, Bluetooth),
            What::AdapterOff => ("adapter_off", Problem, Bluetooth),
            What::AdapterOn => ("adapter_on", Ok, Bluetooth),
            What::LowEnergyMissing => ("low_energy_missing", Problem, Bluetooth),
            What::LowEnergyOff(_) => ("low_energy_off", Problem, Bluetooth),
            What::AdvertisingMissing => ("advertising_missing", Warning, Bluetooth),
            What::AdvertisingUsedUp => ("advertising_used_up", Warning, Bluetooth),
            What::Advertising(_) => ("advertising", Ok, Bluetooth),
            What::CentralOnly => ("central_only", Warning, Bluetooth),
            What::PeripheralOnly => ("peripheral_only", Warning, Bluetooth),
            What::PrivacyOn => ("privacy_on", Ok, Bluetooth),
            What::PrivacyOff(_) => ("privacy_off", Warning, Bluetooth),
            What::PrivacyLimited(_) => ("privacy_limited", Warning, Bluetooth),
            What::PrivacyNotTaken => ("privacy_not_taken", Warning, Bluetooth),
            What::PrivacyUnsupported => ("privacy_unsupported", Warning, Bluetooth),
            What::PrivacyUnknown(_) => ("privacy_unknown", Warning, Bluetooth),
            What::EattOn(_) => ("eatt_on", Warning, Bluetooth),
            What::EattOff => ("eatt_off", Ok, Bluetooth),
            What::L2cap => ("l2cap", Ok, Bluetooth),
            What::L2capMissing => ("l2cap_missing", Note, Bluetooth),
            What::NameOfHost => ("name_of_host", Warning, Bluetooth),
            What::NameOfUser => ("name_of_user", Warning, Bluetooth),
            What::NameChosen => ("name_chosen", Note, Bluetooth),
            What::NameCommon => ("name_common", Ok, Bluetooth),
            What::DeviceIdOwn(_) => ("device_id_own", Note, Bluetooth),
            What::NoInterface => ("interface_missing", Problem, Network),
            What::InterfaceDown => ("interface_down", Note, Network),
            What::InterfaceUnconnected => ("interface_unconnected", Note, Network),
            What::NoAddress => ("interface_without_ipv4", Note, Network),
            What::Tunnel => ("interface_tunnel", Note, Network),
            What::NoMulticast => ("multicast_missing", Warning, Network),
            What::JoinRefused => ("multicast_refused", Warning, Network),
            What::Unheard(_) => ("multicast_unheard", Warning, Network),
            What::Multicast => ("multicast", Ok, Network),
            What::PortShared => ("mdns_port", Ok, Network),
            What::PortTaken => ("mdns_port_taken", Problem, Network),
            What::PortForbidden => ("mdns_port_forbidden", Problem, Network),
            What::FirewallOn(_) => ("firewall", Note, Network),
            What::ClockUnknown => ("clock_unknown", Problem, Clock),
            What::ClockWrong => ("clock_wrong", Problem, Clock),
            What::ClockUnsynchronised => ("clock_unsynchronised", Warning, Clock),
            What::ClockUnverified => ("clock_unverified", Note, Clock),
            What::ClockSet => ("clock_synchronised", Ok, Clock),
            What::CanMeet { .. } => ("can_meet", Ok, Overall),
            What::CannotMeet => ("cannot_meet", Problem, Overall),
        }
    }
}
