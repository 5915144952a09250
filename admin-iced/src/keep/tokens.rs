//! Tokens, by the address of their relay: in the system's keyring, or in a file that only its owner reads.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use keyring_core::{Entry, Error};
use zeroize::Zeroizing;

use super::{Folder, KeepError};
use crate::client::{Address, Token};

const FILE: &str = "admin-tokens.json";
/// What the keyring's entries are filed under.
const SERVICE: &str = "sighej-admin";

/// Where tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the keyring.
    Keyring,
    /// In the file.
    File,
}

/// Keeps tokens. Its calls wait for the disk or for the keyring: they belong on a thread that may wait.
#[derive(Clone, Debug)]
pub(crate) struct TokenKeep {
    folder: Folder,
}

impl TokenKeep {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder }
    }

    /// The token for a relay; none where none is kept.
    pub(crate) fn get(&self, address: &Address) -> Result<Option<Token>, KeepError> {
        if let Some(entry) = self.entry(address) {
            match entry.get_password() {
                Ok(text) => return Ok(Token::parse(&Zeroizing::new(text))),
                // It may have been kept while there was no keyring.
                Err(Error::NoEntry | Error::NoStorageAccess(_) | Error::PlatformFailure(_)) => {}
                Err(error) => return Err(KeepError::Keyring(error)),
            }
        }
        Ok(self.tokens()?.get(&address.to_string()).and_then(|text| Token::parse(text)))
    }

    /// Keeps a token, and says where.
    pub(crate) fn put(&self, address: &Address, token: &Token) -> Result<Place, KeepError> {
        if let Some(entry) = self.entry(address)
            && entry.set_password(token.reveal()).is_ok()
        {
            // None of it stays in the file.
            self.change(|tokens| drop(tokens.remove(&address.to_string())))?;
            return Ok(Place::Keyring);
        }
        self.change(|tokens| {
            tokens.insert(address.to_string(), Zeroizing::new(token.reveal().to_owned()));
        })?;
        Ok(Place::File)
    }

    /// Forgets a relay's token, wherever it is.
    pub(crate) fn forget(&self, address: &Address) -> Result<(), KeepError> {
        if let Some(entry) = self.entry(address) {
            match entry.delete_credential() {
                Ok(()) | Err(Error::NoEntry | Error::NoStorageAccess(_) | Error::PlatformFailure(_)) => {}
                Err(error) => return Err(KeepError::Keyring(error)),
            }
        }
        self.change(|tokens| drop(tokens.remove(&address.to_string())))
    }

    fn entry(&self, address: &Address) -> Option<Entry> {
        if !self.folder.is_users() || !has_keyring() {
            return None;
        }
        Entry::new(SERVICE, &address.to_string()).ok()
    }

    fn tokens(&self) -> Result<BTreeMap<String, Zeroizing<String>>, KeepError> {
        let Some(bytes) = self.folder.read(FILE)?.map(Zeroizing::new) else { return Ok(BTreeMap::new()) };
        let texts: BTreeMap<String, String> = serde_json::from_slice(&bytes)
            .map_err(|_| KeepError::Damaged { path: self.folder.file(FILE), reason: "no JSON".into() })?;
        Ok(texts.into_iter().map(|(address, text)| (address, Zeroizing::new(text))).collect())
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Zeroizing<String>>)) -> Result<(), KeepError> {
        let mut tokens = self.tokens()?;
        let before = tokens.len();
        change(&mut tokens);
        if before == 0 && tokens.is_empty() {
            return Ok(());
        }
        let texts: BTreeMap<&str, &str> =
            tokens.iter().map(|(address, text)| (address.as_str(), text.as_str())).collect();
        let bytes = serde_json::to_vec(&texts)
            .map_err(|_| KeepError::Damaged { path: self.folder.file(FILE), reason: "no JSON".into() })?;
        self.folder.write(FILE, &Zeroizing::new(bytes))
    }
}

/// Whether this system has a keyring that answers; asked once.
fn has_keyring() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(open_keyring)
}

#[cfg(target_os = "linux")]
fn open_keyring() -> bool {
    zbus_secret_service_keyring_store::Store::new()
        .map(|store| keyring_core::set_default_store(store))
        .is_ok()
}

#[cfg(target_os = "macos")]
fn open_keyring() -> bool {
    apple_native_keyring_store::keychain::Store::new()
        .map(|store| keyring_core::set_default_store(store))
        .is_ok()
}

#[cfg(target_os = "windows")]
fn open_keyring() -> bool {
    windows_native_keyring_store::Store::new().map(|store| keyring_core::set_default_store(store)).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn open_keyring() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: &str) -> Token {
        Token::parse(&format!("sighej_admin_{}", byte.repeat(32))).unwrap()
    }

    #[test]
    fn tokens_of_several_relays_are_kept_apart_and_forgotten_alone() {
        let temp = tempfile::tempdir().unwrap();
        let keep = TokenKeep::new(Folder::at(temp.path().to_owned()));
        let [a, b]: [Address; 2] =
            ["http://127.0.0.1:1", "https://relay.example:2"].map(|address| address.parse().unwrap());
        assert_eq!(keep.get(&a).unwrap(), None);
        assert_eq!(keep.put(&a, &token("0a")).unwrap(), Place::File);
        keep.put(&b, &token("0b")).unwrap();
        keep.put(&a, &token("0c")).unwrap();
        assert_eq!((keep.get(&a).unwrap(), keep.get(&b).unwrap()), (Some(token("0c")), Some(token("0b"))));
        keep.forget(&a).unwrap();
        assert_eq!((keep.get(&a).unwrap(), keep.get(&b).unwrap()), (None, Some(token("0b"))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(temp.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_named_and_not_overwritten() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join(FILE), "{").unwrap();
        let keep = TokenKeep::new(Folder::at(temp.path().to_owned()));
        let error = keep.put(&"http://127.0.0.1:1".parse().unwrap(), &token("0a")).unwrap_err();
        assert!(error.to_string().contains(FILE), "{error}");
    }
}
