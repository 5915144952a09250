//! The files in `crypto/vectors/`, recomputed from the specification with other crates' primitives alone: `voprf`,
//! `snow`, `sha2`, `hmac`, `hkdf`, `chacha20poly1305`, `x25519-dalek`, `curve25519-dalek`, `unicode-normalization`, `caseless`. Nothing
//! here calls `sighej_crypto`: this is what a stranger would write.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

#[path = "../common/format.rs"]
mod format;
#[path = "../common/second/mod.rs"]
mod second;

mod canonical;
mod commitment;
mod exchange;
mod relay;
