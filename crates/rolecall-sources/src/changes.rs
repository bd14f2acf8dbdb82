//! Files as they are and as they shall be.

use crate::folder::Sources;

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its path below the folder of sources.
    pub name: String,
    /// Its text now.
    pub before: String,
    /// Its text afterwards.
    pub after: String,
}

/// The files in which two states of the same folder differ.
pub fn between(before: &Sources, after: &Sources) -> Vec<FileChange> {
    let pairs = before.files.iter().filter_map(|old| Some((old, after.file(&old.name)?)));
    let changed = pairs.filter(|(old, new)| old.text != new.text);
    changed
        .map(|(old, new)| FileChange {
            name: old.name.clone(),
            before: old.text.clone(),
            after: new.text.clone(),
        })
        .collect()
}
