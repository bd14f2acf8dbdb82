//! A table of one kind: look-up by name through sharded hash maps, pages in name order through a tree.

use super::{Shared, same_name};
use crate::entity::Kept;
use crate::revision::Record;
use hashbrown::{DefaultHashBuilder, HashMap};
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

/// Look-ups of different names seldom meet in one of so many locks.
const SHARDS: usize = 16;
/// Names up to this length are folded on the stack; IAM's end at 128.
const FOLDED_ON_STACK: usize = 128;

/// The entities of one kind, in an account or in the service.
pub struct Table<T> {
    by_name: Sharded<T>,
    ordered: RwLock<BTreeMap<Box<str>, Shared<T>>>,
}

/// What to list.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'a> {
    /// Only names after this one; the last name of the page before.
    pub after: Option<&'a str>,
    /// Only entities whose path begins so; `/` for all.
    pub path_prefix: &'a str,
    /// Only names that begin so; empty for all.
    pub name_prefix: &'a str,
    /// At most so many.
    pub limit: usize,
}

impl Default for PageRequest<'_> {
    fn default() -> Self {
        PageRequest { after: None, path_prefix: "/", name_prefix: "", limit: usize::MAX }
    }
}

/// A piece of a list.
pub struct Page<T> {
    /// Entities in the order of their names, without regard to case where the kind folds.
    pub items: Vec<Shared<T>>,
    /// Whether more follow.
    pub more: bool,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { by_name: Sharded::default(), ordered: RwLock::default() }
    }
}

impl<T: Kept> Table<T> {
    /// The entity of this very name, case included.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Shared<T>> {
        self.find(name).filter(|found| !T::KIND.folds() || same_name(&found.value, name))
    }

    /// The entity that takes up this name: for kinds that fold, in whatever case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Shared<T>> {
        if !T::KIND.folds() {
            return self.by_name.get(name.as_bytes());
        }
        let mut buffer = [0_u8; FOLDED_ON_STACK];
        match buffer.get_mut(..name.len()) {
            Some(folded) => {
                folded.copy_from_slice(name.as_bytes());
                folded.make_ascii_lowercase();
                self.by_name.get(folded)
            }
            None => self.by_name.get(name.to_ascii_lowercase().as_bytes()),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ordered.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A piece of the list in name order.
    #[must_use]
    pub fn page(&self, request: &PageRequest<'_>) -> Page<T> {
        let ordered = self.ordered.read().unwrap_or_else(PoisonError::into_inner);
        let prefix = fold::<T>(request.name_prefix);
        let after = request.after.map(fold::<T>);
        let start = match &after {
            Some(after) if after.as_str() >= prefix.as_str() => Bound::Excluded(after.as_str()),
            _ => Bound::Included(prefix.as_str()),
        };
        let mut items = ordered
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(|(name, _)| name.starts_with(&prefix))
            .filter(|(_, found)| found.value.path().starts_with(request.path_prefix))
            .map(|(_, found)| Arc::clone(found));
        let page = items.by_ref().take(request.limit).collect();
        Page { items: page, more: items.next().is_some() }
    }

    /// Every entity in name order.
    #[must_use]
    pub fn all(&self) -> Vec<Shared<T>> {
        self.page(&PageRequest::default()).items
    }

    /// Puts an entity in; gives the one it replaces.
    pub(super) fn put(&self, record: Shared<T>) -> Option<Shared<T>> {
        let name = fold::<T>(&record.value.name());
        let mut ordered = self.ordered.write().unwrap_or_else(PoisonError::into_inner);
        self.by_name.put(name.as_bytes(), Arc::clone(&record));
        ordered.insert(name.into_boxed_str(), record)
    }

    /// Takes the entity of a name out, which is in lower case where the kind folds.
    pub(super) fn remove(&self, name: &str) -> Option<Shared<T>> {
        let mut ordered = self.ordered.write().unwrap_or_else(PoisonError::into_inner);
        self.by_name.remove_if(name.as_bytes(), |_| true);
        ordered.remove(name)
    }
}

fn fold<T: Kept>(name: &str) -> String {
    if T::KIND.folds() { name.to_ascii_lowercase() } else { name.to_owned() }
}

/// Entities by a unique id.
pub(super) struct ById<T>(Sharded<T>);

impl<T> Default for ById<T> {
    fn default() -> Self {
        ById(Sharded::default())
    }
}

impl<T> ById<T> {
    pub(super) fn get(&self, id: &str) -> Option<Shared<T>> {
        self.0.get(id.as_bytes())
    }

    pub(super) fn put(&self, id: &str, record: Shared<T>) {
        self.0.put(id.as_bytes(), record);
    }

    /// Takes an entity out, unless the id has gone to another since.
    pub(super) fn remove_if(&self, id: &str, old: &Shared<T>) {
        self.0.remove_if(id.as_bytes(), |kept| kept.revision == old.revision);
    }
}

type Shard<T> = RwLock<HashMap<Box<[u8]>, Arc<Record<T>>>>;

/// A hash map in pieces, each under its own lock.
struct Sharded<T> {
    hasher: DefaultHashBuilder,
    shards: [Shard<T>; SHARDS],
}

impl<T> Default for Sharded<T> {
    fn default() -> Self {
        Sharded { hasher: DefaultHashBuilder::default(), shards: std::array::from_fn(|_| RwLock::default()) }
    }
}

impl<T> Sharded<T> {
    fn shard(&self, key: &[u8]) -> Option<&Shard<T>> {
        self.shards.get(self.hasher.hash_one(key) as usize % SHARDS)
    }

    fn get(&self, key: &[u8]) -> Option<Shared<T>> {
        self.shard(key)?.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: &[u8], record: Shared<T>) {
        if let Some(shard) = self.shard(key) {
            shard.write().unwrap_or_else(PoisonError::into_inner).insert(key.into(), record);
        }
    }

    fn remove_if(&self, key: &[u8], goes: impl Fn(&Record<T>) -> bool) {
        if let Some(shard) = self.shard(key) {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            if shard.get(key).is_some_and(|kept| goes(kept)) {
                shard.remove(key);
            }
        }
    }
}
