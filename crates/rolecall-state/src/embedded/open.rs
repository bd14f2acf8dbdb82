//! Opening a data folder: its lock, its file, the file's soundness and format.

use super::failure::is_full;
use super::format::{self, Format, Standing};
use super::rehearsal::Rehearsal;
use crate::revision::Revision;
use redb::backends::InMemoryBackend;
use redb::{Builder, Database, ReadableDatabase};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The data file within its folder.
pub(super) const FILE: &str = "state.redb";
/// Locked while a process has the folder open.
const LOCK: &str = "state.lock";
/// redb's page cache. The view answers reads, so the file is read at open and by the writer.
const CACHE: usize = 64 << 20;

/// Why a data folder could not be opened. Nothing that was in it is changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the data folder `{}` is in use by another process", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The file is damaged, cut off, or no data file at all.
    #[error("the data file `{}` is damaged or is no data file: {why}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file was written by a newer rolecall.
    #[error("the data file `{}` has format {found}; this rolecall reads formats up to {known}", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format known here.
        known: u64,
    },
    /// The disk has no space left.
    #[error("cannot open `{}`: the disk is full", path.display())]
    Full {
        /// File or folder.
        path: PathBuf,
    },
    /// The system did not let us.
    #[error("cannot open `{}`", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

/// Makes the folder if it is missing and locks it.
pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| io(folder, source))?;
    let path = folder.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.map_err(|source| io(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io(&path, source)),
    }
}

/// Opens the data file, making it if it is missing, and brings it to the format.
pub(super) fn file(folder: &Path, file: &Path, format: &Format) -> Result<(Database, Revision), OpenError> {
    if !file.try_exists().map_err(|source| io(file, source))? {
        create(folder, file, format)?;
    }
    rehearse(file, format)?;
    let database = builder().open(file).map_err(|error| failure(file, error))?;
    let revision = ready(&database, file, format)?;
    Ok((database, revision))
}

/// Opens the data file again after a failure of the disk below it, within the same process and lock.
pub(super) fn again(file: &Path) -> Result<(Database, Revision), redb::Error> {
    let database = builder().open(file)?;
    let revision = {
        let read = database.begin_read()?;
        let meta = read.open_table(format::META)?;
        redb::ReadableTable::get(&meta, format::REVISION)?.map_or(0, |value| value.value())
    };
    Ok((database, Revision(revision)))
}

/// A database in memory.
pub(super) fn memory() -> Result<(Database, Revision), OpenError> {
    let place = Path::new("memory");
    let database = builder().create_with_backend(InMemoryBackend::new());
    let database = database.map_err(|error| failure(place, error))?;
    initialise(&database, &format::CURRENT).map_err(|error| failure(place, error))?;
    Ok((database, Revision::NONE))
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    builder
}

/// Makes the file under another name first, so that a crash leaves either no data file or a whole one.
fn create(folder: &Path, file: &Path, format: &Format) -> Result<(), OpenError> {
    let draft = folder.join("state.redb.new");
    match fs::remove_file(&draft) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(io(&draft, source)),
        _ => {}
    }
    let made = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&draft);
    made.map_err(|source| io(&draft, source))?;
    let database = builder().create(&draft).map_err(|error| failure(&draft, error))?;
    initialise(&database, format).map_err(|error| failure(&draft, error))?;
    database.close().map_err(|error| failure(&draft, error))?;
    fs::rename(&draft, file).map_err(|source| io(file, source))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| io(folder, source))
}

fn initialise(database: &Database, format: &Format) -> Result<(), redb::Error> {
    let mut write = database.begin_write()?;
    write.set_two_phase_commit(true);
    format::initialise(&write, format)?;
    write.commit()?;
    Ok(())
}

/// Opens the file with all its checksums verified and nothing written to it.
fn rehearse(file: &Path, format: &Format) -> Result<(), OpenError> {
    let opened = File::open(file).map_err(|source| io(file, source))?;
    let backend = Rehearsal::new(opened).map_err(|source| io(file, source))?;
    if redb::StorageBackend::len(&backend).map_err(|source| io(file, source))? == 0 {
        return Err(OpenError::Damaged { file: file.to_owned(), why: "it is empty".to_owned() });
    }
    let database = builder().set_check_integrity_on_open(true).create_with_backend(backend);
    let database = database.map_err(|error| failure(file, error))?;
    ready(&database, file, format).map(|_| ())
}

/// Migrates if need be; the store's revision.
fn ready(database: &Database, file: &Path, format: &Format) -> Result<Revision, OpenError> {
    let standing = || -> Result<Standing, redb::Error> {
        let mut write = database.begin_write()?;
        write.set_two_phase_commit(true);
        let standing = format::migrate(&write, format)?;
        match standing {
            Standing::Ready(_) => write.commit()?,
            _ => write.abort()?,
        }
        Ok(standing)
    };
    match standing().map_err(|error| failure(file, error))? {
        Standing::Ready(revision) => Ok(Revision(revision)),
        Standing::Newer(found) => {
            Err(OpenError::Newer { file: file.to_owned(), found, known: format.version })
        }
        Standing::Foreign => {
            Err(OpenError::Damaged { file: file.to_owned(), why: "it names no format of ours".to_owned() })
        }
    }
}

/// The error of the system at a path.
pub(super) fn io(path: &Path, source: std::io::Error) -> OpenError {
    if is_full(&source) {
        return OpenError::Full { path: path.to_owned() };
    }
    OpenError::Io { path: path.to_owned(), source: Arc::new(source) }
}

fn failure(file: &Path, error: impl Into<redb::Error>) -> OpenError {
    use redb::Error as Redb;
    let damaged = |why: String| OpenError::Damaged { file: file.to_owned(), why };
    match error.into() {
        Redb::Io(source) => match source.kind() {
            std::io::ErrorKind::UnexpectedEof => damaged("it ends too early".to_owned()),
            std::io::ErrorKind::InvalidData => damaged(source.to_string()),
            _ => io(file, source),
        },
        Redb::Corrupted(why) => damaged(why),
        error @ (Redb::UpgradeRequired(_)
        | Redb::TableTypeMismatch { .. }
        | Redb::TableIsMultimap(_)
        | Redb::TypeDefinitionChanged { .. }
        | Redb::TableDoesNotExist(_)) => damaged(error.to_string()),
        error => OpenError::Io { path: file.to_owned(), source: Arc::new(error) },
    }
}
