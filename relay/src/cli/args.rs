//! The arguments. A flag for each setting comes from the table of settings.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, FromArgMatches, Subcommand, value_parser};
use sighej_manual::Manual;
use sighej_relay::{AdminTokenCommand, config::SETTINGS};

const ABOUT: &str =
    "The relay of SigHej: it matches attendees who have no direct link, and learns no interest.

Without flags it serves this machine at ws://127.0.0.1:7411, with its database in ./sighej-relay-data.";

const AFTER: &str = "\
Each setting can stand on the command line, in the environment (--listen is SIGHEJ_RELAY_LISTEN), or in a TOML file
(--config or SIGHEJ_RELAY_CONFIG); the first that is set counts, in this order. `sighej-relay example-config` prints a file
with all of them.

Try it:
  sighej-relay
      A relay on this machine. Ctrl-C or SIGTERM stops it, and tells its clients when to come back.
  sighej-relay invite
      A link into a new room on it, as text and as a QR code; `sighej join LINK` takes it.
  sighej-relay --listen 0.0.0.0:7411
      A relay for the network, with TLS and a certificate of its own.
  sighej-relay admin-token create dashboard
      A token for the admin API.

Exit codes:
  0  ended as asked
  1  could not do it: an address that cannot be listened on, a folder that cannot be written
  2  wrong usage: a flag, a variable or a line of the file; standard error says which";

/// What was asked for.
pub(crate) struct Asked {
    pub(crate) command: Command,
    /// The settings on the command line.
    pub(crate) settings: Vec<(&'static str, String)>,
    /// The file of settings.
    pub(crate) file: Option<PathBuf>,
}

/// What to do.
pub(crate) enum Command {
    /// Serve.
    Run,
    /// Make a room, and print the link into it.
    Invite {
        /// Where the relay is for those who get the link.
        url: Option<String>,
        /// As JSON.
        json: bool,
    },
    /// Make, list or revoke admin tokens.
    AdminToken(AdminTokenCommand),
    /// Print a commented file of settings.
    ExampleConfig,
    /// Say something about the program itself.
    Manual(Manual),
}

/// Reads the arguments; ends the program where they are wrong, or ask for help.
pub(crate) fn ask() -> Asked {
    asked(&command().get_matches())
}

pub(crate) fn command() -> clap::Command {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .global(true)
        .value_parser(value_parser!(PathBuf))
        .help("A TOML file of settings");
    let settings = SETTINGS.iter().map(|setting| {
        let default = setting.default.map_or(String::new(), |default| format!(" [default: {default}]"));
        Arg::new(setting.key)
            .long(setting.key)
            .value_name(setting.value)
            .global(true)
            .help_heading("Settings")
            .help(format!("{}{default}", setting.help))
    });
    let invite = clap::Command::new("invite")
        .about("Make a room, and print the link into it as text and as a QR code. The relay keeps no room secret")
        .arg(Arg::new("url").long("url").value_name("URL").help(
            "Where the relay is for those who get the link, such as wss://relay.example:7411. Without it, where it listens",
        ))
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("One JSON object with the fields `url` (the whole link) and `room`"),
        );
    let tokens = AdminTokenCommand::augment_subcommands(clap::Command::new("admin-token"))
        .about("Make, list and revoke the tokens that open the admin API")
        .subcommand_required(true);
    let example = clap::Command::new("example-config").about("Print a commented TOML file of all settings");
    let program = clap::Command::new("sighej-relay")
        .version(sighej_manual::version(env!("CARGO_PKG_VERSION"), sighej_crypto::REVISION))
        .about(ABOUT)
        .after_help(AFTER)
        .max_term_width(100)
        .arg(config)
        .args(settings)
        .subcommands([invite, tokens, example]);
    Manual::augment_subcommands(program)
}

fn asked(matches: &ArgMatches) -> Asked {
    let command = match matches.subcommand() {
        Some(("invite", invite)) => {
            Command::Invite { url: invite.get_one("url").cloned(), json: invite.get_flag("json") }
        }
        Some(("admin-token", tokens)) => match AdminTokenCommand::from_arg_matches(tokens) {
            Ok(command) => Command::AdminToken(command),
            Err(error) => error.exit(),
        },
        Some(("example-config", _)) => Command::ExampleConfig,
        // The rest are the manual's.
        Some(_) => match Manual::from_arg_matches(matches) {
            Ok(manual) => Command::Manual(manual),
            Err(error) => error.exit(),
        },
        None => Command::Run,
    };
    // A global flag is known to the subcommand that it stands behind, and to all above.
    let set = |setting: &'static sighej_relay::config::Setting| {
        let value = matches.get_one::<String>(setting.key)?;
        Some((setting.key, value.clone()))
    };
    let file = matches.get_one::<PathBuf>("config").cloned();
    let file = file.or_else(|| std::env::var_os(sighej_relay::config::FILE_VARIABLE).map(PathBuf::from));
    Asked { command, settings: SETTINGS.iter().filter_map(set).collect(), file }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_setting_is_taken_before_and_behind_a_subcommand() {
        for line in [["sighej-relay", "--data", "x", "invite"], ["sighej-relay", "invite", "--data", "x"]] {
            let asked = asked(&command().try_get_matches_from(line).unwrap());
            assert_eq!(asked.settings, [("data", "x".to_owned())]);
            assert!(matches!(asked.command, Command::Invite { url: None, json: false }));
        }
    }
}
