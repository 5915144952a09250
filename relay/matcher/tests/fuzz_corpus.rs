//! Replays the committed fuzz corpus of the matcher: what a fuzzer once found stays found.

#[path = "../../../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../../../fuzz/src/script.rs"]
pub mod script;
#[path = "../../../fuzz/src/relay_targets/sessions.rs"]
pub mod sessions;

use std::path::Path;

#[test]
fn matcher_sessions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    corpus::replay(&root, "matcher_sessions", sessions::matcher_sessions);
}
