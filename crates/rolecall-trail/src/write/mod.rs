//! Making records durable: append-only segment files, many records to one write and one sync.

mod block;
mod courier;
mod error;
mod journal;
mod queue;
mod recovery;
mod segment;
mod syncer;
mod thread;

pub use courier::Delivery;
pub use error::{AppendError, OpenError};
pub use segment::segments;

use queue::Queue;
use segment::Folder;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How the files of a trail are cut, and how much may wait.
#[derive(Clone, Debug)]
pub struct Options {
    /// A segment of this many bytes is closed and a new one begun.
    pub segment_bytes: u64,
    /// A segment that was opened so long ago is closed and a new one begun.
    pub segment_age: Duration,
    /// The oldest closed segments are removed when all segments together are larger; `None` keeps everything.
    pub keep_bytes: Option<u64>,
    /// At most so many bytes wait to be written; further records are refused with [`AppendError::Busy`].
    pub queue_bytes: usize,
    /// Where closed segments are delivered as CloudTrail delivers its logs; `None` for nowhere. The segment that is open
    /// when the writer ends is closed then, and delivered too.
    pub deliver: Option<Delivery>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            segment_bytes: 64 << 20,
            segment_age: Duration::from_secs(24 * 3600),
            keep_bytes: None,
            queue_bytes: 64 << 20,
            deliver: None,
        }
    }
}

/// What opening a trail found to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The segment whose end was torn.
    pub file: PathBuf,
    /// How many bytes were cut off. No record among them was acknowledged.
    pub bytes: u64,
}

/// What a writer has done, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that are durable.
    pub records: u64,
    /// Bytes that are durable.
    pub bytes: u64,
    /// Syncs that made them so.
    pub syncs: u64,
    /// Records refused or lost to errors; their callers were told.
    pub failures: u64,
    /// Time that writing and syncing took altogether.
    pub busy: Duration,
    /// Records that wait at the moment.
    pub waiting: u64,
    /// Bytes that wait or are being written at the moment.
    pub waiting_bytes: u64,
}

/// Appends records to a trail. Dropping it writes what waits and ends its thread.
pub struct Writer {
    /// `None` keeps nothing.
    queue: Option<Arc<Queue>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens the trail in a folder, making it (mode 0700) if it is missing; cuts off a torn end and says so;
    /// keeps every other writer out.
    pub fn open(folder: &Path, options: Options) -> Result<(Writer, Option<Cut>), OpenError> {
        let (folder, cut) = Folder::open(folder, &options)?;
        let queue = Arc::new(Queue::new(options.queue_bytes));
        let at = folder.path().to_owned();
        let thread = std::thread::Builder::new().name("trail-writer".to_owned()).spawn({
            let queue = Arc::clone(&queue);
            move || thread::run(&queue, folder)
        });
        let thread = thread.map_err(|source| OpenError::Io { path: at, source })?;
        Ok((Writer { queue: Some(queue), thread: Some(thread) }, cut))
    }

    /// A writer for `--dev`: every record counts as durable at once and is kept nowhere.
    #[must_use]
    pub fn memory() -> Writer {
        Writer { queue: None, thread: None }
    }

    /// Says that a record is being made: what waits is not synced at once but together with it, if it comes soon.
    #[must_use]
    pub fn expect(&self) -> Expected {
        if let Some(queue) = &self.queue {
            queue.expect();
        }
        Expected { queue: self.queue.clone(), over: AtomicBool::new(false) }
    }

    /// Appends one record: a line of JSON without line feed, as [`crate::record::Record::to_json`] gives it.
    /// Never waits for the disk. Await the receipt before the answer leaves.
    pub fn append(&self, line: &[u8]) -> Receipt {
        if memchr::memchr(b'\n', line).is_some() {
            return Receipt::done(Err(AppendError::NotOneLine));
        }
        match &self.queue {
            None => Receipt::done(Ok(())),
            Some(queue) => match queue.push(line) {
                Ok(receiver) => Receipt(Waiting::Queued(receiver)),
                Err(error) => Receipt::done(Err(error)),
            },
        }
    }

    /// What the writer has done so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.queue.as_ref().map(|queue| queue.counts()).unwrap_or_default()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.close();
        }
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
    }
}

/// A record that is being made.
pub struct Expected {
    queue: Option<Arc<Queue>>,
    over: AtomicBool,
}

impl Expected {
    /// The record was appended, or none will be. Dropping says so too.
    pub fn over(&self) {
        if let Some(queue) = &self.queue
            && !self.over.swap(true, Ordering::Relaxed)
        {
            queue.no_longer_expected();
        }
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.over();
    }
}

/// Resolves when the record is on disk, or cannot be. Dropping it does not take the record back.
#[derive(Debug)]
pub struct Receipt(Waiting);

#[derive(Debug)]
enum Waiting {
    Done(Option<Result<(), AppendError>>),
    Queued(oneshot::Receiver<Result<(), AppendError>>),
}

impl Receipt {
    fn done(result: Result<(), AppendError>) -> Receipt {
        Receipt(Waiting::Done(Some(result)))
    }

    /// Waits without a runtime. Must not be called within one.
    pub fn wait(self) -> Result<(), AppendError> {
        match self.0 {
            Waiting::Done(result) => result.unwrap_or(Err(AppendError::Closed)),
            Waiting::Queued(receiver) => receiver.blocking_recv().unwrap_or(Err(AppendError::Closed)),
        }
    }
}

impl Future for Receipt {
    type Output = Result<(), AppendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Waiting::Done(result) => Poll::Ready(result.take().unwrap_or(Err(AppendError::Closed))),
            Waiting::Queued(receiver) => {
                Pin::new(receiver).poll(context).map(|result| result.unwrap_or(Err(AppendError::Closed)))
            }
        }
    }
}
