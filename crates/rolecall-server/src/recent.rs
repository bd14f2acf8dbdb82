//! A bounded cache of what was used lately: two generations, the older of which is forgotten when the newer is full.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::RwLock;

/// Values by key. A value that is looked up stays at least until as many others as the bound were added.
#[derive(Debug)]
pub struct Recent<K, V> {
    bound: usize,
    maps: RwLock<Maps<K, V>>,
}

#[derive(Debug)]
struct Maps<K, V> {
    newer: HashMap<K, V>,
    older: HashMap<K, V>,
}

impl<K: Hash + Eq + Clone, V: Clone> Recent<K, V> {
    /// A cache of at most twice `bound` values.
    #[must_use]
    pub fn new(bound: usize) -> Self {
        Self { bound, maps: RwLock::new(Maps { newer: HashMap::new(), older: HashMap::new() }) }
    }

    /// The value of a key; made and kept if it is not there. Two callers may make it at the same time.
    pub fn get_or(&self, key: &K, make: impl FnOnce() -> V) -> V {
        if let Some(value) = self.get(key) {
            return value;
        }
        let value = make();
        self.put(key.clone(), value.clone());
        value
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<V> {
        // A panic while the lock is held leaves nothing half done: the maps are always whole.
        let maps = self.maps.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(value) = maps.newer.get(key) {
            return Some(value.clone());
        }
        let value = maps.older.get(key)?.clone();
        drop(maps);
        self.put(key.clone(), value.clone());
        Some(value)
    }

    /// Keeps a value.
    pub fn put(&self, key: K, value: V) {
        let mut maps = self.maps.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if maps.newer.len() >= self.bound {
            maps.older = std::mem::take(&mut maps.newer);
        }
        maps.newer.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let recent = Recent::new(3);
        recent.put(0, "kept");
        for other in 1..100 {
            recent.put(other, "other");
            assert_eq!(recent.get(&0), Some("kept"), "after {other}");
        }
        assert_eq!(recent.get(&1), None);
        assert_eq!(recent.get_or(&1, || "made"), "made");
        assert_eq!(recent.get_or(&1, || "made again"), "made");
    }
}
