//! The store on this machine's disk, or in memory: redb behind one writing thread.

mod database;
mod failure;
mod format;
mod history;
mod open;
mod rehearsal;
mod writer;

pub use open::OpenError;

use crate::key::Key;
use crate::revision::Revision;
use crate::store::{Batch, Boxed, CommitError, Counts, Item, Page, Store, StoreError, Watch};
use database::Shared;
use history::Follower;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use writer::Waiting;

/// So many batches may wait for the writing thread; further commits wait to be let in.
const QUEUE: usize = 1024;

/// A store in the file `state.redb` of a data folder, or in memory. Every batch that waits when the writing
/// thread is free goes into one durable commit. Dropping the store ends the thread and closes the file.
pub struct Embedded {
    queue: Option<mpsc::Sender<Waiting>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Keeps other processes out until the store is dropped.
    _lock: Option<File>,
}

impl Embedded {
    /// Opens the data folder, making it (mode 0700) if it is missing, and keeps every other process out.
    /// A file that is damaged, cut off or of a newer format is named in the error and left as it is.
    pub fn open(folder: &Path) -> Result<Embedded, OpenError> {
        Embedded::open_as(folder, &format::CURRENT)
    }

    /// A store that lives as long as this value.
    pub fn memory() -> Result<Embedded, OpenError> {
        let (database, revision) = open::memory()?;
        Embedded::start(Shared::memory(database, revision), None)
    }

    fn open_as(folder: &Path, format: &format::Format) -> Result<Embedded, OpenError> {
        let lock = open::lock(folder)?;
        let file = folder.join(open::FILE);
        let (database, revision) = open::file(folder, &file, format)?;
        Embedded::start(Shared::file(database, revision, file), Some(lock))
    }

    fn start(shared: Shared, lock: Option<File>) -> Result<Embedded, OpenError> {
        let shared = Arc::new(shared);
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new().name("state-writer".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || writer::run(&shared, waiting)
        });
        let thread = thread.map_err(|source| open::io(Path::new("state-writer"), source))?;
        Ok(Embedded { queue: Some(queue), shared, thread: Some(thread), _lock: lock })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
        self.shared.close();
    }
}

impl Store for Embedded {
    fn place(&self) -> &str {
        &self.shared.place
    }

    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, Result<Option<Item>, StoreError>> {
        Box::pin(async move { self.shared.get(key) })
    }

    fn range<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Key>,
        limit: usize,
    ) -> Boxed<'a, Result<Page, StoreError>> {
        Box::pin(async move { self.shared.range(prefix, after, limit) })
    }

    fn commit(&self, batch: Batch) -> Boxed<'_, Result<Revision, CommitError>> {
        Box::pin(async move {
            batch.check()?;
            let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
            let (answer, answered) = oneshot::channel();
            queue.send(Waiting { batch, answer }).await.map_err(|_| StoreError::Closed)?;
            answered.await.unwrap_or(Err(CommitError::Store(StoreError::Closed)))
        })
    }

    fn counts(&self) -> Counts {
        let waiting = self.queue.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity());
        let counts = &self.shared.counts;
        Counts {
            batches: counts.batches.load(Relaxed),
            commits: counts.commits.load(Relaxed),
            refused: counts.refused.load(Relaxed),
            waiting: waiting as u64,
        }
    }

    fn watch(&self, from: Revision) -> Boxed<'_, Result<Box<dyn Watch>, StoreError>> {
        Box::pin(async move {
            let follower = Follower::new(Arc::clone(&self.shared.history), from)?;
            Ok(Box::new(follower) as Box<dyn Watch>)
        })
    }
}

#[cfg(test)]
mod tests;
