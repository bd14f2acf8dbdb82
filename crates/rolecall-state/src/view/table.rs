//! A table of one kind: look-up by name through sharded hash maps, pages in name order through a tree.

use super::{Shared, same_name};
use crate::entity::Kept;
use crate::revision::Record;
use hashbrown::{DefaultHashBuilder, HashTable};
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
            return self.by_name.get(name.as_bytes(), |kept| kept.name() == name);
        }
        let is_named = |kept: &T| kept.name().eq_ignore_ascii_case(name);
        let mut buffer = [0_u8; FOLDED_ON_STACK];
        match buffer.get_mut(..name.len()) {
            Some(folded) => {
                folded.copy_from_slice(name.as_bytes());
                folded.make_ascii_lowercase();
                self.by_name.get(folded, is_named)
            }
            None => self.by_name.get(name.to_ascii_lowercase().as_bytes(), is_named),
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
        self.by_name.put(name.as_bytes(), Arc::clone(&record), |kept| fold::<T>(&kept.name()) == name);
        ordered.insert(name.into_boxed_str(), record)
    }

    /// Takes the entity of a name out, which is in lower case where the kind folds.
    pub(super) fn remove(&self, name: &str) -> Option<Shared<T>> {
        let mut ordered = self.ordered.write().unwrap_or_else(PoisonError::into_inner);
        self.by_name.remove(name.as_bytes(), |kept| fold::<T>(&kept.value.name()) == name);
        ordered.remove(name)
    }
}

fn fold<T: Kept>(name: &str) -> String {
    if T::KIND.folds() { name.to_ascii_lowercase() } else { name.to_owned() }
}

/// Entities by a unique id.
pub(super) struct ById<T>(Sharded<T>);

/// What has a unique id.
pub(super) trait Identified {
    /// The id.
    fn id(&self) -> &str;
}

impl<T> Default for ById<T> {
    fn default() -> Self {
        ById(Sharded::default())
    }
}

impl<T: Identified> ById<T> {
    pub(super) fn get(&self, id: &str) -> Option<Shared<T>> {
        self.0.get(id.as_bytes(), |kept| kept.id() == id)
    }

    pub(super) fn put(&self, record: Shared<T>) {
        let id = record.value.id().to_owned();
        self.0.put(id.as_bytes(), record, |kept| kept.id() == id);
    }

    /// Takes an entity out, unless the id has gone to another since.
    pub(super) fn remove(&self, old: &Shared<T>) {
        let id = old.value.id();
        self.0.remove(id.as_bytes(), |kept| kept.value.id() == id && kept.revision == old.revision);
    }
}

/// Entities with the hash of their name. The name itself is compared where it stands, in the entity: one
/// place in memory less to wait for.
type Shard<T> = RwLock<HashTable<(u64, Shared<T>)>>;

/// A hash table in pieces, each under its own lock.
struct Sharded<T> {
    hasher: DefaultHashBuilder,
    shards: [Shard<T>; SHARDS],
}

impl<T> Default for Sharded<T> {
    fn default() -> Self {
        let shards = std::array::from_fn(|_| RwLock::new(HashTable::new()));
        Sharded { hasher: DefaultHashBuilder::default(), shards }
    }
}

impl<T> Sharded<T> {
    fn shard(&self, name: &[u8]) -> (u64, Option<&Shard<T>>) {
        let hash = self.hasher.hash_one(name);
        // The table itself goes by the lowest and highest bits.
        (hash, self.shards.get((hash >> 32) as usize % SHARDS))
    }

    fn get(&self, name: &[u8], is_named: impl Fn(&T) -> bool) -> Option<Shared<T>> {
        let (hash, shard) = self.shard(name);
        let shard = shard?.read().unwrap_or_else(PoisonError::into_inner);
        let found = shard.find(hash, |(other, kept)| *other == hash && is_named(&kept.value));
        found.map(|(_, kept)| Arc::clone(kept))
    }

    fn put(&self, name: &[u8], record: Shared<T>, is_named: impl Fn(&T) -> bool) {
        let (hash, Some(shard)) = self.shard(name) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        match shard.find_mut(hash, |(other, kept)| *other == hash && is_named(&kept.value)) {
            Some((_, kept)) => *kept = record,
            None => drop(shard.insert_unique(hash, (hash, record), |(hash, _)| *hash)),
        }
    }

    fn remove(&self, name: &[u8], goes: impl Fn(&Record<T>) -> bool) {
        let (hash, Some(shard)) = self.shard(name) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(found) = shard.find_entry(hash, |(other, kept)| *other == hash && goes(kept)) {
            found.remove();
        }
    }
}
