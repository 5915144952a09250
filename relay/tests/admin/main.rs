//! The admin's listener and the devices' reports, over real sockets.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what cannot go on has failed")]

mod answers;
mod document;
mod gate;
mod http;
mod reports;
mod schema;
mod stage;
