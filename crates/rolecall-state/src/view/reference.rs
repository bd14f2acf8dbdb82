//! Who refers to what: attached policies, boundaries, memberships, owners.

use crate::entity::Reference;
use crate::key::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

/// An entity that refers to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Referrer {
    /// Its kind.
    pub kind: Kind,
    /// Its name, in lower case where the kind folds: look it up with [`super::Table::find`].
    pub name: String,
}

/// The references of one account, backwards.
#[derive(Default)]
pub(super) struct References(RwLock<BTreeMap<Reference, BTreeSet<Referrer>>>);

impl References {
    /// Who refers to this, by kind and name.
    pub(super) fn of(&self, target: &Reference) -> Vec<Referrer> {
        let references = self.0.read().unwrap_or_else(PoisonError::into_inner);
        references.get(target).map(|referrers| referrers.iter().cloned().collect()).unwrap_or_default()
    }

    /// How many refer to this.
    pub(super) fn count(&self, target: &Reference) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(target).map_or(0, BTreeSet::len)
    }

    /// Replaces what one entity referred to by what it refers to now.
    pub(super) fn replace(&self, referrer: &Referrer, old: &[Reference], new: Vec<Reference>) {
        if old.is_empty() && new.is_empty() || old == new {
            return;
        }
        let mut references = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for target in old.iter().filter(|target| !new.contains(target)) {
            if let Some(referrers) = references.get_mut(target) {
                referrers.remove(referrer);
                if referrers.is_empty() {
                    references.remove(target);
                }
            }
        }
        for target in new {
            references.entry(target).or_default().insert(referrer.clone());
        }
    }
}
