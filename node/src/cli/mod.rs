//! The program `sighej`: arguments in, events out.

pub(crate) mod args;
pub(crate) mod bluetooth;
mod commands;
mod demo;
mod doctor;
pub(crate) mod ending;
mod interests;
pub(crate) mod keep;
mod log;
mod notices;
pub(crate) mod output;
pub(crate) mod relay;
mod room;
pub(crate) mod run;
mod system;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::{CommandFactory, Parser};

/// Could not do it.
const FAILED: u8 = 1;
/// Wrong usage; clap uses the same.
const USAGE: u8 = 2;

/// How a command ended, if not well: what to say on standard error, and the exit code.
#[derive(Debug)]
pub(crate) struct Ended {
    code: u8,
    message: String,
}

impl Ended {
    pub(crate) fn failed(message: impl ToString) -> Ended {
        Ended { code: FAILED, message: message.to_string() }
    }

    pub(crate) fn usage(message: impl ToString) -> Ended {
        Ended { code: USAGE, message: message.to_string() }
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Ended {
        Ended::failed(format!("standard output cannot be written: {error}"))
    }
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let cli = args::Cli::parse();
    log::hush();
    let result = log::start().map_err(Ended::usage).and_then(|()| match cli.command {
        None => app(*cli.app),
        Some(args::Command::Run(run)) => in_runtime(run::run(*run)),
        Some(args::Command::Join(join)) => relay::link_of(*join).and_then(|run| in_runtime(run::run(run))),
        Some(args::Command::Interests(interests)) => interests::list(&interests),
        Some(args::Command::Demo(demo)) => in_runtime(demo::run(demo)),
        Some(args::Command::Doctor(doctor)) => in_runtime(doctor::run(doctor)),
        Some(args::Command::Manual(manual)) => tell_of_itself(&manual),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended { code, message }) => {
            // Where standard error is closed, the exit code alone must do.
            let _closed = writeln!(io::stderr(), "sighej: {message}");
            ExitCode::from(code)
        }
    }
}

fn tell_of_itself(manual: &sighej_manual::Manual) -> Result<(), Ended> {
    let text = manual.of(args::Cli::command()).map_err(Ended::failed)?;
    if text.is_empty() { Ok(()) } else { Ok(output::Output::default().line(text.trim_end())?) }
}

#[cfg(feature = "app")]
fn app(args: args::App) -> Result<(), Ended> {
    crate::app::main(args)
}

#[cfg(not(feature = "app"))]
fn app(_: args::App) -> Result<(), Ended> {
    Err(Ended::usage("this build has no app: say what to do, see `sighej --help`"))
}

pub(crate) fn in_runtime<T>(command: impl Future<Output = Result<T, Ended>>) -> Result<T, Ended> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Ended::failed(format!("the program cannot start: {error}")))?;
    let result = runtime.block_on(command);
    // A thread that waits for standard input would hold the program up.
    runtime.shutdown_background();
    result
}

/// Colours for a person at a terminal who has not declined them (see no-color.org).
fn colours() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
