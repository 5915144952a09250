//! The relay's figures. Nothing but lines `name, value, unit, goal`, separated by tabs, goes to stdout.
//!
//! The server runs in a process of its own, so that its processor time and its memory are counted without those of the
//! clients. Clients send frames that were prepared beforehand. What one pushed message costs is measured in the same
//! way and the same run, so that the ratio travels between machines.

use std::{
    error::Error,
    io::{Write, stdout},
    time::Duration,
};

mod idle;
mod lost;
mod matches;
mod player;
mod pushes;
mod server;

use server::Server;

/// Connected sessions where memory and loss are measured.
const CONNECTED: usize = 10_000;
/// How often a push and a match are measured, one beside the other; the median counts.
const ROUNDS: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(role) = server::role(&arguments) {
        return server::run(role);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> Outcome<()> {
    let (mut match_us, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (push, whole) = (pushes::cpu_us().await?, matches::cpu_us().await?);
        match_us.push(whole);
        ratios.push(whole / push);
    }
    figure("relay_match_cpu_us", &format!("{:.1}", median(match_us)), "us", "-")?;
    figure("relay_match_pushes", &format!("{:.2}", median(ratios)), "pushes", "<= 8")?;
    let share = matches::share_of_saving().await?;
    figure("relay_stats_share", &format!("{share:.4}"), "of a match", "<= 0.05")?;
    figure("relay_idle_kib", &format!("{:.2}", idle::kib(Server::start("plain")?).await?), "KiB", "<= 8")?;
    figure("relay_idle_tls_kib", &format!("{:.2}", idle::kib(Server::start("tls")?).await?), "KiB", "-")?;
    let (lost, p99) = lost::over(Duration::from_secs(60)).await?;
    figure("relay_lost", &lost.to_string(), "matches", "0")?;
    figure("relay_p99_ms", &format!("{:.1}", p99.as_secs_f64() * 1e3), "ms", "-")
}

fn figure(name: &str, value: &str, unit: &str, goal: &str) -> Outcome<()> {
    Ok(writeln!(stdout().lock(), "{name}\t{value}\t{unit}\t{goal}")?)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
