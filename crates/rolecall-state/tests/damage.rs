//! Damaged and cut-off data files: named, left untouched, and never read as if nothing were wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_state::embedded::{Embedded, OpenError};
use rolecall_state::key::Key;
use rolecall_state::store::{Batch, Item, Store, Write};
use std::fs;
use std::path::Path;

const KEYS: u32 = 120;

fn batch(n: u32) -> Batch {
    let key = Key::from_text(format!("/test/{n:04}"));
    // Long enough that a change of one byte falls into a value more often than into a gap.
    let value = format!("value {n} ").repeat(20).into_bytes();
    Batch { compare: Vec::new(), writes: vec![Write { key, value: Some(value) }] }
}

async fn fill(store: &Embedded) -> Vec<Item> {
    for n in 0..KEYS {
        store.commit(batch(n)).await.unwrap();
    }
    everything(store).await
}

async fn everything(store: &Embedded) -> Vec<Item> {
    store.range("", None, usize::MAX).await.unwrap().items
}

/// A data file as a clean stop leaves it, and one as a crash leaves it.
async fn files(folder: &Path) -> (Vec<Item>, [(&'static str, Vec<u8>); 2]) {
    let store = Embedded::open(folder).unwrap();
    let items = fill(&store).await;
    let crashed = fs::read(folder.join("state.redb")).unwrap();
    drop(store);
    let stopped = fs::read(folder.join("state.redb")).unwrap();
    (items, [("after a stop", stopped), ("after a crash", crashed)])
}

/// Opens a folder with these bytes as its data file: either everything is there, or the error names the
/// file and the file is as it was.
async fn sound_or_refused(bytes: &[u8], items: &[Item], what: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.redb");
    fs::write(&file, bytes).unwrap();
    match Embedded::open(folder.path()) {
        Ok(store) => {
            assert_eq!(everything(&store).await, items, "{what}: opened with something else inside");
            false
        }
        Err(error) => {
            assert!(error.to_string().contains(file.to_str().unwrap()), "{what}: {error}");
            assert!(matches!(error, OpenError::Damaged { .. }), "{what}: {error:?}");
            assert!(fs::read(&file).unwrap() == bytes, "{what}: the file was changed");
            true
        }
    }
}

#[tokio::test]
async fn a_whole_file_opens() {
    let folder = tempfile::tempdir().unwrap();
    let (items, files) = files(folder.path()).await;
    assert_eq!(items.len() as u32, KEYS);
    for (what, bytes) in files {
        assert!(!sound_or_refused(&bytes, &items, what).await, "{what}");
    }
}

#[tokio::test]
async fn cut_off_files() {
    let folder = tempfile::tempdir().unwrap();
    let (items, files) = files(folder.path()).await;
    for (what, bytes) in files {
        let length = bytes.len();
        let cuts = [0, 1, 100, 512, 4095, 4096, length / 3, length / 2, length - 4096, length - 1];
        for cut in cuts {
            let what = format!("{what}, cut at {cut} of {length}");
            assert!(sound_or_refused(&bytes[..cut], &items, &what).await, "{what}: opened");
        }
    }
}

#[tokio::test]
async fn files_with_a_changed_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (items, files) = files(folder.path()).await;
    for (what, bytes) in files {
        let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        // Half the bytes of the header that are in use, and a sample of the rest.
        let sample = used
            .iter()
            .filter(|at| **at < 512)
            .step_by(2)
            .chain(used.iter().skip(512).step_by(used.len() / 60));
        let mut refused = 0;
        for at in sample {
            let mut bytes = bytes.clone();
            bytes[*at] ^= 0x55;
            refused += u32::from(sound_or_refused(&bytes, &items, &format!("{what}, byte {at}")).await);
        }
        assert!(refused > 10, "{what}: of the changed files only {refused} were refused");
    }
}

#[tokio::test]
async fn files_that_are_no_data_files() {
    for (what, bytes) in [("text", b"hello".repeat(1000)), ("zeros", vec![0; 8192])] {
        assert!(sound_or_refused(&bytes, &[], what).await, "{what}: opened");
    }
}

#[tokio::test]
async fn a_data_file_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.redb");
    let database = redb::Database::create(&file).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(redb::TableDefinition::<u64, u64>::new("theirs")).unwrap();
    write.commit().unwrap();
    drop(database);
    let bytes = fs::read(&file).unwrap();
    assert!(sound_or_refused(&bytes, &[], "theirs").await);
}

#[test]
fn a_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    let Err(error) = Embedded::open(folder.path()) else { panic!("opened twice") };
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");
    drop(store);
    Embedded::open(folder.path()).unwrap();
}

#[test]
fn a_draft_of_an_interrupted_start_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state.redb.new"), "half").unwrap();
    Embedded::open(folder.path()).unwrap();
    assert!(!folder.path().join("state.redb.new").exists());
}

#[test]
fn folder_and_file_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/b");
    let _store = Embedded::open(&folder).unwrap();
    for (path, mode) in [(folder.clone(), 0o700), (folder.join("state.redb"), 0o600)] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
}

#[test]
fn a_path_that_cannot_be_a_folder_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let Err(error) = Embedded::open(&file) else { panic!("opened a file as a folder") };
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
}
