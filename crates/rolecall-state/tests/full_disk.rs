//! A full disk: said as such, nothing acknowledged is lost, and writing goes on when there is space.
//!
//! Needs to be root: the disk is a small tmpfs mounted for the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_state::embedded::Embedded;
use rolecall_state::key::Key;
use rolecall_state::store::{Batch, CommitError, Store, StoreError, Write};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// A tmpfs of some bytes, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(bytes: u64) -> SmallDisk {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={bytes}");
        let mut mount = Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status().unwrap();
        assert!(done.success(), "mounting a tmpfs failed; this test needs root");
        SmallDisk(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Writes a file that leaves so many bytes of the disk free.
fn fill_up_to(file: &Path, free: u64) {
    let mut ballast = fs::File::create(file).unwrap();
    while ballast.write_all(&[1; 64 << 10]).is_ok() {}
    ballast.set_len(ballast.metadata().unwrap().len() - free).unwrap();
}

fn key(number: usize) -> Key {
    Key::from_text(format!("/test/{number:06}"))
}

fn batch(number: usize) -> Batch {
    let write = Write { key: key(number), value: Some(vec![number as u8; 20_000]) };
    Batch { compare: Vec::new(), writes: vec![write] }
}

async fn check(store: &Embedded, acknowledged: &[usize]) {
    for number in acknowledged {
        let item = store.get(&key(*number)).await.unwrap().unwrap_or_else(|| panic!("{number} is gone"));
        assert_eq!(item.value, vec![*number as u8; 20_000]);
    }
}

#[tokio::test]
async fn full_and_free_again() {
    let disk = SmallDisk::mount(12 << 20);
    let ballast = disk.path().join("ballast");
    let folder = disk.path().join("data");
    let store = Embedded::open(&folder).unwrap();
    let mut acknowledged = Vec::new();
    let mut number = 0;
    for round in 0..3 {
        fill_up_to(&ballast, 256 << 10);
        let error = loop {
            number += 1;
            match store.commit(batch(number)).await {
                Ok(_) => acknowledged.push(number),
                Err(error) => break error,
            }
            assert!(number < 2000, "the disk never filled");
        };
        assert!(matches!(error, CommitError::Store(StoreError::Full { .. })), "round {round}: {error:?}");
        assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
        // Still full: still refused, and still said.
        let error = store.commit(batch(number)).await.unwrap_err();
        assert!(matches!(error, CommitError::Store(StoreError::Full { .. })), "round {round}: {error:?}");
        fs::remove_file(&ballast).unwrap();
        number += 1;
        store.commit(batch(number)).await.unwrap();
        acknowledged.push(number);
        check(&store, &acknowledged).await;
    }
    drop(store);
    check(&Embedded::open(&folder).unwrap(), &acknowledged).await;
}
