//! What an operator sets: flags over environment over a TOML file over defaults.
//!
//! All settings stand in one table ([`SETTINGS`]), from which the flags, the variables, the file and its commented example
//! are made. A value knows where it came from, and an error names the place: the flag, the variable, the file's line.

mod file;
mod parse;
mod settings;
mod sources;

use std::{net::SocketAddr, path::PathBuf};

use sighej_matcher::Limits;
use thiserror::Error;

use crate::AggregatesConfig;

pub use settings::{SETTINGS, Setting, example};
pub use sources::{CONFIG_VARIABLE as FILE_VARIABLE, Origin, Sources};

/// Everything that `sighej-relay` runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where devices connect.
    pub listen: SocketAddr,
    /// Where the admin connects; none where there is no such listener.
    pub admin_listen: Option<SocketAddr>,
    /// The folder of the database and of the relay's own certificate.
    pub data: PathBuf,
    /// The operator's certificate and its key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Plain text also where the address is not this machine's own.
    pub plain_text: bool,
    /// Proxies whose `x-forwarded-for` is believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// How much is logged.
    pub log: tracing_subscriber::filter::LevelFilter,
    /// Logs as JSON lines.
    pub log_json: bool,
    /// The matcher's bounds.
    pub limits: Limits,
    /// Sessions of one address.
    pub sessions_per_address: usize,
    /// The aggregates.
    pub aggregates: AggregatesConfig,
}

/// What is wrong with the settings: everything, not the first thing alone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{origin}: {what}")]
pub struct ConfigError {
    /// Where.
    pub origin: Origin,
    /// What, and what would be right.
    pub what: String,
}

impl Config {
    /// Takes the settings out of their sources.
    ///
    /// # Errors
    /// Everything that is wrong in any of them.
    pub fn read(sources: &Sources) -> Result<Self, ConfigErrors> {
        parse::config(sources)
    }

    /// Whether this address is served without TLS: on this machine's own, or where the operator insists.
    #[must_use]
    pub fn is_plain(&self, address: SocketAddr) -> bool {
        self.plain_text || address.ip().to_canonical().is_loopback() && self.tls.is_none()
    }
}
