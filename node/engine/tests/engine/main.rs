//! The engine as a whole: what the specification says of a device, as sentences.

mod consent;
mod epochs;
mod solo;
mod who_starts;
mod world;
