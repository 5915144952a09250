//! Hosts on a bridge.

use std::{
    ffi::OsStr,
    fmt,
    net::Ipv4Addr,
    path::Path,
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::ip::ip;

/// Namespaces of this crate begin so; then comes the process id of their maker.
const PREFIX: &str = "sighej-";
static NETWORKS: AtomicU32 = AtomicU32::new(0);

/// A bridge and the hosts on it: 10.77.0.1, 10.77.0.2 … Multicast reaches everybody.
#[derive(Debug)]
pub struct Network {
    bridge: String,
    hosts: Vec<Host>,
}

/// One host: a network namespace with loopback and `eth0`.
#[derive(Debug)]
pub struct Host {
    namespace: String,
    address: Ipv4Addr,
}

/// What the lab could not do, in the words of `ip`.
#[derive(Debug)]
pub struct NetworkError(String);

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NetworkError {}

impl Network {
    /// Builds a network of up to 250 hosts, after clearing what killed processes have left behind.
    ///
    /// # Errors
    /// Where `ip` is missing or the caller may not make namespaces. What was made by then is removed.
    pub fn new(hosts: u8) -> Result<Network, NetworkError> {
        clear_leftovers().map_err(NetworkError)?;
        let number = NETWORKS.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}", process::id());
        // From here on, dropping it removes whatever exists.
        let mut network = Network { bridge: format!("{name}-bridge"), hosts: Vec::new() };
        network.build(&name, hosts).map_err(NetworkError)?;
        Ok(network)
    }

    /// The hosts, in the order of their addresses.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn build(&mut self, name: &str, hosts: u8) -> Result<(), String> {
        let bridge = self.bridge.clone();
        ip(&format!("netns add {bridge}"))?;
        without_ipv6(&bridge)?;
        // Snooping would cut multicast off from hosts whose group reports the bridge has not seen.
        ip(&format!("-n {bridge} link add bridge type bridge mcast_snooping 0"))?;
        ip(&format!("-n {bridge} link set bridge up"))?;
        for number in 1..=hosts.min(250) {
            let host =
                Host { namespace: format!("{name}-{number}"), address: Ipv4Addr::new(10, 77, 0, number) };
            let namespace = host.namespace.clone();
            self.hosts.push(host);
            ip(&format!("netns add {namespace}"))?;
            without_ipv6(&namespace)?;
            ip(&format!("link add eth0 netns {namespace} type veth peer name port{number} netns {bridge}"))?;
            ip(&format!("-n {bridge} link set port{number} master bridge up"))?;
            ip(&format!("-n {namespace} addr add 10.77.0.{number}/24 brd + dev eth0"))?;
            ip(&format!("-n {namespace} link set lo up"))?;
            ip(&format!("-n {namespace} link set eth0 up"))?;
            ip(&format!("-n {namespace} route add default dev eth0"))?;
        }
        Ok(())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for namespace in self.hosts.iter().map(|host| &host.namespace).chain([&self.bridge]) {
            // One that was never made, or cannot be removed now, is cleared by the next network.
            let _ignored = ip(&format!("netns del {namespace}"));
        }
    }
}

impl Host {
    /// The address on the bridge.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// A command that will run on this host, and die with the thread that starts it.
    pub fn command(&self, program: &OsStr) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace, "setpriv", "--pdeathsig", "KILL"]).arg(program);
        command
    }

    /// Packets that this host has put on its cable so far.
    ///
    /// # Errors
    /// When `ip` does not tell.
    pub fn packets_sent(&self) -> Result<u64, NetworkError> {
        let told = ip(&format!("-n {} -s -j link show eth0", self.namespace)).map_err(NetworkError)?;
        let told: serde_json::Value =
            serde_json::from_str(&told).map_err(|error| NetworkError(format!("`ip -j`: {error}")))?;
        told.pointer("/0/stats64/tx/packets")
            .and_then(serde_json::Value::as_u64)
            .ok_or_else(|| NetworkError("`ip -s -j link` tells no packets".into()))
    }

    /// Cuts or mends the cable.
    ///
    /// # Errors
    /// When `ip` cannot.
    pub fn set_cable(&self, plugged: bool) -> Result<(), NetworkError> {
        let state = if plugged { "up" } else { "down" };
        ip(&format!("-n {} link set eth0 {state}", self.namespace)).map_err(NetworkError)?;
        if plugged {
            ip(&format!("-n {} route replace default dev eth0", self.namespace)).map_err(NetworkError)?;
        }
        Ok(())
    }
}

/// The kernel's own neighbour discovery would speak for a host that is meant to be silent.
fn without_ipv6(namespace: &str) -> Result<(), String> {
    let path = "/proc/sys/net/ipv6/conf";
    if !Path::new(path).exists() {
        return Ok(());
    }
    let script = format!("echo 1 > {path}/all/disable_ipv6 && echo 1 > {path}/default/disable_ipv6");
    let status = Command::new("ip").args(["netns", "exec", namespace, "sh", "-c", &script]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) | Err(_) => Err(format!("IPv6 cannot be switched off in {namespace}")),
    }
}

/// Removes the namespaces of processes that are no more.
fn clear_leftovers() -> Result<(), String> {
    for line in ip("netns list")?.lines() {
        let Some(name) = line.split_whitespace().next() else { continue };
        let maker = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if let Some(maker) = maker.and_then(|maker| maker.parse::<u32>().ok())
            && !Path::new(&format!("/proc/{maker}")).exists()
        {
            // Another process may clear at the same moment.
            let _ignored = ip(&format!("netns del {name}"));
        }
    }
    Ok(())
}
