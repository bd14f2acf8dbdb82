//! The open database, shared by readers and the writing thread; opened again after the disk failed.

use super::failure::store_error;
use super::format::{META, REVISION, VALUES};
use super::history::History;
use super::open;
use crate::key::Key;
use crate::revision::Revision;
use crate::store::{Item, Page, StoreError};
use redb::{Database, ReadTransaction, ReadableDatabase};
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};

/// What the store and its writing thread share.
pub(super) struct Shared {
    /// `None` while the database cannot be opened again after a failure, and once closed.
    database: RwLock<Option<Database>>,
    /// `None` for memory.
    file: Option<PathBuf>,
    pub(super) place: String,
    pub(super) opened_at: Revision,
    pub(super) history: Arc<History>,
    pub(super) counts: Counts,
}

/// What [`crate::store::Counts`] are made from.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) batches: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) refused: AtomicU64,
}

impl Shared {
    pub(super) fn file(database: Database, revision: Revision, file: PathBuf) -> Shared {
        let place = file.display().to_string();
        Shared { file: Some(file), place, ..Shared::memory(database, revision) }
    }

    pub(super) fn memory(database: Database, revision: Revision) -> Shared {
        Shared {
            database: RwLock::new(Some(database)),
            file: None,
            place: "memory".to_owned(),
            opened_at: revision,
            history: Arc::new(History::new(revision)),
            counts: Counts::default(),
        }
    }

    /// Reads one key.
    pub(super) fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.read(|read| {
            let values = read.open_table(VALUES)?;
            let found = values.get(key.as_str())?;
            Ok(found.map(|found| item(key.as_str(), found.value())))
        })
    }

    /// Reads a piece of a range.
    pub(super) fn range(&self, prefix: &str, after: Option<&Key>, limit: usize) -> Result<Page, StoreError> {
        let start = match after {
            Some(after) if after.as_str() >= prefix => Bound::Excluded(after.as_str()),
            _ => Bound::Included(prefix),
        };
        self.read(|read| {
            let values = read.open_table(VALUES)?;
            let revision = read.open_table(META)?.get(REVISION)?.map_or(0, |value| value.value());
            let mut page = Page { items: Vec::new(), more: false, revision: Revision(revision) };
            for entry in values.range::<&str>((start, Bound::Unbounded))? {
                let (key, value) = entry?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                if page.items.len() == limit {
                    page.more = true;
                    break;
                }
                page.items.push(item(key.value(), value.value()));
            }
            Ok(page)
        })
    }

    /// Works with the database. Fails while a failure of the disk keeps it closed.
    pub(super) fn with_database<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or_else(|| StoreError::Unavailable {
            place: self.place.clone(),
            source: Arc::new(std::io::Error::other("closed after a failure; the next write opens it again")),
        })?;
        work(database).map_err(|error| store_error(&self.place, error))
    }

    /// Whether the database is open.
    pub(super) fn is_open(&self) -> bool {
        self.database.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Closes the database after a failure and opens it again; gives the revision it then has. redb refuses
    /// further work after an I/O error until then.
    pub(super) fn reopen(&self) -> Result<Revision, StoreError> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = &self.file else { return Err(StoreError::Closed) };
        *database = None;
        let (opened, revision) = open::again(file).map_err(|error| store_error(&self.place, error))?;
        *database = Some(opened);
        Ok(revision)
    }

    /// Closes the database and ends every watch.
    pub(super) fn close(&self) {
        self.history.close();
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        self.with_database(|database| work(&database.begin_read()?))
    }
}

fn item(key: &str, (revision, value): (u64, &[u8])) -> Item {
    Item { key: Key::from_text(key), value: value.to_vec(), revision: Revision(revision) }
}
