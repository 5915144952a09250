//! The library as an app has it: loaded by another language, by the bindings that are read out of it. The app is in Python
//! (`phones.py`), and so are its phones' radios (`air.py`).
#![allow(clippy::print_stderr, reason = "a test run that skips something must say so where people look")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};
use libtest_mimic::{Arguments, Failed, Trial};
use sighej_bindings::{Language, generate, library_name};
use tempfile::TempDir;

/// With this set to 1, a missing Python is an error; continuous integration sets it.
const REQUIRED: &str = "SIGHEJ_REQUIRE_LABS";
const TESTS: &str = include_str!("phones.py");

fn main() -> Result<ExitCode> {
    let arguments = Arguments::from_args();
    let bindings = TempDir::new()?;
    if !arguments.list {
        lay_out(bindings.path())?;
    }
    let folder = bindings.path().to_owned();
    let mut trials = vec![Trial::test("the_sources_of_every_language_are_written", {
        let folder = folder.clone();
        move || every_language(&folder)
    })];
    let is_ignored = !is_playable();
    trials.extend(names().map(|name| {
        let folder = folder.clone();
        Trial::test(name, move || in_python(name, &folder)).with_ignored_flag(is_ignored)
    }));
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// What the program tries.
fn names() -> impl Iterator<Item = &'static str> {
    TESTS.lines().filter_map(|line| line.trim().strip_prefix("async def test_")?.split('(').next())
}

fn in_python(name: &str, folder: &Path) -> Result<(), Failed> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = Command::new("python3")
        .arg("-B")
        .arg(here.join("phones.py"))
        .arg(format!("Phones.test_{name}"))
        .env("PYTHONPATH", folder)
        .env("SIGHEJ_PROGRAM", program()?)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

fn every_language(folder: &Path) -> Result<(), Failed> {
    for language in Language::ALL {
        for file in language.files() {
            let source = fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
            assert!(!source.is_empty(), "{file} is empty");
        }
    }
    Ok(())
}

/// The bindings, and the library beside them, where Python looks for it.
fn lay_out(folder: &Path) -> Result<()> {
    let library = library()?;
    generate(&library, folder)?;
    fs::copy(&library, folder.join(library_name()))?;
    Ok(())
}

/// Cargo builds it for this test, beside this test.
fn library() -> Result<PathBuf> {
    let program = env::current_exe()?;
    Ok(program.parent().context("a program is in a folder")?.join(library_name()))
}

/// A phone meets it. `cargo test --workspace` builds it; so does `just phone-test`.
fn program() -> Result<PathBuf> {
    let tests = env::current_exe()?;
    let folder =
        tests.parent().and_then(Path::parent).context("tests are in a folder beside the programs")?;
    Ok(folder.join("sighej").with_extension(env::consts::EXE_EXTENSION))
}

/// Whether what the tests need is here; or must be, so that they fail without it.
fn is_playable() -> bool {
    let is_required = env::var(REQUIRED).is_ok_and(|value| value == "1");
    let python = Command::new("python3").arg("--version").output();
    let missing = if !python.is_ok_and(|output| output.status.success()) {
        "PYTHON IS MISSING: there is no python3 here to play an app on a phone"
    } else if !program().is_ok_and(|program| program.is_file()) {
        "THE PROGRAM sighej IS MISSING: build it by cargo build --release --workspace --bin sighej"
    } else {
        return true;
    };
    eprintln!("\n*** {missing}");
    eprintln!("*** Tests that need it are {}.\n", if is_required { "failed" } else { "ignored, not passed" });
    is_required
}
