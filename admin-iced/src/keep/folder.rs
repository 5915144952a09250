//! Where files go.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::KeepError;

/// The folder of this program's files.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    is_users: bool,
}

impl Folder {
    /// The one that the user's system has for it.
    pub(crate) fn of_user() -> Self {
        let var = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || var("HOME").unwrap_or_else(env::temp_dir);
        let base = if cfg!(target_os = "windows") {
            var("APPDATA").unwrap_or_else(env::temp_dir)
        } else if cfg!(target_os = "macos") {
            home().join("Library/Application Support")
        } else {
            var("XDG_CONFIG_HOME").unwrap_or_else(|| home().join(".config"))
        };
        Self { path: base.join("sighej"), is_users: true }
    }

    /// Another one. Nothing outside it is read or written, the system's keyring included.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path, is_users: false }
    }

    /// Whether the keyring may be used.
    pub(crate) fn is_users(&self) -> bool {
        self.is_users
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where exports go: the user's downloads, where there are some.
    pub(crate) fn exports(&self) -> PathBuf {
        let home = env::var_os(if cfg!(target_os = "windows") { "USERPROFILE" } else { "HOME" });
        let downloads = home.map(|home| PathBuf::from(home).join("Downloads"));
        match downloads.filter(|downloads| self.is_users && downloads.is_dir()) {
            Some(downloads) => downloads,
            None => self.path.join("exports"),
        }
    }

    /// A file's bytes; none where there is no such file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, KeepError> {
        let path = self.file(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(KeepError::File { path, error }),
        }
    }

    /// Writes a file that nobody else may read, whole or not at all.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), KeepError> {
        let path = self.file(name);
        write_private(&path, bytes).map_err(|error| KeepError::File { path, error })
    }
}

/// Writes beside the file, and puts it in its place.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    // One that a crash left may have other rights.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_nobody_else_reads_and_it_is_read_back() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::at(temp.path().join("deep"));
        assert!(folder.read("a.json").unwrap().is_none());
        for bytes in [b"1", b"2"] {
            folder.write("a.json", bytes).unwrap();
            assert_eq!(folder.read("a.json").unwrap().as_deref(), Some(&bytes[..]));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.file("a.json")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(folder.exports().starts_with(temp.path()), "a folder of its own keeps everything inside");
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("file"), "").unwrap();
        let error = Folder::at(temp.path().join("file")).write("a.json", b"1").unwrap_err().to_string();
        assert!(error.contains("a.json"), "{error}");
    }
}
