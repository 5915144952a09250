//! An attendee whose clock can be set, as a process of its own: this test program, started again. The program `sighej`
//! goes by the system's clock, which a test must not wait for.

use std::{env, process::ExitCode, time::Duration};

use libtest_mimic::Failed;
use sighej_lab::{Host, Program};
use sighej_node::{
    Config, Intent, Node, NodeConfig, Profile, Utc,
    report::{self, Lang},
};

const TIME_OF_DAY: &str = "SIGHEJ_RESIDENT_TIME_OF_DAY";
const INTERESTS: [&str; 2] = ["devops", "hardstyle"];

/// Starts one on a host, found by mDNS, at a time of day in seconds since the Unix epoch.
pub(crate) fn on(host: &Host, time_of_day: u64) -> Result<Program, Failed> {
    let mut command = host.command(env::current_exe()?.as_os_str());
    Ok(Program::start(command.env(TIME_OF_DAY, time_of_day.to_string()))?)
}

/// What this process is when it is the resident; `None` when it is the test.
#[expect(clippy::print_stderr, reason = "its test reads what went wrong")]
pub(crate) fn main() -> Option<ExitCode> {
    let time_of_day = env::var(TIME_OF_DAY).ok()?.parse().ok()?;
    let utc = Utc::starting_at(Duration::from_secs(time_of_day));
    let runtime = tokio::runtime::Runtime::new().ok()?;
    Some(match runtime.block_on(live(utc)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

/// Prints events as the program does, until it is killed.
async fn live(utc: Utc) -> Result<(), Box<dyn std::error::Error>> {
    let profile = Profile::choose(&INTERESTS, &[""; 0])?;
    let engine = Config { interests: profile.interests().clone(), crowd_guard: 1, ..Config::default() };
    let mut node = Node::start(NodeConfig { engine, utc, ..NodeConfig::default() })?;
    node.intend(Intent::Open).await?;
    while let Some(event) = node.event().await {
        println!("{}", report::json(&event, Lang::En));
    }
    Ok(())
}
