//! What an operation asks of the state: typed changes, and the revisions they rest on.

use crate::entity::{Entity, Kept};
use crate::key::Key;
use crate::revision::{Record, Revision};

/// Changes that take effect together or not at all, if every comparison holds.
///
/// An operation compares *everything it relied on*, also what it does not change. Where two operations each
/// rely on what the other changes (attaching a policy while another call deletes it), the one that only
/// relies puts its entity unchanged beside its own change, so that the other sees a new revision.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// Revisions that must still be current.
    pub compare: Vec<Compare>,
    /// What to write, in order; of two changes of one key the later counts.
    pub changes: Vec<Change>,
}

/// One write.
#[derive(Clone, Debug)]
pub enum Change {
    /// Writes an entity whole, whether it existed or not.
    Put(Entity),
    /// Removes a key; nothing happens if it is absent.
    Delete(Key),
}

impl Change {
    /// Writes an entity: `Change::put(Role { .. })`.
    #[must_use]
    pub fn put(entity: impl Into<Entity>) -> Change {
        Change::Put(entity.into())
    }

    /// Removes an entity.
    #[must_use]
    pub fn delete<T: Kept>(entity: &T) -> Change {
        Change::Delete(entity.key())
    }

    /// The key that is written.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Change::Put(entity) => entity.key(),
            Change::Delete(key) => key.clone(),
        }
    }
}

/// A key must still have this revision when the transaction is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The key.
    pub key: Key,
    /// Its revision, [`Revision::NONE`] for "absent".
    pub revision: Revision,
}

impl Compare {
    /// The entity must not exist.
    #[must_use]
    pub fn absent(key: Key) -> Compare {
        Compare { key, revision: Revision::NONE }
    }

    /// The entity must be as it was read.
    #[must_use]
    pub fn unchanged<T: Kept>(record: &Record<T>) -> Compare {
        Compare { key: record.value.key(), revision: record.revision }
    }
}
