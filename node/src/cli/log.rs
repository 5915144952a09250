//! Logs on standard error, of this project's own code alone.

use std::{
    env,
    io::{self, IsTerminal},
    panic,
};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// The level that somebody asks for.
const VARIABLE: &str = "SIGHEJ_LOG";

/// Starts logging.
///
/// Only targets that begin with `sighej` pass, whatever the level: libp2p's own events hold peer ids and addresses,
/// which together over time are the trace that epochs exist to prevent; so do those of the Bluetooth libraries.
///
/// # Errors
/// When the variable holds no level; the text says which there are.
pub(crate) fn start() -> Result<(), String> {
    let level = match env::var(VARIABLE) {
        Err(env::VarError::NotPresent) => return Ok(()),
        Err(env::VarError::NotUnicode(_)) => Err(()),
        Ok(level) => level.parse::<LevelFilter>().map_err(|_| ()),
    };
    let level = level.map_err(|()| format!("{VARIABLE} must be off, error, warn, info, debug or trace"))?;
    tracing_subscriber::registry()
        .with(filter(level))
        .with(tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(is_coloured()))
        .try_init()
        .map_err(|error| error.to_string())
}

/// Keeps one panic of a library off standard error, which is the attendee's screen: a detached task of bluez-async ends so where a
/// signal comes between the end of a stream and the task that unsubscribes it. Nothing depends on that task.
pub(crate) fn hush() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        if about.location().is_some_and(|place| is_harmless(place.file())) {
            tracing::debug!("a stream of D-Bus signals ended twice");
        } else {
            usual(about);
        }
    }));
}

fn is_harmless(file: &str) -> bool {
    let parts: Vec<&str> = file.rsplit(['/', '\\']).collect();
    matches!(parts[..], ["messagestream.rs", "src", library, ..] if library.starts_with("bluez-async-"))
}

/// A file or a journal is no place for colours.
fn is_coloured() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn filter(level: LevelFilter) -> Targets {
    Targets::new().with_default(LevelFilter::OFF).with_target("sighej", level)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn no_panic_but_the_known_one_is_hushed() {
        assert!(is_harmless("/home/me/.cargo/registry/src/index/bluez-async-0.9.0/src/messagestream.rs"));
        for other in
            ["/registry/bluez-async-0.9.0/src/device.rs", "node/src/messagestream.rs", "messagestream.rs"]
        {
            assert!(!is_harmless(other), "{other}");
        }
    }

    #[test]
    fn only_this_project_is_heard_even_at_trace() {
        let filter = filter(LevelFilter::TRACE);
        assert!(filter.would_enable("sighej_node::lan::air", &Level::TRACE));
        assert!(filter.would_enable("sighej", &Level::TRACE));
        let libp2p =
            ["libp2p_mdns", "libp2p_identify::behaviour", "libp2p_swarm", "yamux", "multistream_select"];
        for other in libp2p.into_iter().chain(sighej_node::ble::LOUD_TARGETS) {
            assert!(!filter.would_enable(other, &Level::ERROR), "{other}");
        }
    }
}
