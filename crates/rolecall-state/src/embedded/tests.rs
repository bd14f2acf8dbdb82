//! Formats: an older file is brought forward, a newer one refused.

use super::format::{CURRENT, Format, VALUES};
use super::{Embedded, OpenError};
use crate::key::Key;
use crate::revision::Revision;
use crate::store::{Batch, Store, Write};
use redb::{ReadableTable, WriteTransaction};

/// As if the version after this one wrote every value with a mark before it.
const NEXT: Format = Format { version: CURRENT.version + 1, steps: &[mark] };

fn mark(write: &WriteTransaction) -> Result<(), redb::Error> {
    let mut values = write.open_table(VALUES)?;
    let mut marked = Vec::new();
    for entry in values.iter()? {
        let (key, value) = entry?;
        let (revision, value) = value.value();
        marked.push((key.value().to_owned(), revision, [b"2:", value].concat()));
    }
    for (key, revision, value) in &marked {
        values.insert(key.as_str(), (*revision, value.as_slice()))?;
    }
    Ok(())
}

async fn put(store: &Embedded, key: &str) -> Revision {
    let write = Write { key: Key::from_text(key), value: Some(b"value".to_vec()) };
    store.commit(Batch { compare: Vec::new(), writes: vec![write] }).await.unwrap()
}

#[tokio::test]
async fn an_older_file_is_brought_forward_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    let revision = put(&store, "/test/a").await;
    drop(store);
    for _ in 0..2 {
        let store = Embedded::open_as(folder.path(), &NEXT).unwrap();
        let item = store.get(&Key::from_text("/test/a")).await.unwrap().unwrap();
        assert_eq!((item.value.as_slice(), item.revision), (&b"2:value"[..], revision));
        drop(store);
    }
    let store = Embedded::open_as(folder.path(), &NEXT).unwrap();
    assert!(put(&store, "/test/b").await > revision);
}

#[tokio::test]
async fn a_newer_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Embedded::open_as(folder.path(), &NEXT).unwrap());
    let file = folder.path().join("state.redb");
    let before = std::fs::read(&file).unwrap();
    let Err(error) = Embedded::open(folder.path()) else { panic!("opened a newer file") };
    let OpenError::Newer { found, known, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*found, *known), (NEXT.version, CURRENT.version));
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn as_many_steps_as_versions_before() {
    assert_eq!(CURRENT.steps.len() as u64 + 1, CURRENT.version);
}
