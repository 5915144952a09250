//! The command line, in words for someone who sees it for the first time.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sighej_manual::Manual;
use sighej_node::{Multiaddr, report::Lang};

const AFTER: &str = "\
Try it:
  sighej
      The app: choose interests, press space, and be nudged. In a terminal; it tells its keys.
  sighej demo
      Four attendees in one process; two are nudged. Nothing to set up, over in seconds.
  sighej run --open --interest devops --interest hardstyle --crowd-guard 1
      Run it on two machines of one network: both are nudged if they share an interest.
  sighej interests climb
      Look for interests in the catalogue.
  sighej doctor
      See whether this machine can meet people, and what keeps it from it.

Exit codes:
  0  ended as asked: by `quit`, Ctrl-C, SIGTERM, or because nobody reads the output any more
  1  could not do it: an address that cannot be listened on, a demo that did not show what it should,
     or a doctor's finding that nobody can be met as things are
  2  wrong usage: an unknown flag, or an interest that cannot be used; standard error says which and why

Environment:
  SIGHEJ_LOG  error, warn, info, debug or trace: logs of sighej on standard error (default: none).
              They never hold an interest, a token or a peer id.
  SIGHEJ_ROOM the secret of a room at the relay, where neither a link nor a flag names one.
  NO_COLOR    set to anything: no colours.";

/// SigHej tells you when someone nearby shares an interest with you, and nobody else what your interests are.
#[derive(Debug, Parser)]
#[command(name = "sighej", version = sighej_manual::version(env!("CARGO_PKG_VERSION"), sighej_crypto::REVISION), after_help = AFTER, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) app: Box<App>,
}

/// `sighej` without a command: the app.
#[derive(Debug, Args)]
pub(crate) struct App {
    /// Keep your interests in this file, readable by you alone. Without it nothing is kept
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,

    /// Everything that can be set, in one file; see docs/settings.toml [default: sighej/settings.toml in $XDG_CONFIG_HOME or
    /// ~/.config, where there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,

    /// The language of what you read [default: what the settings or the system say]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Language>,

    /// Say everything in lines and take words instead of keys, for screen readers
    #[arg(long)]
    pub(crate) screen_reader: bool,

    /// After a wipe: says that it is done.
    #[arg(long, hide = true)]
    pub(crate) wiped: bool,

    #[command(flatten)]
    pub(crate) ways: Ways,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Be there: find people by Bluetooth and on this network, and be nudged when one shares an interest
    Run(Box<Run>),
    /// Accept an invitation: `run` with the relay and the room that its link names
    Join(Box<Join>),
    /// List the catalogue's interests, or those that match a search
    Interests(Interests),
    /// See it happen: four attendees over real sockets in this one process, and what an eavesdropper gets
    Demo(Demo),
    /// Say why nobody is found: Bluetooth, network and clock, each finding with what mends it
    Doctor(Doctor),
    #[command(flatten)]
    Manual(Manual),
}

