//! What is known of a request, by condition key. Keys ignore letter case (rule 4.4).

/// Keys and values of a request.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Sorted by key, keys in lower case.
    entries: Vec<(String, Entry)>,
    unknown_prefixes: Vec<String>,
}

#[derive(Clone, Debug)]
enum Entry {
    Values { values: Vec<String>, multivalued: bool },
    Unknown,
}

/// What is known of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// It has these values.
    Present {
        /// Values; empty counts as nothing (rule 4.12).
        values: &'a [String],
        /// Whether the key is one of many values, however many it has now (rule 4.8).
        multivalued: bool,
    },
    /// The request does not have it.
    Absent,
    /// Nobody read it.
    Unknown,
}

impl Context {
    /// No key at all: everything is absent.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// As `new`, with room for so many keys.
    #[must_use]
    pub fn with_capacity(keys: usize) -> Self {
        Self { entries: Vec::with_capacity(keys), unknown_prefixes: Vec::new() }
    }

    /// Sets a single-valued key; several values make it multivalued.
    pub fn set(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        let values: Vec<String> = values.into_iter().collect();
        let multivalued = values.len() > 1;
        self.put(key, Entry::Values { values, multivalued });
    }

    /// Sets a key that is multivalued by its nature, such as `aws:TagKeys`.
    pub fn set_multivalued(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        self.put(key, Entry::Values { values: values.into_iter().collect(), multivalued: true });
    }

    /// Says that nobody read this key: where it matters, nothing is decided.
    pub fn set_unknown(&mut self, key: &str) {
        self.put(key, Entry::Unknown);
    }

    /// Says that nobody read the keys that begin so, such as `aws:ResourceTag/`.
    pub fn set_unknown_prefix(&mut self, prefix: &str) {
        self.unknown_prefixes.push(prefix.to_ascii_lowercase());
    }

    /// What is known of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Lookup<'_> {
        if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.get_folded(&key.to_ascii_lowercase());
        }
        self.get_folded(key)
    }

    /// As `get`, for a key that is in lower case already.
    pub(crate) fn get_folded(&self, key: &str) -> Lookup<'_> {
        let found = self.entries.binary_search_by(|(known, _)| known.as_str().cmp(key));
        match found.ok().and_then(|at| self.entries.get(at)) {
            Some((_, Entry::Values { values, multivalued })) => {
                Lookup::Present { values, multivalued: *multivalued }
            }
            Some((_, Entry::Unknown)) => Lookup::Unknown,
            None if self.unknown_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str())) => {
                Lookup::Unknown
            }
            None => Lookup::Absent,
        }
    }

    /// Keys that have values, in lower case, sorted.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.entries.iter().filter_map(|(key, entry)| match entry {
            Entry::Values { values, .. } => Some((key.as_str(), values.as_slice())),
            Entry::Unknown => None,
        })
    }

    fn put(&mut self, key: &str, entry: Entry) {
        let key = key.to_ascii_lowercase();
        match self.entries.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => {
                if let Some(slot) = self.entries.get_mut(at) {
                    slot.1 = entry;
                }
            }
            Err(at) => self.entries.insert(at, (key, entry)),
        }
    }
}
