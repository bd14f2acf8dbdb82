//! Why a trail cannot be opened, why a record is not durable.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

impl AppendError {
    pub(super) fn io(file: &Path, source: std::io::Error) -> AppendError {
        let file = file.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => AppendError::Full { file },
            _ => AppendError::Io { file, source: Arc::new(source) },
        }
    }
}
