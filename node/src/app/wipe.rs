//! The panic wipe. Wiping every byte that a terminal's, an allocator's or a library's buffers may hold is beyond any
//! program; so this one ends where it stands and begins anew in the same terminal. The system gives the new program fresh
//! memory, and takes the old one's back whole, with all keys, all texts, and what `snow` keeps of its own.

use std::ffi::OsString;

use sighej_node::report::Lang;

use crate::cli::args;

/// The arguments of the program that follows: how the machine is used, and nothing of what the attendee said.
pub(super) fn arguments(args: &args::App, lang: Lang) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec!["--wiped".into(), "--lang".into(), lang.code().into()];
    if let Some(settings) = &args.settings {
        all.extend(["--settings".into(), settings.into()]);
    }
    let ways = &args.ways;
    for (flag, given) in [
        ("--screen-reader", args.screen_reader),
        ("--no-l2cap", ways.no_l2cap),
        ("--no-lan", ways.no_lan),
        ("--no-mdns", ways.no_mdns),
    ] {
        all.extend(given.then(|| flag.into()));
    }
    match &ways.ble {
        args::Ble::Auto => {}
        args::Ble::Off => all.extend(["--ble".into(), "off".into()]),
        args::Ble::Named(name) => all.extend(["--ble".into(), name.into()]),
    }
    for address in &ways.listen {
        all.extend(["--listen".into(), address.to_string().into()]);
    }
    all
}

/// Becomes a new program. Comes back only where that failed, with what to tell.
#[cfg(unix)]
pub(super) fn start_afresh(arguments: &[OsString]) -> String {
    use std::os::unix::process::CommandExt;
    let program = program();
    let error = std::process::Command::new(program).arg0("sighej").args(arguments).exec();
    format!("everything is wiped, and the program has ended, since it cannot begin anew: {error}")
}

/// This program's file, even where another has taken its name since.
#[cfg(target_os = "linux")]
fn program() -> std::path::PathBuf {
    "/proc/self/exe".into()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn program() -> std::path::PathBuf {
    std::env::current_exe().unwrap_or_else(|_| "sighej".into())
}

/// Without a way to become another program, ending is what takes the memory back.
#[cfg(not(unix))]
pub(super) fn start_afresh(_: &[OsString]) -> String {
    "everything is wiped, and the program has ended".into()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn nothing_that_the_attendee_said_is_passed_on_and_what_is_reads_back() {
        let line = "sighej --profile me.toml --ble off --no-mdns --listen /ip4/127.0.0.1/tcp/0 --peer \
                    /ip4/127.0.0.1/tcp/9 --relay wss://relay.example --room 0123 --settings s.toml";
        let args = Cli::try_parse_from(line.split_whitespace()).unwrap().app;
        let again = arguments(&args, Lang::Da);
        let text = format!("{again:?}");
        assert!(["me.toml", "relay", "0123", "tcp/9"].iter().all(|said| !text.contains(said)), "{text}");
        let again = Cli::try_parse_from(std::iter::once("sighej".into()).chain(again)).unwrap().app;
        assert!(again.wiped && again.ways.no_mdns && again.ways.ble == args::Ble::Off);
        assert_eq!(again.ways.listen, args.ways.listen);
    }
}
