//! The engine as a whole: what the specification says of a device, as sentences.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests; outside of the test functions clippy does not know that these are"
)]

mod consent;
mod epochs;
mod failures;
mod gates;
mod mesh;
mod node;
mod plays;
mod policy;
mod properties;
mod relay;
mod repeats;
mod solo;
mod spending;
mod two_ways;
mod who_starts;
mod world;