const RUN_AFTER: &str = "\
Examples:
  sighej run --open --interest devops --interest \"modular synths\"
  sighej run --open --interest devops --no-mdns --listen /ip4/127.0.0.1/tcp/4001
  sighej run --open --interest devops --no-mdns --peer /ip4/127.0.0.1/tcp/4001
  sighej run --open --interest devops --ble hci0 --no-lan
  sighej run --open --interest devops --relay wss://relay.example
  sighej run --json --interest devops        then type {\"cmd\":\"open\"}

With --json, every line on standard output is one JSON object with the field `event`, and every line on standard
input one command:
  {\"cmd\":\"open\"}   {\"cmd\":\"close\"}   {\"cmd\":\"pause\",\"minutes\":15}   {\"cmd\":\"resume\"}
  {\"cmd\":\"block\"}  (whoever the last nudge was about)
  {\"cmd\":\"interests\",\"interests\":[\"devops\"],\"insist\":false}   (insist: not at the next epoch, but within 3 minutes)
  {\"cmd\":\"wipe\"}   (close, and forget everything at once)   {\"cmd\":\"quit\"}
A line that is no command gives an `error` event and changes nothing. When standard input ends, no more commands
come, and the program runs on; it ends when nobody reads its standard output any more.";

#[derive(Debug, Args)]
#[command(after_help = RUN_AFTER)]
pub(crate) struct Run {
    /// Begin open. Otherwise nothing is sent or answered before the command `open`
    #[arg(long)]
    pub(crate) open: bool,

    /// An interest: an id of the catalogue (see `sighej interests`), one of its other names, or any text.
    /// Up to 16; several may follow, and the flag may be repeated
    #[arg(long = "interest", value_name = "ID_OR_TEXT", num_args = 1.., required_unless_present = "profile")]
    pub(crate) interests: Vec<String>,

    /// Take the interests from this file, as the app keeps them: other users of this machine can read a command line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["interests", "allow_sensitive"])]
    pub(crate) profile: Option<PathBuf>,

    /// Allow one sensitive interest (faith, health, orientation, politics) to be used; each by its own id
    #[arg(long, value_name = "ID")]
    pub(crate) allow_sensitive: Vec<String>,

    /// The language of what you read
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,

    /// Events as JSON lines on standard output, commands as JSON lines on standard input
    #[arg(long)]
    pub(crate) json: bool,

    /// Tell of nudges by the desktop's notifications, too. They name no interest until they are opened
    #[arg(long)]
    pub(crate) notify: bool,

    #[command(flatten)]
    pub(crate) ways: Ways,

    /// No nudge before so many people are near: among few, a nudge points at one person
    #[arg(long, value_name = "K", default_value_t = 3)]
    pub(crate) crowd_guard: usize,

    /// Seconds that someone must be heard by radio before anything is sent to them
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) dwell: f64,

    /// How strong someone must be heard by radio, in dBm, or `off`
    #[arg(long, value_name = "DBM|off", default_value = "-85", value_parser = rssi_gate, allow_hyphen_values = true)]
    pub(crate) rssi_gate: RssiGate,

    /// Seconds after a nudge in which there is no other
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) cool_down: f64,

    /// How many devices may pass on to you someone who is out of reach
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) max_hops: u8,
}

/// By which ways people are found.
#[derive(Debug, Args)]
pub(crate) struct Ways {
    /// How to use Bluetooth: `auto` takes the first adapter, where there is one; a name such as `hci0` takes that one, or
    /// fails; `off` leaves it alone
    #[arg(long, value_name = "auto|off|NAME", default_value = "auto", value_parser = ble)]
    pub(crate) ble: Ble,

    /// Bluetooth without L2CAP channels: slower, and what it comes to where the other device knows none
    #[arg(long)]
    pub(crate) no_l2cap: bool,

    /// Do not use the network at all: Bluetooth alone
    #[arg(long, conflicts_with_all = ["listen", "peer", "no_mdns"])]
    pub(crate) no_lan: bool,

    /// Listen at this address instead of every interface, such as /ip4/127.0.0.1/tcp/0. May be repeated.
    /// Port 0 is drawn afresh for every epoch; a fixed one stays, and so tells listeners that it is still you
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) listen: Vec<Multiaddr>,

    /// Connect to this address, such as /ip4/192.0.2.7/tcp/4001. May be repeated
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) peer: Vec<Multiaddr>,

    /// Do not look for people by multicast DNS
    #[arg(long)]
    pub(crate) no_mdns: bool,

    #[command(flatten)]
    pub(crate) relay: Relay,
}

/// How a relay is used.
#[derive(Debug, Args)]
pub(crate) struct Relay {
    /// Use this relay where there is no direct link, such as wss://relay.example, or the whole link of an invitation. It
    /// compares keyed values and learns no interest
    #[arg(long, value_name = "URL")]
    pub(crate) relay: Option<String>,

    /// Be in the room of this secret at the relay: its members are found without having been heard. The secret is 32
    /// characters, made by `sighej-relay invite`. Other users of this machine can read a command line; they cannot read
    /// --room-file or the variable SIGHEJ_ROOM
    #[arg(long, value_name = "SECRET")]
    pub(crate) room: Option<String>,

    /// Read the room's secret from a file
    #[arg(long, value_name = "FILE", conflicts_with = "room")]
    pub(crate) room_file: Option<std::path::PathBuf>,

    /// Use ws:// to another machine, though nothing encrypts it: who is on the way then sees who talks to the relay
    #[arg(long)]
    pub(crate) relay_plain_text: bool,

    /// Once an event, tell the relay about one of your interests, hidden in noise before it leaves this device. You are
    /// shown the event and how much that gives away (epsilon) before anything is sent. Sensitive interests are never in it
    #[arg(long)]
    pub(crate) share_statistics: bool,

    /// Where to remember what was sent, so that it is sent once [default: sighej/statistics in $XDG_STATE_HOME or
    /// ~/.local/state]
    #[arg(long, value_name = "FILE", requires = "share_statistics")]
    pub(crate) statistics_file: Option<PathBuf>,
}

const JOIN_AFTER: &str = "\
Example:
  sighej join 'wss://relay.example#room=…' --open --interest devops
Everything that `sighej run` takes may follow the link; `sighej run --help` says what that is.

