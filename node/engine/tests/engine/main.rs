//! The engine as a whole: what the specification says of a device, as sentences.

mod consent;
mod epochs;
mod failures;
mod gates;
mod plays;
mod policy;
mod properties;
mod repeats;
mod solo;
mod spending;
mod who_starts;
mod world;
