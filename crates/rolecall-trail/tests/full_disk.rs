//! A full disk: said as such, nothing acknowledged is lost, no torn line is left, and appending goes on.
//!
//! Needs to be root: the disk is a small tmpfs mounted for the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_trail::write::{AppendError, Options, Writer, segments};
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

fn line(number: usize) -> String {
    format!(r#"{{"number":{number},"filling":"{}"}}"#, "x".repeat(5000))
}

/// Appends until the disk is full; says which lines count.
fn append_until_full(writer: &Writer, next: &mut usize, acknowledged: &mut Vec<String>) {
    for _ in 0..10_000 {
        *next += 1;
        match writer.append(line(*next).as_bytes()).wait() {
            Ok(()) => acknowledged.push(line(*next)),
            Err(error) => {
                assert!(matches!(error, AppendError::Full { .. }), "{error:?}");
                assert!(error.to_string().contains("trail-"), "{error}");
                return;
            }
        }
    }
    panic!("the disk never filled");
}

fn lines(folder: &Path) -> Vec<String> {
    let texts = segments(folder).unwrap().into_iter().map(|(path, _)| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn full_and_free_again() {
    // Large segments, and segments that end while the disk is full.
    for segment_bytes in [64 << 20, 20_000] {
        let disk = SmallDisk::mount(4 << 20);
        let (ballast, folder) = (disk.path().join("ballast"), disk.path().join("trail"));
        let options = Options { segment_bytes, ..Options::default() };
        let (writer, _) = Writer::open(&folder, options.clone()).unwrap();
        let (mut next, mut acknowledged) = (0, Vec::new());
        for _ in 0..3 {
            fill_up_to(&ballast, 128 << 10);
            append_until_full(&writer, &mut next, &mut acknowledged);
            append_until_full(&writer, &mut next, &mut acknowledged);
            assert_eq!(lines(&folder), acknowledged, "no line is lost, and none is left half");
            fs::remove_file(&ballast).unwrap();
            next += 1;
            writer.append(line(next).as_bytes()).wait().unwrap();
            acknowledged.push(line(next));
        }
        assert!(writer.counts().failures >= 6);
        drop(writer);
        let (_writer, cut) = Writer::open(&folder, options).unwrap();
        assert_eq!((cut, lines(&folder)), (None, acknowledged));
    }
}