On a machine that others use, too, leave the link's room=… out and name it by --room-file or SIGHEJ_ROOM: others can read
a command line while its program runs, and whoever has the secret is in the room.";

#[derive(Debug, Args)]
#[command(after_help = JOIN_AFTER)]
pub(crate) struct Join {
    /// The link of the invitation. In most shells it belongs between quotes
    #[arg(value_name = "URL")]
    pub(crate) link: String,

    #[command(flatten)]
    pub(crate) run: Run,
}

#[derive(Debug, Args)]
pub(crate) struct Interests {
    /// Part of an id, a label or another name
    pub(crate) search: Option<String>,

    /// The language of the labels
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,

    /// One JSON object per interest and line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,

    /// The language of the nudges
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
}

const DOCTOR_AFTER: &str = "\
Nothing is changed and nothing is sent by radio. On each network interface the group of multicast DNS is joined for a
moment, as SigHej itself does.

With --json, every line is one finding: code, severity (ok, note, warning, problem), area, about, meaning and remedy
(file, lines, command). The last one is can_meet or cannot_meet; exit code 0 or 1.";

#[derive(Debug, Args)]
#[command(after_help = DOCTOR_AFTER)]
pub(crate) struct Doctor {
    /// One JSON object per finding and line
    #[arg(long)]
    pub(crate) json: bool,

    /// The language of the findings
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
}

/// `--lang`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// Danish
    Da,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Lang {
        match language {
            Language::En => Lang::En,
            Language::Da => Lang::Da,
        }
    }
}

/// `--ble`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ble {
    /// The first adapter, if there is one.
    Auto,
    /// Not at all.
    Off,
    /// This adapter.
    Named(String),
}

fn ble(text: &str) -> Result<Ble, String> {
    match text {
        "auto" => Ok(Ble::Auto),
        "off" => Ok(Ble::Off),
        name if !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric()) => {
            Ok(Ble::Named(name.into()))
        }
        _ => Err("give `auto`, `off`, or the name of an adapter, such as hci0".into()),
    }
}

/// `--rssi-gate`: `None` is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RssiGate(pub(crate) Option<i8>);

fn rssi_gate(text: &str) -> Result<RssiGate, String> {
    if text == "off" {
        return Ok(RssiGate(None));
    }
    match text.parse::<i8>() {
        Ok(dbm @ -127..=20) => Ok(RssiGate(Some(dbm))),
        Ok(_) | Err(_) => Err("give a whole number of dBm from -127 to 20, such as -85, or `off`".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(seconds),
        Ok(_) | Err(_) => Err("give seconds from 0 to 86400, such as 3 or 0.5".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn interests_may_follow_one_flag_or_repeat_it() {
        let parse = |line: &str| match Cli::try_parse_from(line.split(' ')).unwrap().command {
            Some(Command::Run(run)) => run.interests,
            None | Some(_) => {
                unreachable!()
            }
        };
        assert_eq!(parse("sighej run --interest a b --open"), ["a", "b"]);
        assert_eq!(parse("sighej run --interest a --open --interest b"), ["a", "b"]);
    }

    #[test]
    fn without_a_command_it_is_the_app_and_its_flags_belong_to_no_command() {
        let app = Cli::try_parse_from(["sighej", "--lang", "da", "--no-mdns"]).unwrap();
        assert!(app.command.is_none() && app.app.lang == Some(Language::Da) && app.app.ways.no_mdns);
        assert!(Cli::try_parse_from(["sighej", "--profile", "me", "demo"]).is_err());
    }

    #[test]
    fn bluetooth_is_taken_as_it_is_or_by_name() {
        assert_eq!(ble("auto"), Ok(Ble::Auto));
        assert_eq!(ble("off"), Ok(Ble::Off));
        assert_eq!(ble("hci1"), Ok(Ble::Named("hci1".into())));
        for wrong in ["", "hci 0", "/dev/hci0"] {
            assert!(ble(wrong).is_err(), "{wrong}");
        }
        let both = ["sighej", "run", "--interest", "a", "--no-lan", "--no-mdns"];
        assert!(Cli::try_parse_from(both).is_err(), "no network has no multicast to leave out");
    }

    #[test]
    fn the_gate_takes_numbers_and_off() {
        assert_eq!(rssi_gate("off"), Ok(RssiGate(None)));
        assert_eq!(rssi_gate("-70"), Ok(RssiGate(Some(-70))));
        for wrong in ["", "on", "-128", "21", "-85.5"] {
            assert!(rssi_gate(wrong).is_err(), "{wrong}");
        }
        for wrong in ["-1", "NaN", "inf", "soon", "86401"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
