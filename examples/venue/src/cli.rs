//! The command line.

use std::{io::Write, path::PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};

use crate::{
    Scenario, World, adversary, pictures,
    report::Report,
    sim,
    sweep::{self, Size},
};

const AFTER: &str = "\
Try it:
  venue --attendees 200 --minutes 20 --seed 7
      A conference; a table of what came of it.
  venue --scenario bar --json
      Five people in a bar, as JSON. The same seed gives the same bytes.
  venue sim --seeds 100
      Small halls full of faults; the first broken promise ends it, with the command that plays it again.
  venue sweep --out pictures
      Small halls under other settings: which dwell, epoch, budget and hop count serve, what the relay adds.
  venue adversary
      What attackers learn, or break, in an hour.

Exit codes: 0 as asked; 1 a promise of the engine did not hold, or a file cannot be written; 2 wrong usage.";

/// A hall full of attendees, simulated with the engine that runs on a phone.
#[derive(Debug, Parser)]
#[command(name = "venue", version, after_help = AFTER, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    event: Event,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play small halls full of faults, a seed each
    Sim(Sim),
    /// Play attackers, over recorded cryptography, and say what they learn or break in an hour
    Adversary(Adversary),
    /// Play small halls under other settings, over recorded cryptography, and compare
    Sweep(Sweep),
}

#[derive(Debug, Args)]
struct Event {
    /// conference, festival, bar, or a scenario file
    #[arg(long, default_value = "conference")]
    scenario: String,
    /// How many people come [default: the scenario's]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(crate::scenario::ATTENDEES)))]
    attendees: Option<u32>,
    /// How long the event is [default: the scenario's]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1440))]
    minutes: Option<u32>,
    /// All chance comes from it
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Replace the costly part of cryptography by what it comes to: the same nudges, many times faster
    #[arg(long)]
    recorded: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Draw pictures into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Sim {
    /// How many seeds
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first
    #[arg(long, default_value_t = 1)]
    from: u64,
}

#[derive(Debug, Args)]
struct Adversary {
    /// All chance comes from it
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How long each attacker tries
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=120))]
    minutes: u32,
}

#[derive(Debug, Args)]
struct Sweep {
    /// One question alone
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(sweep::names()))]
    only: Option<String>,
    /// How many people come to each hall
    #[arg(long, default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    attendees: u32,
    /// How long each event is
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1440))]
    minutes: u32,
    /// Halls for each answer, a seed each
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Draw pictures into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Cli {
    /// Whether it is the program over recorded cryptography that shall do this.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.event.recorded || matches!(self.command, Some(Command::Sweep(_) | Command::Adversary(_)))
    }

    /// Does as asked.
    ///
    /// # Errors
    /// A promise of the engine that did not hold, a scenario that cannot be read, or output that cannot be written.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            None => self.event.run(),
            Some(Command::Sim(sim)) => sim.run(),
            Some(Command::Adversary(adversary)) => adversary.run(),
            Some(Command::Sweep(sweep)) => sweep.run(),
        }
    }
}

impl Event {
    fn run(self) -> anyhow::Result<()> {
        let mut scenario = self.read()?;
        scenario.attendees = self.attendees.unwrap_or(scenario.attendees);
        scenario.minutes = self.minutes.unwrap_or(scenario.minutes);
        let again = format!(
            "venue --scenario {} --attendees {} --minutes {} --seed {}{}",
            self.scenario,
            scenario.attendees,
            scenario.minutes,
            self.seed,
            if self.recorded { " --recorded" } else { "" }
        );
        let mut world = World::new(scenario, self.seed);
        let mut progress = Progress::new();
        for percent in 1..=100 {
            let until = world.length() / 100 * percent;
            if let Err(broken) = world.run_until(until) {
                progress.end();
                bail!("{broken}\nplay it again: cargo run --release -p {again}");
            }
            progress.show(percent);
        }
        progress.end();
        let report = Report::of(&world);
        if let Some(folder) = &self.out {
            pictures::draw(&world, &report, folder)
                .with_context(|| format!("no pictures could be drawn into {}", folder.display()))?;
        }
        print(&if self.json { serde_json::to_string_pretty(&report)? + "\n" } else { report.to_string() })
    }

    fn read(&self) -> anyhow::Result<Scenario> {
        if let Some(scenario) = Scenario::built_in(&self.scenario) {
            return Ok(scenario);
        }
        let text = std::fs::read_to_string(&self.scenario).with_context(|| {
            format!("{} is no scenario of the program, and no file that can be read", self.scenario)
        })?;
        Ok(Scenario::parse(&self.scenario, &text)?)
    }
}

impl Sim {
    fn run(self) -> anyhow::Result<()> {
        let mut progress = Progress::new();
        let (mut nudges, mut ended) = (0, 0);
        for (number, seed) in (1..).zip(self.from..self.from.saturating_add(self.seeds)) {
            match sim::play(seed) {
                Ok(played) => {
                    nudges += played.nudges;
                    ended += played.ended;
                }
                Err(broken) => {
                    progress.end();
                    bail!(
                        "seed {seed}: {broken}\nplay it again: cargo run --release -p venue sim --seeds 1 --from {seed}"
                    );
                }
            }
            progress.show(100 * number / self.seeds.max(1));
        }
        progress.end();
        print(&format!(
            "{} seeds: every promise held; {nudges} nudges, {} exchanges\n",
            self.seeds,
            ended / 2
        ))
    }
}

impl Adversary {
    fn run(self) -> anyhow::Result<()> {
        let mut progress = Progress::new();
        let table = adversary::table(self.seed, self.minutes, |percent| progress.show(percent))?;
        progress.end();
        print(&table.to_string())
    }
}

impl Sweep {
    fn run(self) -> anyhow::Result<()> {
        let Self { only, attendees, minutes, seeds, seed: from, out } = self;
        let mut progress = Progress::new();
        let size = Size { attendees, minutes, seeds, from };
        let answers = sweep::answers(only.as_deref(), size, |percent| progress.show(percent))?;
        progress.end();
        if let Some(folder) = out {
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            answers.iter().try_for_each(|answer| answer.draw(&folder))?;
        }
        answers.iter().try_for_each(|answer| print(&answer.to_string()))
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("standard output cannot be written")
}

/// A bar on standard error, where somebody looks at it.
struct Progress {
    shown: bool,
    last: u64,
}

impl Progress {
    fn new() -> Self {
        Self { shown: std::io::IsTerminal::is_terminal(&std::io::stderr()), last: 0 }
    }

    fn show(&mut self, percent: u64) {
        if self.shown && percent != self.last {
            self.last = percent;
            let done = "#".repeat(percent as usize / 2);
            // A bar that cannot be drawn is no reason to stop.
            let _lost = write!(std::io::stderr(), "\r[{done:<50}] {percent:>3} %");
        }
    }

    fn end(&mut self) {
        if std::mem::replace(&mut self.shown, false) {
            let _lost = write!(std::io::stderr(), "\r{:60}\r", "");
        }
    }
}
