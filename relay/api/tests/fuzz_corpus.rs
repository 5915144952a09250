//! Replays the committed fuzz corpora of the wire: what a fuzzer once found stays found.

#[path = "../../../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../../../fuzz/src/relay_targets/wire.rs"]
pub mod wire;

use std::path::Path;

fn replay(target: &str, body: fn(&[u8])) {
    corpus::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), target, body);
}

#[test]
fn wire_client() {
    replay("wire_client", wire::wire_client);
}

#[test]
fn wire_relay() {
    replay("wire_relay", wire::wire_relay);
}
