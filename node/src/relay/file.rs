//! The record of reports on the disk: the one thing that a node writes, and only for who shares statistics.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sighej_statistics::Diary;

use super::StatisticsError;

/// The record, held by this process alone until it is dropped.
pub(super) struct Record {
    path: PathBuf,
    /// Locked; the record itself is replaced as a whole.
    _lock: File,
    pub(super) diary: Diary,
}

impl Record {
    /// Opens it, or begins one. Nobody but its owner may read it.
    ///
    /// # Errors
    /// Where it cannot be read or written, is damaged, or another node holds it.
    pub(super) fn open(path: &Path) -> Result<Record, StatisticsError> {
        let failed = |reason| StatisticsError::File { path: path.to_owned(), reason };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            private_folder(folder).map_err(failed)?;
        }
        let lock = private().create(true).truncate(false).open(beside(path, "lock")).map_err(failed)?;
        lock.try_lock().map_err(|_held| StatisticsError::Held { path: path.to_owned() })?;
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(mut file) => drop(file.read_to_end(&mut bytes).map_err(failed)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        Ok(Record { path: path.to_owned(), _lock: lock, diary: Diary::from_bytes(&bytes)? })
    }

    /// Writes it out: the old one or the new one is there, whatever happens meanwhile.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn save(&self) -> Result<(), StatisticsError> {
        let fresh = beside(&self.path, "new");
        let written = || {
            let mut file = private().create(true).truncate(true).open(&fresh)?;
            file.write_all(&self.diary.to_bytes())?;
            file.sync_all()?;
            fs::rename(&fresh, &self.path)
        };
        written().map_err(|reason| StatisticsError::File { path: self.path.clone(), reason })
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use sighej_statistics::DiaryError;

    use super::*;

    #[test]
    fn a_record_is_its_owners_alone_and_one_node_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sighej/statistics");
        let record = Record::open(&path).unwrap();
        record.save().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
        assert!(matches!(Record::open(&path), Err(StatisticsError::Held { .. })));
        drop(record);
        assert!(Record::open(&path).is_ok());
    }

    #[test]
    fn a_damaged_record_is_never_taken_for_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("statistics");
        fs::write(&path, [9, 9, 9]).unwrap();
        assert!(matches!(Record::open(&path), Err(StatisticsError::Diary(DiaryError::Malformed))));
    }
}
