//! This project's other programs, as `cargo test --workspace` has just built them beside this one.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A program beside the desktop's own, or why it cannot be used. One that is older than its sources is not: what is tested
/// then would be something of before.
pub(crate) fn program(name: &str) -> Result<PathBuf, String> {
    let beside = Path::new(env!("CARGO_BIN_EXE_sighej-admin")).with_file_name(name);
    let program = beside.with_extension(std::env::consts::EXE_EXTENSION);
    let Some(built) = changed(&program) else {
        return Err(format!("{name} is not built: cargo test --release --workspace builds it"));
    };
    match sources(&program).into_iter().find(|source| changed(source).is_none_or(|at| at > built)) {
        None => Ok(program),
        Some(source) => Err(format!(
            "{name} is older than {}: cargo test --release --workspace builds it again",
            source.display()
        )),
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// What cargo built it from, by the list that it leaves beside a program: its path, a colon, and the sources, with
/// spaces in a path escaped.
fn sources(program: &Path) -> Vec<PathBuf> {
    let list = std::fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    let Some((_, sources)) = list.split_once(": ") else { return Vec::new() };
    let sources = sources.trim().replace("\\ ", "\0");
    sources.split(' ').map(|source| PathBuf::from(source.replace('\0', " "))).collect()
}
