//! How interests are kept, and how they go. `cli/keep.rs` says what stands in the file, and reads it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use sighej_crypto::InterestSet;
use zeroize::Zeroizing;

use crate::cli::keep::{Kept, KeptError, LONGEST};

impl Kept {
    /// Writes a new file beside it, which then takes its place: whatever happens, one of the two is there whole.
    ///
    /// # Errors
    /// As [`KeptError`] says.
    pub(crate) fn save(&self, interests: &InterestSet) -> Result<(), KeptError> {
        let list: Vec<&str> = interests.iter().map(sighej_crypto::Interest::as_str).collect();
        // A list of texts in JSON is one in TOML, too.
        let text = Zeroizing::new(format!("interests = {}\n", serde_json::json!(list)));
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let written = create_for_owner(&beside)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&beside, &self.path));
        written.map_err(|error| {
            // It may not have been made.
            let _gone = fs::remove_file(&beside);
            self.io(error)
        })
    }

    /// Overwrites the file and removes it. What a disk keeps of old blocks is beyond any program.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    pub(crate) fn destroy(&self) -> Result<(), KeptError> {
        let overwritten = OpenOptions::new().write(true).open(&self.path).and_then(|mut file| {
            let length = file.metadata()?.len().min(LONGEST);
            file.seek(SeekFrom::Start(0))?;
            io::copy(&mut io::repeat(0).take(length), &mut file)?;
            file.sync_all()
        });
        match fs::remove_file(&self.path) {
            Ok(()) => overwritten.map_err(|error| self.io(error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.io(error)),
        }
    }
}

/// A new file, whatever lay there before.
fn create_for_owner(path: &Path) -> io::Result<File> {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use sighej_node::Profile;

    use super::*;

    fn some() -> InterestSet {
        let sensitive = sighej_catalogue::all().iter().find(|entry| entry.is_sensitive()).unwrap().id();
        Profile::choose(&["chess", "old tractors", sensitive], &[sensitive]).unwrap().interests().clone()
    }

    #[test]
    fn interests_are_kept_and_come_back_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path().join("me.toml"));
        assert!(kept.load().unwrap().is_none(), "nothing is kept yet");
        for _ in 0..2 {
            kept.save(&some()).unwrap();
            assert!(*kept.load().unwrap().unwrap().interests() == some());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        kept.destroy().unwrap();
        kept.destroy().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_the_owners_alone_or_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path().join("me.toml"));
        kept.save(&some()).unwrap();
        assert_eq!(fs::metadata(&kept.path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&kept.path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = kept.load().unwrap_err();
        assert!(matches!(error, KeptError::NotYoursAlone { .. }) && error.to_string().contains("chmod 600"));
    }
}
