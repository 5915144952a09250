//! The arguments.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use crate::client::{Address, Pin, Token};
use crate::keep::Folder;

const ABOUT: &str =
    "The admin's desktop of SigHej: counts of a whole event, never anything about one attendee.

Without flags it opens the relay that was used last, or asks for one.";

const AFTER: &str = "\
Try it:
  sighej-admin --demo
      A relay inside the process, and simulated attendees who exchange for real.
  sighej-admin --relay https://relay.example:7412 --token-file token.txt --wall
      A screen at the venue. The token is what `sighej-relay admin-token create NAME` printed.

Exit codes:
  0  closed
  1  no window can be opened, or a file cannot be read
  2  wrong usage";

/// What was asked for.
#[derive(Debug, Parser)]
#[command(name = "sighej-admin", version, about = ABOUT, after_help = AFTER, max_term_width = 100)]
struct Arguments {
    /// Show a relay inside this process, with simulated attendees
    #[arg(long, conflicts_with = "relay")]
    demo: bool,
    /// The admin address of a relay; behind it may stand its certificate's fingerprint, #pin=HEX
    #[arg(long, value_name = "ADDRESS", requires = "token_file")]
    relay: Option<String>,
    /// A file with the relay's admin token
    #[arg(long, value_name = "FILE", requires = "relay")]
    token_file: Option<PathBuf>,
    /// Begin in wall mode: full screen, large figures
    #[arg(long)]
    wall: bool,
    /// Keep settings and tokens in files in this folder, instead of the user's own place and keyring
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// How to begin.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) from: From,
    pub(crate) wall: bool,
    pub(crate) folder: Folder,
}

/// Which relay.
#[derive(Debug)]
pub(crate) enum From {
    /// The one that was used last, if any.
    Last,
    /// The one inside.
    Demo,
    /// One that was named.
    Relay { address: Address, pin: Option<Pin>, token: Token },
}

/// Reads the arguments; ends the program where they are wrong, or ask for help.
pub(crate) fn ask() -> anyhow::Result<Start> {
    start(Arguments::parse())
}

fn start(arguments: Arguments) -> anyhow::Result<Start> {
    let from = match (arguments.demo, arguments.relay, arguments.token_file) {
        (true, ..) => From::Demo,
        (false, Some(relay), Some(file)) => {
            let (address, pin) = Address::read(&relay).with_context(|| format!("--relay {relay}"))?;
            let text =
                std::fs::read_to_string(&file).with_context(|| format!("--token-file {}", file.display()))?;
            let token = Token::parse(&zeroize::Zeroizing::new(text));
            let token = token.with_context(|| format!("{} holds no admin token", file.display()))?;
            From::Relay { address, pin, token }
        }
        (false, ..) => From::Last,
    };
    let folder = arguments.folder.map_or_else(Folder::of_user, Folder::at);
    Ok(Start { from, wall: arguments.wall, folder })
}

/// Says why the program ends.
#[expect(clippy::print_stderr, reason = "the last word goes to whoever started the program")]
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("sighej-admin: {error:#}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
        for wrong in
            [&["x", "--relay", "127.0.0.1"][..], &["x", "--demo", "--relay", "a", "--token-file", "b"]]
        {
            assert!(Arguments::try_parse_from(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_relay_comes_with_its_token_out_of_a_file_and_a_wrong_file_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("token");
        let read = |relay: &str| {
            start(Arguments::parse_from(["x", "--relay", relay, "--token-file", file.to_str().unwrap()]))
        };
        assert!(read("127.0.0.1").unwrap_err().to_string().contains("token"));
        std::fs::write(&file, "password").unwrap();
        assert!(read("127.0.0.1").unwrap_err().to_string().contains("holds no admin token"));
        std::fs::write(&file, format!("sighej_admin_{}\n", "0a".repeat(32))).unwrap();
        assert!(matches!(read("127.0.0.1").unwrap().from, From::Relay { pin: None, .. }));
        assert!(
            format!("{:#}", read("http://relay.example").unwrap_err()).contains("for this machine alone")
        );
    }
}
