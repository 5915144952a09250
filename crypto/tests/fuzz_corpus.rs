//! Replays the committed fuzz corpora of the crypto crate: what a fuzzer once found stays found.

#[path = "../../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../../fuzz/src/crypto_targets/mod.rs"]
pub mod crypto_targets;

use std::path::Path;

fn replay(target: &str, body: fn(&[u8])) {
    corpus::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), target, body);
}

#[test]
fn commitment_decode() {
    replay("commitment_decode", crypto_targets::commitment_decode);
}

#[test]
fn voprf_element_proof() {
    replay("voprf_element_proof", crypto_targets::voprf_element_proof);
}

#[test]
fn interest_parse() {
    replay("interest_parse", crypto_targets::interest_parse);
}

#[test]
fn exchange_initiator() {
    replay("exchange_initiator", crypto_targets::exchange_initiator);
}

#[test]
fn exchange_responder() {
    replay("exchange_responder", crypto_targets::exchange_responder);
}

#[test]
fn relay_pairing() {
    replay("relay_pairing", crypto_targets::relay_pairing);
}
