//! The lab itself: hosts see each other, packets are counted, nothing stays behind.

use std::{
    path::Path,
    process::{ExitCode, Stdio},
};

use libtest_mimic::{Arguments, Failed, Trial};
use sighej_lab::{Availability, Network, availability, enter};

type Test = fn() -> Result<(), Failed>;

fn main() -> ExitCode {
    enter();
    let here = availability();
    let trials: Vec<(&'static str, Test)> = vec![
        ("hosts_reach_each_other_and_their_packets_are_counted", hosts_reach_each_other),
        ("a_host_that_does_nothing_sends_nothing", silence),
        ("a_dropped_network_leaves_nothing_behind", nothing_stays),
    ];
    let trials = trials.into_iter().map(|(name, trial)| {
        let missing = matches!(here, Availability::Missing(_));
        Trial::test(name, trial).with_ignored_flag(missing)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn hosts_reach_each_other() -> Result<(), Failed> {
    let network = Network::new(2)?;
    let [one, two] = network.hosts() else { return Err("two hosts were asked for".into()) };
    let before = one.packets_sent()?;
    let dial = format!("exec 3<>/dev/tcp/{}/9", two.address());
    let status = one.command("bash".as_ref()).args(["-c", &dial]).stderr(Stdio::null()).status()?;
    assert!(!status.success(), "nobody listens there");
    assert!(one.packets_sent()? > before, "asking who has the address takes a packet");
    Ok(())
}

fn silence() -> Result<(), Failed> {
    let network = Network::new(2)?;
    let before = network.hosts()[0].packets_sent()?;
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(network.hosts()[0].packets_sent()?, before);
    Ok(())
}

fn nothing_stays() -> Result<(), Failed> {
    let network = Network::new(1)?;
    let mine = format!("sighej-{}-", std::process::id());
    let names = || -> Vec<String> {
        let directory = std::fs::read_dir("/run/netns").into_iter().flatten().flatten();
        directory
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with(&mine))
            .collect()
    };
    let bridge = names().into_iter().find(|name| format!("{network:?}").contains(name.as_str()));
    let bridge = bridge.ok_or("the bridge's namespace has a name")?;
    drop(network);
    assert!(!Path::new("/run/netns").join(bridge).exists());
    Ok(())
}
