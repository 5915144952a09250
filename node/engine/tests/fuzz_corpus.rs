//! Replays the committed fuzz corpora of the engine: what a fuzzer once found stays found.

#[path = "../../../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../../../fuzz/src/engine_targets/mod.rs"]
pub mod engine_targets;
#[path = "../../../fuzz/src/script.rs"]
pub mod script;

use std::path::Path;

fn replay(target: &str, body: fn(&[u8])) {
    corpus::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), target, body);
}

#[test]
fn engine_presence() {
    replay("engine_presence", engine_targets::engine_presence);
}

#[test]
fn engine_mesh() {
    replay("engine_mesh", engine_targets::engine_mesh);
}

#[test]
fn engine_frames() {
    replay("engine_frames", engine_targets::engine_frames);
}
