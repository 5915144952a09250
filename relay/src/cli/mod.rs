//! The command line.

mod args;
mod ending;
mod invite;
mod log;
mod run;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use sighej_relay::{
    AdminTokenCommand,
    config::{self, Config, Sources},
};

use args::{Asked, Command};

/// Could not do it.
const FAILED: u8 = 1;
/// Wrong usage; clap uses the same.
const USAGE: u8 = 2;

/// How a command ended, if not well: what to say on standard error, and the exit code.
pub(crate) struct Ended {
    code: u8,
    message: String,
}

impl Ended {
    fn failed(message: impl ToString) -> Self {
        Self { code: FAILED, message: message.to_string() }
    }

    fn usage(message: impl ToString) -> Self {
        Self { code: USAGE, message: message.to_string() }
    }
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    match command(args::ask()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended { code, message }) => {
            // Where standard error is closed, the exit code alone must do.
            let lines = message.lines().map(|line| format!("sighej-relay: {line}\n"));
            let _closed = io::stderr().write_all(lines.collect::<String>().as_bytes());
            ExitCode::from(code)
        }
    }
}

fn command(asked: Asked) -> Result<(), Ended> {
    let config = || {
        let sources = Sources::collect(asked.settings, std::env::vars_os(), asked.file);
        Config::read(&sources.map_err(Ended::usage)?).map_err(Ended::usage)
    };
    match asked.command {
        Command::Run => run::run(config()?),
        Command::Invite { url, json } => invite::invite(&config()?, url.as_deref(), json),
        Command::AdminToken(command) => admin_token(&config()?, &command),
        Command::ExampleConfig => say(&config::example()),
        Command::Manual(manual) => say(&manual.of(args::command()).map_err(Ended::failed)?),
    }
}

fn admin_token(config: &Config, command: &AdminTokenCommand) -> Result<(), Ended> {
    say(&command.run(&config.data).map_err(|error| Ended::failed(format!("{error:#}")))?)
}

/// Writes to standard output. A reader who has gone is none of our business.
fn say(text: &str) -> Result<(), Ended> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Ended::failed(format!("standard output cannot be written: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
