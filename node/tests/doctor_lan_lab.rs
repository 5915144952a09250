//! The doctor on real hosts: what it says of an interface that carries multicast, and of one that does not; and that following
//! its remedy mends it. Bluetooth is kept away from it, so that the network alone decides.

use std::{
    env, io,
    io::Read,
    net::{Ipv4Addr, UdpSocket},
    process::{Command, ExitCode, Stdio},
};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use sighej_lab::{Availability, Host, Network, availability, enter};

type Test = fn() -> Result<(), Failed>;

/// Set for this test program started again, as a program that keeps port 5353 to itself until its standard input ends.
const GREEDY: &str = "SIGHEJ_DOCTOR_LAB_GREEDY";

fn main() -> ExitCode {
    if env::var_os(GREEDY).is_some() {
        return keep_the_port();
    }
    enter();
    let here = availability();
    let trials: Vec<(&'static str, Test)> = vec![
        ("an_interface_that_carries_multicast_is_well_and_nothing_is_sent_by_looking", well),
        ("a_cable_that_is_out_is_found", cable_out),
        ("multicast_that_is_switched_off_is_found_and_the_remedy_mends_it", multicast_off),
        ("a_program_that_keeps_the_port_is_found", port_taken),
        ("a_host_without_an_address_is_found", no_address),
    ];
    let missing = matches!(here, Availability::Missing(_));
    let mut all: Vec<Trial> = Vec::new();
    all.extend(trials.into_iter().map(|(name, trial)| Trial::test(name, trial).with_ignored_flag(missing)));
    let name = "a_firewall_that_keeps_the_group_out_is_found_and_the_remedy_mends_it";
    all.push(Trial::test(name, firewall).with_ignored_flag(missing || nft_is_missing()));
    libtest_mimic::run(&Arguments::from_args(), all).exit_code()
}

/// Whether there is no `nft`, and need not be; says so loudly.
#[expect(clippy::print_stderr, reason = "a test run that skips something must say so where people look")]
fn nft_is_missing() -> bool {
    let required = env::var("SIGHEJ_REQUIRE_LABS").is_ok_and(|value| value == "1");
    if required || Command::new("nft").arg("--version").stdout(Stdio::null()).status().is_ok() {
        return false;
    }
    eprintln!("\n*** `nft` IS MISSING: install nftables. The test with a firewall is ignored, not passed.\n");
    true
}

/// What the doctor says on a host, and its exit code.
struct Visit {
    code: Option<i32>,
    findings: Vec<Value>,
}

impl Visit {
    fn to(host: &Host) -> Result<Visit, Failed> {
        let mut command = host.command(env!("CARGO_BIN_EXE_sighej").as_ref());
        // The machine's own Bluetooth is no part of this lab.
        command.args(["doctor", "--json"]).env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere");
        let output = command.stdin(Stdio::null()).output()?;
        let text = String::from_utf8(output.stdout)?;
        let findings = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Visit { code: output.status.code(), findings })
    }

    fn find(&self, code: &str) -> Result<&Value, Failed> {
        let found = self.findings.iter().find(|finding| finding["code"] == code);
        found.ok_or_else(|| format!("{code} was not found: {:?}", self.findings).into())
    }

    fn about(&self, code: &str) -> Result<&str, Failed> {
        Ok(self.find(code)?["about"].as_str().unwrap_or_default())
    }

    /// Does what a finding advises, on that host.
    fn follow(&self, code: &str, host: &Host) -> Result<(), Failed> {
        let advice = self.find(code)?["remedy"]["command"].as_str().ok_or("there is a command")?.to_owned();
        shell(host, advice.trim_start_matches("sudo "))
    }
}

fn shell(host: &Host, script: &str) -> Result<(), Failed> {
    let status = host.command("sh".as_ref()).args(["-c", script]).status()?;
    if status.success() { Ok(()) } else { Err(format!("`{script}` failed").into()) }
}

