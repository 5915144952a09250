//! What is kept from one start to the next: relays and choices in a file, tokens in the system's keyring.

mod folder;
mod settings;
mod tokens;

pub(crate) use folder::{Folder, write_private};
pub(crate) use settings::{Remembered, Settings, TEXT_SIZES};
pub(crate) use tokens::{Place, TokenKeep};

/// Why something could not be kept, and where.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    /// A file or folder.
    #[error("{path}: {error}")]
    File {
        /// Which one.
        path: std::path::PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// A file that holds something else. It is left alone until something is kept.
    #[error("{path} is not what this program wrote there ({reason}); move it away")]
    Damaged {
        /// Which one.
        path: std::path::PathBuf,
        /// Why.
        reason: String,
    },
    /// The keyring.
    #[error("the system's keyring says: {0}")]
    Keyring(keyring_core::Error),
}
