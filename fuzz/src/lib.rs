//! The bodies of the fuzz targets: each takes any bytes at all, and panics only where SigHej broke a promise.
//!
//! They are plain functions, so that `cargo test` can replay the committed corpora through them, in the crates that they
//! exercise (`crypto/tests/fuzz_corpus.rs`, `node/engine/tests/fuzz_corpus.rs`, `ble/tests/fuzz_corpus.rs`).

pub mod ble_targets;
pub mod corpus;
pub mod crypto_targets;
pub mod engine_targets;
