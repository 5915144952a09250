//! The relay: it matches pairs that have no direct link, and counts without naming anybody.
//!
//! [`Relay`] is the server: WebSockets around the pure [`Matcher`](sighej_matcher::Matcher). What it counts goes to a
//! [`Counters`]; what it holds of devices stays in memory.

pub mod admin;
pub mod aggregates;
mod clock;
pub mod config;
mod counters;
pub mod limits;
mod reports;
mod server;
pub mod tls;

pub use admin::{Admin, AdminTokenCommand};
pub use aggregates::{Aggregates, AggregatesConfig};
pub use counters::Counters;
pub use reports::public_routes;
pub use server::{Gauges, Relay, RelayError, ServerConfig, Silence};
