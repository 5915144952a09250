//! The local network: which interfaces carry multicast, and whether the port of multicast DNS can be shared.

use std::{
    fs,
    io::{self, ErrorKind},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket},
    time::{Duration, Instant},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::{task::spawn_blocking, time::timeout};

/// The group and the port of multicast DNS (RFC 6762).
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;
/// How long a datagram may take from this host to itself.
const LOOPED: Duration = Duration::from_millis(300);
/// How long everything may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// Interfaces that are looked at; further ones are left out.
const MAX_INTERFACES: usize = 24;
/// A DNS response without a record: whoever reads it learns nothing and does nothing.
const EMPTY_RESPONSE: [u8; 12] = [0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// What is known of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// The interfaces, but for loopback, by name.
    pub interfaces: Vec<Interface>,
    /// Whether the port of multicast DNS can be shared; `None` where it was not tried.
    pub port: Option<Port>,
    /// A firewall that this program knows, where one is on.
    pub firewall: Option<Firewall>,
}

/// One interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// As the system names it, such as `wlan0`.
    pub name: String,
    /// Switched on.
    pub up: bool,
    /// There is something at the other end: a cable, a Wi-Fi.
    pub connected: bool,
    /// It has an IPv4 address; multicast DNS is used over IPv4.
    pub ipv4: bool,
    /// It leads to one other machine, as tunnels do.
    pub point_to_point: bool,
    /// It says that it carries multicast; `None` where the system does not tell.
    pub multicast: Option<bool>,
    /// The group of multicast DNS could be joined; `None` where it was not tried.
    pub joins: Option<bool>,
    /// What this host sends to the group comes back to it; `None` where it was not tried.
    pub hears: Option<bool>,
}

/// The port of multicast DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Several programs can use it.
    Shared,
    /// Another program keeps it to itself.
    Taken,
    /// The system does not let this program use it.
    Forbidden,
}

/// A firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firewall {
    /// `ufw`, of Debian and Ubuntu.
    Ufw,
    /// `firewalld`, of Fedora and SUSE.
    Firewalld,
}

pub(super) async fn survey() -> Network {
    timeout(PATIENCE, spawn_blocking(gather)).await.ok().and_then(Result::ok).unwrap_or_default()
}

fn gather() -> Network {
    let mut found = interfaces().unwrap_or_default();
    found.truncate(MAX_INTERFACES);
    let mut network = Network { firewall: firewall(), ..Network::default() };
    if found.iter().any(|(interface, _)| interface.connected) {
        network.port = Some(port());
    }
    for (mut interface, address) in found {
        if let (true, Some(address), Some(Port::Shared)) = (interface.connected, address, network.port) {
            let group = join(address);
            interface.joins = Some(group.is_ok());
            interface.hears = group.ok().and_then(|group| hears_itself(&group, address).ok());
        }
        network.interfaces.push(interface);
    }
    network
}

fn port() -> Port {
    match open() {
        Ok(_) => Port::Shared,
        Err(error) if error.kind() == ErrorKind::AddrInUse => Port::Taken,
        Err(_) => Port::Forbidden,
    }
}

/// As libp2p opens it.
fn open() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)).into())?;
    Ok(socket)
}

fn join(address: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = open()?;
    socket.join_multicast_v4(&GROUP, &address)?;
    Ok(socket.into())
}

/// Sends one datagram to the group that stays on this host, since its time to live is 0, and waits for it. It passes the
/// host's firewall as if it came from the network.
fn hears_itself(group: &UdpSocket, address: Ipv4Addr) -> io::Result<bool> {
    let sender = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    sender.bind(&SocketAddr::from((address, 0)).into())?;
    sender.set_multicast_if_v4(&address)?;
    sender.set_multicast_ttl_v4(0)?;
    sender.set_multicast_loop_v4(true)?;
    let own = sender.local_addr()?.as_socket();
    let end = Instant::now() + LOOPED;
    sender.send_to(&EMPTY_RESPONSE, &SocketAddrV4::new(GROUP, PORT).into())?;
    let mut buffer = [0; EMPTY_RESPONSE.len()];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        group.set_read_timeout(Some(left))?;
        // Others speak here too; what they say is not looked at.
        match group.recv_from(&mut buffer) {
            Ok((_, from)) if Some(from) == own => return Ok(true),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(false);
            }
            // Windows calls a datagram too long for the buffer an error.
            Err(_) => {}
        }
    }
}

/// Each with its first IPv4 address, by name.
#[cfg(unix)]
fn interfaces() -> io::Result<Vec<(Interface, Option<Ipv4Addr>)>> {
    use std::collections::BTreeMap;

    use nix::net::if_::InterfaceFlags;

    let mut found: BTreeMap<String, (Interface, Option<Ipv4Addr>)> = BTreeMap::new();
    for entry in nix::ifaddrs::getifaddrs()? {
        let has = |flag| entry.flags.contains(flag);
        if has(InterfaceFlags::IFF_LOOPBACK) {
            continue;
        }
        let (interface, address) = found.entry(entry.interface_name.clone()).or_default();
        interface.name = entry.interface_name;
        interface.up = has(InterfaceFlags::IFF_UP);
        interface.connected = interface.up && has(InterfaceFlags::IFF_RUNNING);
        interface.point_to_point = has(InterfaceFlags::IFF_POINTOPOINT);
        interface.multicast = Some(has(InterfaceFlags::IFF_MULTICAST));
        if let Some(ip) = entry.address.as_ref().and_then(|address| address.as_sockaddr_in()) {
            interface.ipv4 = true;
            address.get_or_insert(ip.ip());
        }
    }
    Ok(found.into_values().collect())
}

/// Unchecked: it compiles for Windows, and was never run there.
#[cfg(not(unix))]
fn interfaces() -> io::Result<Vec<(Interface, Option<Ipv4Addr>)>> {
    use std::{collections::BTreeMap, net::IpAddr};

    let mut found: BTreeMap<String, (Interface, Option<Ipv4Addr>)> = BTreeMap::new();
    for entry in if_addrs::get_if_addrs()? {
        if entry.is_loopback() {
            continue;
        }
        let (interface, address) = found.entry(entry.name.clone()).or_default();
        interface.up = entry.oper_status == if_addrs::IfOperStatus::Up;
        interface.connected = interface.up;
        interface.point_to_point = entry.is_p2p;
        if let IpAddr::V4(ip) = entry.ip() {
            interface.ipv4 = true;
            address.get_or_insert(ip);
        }
        interface.name = entry.name;
    }
    Ok(found.into_values().collect())
}

/// The two that most Linux machines have, if any; their rules are for root alone to read.
fn firewall() -> Option<Firewall> {
    let ufw = fs::read_to_string("/etc/ufw/ufw.conf").unwrap_or_default();
    if ufw.lines().any(|line| line.trim() == "ENABLED=yes") {
        return Some(Firewall::Ufw);
    }
    let processes = fs::read_dir("/proc").ok()?;
    processes
        .flatten()
        .filter_map(|process| fs::read_to_string(process.path().join("comm")).ok())
        .any(|name| name.trim() == "firewalld")
        .then_some(Firewall::Firewalld)
}
