//! The store on this machine's disk, or in memory.

use crate::key::Key;
use crate::revision::Revision;
use crate::store::{Batch, Boxed, CommitError, Item, Page, Store, StoreError, Watch};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A store in a redb file, or in memory.
pub struct Embedded {}

/// Why a data folder could not be opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the data folder `{}` is in use by another process", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The file is damaged, cut off, or no data file at all.
    #[error("the data file `{}` is damaged or not ours: {why}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file was written by a newer rolecall.
    #[error("the data file `{}` has format {found}; this rolecall reads up to {known}", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format known here.
        known: u64,
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

impl Embedded {
    /// Opens the data folder, making it (mode 0700) if it is missing, and keeps every other process out.
    pub fn open(_folder: &Path) -> Result<Embedded, OpenError> {
        Ok(Embedded {})
    }

    /// A store that lives as long as this value.
    pub fn memory() -> Result<Embedded, OpenError> {
        Ok(Embedded {})
    }
}

impl Store for Embedded {
    fn get<'a>(&'a self, _key: &'a Key) -> Boxed<'a, Result<Option<Item>, StoreError>> {
        Box::pin(async { Err(StoreError::Closed) })
    }

    fn range<'a>(
        &'a self,
        _prefix: &'a str,
        _after: Option<&'a Key>,
        _limit: usize,
    ) -> Boxed<'a, Result<Page, StoreError>> {
        Box::pin(async { Err(StoreError::Closed) })
    }

    fn commit(&self, _batch: Batch) -> Boxed<'_, Result<Revision, CommitError>> {
        Box::pin(async { Err(CommitError::Store(StoreError::Closed)) })
    }

    fn watch(&self, _from: Revision) -> Boxed<'_, Result<Box<dyn Watch>, StoreError>> {
        Box::pin(async { Err(StoreError::Closed) })
    }
}
