//! Revisions: how old a value is, and how a write says which value it has seen.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The count of commits of a store at some moment. Each commit has the next one; a value carries the
/// revision of the commit that wrote it last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Revision(pub u64);

impl Revision {
    /// Before the first commit; as the revision of a key: the key is absent.
    pub const NONE: Revision = Revision(0);

    /// The revision after this one.
    #[must_use]
    pub fn next(self) -> Revision {
        Revision(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A value with the revision that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<T> {
    /// The value.
    pub value: T,
    /// The commit that wrote it.
    pub revision: Revision,
}

impl<T> std::ops::Deref for Record<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
