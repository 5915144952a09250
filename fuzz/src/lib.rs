//! The bodies of the fuzz targets: each takes any bytes at all, and panics only where SigHej broke a promise.
//!
//! They are plain functions, so that `cargo test` can replay the committed corpora through them, in the crates that they
//! exercise (`tests/fuzz_corpus.rs` of `crypto`, `ble`, `node/engine`, `relay/api` and `relay/matcher`).

pub mod ble_targets;
pub mod corpus;
pub mod crypto_targets;
pub mod engine_targets;
pub mod relay_targets;
pub mod script;
