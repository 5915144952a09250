//! The figures of the simulator, and of the product in it: speed, memory, who is reached, and how soon.
//!
//! Prints `name <tab> value <tab> unit <tab> goal` lines, and nothing else.

use std::time::Duration;

use venue::{Scenario, World, report::Report};

const SEED: u64 = 7;
/// An hour of so many at the conference, real cryptography included.
const ATTENDEES: u32 = 120;
/// An hour of a small crowd and of a full hall, cryptography recorded.
const CROWDS: [u32; 2] = [100, 10_000];

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
    drop(world);
    let [small, full] = [recorded(CROWDS[0])?, recorded(CROWDS[1])?];
    println!("venue_rss_full_kib\t{:.0}\tKiB\t<= 64", full.each_bytes / 1024.0);
    println!("venue_speed_recorded\t{:.2}\tattendee-hours per CPU-second\treported", full.hours / full.cpu_s);
    println!("venue_cost_flat\t{:.2}\tratio of CPU per exchange\t0.8 .. 1.2", full.each() / small.each());
    println!("venue_full_minutes\t{:.1}\tmin\t<= 10", full.wall_s / 60.0);
    Ok(())
}

/// What an hour over recorded cryptography took.
struct Hour {
    hours: f64,
    exchanges: f64,
    cpu_s: f64,
    wall_s: f64,
    /// Resident bytes for each attendee in the middle, when everybody is there.
    each_bytes: f64,
}

impl Hour {
    /// CPU-seconds an exchange.
    fn each(&self) -> f64 {
        self.cpu_s / self.exchanges
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a simulation takes is told by the real clock alone")]
fn recorded(attendees: u32) -> anyhow::Result<Hour> {
    let mut scenario = recorded_venue::Scenario::built_in("conference")
        .ok_or_else(|| anyhow::anyhow!("the conference does not read"))?;
    scenario.attendees = attendees;
    let (cpu, memory, began) = (cpu_time(), resident(), std::time::Instant::now());
    let mut world = recorded_venue::World::new(scenario, SEED);
    world.run_until(world.length() / 2)?;
    let each_bytes = resident().saturating_sub(memory) as f64 / f64::from(attendees);
    world.run_until(world.length())?;
    let (cpu_s, wall_s) = ((cpu_time() - cpu).as_secs_f64(), began.elapsed().as_secs_f64());
    let report = recorded_venue::report::Report::of(&world);
    let hours = f64::from(attendees) * f64::from(report.minutes) / 60.0;
    Ok(Hour { hours, exchanges: report.exchanges_ended, cpu_s, wall_s, each_bytes })
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
