//! The trait every store implements: keys and bytes, transactions with comparison, watching.

use crate::change::Compare;
use crate::key::Key;
use crate::revision::Revision;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A future as a trait object can give it.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The longest key a store takes, in bytes.
pub const KEY_LIMIT: usize = 1024;
/// The largest value a store takes, in bytes: below etcd's 1.5 MiB request limit.
pub const VALUE_LIMIT: usize = 1024 * 1024;
/// The most comparisons and writes of one batch: etcd's default `--max-txn-ops`.
pub const BATCH_LIMIT: usize = 128;

/// A store of keys and bytes. Reads see every commit that was acknowledged before they began.
pub trait Store: Send + Sync {
    /// File, folder or address, for messages.
    fn place(&self) -> &str;

    /// Reads one key.
    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, Result<Option<Item>, StoreError>>;

    /// Reads keys that begin with `prefix`, in byte order, those after `after` only, at most `limit`.
    fn range<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Key>,
        limit: usize,
    ) -> Boxed<'a, Result<Page, StoreError>>;

    /// Writes a batch: durable when this returns. On [`CommitError::Conflict`] nothing was written.
    fn commit(&self, batch: Batch) -> Boxed<'_, Result<Revision, CommitError>>;

    /// What the store has done so far, and what waits; for metrics.
    fn counts(&self) -> Counts {
        Counts::default()
    }

    /// Gives every commit after `from`, each once, in order. Fails with [`StoreError::Compacted`] if commits
    /// after `from` are no longer at hand.
    fn watch(&self, from: Revision) -> Boxed<'_, Result<Box<dyn Watch>, StoreError>>;
}

/// What a store has done so far, and what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Batches that were written.
    pub batches: u64,
    /// Commits that made them durable, each of as many batches as waited.
    pub commits: u64,
    /// Batches that were refused because something had changed, or could not be written.
    pub refused: u64,
    /// Batches that wait at the moment.
    pub waiting: u64,
}

/// A running watch.
pub trait Watch: Send {
    /// Waits for commits after the last one given and gives them in order, at least one.
    /// [`StoreError::Compacted`] if the watcher was too slow: read everything again and watch anew.
    fn next(&mut self) -> Boxed<'_, Result<Vec<Arc<Commit>>, StoreError>>;
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Vec<u8>,
    /// The commit that wrote it.
    pub revision: Revision,
}

/// A piece of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Keys and values in byte order of the keys.
    pub items: Vec<Item>,
    /// Whether more follow.
    pub more: bool,
    /// The store's revision when this was read.
    pub revision: Revision,
}

/// Writes that take effect together or not at all, if every comparison holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Revisions that must still be current.
    pub compare: Vec<Compare>,
    /// What to write, in order; of two writes of one key the later counts.
    pub writes: Vec<Write>,
}

impl Batch {
    /// Checks the batch against the limits of every store.
    pub fn check(&self) -> Result<(), StoreError> {
        let within = |what, size, limit| {
            if size > limit { Err(StoreError::TooLarge { what, size, limit }) } else { Ok(()) }
        };
        within("batch", self.compare.len() + self.writes.len(), BATCH_LIMIT)?;
        let keys = self.compare.iter().map(|compare| &compare.key);
        for key in keys.chain(self.writes.iter().map(|write| &write.key)) {
            within("key", key.as_str().len(), KEY_LIMIT)?;
        }
        for value in self.writes.iter().filter_map(|write| write.value.as_ref()) {
            within("value", value.len(), VALUE_LIMIT)?;
        }
        Ok(())
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The key.
    pub key: Key,
    /// The new value; `None` removes the key.
    pub value: Option<Vec<u8>>,
}

/// A commit as a watch tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its revision.
    pub revision: Revision,
    /// Its writes.
    pub writes: Vec<Write>,
}

/// Why a store could not do as asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk under the store has no space left. Nothing was written; writing works again when there is.
    #[error("the disk under `{place}` is full")]
    Full {
        /// File or folder.
        place: String,
    },
    /// Reading or writing failed. Whether a write took effect is unknown until the store can be read again.
    #[error("the store `{place}` cannot be used")]
    Unavailable {
        /// File or address.
        place: String,
        /// What the layer below said.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// What lies in the store is not what was written there.
    #[error("the store `{place}` is damaged at `{key}`: {why}")]
    Damaged {
        /// File or address.
        place: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// The commits asked for are no longer at hand.
    #[error("commits after revision {from} are no longer kept; the oldest kept is {oldest}")]
    Compacted {
        /// What was asked for.
        from: Revision,
        /// What is there.
        oldest: Revision,
    },
    /// A key, value or batch is larger than stores take.
    #[error("a {what} of size {size} is larger than the limit of {limit}")]
    TooLarge {
        /// `key` or `value` in bytes, `batch` in comparisons and writes.
        what: &'static str,
        /// Its size.
        size: usize,
        /// [`KEY_LIMIT`], [`VALUE_LIMIT`] or [`BATCH_LIMIT`].
        limit: usize,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

/// Why a commit was not made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// A comparison failed: read again and decide again.
    #[error("`{key}` has revision {found}, not {expected}")]
    Conflict {
        /// The first key that differs.
        key: Key,
        /// The revision the batch rested on.
        expected: Revision,
        /// The revision the key has.
        found: Revision,
        /// The store's revision when it compared: a view that has reached it has what the batch had not seen.
        at: Revision,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
