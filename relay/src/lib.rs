//! The relay: it matches pairs that have no direct link, and counts without naming anybody.
//!
//! [`Relay`] is the server: WebSockets around the pure [`Matcher`](sighej_matcher::Matcher). What it counts goes to a
//! [`Counters`]; what it holds of devices stays in memory.

mod clock;
mod counters;
pub mod limits;
mod server;
pub mod tls;

pub use counters::Counters;
pub use server::{Gauges, Relay, RelayError, ServerConfig};
