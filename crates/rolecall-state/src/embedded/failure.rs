//! What redb says, in the store's words.

use crate::store::StoreError;
use std::io::ErrorKind;
use std::sync::Arc;

/// The store's error for one of redb's, at a file.
pub(super) fn store_error(place: &str, error: impl Into<redb::Error>) -> StoreError {
    let error = error.into();
    match error {
        redb::Error::Io(source) if is_full(&source) => StoreError::Full { place: place.to_owned() },
        redb::Error::Io(source) => {
            StoreError::Unavailable { place: place.to_owned(), source: Arc::new(source) }
        }
        redb::Error::Corrupted(why) => {
            StoreError::Damaged { place: place.to_owned(), key: String::new(), why }
        }
        other => StoreError::Unavailable { place: place.to_owned(), source: Arc::new(other) },
    }
}

/// Whether the system refused for want of space, on the disk or of the user's quota.
pub(super) fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
