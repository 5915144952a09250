//! Logs on standard error, of this project's own code alone.

use std::{
    env,
    io::{self, IsTerminal},
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
