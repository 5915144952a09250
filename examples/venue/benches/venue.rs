//! The figures of the simulator, and of the product in it: speed, memory, who is reached, and how soon.
//!
//! Prints `name <tab> value <tab> unit <tab> goal` lines, and nothing else.

use std::time::Duration;

use venue::{Scenario, World, report::Report};

const SEED: u64 = 7;
/// An hour of so many at the conference, real cryptography included.
const ATTENDEES: u32 = 120;

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> anyhow::Result<()> {
    let mut scenario =
        Scenario::built_in("conference").ok_or_else(|| anyhow::anyhow!("the conference does not read"))?;
    scenario.attendees = ATTENDEES;
    let (cpu, memory) = (cpu_time(), resident());
    let mut world = World::new(scenario, SEED);
    // In the middle everybody is there, with all that they hold.
    world.run_until(world.length() / 2)?;
    let held = resident().saturating_sub(memory);
    world.run_until(world.length())?;
    let seconds = (cpu_time() - cpu).as_secs_f64();
    let report = Report::of(&world);
    let hours = f64::from(ATTENDEES) * f64::from(report.minutes) / 60.0;
    let share = |share: Option<f64>| share.unwrap_or_default();
    println!("venue_speed\t{:.2}\tattendee-hours per CPU-second\treported", hours / seconds);
    println!("venue_rss_kib\t{:.0}\tKiB\t<= 64", held as f64 / 1024.0 / f64::from(ATTENDEES));
    println!("venue_reached\t{:.3}\tshare\t>= 0.8", share(report.reached));
    println!("venue_nudge_p50_s\t{}\ts\treported", report.nudge_s.p50.unwrap_or_default());
    println!("venue_nudge_p95_s\t{}\ts\treported", report.nudge_s.p95.unwrap_or_default());
    println!("venue_recall\t{:.3}\tshare\treported", share(report.recall));
    Ok(())
}

/// This process's CPU time, as Linux counts it: in hundredths of a second.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

/// Resident bytes of this process, as Linux counts them.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}
