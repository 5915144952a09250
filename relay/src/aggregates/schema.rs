//! The tables.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::error::StoreError;

/// The schema of this program, kept in `user_version`.
const VERSION: u32 = 1;

/// "SigH": what `file` and SQLite know the file by.
const APPLICATION_ID: i32 = 0x5369_6748;

/// How long a statement waits for another program's lock before it fails with [`StoreError::Locked`].
const LOCKED_FOR: Duration = Duration::from_millis(250);

/// * `bucket`: counts that may be shown, by the size of the bucket and its start, in seconds since 1970. `sessions_open`
///   is the highest level in it, every other name a sum.
/// * `waiting`: counts that are too small to be shown, with no time.
/// * `batch`: which transaction was saved last, by whom.
/// * `event`: sums of reports; `report`: ids of those that are in them. They are random, and their order is that of their
///   bytes: when a report came cannot be read off.
/// * `admin_token`: hashes alone.
const TABLES: &str = "
    CREATE TABLE bucket (
        step INTEGER NOT NULL,
        start INTEGER NOT NULL,
        name TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (step, start, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE waiting (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE batch (run BLOB NOT NULL, number INTEGER NOT NULL) STRICT;
    INSERT INTO batch VALUES (zeroblob(16), 0);
    CREATE TABLE event (
        name TEXT PRIMARY KEY,
        epsilon INTEGER NOT NULL,
        catalogue BLOB NOT NULL,
        tally BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE report (
        event TEXT NOT NULL REFERENCES event (name),
        id BLOB NOT NULL,
        PRIMARY KEY (event, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE admin_token (
        name TEXT PRIMARY KEY,
        hash BLOB NOT NULL,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// The database of a data folder.
pub(crate) fn file_in(folder: &Path) -> PathBuf {
    folder.join("relay.sqlite")
}

/// Opens the database for writing, and makes it where there is none.
pub(crate) fn open(folder: &Path) -> Result<Connection, StoreError> {
    let failed = |error| StoreError::Folder { folder: folder.to_owned(), error };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut connection = Connection::open(file_in(folder))?;
    connection.busy_timeout(LOCKED_FOR)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit is on the disk when it returns: a power cut takes no more than a crash does.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Opens it for reading alone.
pub(crate) fn open_to_read(folder: &Path) -> Result<Connection, StoreError> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file_in(folder), flags)?;
    connection.busy_timeout(LOCKED_FOR)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (found, application) = (number("user_version")?, number("application_id")?);
    let is_empty: bool =
        transaction.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?;
    match u32::try_from(found) {
        Ok(0) if is_empty => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            Ok(transaction.commit()?)
        }
        _ if application != APPLICATION_ID => Err(StoreError::Damaged),
        Ok(VERSION) => Ok(()),
        Ok(found) if found > VERSION => Err(StoreError::Newer { found, known: VERSION }),
        Ok(_) | Err(_) => Err(StoreError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_opens_again_and_a_foreign_or_newer_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()).unwrap());
        let connection = open(folder.path()).unwrap();
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(connection);
        assert!(matches!(open(folder.path()), Err(StoreError::Newer { found: 2, known: 1 })));

        let foreign = tempfile::tempdir().unwrap();
        let connection = Connection::open(file_in(foreign.path())).unwrap();
        connection.execute_batch("CREATE TABLE mine (a)").unwrap();
        drop(connection);
        assert!(matches!(open(foreign.path()), Err(StoreError::Damaged)));

        let noise = tempfile::tempdir().unwrap();
        std::fs::write(file_in(noise.path()), [7; 4096]).unwrap();
        assert!(matches!(open(noise.path()), Err(StoreError::Damaged)));
    }
}
