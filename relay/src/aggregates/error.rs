//! What can go wrong with the database, and with a report.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use sighej_statistics::ReportError;
use thiserror::Error;

/// Why the database does not do what it should. Each says what its operator can do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder cannot be made or opened.
    #[error("cannot use the folder {folder}: {error}; choose another one with --data, or change its owner")]
    Folder {
        /// Which one.
        folder: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// Another relay runs on it.
    #[error("another relay uses the folder {0}; stop it, or choose another folder with --data")]
    InUse(PathBuf),
    /// A newer version wrote it.
    #[error(
        "the database was written by a newer version (schema {found}, this one knows {known}); update SigHej"
    )]
    Newer {
        /// The schema in the file.
        found: u32,
        /// The schema of this program.
        known: u32,
    },
    /// The file is no database of a relay.
    #[error("the database is damaged or no relay's; move it away, and a new one is made")]
    Damaged,
    /// The disk is full.
    #[error("the disk is full; counting goes on in memory, and is saved when there is room")]
    DiskFull,
    /// Another program holds it locked.
    #[error(
        "another program holds the database locked; counting goes on in memory, and is saved when it lets go"
    )]
    Locked,
    /// It may not be written.
    #[error("the database may not be written; change the owner of the data folder")]
    ReadOnly,
    /// The disk does not read or write.
    #[error("the disk of the database does not read or write")]
    Disk,
    /// The event was begun under another ε.
    #[error("the event {event:?} was begun with epsilon {begun}; keep it, or give the event another name")]
    EventBegun {
        /// Its name.
        event: String,
        /// The ε of its reports.
        begun: f64,
    },
    /// The event's sums are of another version's catalogue.
    #[error("the event {0:?} was begun with another version's catalogue; give the event another name")]
    EventOfAnotherCatalogue(String),
    /// There is an admin token of this name.
    #[error("there is an admin token called {0:?}; revoke it first, or choose another name")]
    TokenNameTaken(String),
    /// There are as many admin tokens as there may be.
    #[error("there are {0} admin tokens, which is the most; revoke one first")]
    TooManyTokens(usize),
    /// There is no such admin token.
    #[error("there is no admin token called {0:?}; `sighej-relay admin-token list` names them")]
    NoSuchToken(String),
    /// Anything else that SQLite says.
    #[error("the database says: {0}")]
    Other(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else { return Self::Other(error) };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the codes that an operator can do nothing about")]
        match code {
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked,
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Self::ReadOnly,
            ErrorCode::SystemIoFailure => Self::Disk,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged,
            _ => Self::Other(error),
        }
    }
}

/// Why a report was not taken.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ReportRefused {
    /// No event is named.
    #[error("this relay counts no event")]
    NoEvent,
    /// It is none, or none for this event.
    #[error(transparent)]
    Unfit(#[from] ReportError),
    /// The event has as many as it may.
    #[error("this event takes no more reports")]
    Full,
    /// It could not be saved now: the same report is welcome later.
    #[error("the report could not be saved; send the same one later")]
    Later,
}
