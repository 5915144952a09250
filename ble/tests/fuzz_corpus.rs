//! Replays the committed fuzz corpora of this crate: what a fuzzer once found stays found.

#[path = "../../fuzz/src/ble_targets/mod.rs"]
pub mod ble_targets;
#[path = "../../fuzz/src/corpus.rs"]
pub mod corpus;

use std::path::Path;

fn replay(target: &str, body: fn(&[u8])) {
    corpus::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), target, body);
}

#[test]
fn ble_advert() {
    replay("ble_advert", ble_targets::ble_advert);
}

#[test]
fn ble_reassembly() {
    replay("ble_reassembly", ble_targets::ble_reassembly);
}
