//! What mends a finding, to the letter.

use std::path::{Path, PathBuf};

use super::{Finding, Firewall, What};

/// What to do: lines first, then the command; a finding that has neither is mended by hand, as its words say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// Lines that a file must have.
    pub lines: Option<Lines>,
    /// A command for a shell.
    pub command: Option<String>,
}

/// Lines of a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The file.
    pub file: PathBuf,
    /// The group that they stand in, with its brackets.
    pub group: &'static str,
    /// The line.
    pub line: &'static str,
}

/// The name for an adapter that many machines have.
const COMMON_NAME: &str = "BlueZ";
const RESTART: &str = "sudo systemctl restart bluetooth";

impl Finding {
    /// What mends it on Linux; `None` where nothing needs to be done, or no command does it, and on other systems, where the
    /// words must do.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let about = self.about.as_deref().unwrap_or_default();
        Some(match &self.what {
            What::NoBus => command("sudo apt-get install dbus bluez && sudo systemctl start dbus bluetooth"),
            What::ServiceStopped => command("sudo systemctl enable --now bluetooth"),
            What::Forbidden => command("sudo usermod --append --groups bluetooth \"$USER\""),
            What::ServiceSilent | What::SettingsNotRead | What::PrivacyNotTaken | What::AdvertisingUsedUp => {
                command(RESTART)
            }
            What::ServiceOld(_) => command("sudo apt-get install --only-upgrade bluez"),
            What::BlockedSoft => command("sudo rfkill unblock bluetooth"),
            What::AdapterOff => command(&set_property(about, "Powered b true")),
            What::LowEnergyOff(file) => setting(file, "[General]", "ControllerMode = dual"),
            What::PrivacyOff(file) | What::PrivacyLimited(file) | What::PrivacyUnknown(file) => {
                setting(file, "[General]", "Privacy = device")
            }
            What::EattOn(file) => setting(file, "[GATT]", "Channels = 1"),
            What::DeviceIdOwn(file) => setting(file, "[General]", "DeviceID = bluetooth:1D6B:0246:0542"),
            What::NameOfHost | What::NameOfUser | What::NameChosen => {
                command(&set_property(about, &format!("Alias s {COMMON_NAME}")))
            }
            What::L2capMissing => command("sudo modprobe bluetooth"),
            What::InterfaceDown => command(&format!("sudo ip link set {about} up")),
            What::NoMulticast => command(&format!("sudo ip link set {about} multicast on")),
            What::JoinRefused => command("sudo sysctl net.ipv4.igmp_max_memberships=100"),
            What::Unheard(firewall) => command(match firewall {
                Some(Firewall::Ufw) => "sudo ufw allow in proto udp to 224.0.0.251 port 5353",
                Some(Firewall::Firewalld) => "sudo firewall-cmd --add-service=mdns",
                None => "sudo nft insert rule inet filter input udp dport 5353 ip daddr 224.0.0.251 accept",
            }),
            What::PortTaken => command("sudo ss --udp --listening --processes 'sport = 5353'"),
            What::ClockUnknown | What::ClockWrong | What::ClockUnsynchronised => {
                command("sudo timedatectl set-ntp true")
            }
            What::StackUnknown
            | What::ServiceRuns(_)
            | What::NoAdapter
            | What::BlockedHard
            | What::AdapterOn
            | What::LowEnergyMissing
            | What::AdvertisingMissing
            | What::Advertising(_)
            | What::CentralOnly
            | What::PeripheralOnly
            | What::PrivacyOn
            | What::PrivacyUnsupported
            | What::EattOff
            | What::L2cap
            | What::NameCommon
            | What::NoInterface
            | What::InterfaceUnconnected
            | What::NoAddress
            | What::Tunnel
            | What::Multicast
            | What::PortShared
            | What::PortForbidden
            | What::FirewallOn(_)
            | What::ClockUnverified
            | What::ClockSet
            | What::CanMeet { .. }
            | What::CannotMeet => return None,
        })
    }
}

fn command(command: &str) -> Remedy {
    Remedy { lines: None, command: Some(command.to_owned()) }
}

fn setting(file: &Path, group: &'static str, line: &'static str) -> Remedy {
    Remedy { lines: Some(Lines { file: file.to_owned(), group, line }), command: Some(RESTART.to_owned()) }
}

/// One adapter's property, by the tool that comes with systemd.
fn set_property(adapter: &str, property: &str) -> String {
    format!("busctl set-property org.bluez /org/bluez/{adapter} org.bluez.Adapter1 {property}")
}
