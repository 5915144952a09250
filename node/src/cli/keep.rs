//! The one thing that may be kept: the attendee's interests, in a file that they name, readable by them alone.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sighej_crypto::{InterestError, InterestSet};
use sighej_node::{Profile, ProfileError};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

/// The longest file that is read, in bytes. Sixteen interests need a twentieth of it.
const LONGEST: u64 = 64 * 1024;

/// Where the interests are kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    path: PathBuf,
}

/// Why a profile is not read or written, and what to do. What stands in it is in none of them: a program in the background
/// says them to a log.
#[derive(Debug, Error)]
pub(crate) enum KeptError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(
        "{}: others may read or change this file, and nobody else should know your interests: run `chmod 600` on it, or name another",
        path.display()
    )]
    NotYoursAlone { path: PathBuf },
    #[error("{}: this is no profile: {what}", path.display())]
    NoProfile { path: PathBuf, what: &'static str },
    #[error("{}: the interest in place {place} cannot be one: {reason}", path.display())]
    Interest { path: PathBuf, place: usize, reason: InterestError },
    #[error("{}: these are too many interests: {reason}; leave some out", path.display())]
    TooMany { path: PathBuf, reason: InterestError },
}

/// What stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    interests: Vec<String>,
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.interests.zeroize();
    }
}

impl Kept {
    pub(crate) fn new(path: PathBuf) -> Kept {
        Kept { path }
    }

    /// What is kept, if there is a file yet. What was allowed once, by being kept, is allowed now.
    ///
    /// # Errors
    /// As [`KeptError`] says.
    pub(crate) fn load(&self) -> Result<Option<Profile>, KeptError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io(error)),
        };
        let metadata = file.metadata().map_err(|error| self.io(error))?;
        if !is_owners_alone(&metadata) {
            return Err(KeptError::NotYoursAlone { path: self.path.clone() });
        }
        if !metadata.is_file() || metadata.len() > LONGEST {
            return Err(self.no_profile("it is no file of at most 64 KiB"));
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(|error| self.io(error))?;
        let contents: Contents = toml::from_str(&text)
            .map_err(|_| self.no_profile("it needs one line such as `interests = [\"chess\"]`"))?;
        // Each was turned on by itself before it was kept.
        let profile = Profile::choose(&contents.interests, &sensitive_among(&contents.interests));
        profile.map(Some).map_err(|refused| self.refused(&refused, &contents))
    }

    fn refused(&self, refused: &ProfileError, contents: &Contents) -> KeptError {
        let path = self.path.clone();
        match refused {
            ProfileError::TooMany(reason) => KeptError::TooMany { path, reason: *reason },
            ProfileError::Unusable { text, reason } => {
                let before = contents.interests.iter().take_while(|interest| *interest != text).count();
                KeptError::Interest { path, place: before + 1, reason: *reason }
            }
            ProfileError::Sensitive { .. } | ProfileError::UnknownAllowance { .. } => {
                self.no_profile("its sensitive interests cannot be told apart")
            }
        }
    }

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

    fn io(&self, source: io::Error) -> KeptError {
        KeptError::Io { path: self.path.clone(), source }
    }

    fn no_profile(&self, what: &'static str) -> KeptError {
        KeptError::NoProfile { path: self.path.clone(), what }
    }
}

fn sensitive_among(interests: &[String]) -> Vec<&'static str> {
    let parsed = interests.iter().filter_map(|text| sighej_crypto::Interest::parse(text).ok());
    let entries = parsed.filter_map(|interest| sighej_catalogue::resolve(interest.as_str()));
    entries.filter(|entry| entry.is_sensitive()).map(sighej_catalogue::Entry::id).collect()
}

#[cfg(unix)]
fn is_owners_alone(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_owners_alone(_: &fs::Metadata) -> bool {
    true
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

    #[cfg(unix)]
    #[test]
    fn an_interest_at_fault_is_named_by_its_place_alone() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path().join("me.toml"));
        let long = "tractor".repeat(20);
        fs::write(&kept.path, format!("interests = [\"chess\", \"{long}\"]")).unwrap();
        fs::set_permissions(&kept.path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let error = kept.load().unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains("place 2") && !said.contains("tractor"), "{said}");
    }

    #[test]
    fn a_file_that_is_no_profile_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("me.toml");
        let kept = Kept::new(path.clone());
        for text in ["interests = 3", "[[", "interests = []\nname = \"me\""] {
            fs::write(&path, text).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            assert!(matches!(kept.load(), Err(KeptError::NoProfile { .. })), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
