//! Logs on standard error, of this project's own code alone.

use std::{
    env,
    io::{self, IsTerminal},
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Starts logging.
///
/// Only targets that begin with `sighej` pass, whatever the level: libraries below print frames and addresses.
///
/// # Errors
/// Where something else logs already.
pub(crate) fn start(level: LevelFilter, json: bool) -> Result<(), String> {
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(is_coloured());
    let layer = if json { layer.json().boxed() } else { layer.boxed() };
    tracing_subscriber::registry()
        .with(filter(level))
        .with(layer)
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
        assert!(filter.would_enable("sighej_relay::server::accept", &Level::TRACE));
        for other in ["tungstenite::protocol", "tokio_tungstenite", "hyper::proto", "rustls::server", "axum"]
        {
            assert!(!filter.would_enable(other, &Level::ERROR), "{other}");
        }
    }
}
