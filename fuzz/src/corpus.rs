//! Replays a target's committed corpus, `fuzz/corpus/TARGET/`.
#![expect(clippy::expect_used, reason = "a corpus that cannot be read is the failure to report")]

use std::{fs, path::Path};

/// Feeds every file of the target's corpus to its body; `root` is the repository.
///
/// # Panics
/// Where the corpus is missing or empty, and where the body panics: the file was named on stderr just before.
pub fn replay(root: &Path, target: &str, body: fn(&[u8])) {
    let folder = root.join("fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).expect("every target has a corpus");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no input", folder.display());
    for file in files {
        let input = fs::read(&file).expect("a readable input");
        let outcome = std::panic::catch_unwind(|| body(&input));
        assert!(outcome.is_ok(), "{} fails", file.display());
    }
}
