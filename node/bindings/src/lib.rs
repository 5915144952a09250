//! Writes the sources by which an app's own language speaks to `sighej-phone`: Kotlin, Swift, Python.
//!
//! They are read out of the built library, so they cannot differ from it; uniffi checks that once more when an app loads it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use camino::Utf8PathBuf;
use uniffi::{GenerateOptions, TargetLanguage};

/// Names of packages and modules, beside the library's own sources.
const CONFIG: &str = include_str!("../../phone/uniffi.toml");

/// A language of apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Android.
    Kotlin,
    /// iOS.
    Swift,
    /// Tests, and programs on a desk.
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 3] = [Language::Kotlin, Language::Swift, Language::Python];

    /// Its sources, in a folder that [`generate`] wrote to.
    #[must_use]
    pub fn files(self) -> &'static [&'static str] {
        match self {
            Language::Kotlin => &["dk/sighej/sighej.kt"],
            Language::Swift => &["SigHej.swift", "SigHejFFI.h", "SigHejFFI.modulemap"],
            Language::Python => &["sighej.py"],
        }
    }

    fn target(self) -> TargetLanguage {
        match self {
            Language::Kotlin => TargetLanguage::Kotlin,
            Language::Swift => TargetLanguage::Swift,
            Language::Python => TargetLanguage::Python,
        }
    }
}

/// Writes the sources of all languages for this library into this folder, which is made where it is not there.
///
/// # Errors
/// Where the library cannot be read, or the folder not be written to.
pub fn generate(library: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let config = folder.join("uniffi.toml");
    fs::write(&config, CONFIG)?;
    let written = uniffi::generate(GenerateOptions {
        languages: Language::ALL.map(Language::target).to_vec(),
        source: utf8(library)?,
        out_dir: utf8(folder)?,
        config_override: Some(utf8(&config)?),
        format: false,
        crate_filter: Some("sighej_phone".into()),
        metadata_no_deps: true,
    });
    fs::remove_file(&config)?;
    written.with_context(|| format!("{} gives no bindings", library.display()))
}

/// What the library is called on this system.
#[must_use]
pub fn library_name() -> String {
    let (before, after) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("{before}sighej_phone{after}")
}

fn utf8(path: &Path) -> Result<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(PathBuf::from(path))
        .map_err(|path| anyhow::anyhow!("{} is no text: use another folder", path.display()))
}
