//! The one thing that may be kept: the attendee's interests, in a file that they name, readable by them alone. The app writes it
//! (`app/keep.rs`); whoever runs reads it.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::PathBuf,
};

use serde::Deserialize;
use sighej_crypto::InterestError;
use sighej_node::{Profile, ProfileError};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

/// The longest file that is read, in bytes. Sixteen interests need a twentieth of it.
pub(crate) const LONGEST: u64 = 64 * 1024;

/// Where the interests are kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) path: PathBuf,
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

    pub(crate) fn io(&self, source: io::Error) -> KeptError {
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
fn is_owners_alone(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_owners_alone(_: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

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