fn one(network: &Network) -> Result<&Host, Failed> {
    network.hosts().first().ok_or_else(|| "one host was asked for".into())
}

fn well() -> Result<(), Failed> {
    let network = Network::new(1)?;
    let host = one(&network)?;
    // Without the kernel's own reports of a joined group, what is left is what the doctor sends: nothing.
    shell(host, "echo 0 > /proc/sys/net/ipv4/igmp_link_local_mcast_reports")?;
    let before = host.packets_sent()?;
    let visit = Visit::to(host)?;
    assert_eq!(host.packets_sent()?, before, "looking sends nothing");
    assert_eq!(visit.about("multicast")?, "eth0");
    visit.find("mdns_port")?;
    visit.find("system_bus_missing")?;
    let verdict = visit.find("can_meet")?;
    assert_eq!((&verdict["bluetooth"], &verdict["network"]), (&"none".into(), &true.into()));
    assert_eq!(visit.code, Some(0));
    let text: String = visit.findings.iter().map(Value::to_string).collect();
    assert!(!text.contains(&host.address().to_string()), "{text}");
    Ok(())
}

fn cable_out() -> Result<(), Failed> {
    let network = Network::new(1)?;
    let host = one(&network)?;
    host.set_cable(false)?;
    let visit = Visit::to(host)?;
    assert_eq!(visit.about("interface_down")?, "eth0");
    visit.find("interface_missing")?;
    visit.find("cannot_meet")?;
    assert_eq!(visit.code, Some(1));
    visit.follow("interface_down", host)?;
    assert_eq!(Visit::to(host)?.code, Some(0));
    Ok(())
}

fn multicast_off() -> Result<(), Failed> {
    let network = Network::new(1)?;
    let host = one(&network)?;
    shell(host, "ip link set eth0 multicast off")?;
    let visit = Visit::to(host)?;
    assert_eq!(visit.about("multicast_missing")?, "eth0");
    assert_eq!(visit.code, Some(1));
    visit.follow("multicast_missing", host)?;
    assert_eq!(Visit::to(host)?.about("multicast")?, "eth0");
    Ok(())
}

fn firewall() -> Result<(), Failed> {
    let network = Network::new(1)?;
    let host = one(&network)?;
    shell(
        host,
        "nft add table inet filter && nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'",
    )
    .map_err(|_| "nft is needed: install nftables")?;
    let visit = Visit::to(host)?;
    assert_eq!(visit.about("multicast_unheard")?, "eth0");
    assert_eq!(visit.code, Some(1));
    visit.follow("multicast_unheard", host)?;
    assert_eq!(Visit::to(host)?.about("multicast")?, "eth0");
    Ok(())
}

fn port_taken() -> Result<(), Failed> {
    let network = Network::new(1)?;
    let host = one(&network)?;
    let mut command: Command = host.command(env::current_exe()?.as_os_str());
    let mut greedy = command.env(GREEDY, "1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut ready = [0];
    greedy.stdout.take().ok_or("it has a standard output")?.read_exact(&mut ready)?;
    let visit = Visit::to(host)?;
    visit.find("mdns_port_taken")?;
    assert_eq!(visit.code, Some(1));
    drop(greedy.stdin.take());
    greedy.wait()?;
    assert_eq!(Visit::to(host)?.code, Some(0));
    Ok(())
}

fn no_address() -> Result<(), Failed> {
    let network = Network::new(1)?;
    let host = one(&network)?;
    shell(host, "ip addr flush dev eth0")?;
    let visit = Visit::to(host)?;
    assert_eq!(visit.about("interface_without_ipv4")?, "eth0");
    assert_eq!(visit.code, Some(1));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the test waits for a sign of life")]
fn keep_the_port() -> ExitCode {
    let Ok(_port) = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 5353)) else { return ExitCode::FAILURE };
    println!("kept");
    // It comes when the test is over.
    let _end = io::stdin().read(&mut [0]);
    ExitCode::SUCCESS
}
