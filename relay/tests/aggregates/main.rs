//! Aggregates under a relay that matches: killed at random moments, and with a database that cannot be written.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot go on has failed")]

mod full;
mod hall;
mod killed;
mod locked;
mod traceless;
