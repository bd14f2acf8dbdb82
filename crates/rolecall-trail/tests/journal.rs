//! The journal: what a crash took from the segments is written into them again.
//!
//! A crash of the machine is played by copying the folder while the writer is open, and taking from the copy's segments
//! what was not synced yet.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_trail::write::{Cut, OpenError, Options, Writer, segments};
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

const FIRST: &str = "trail-0000000001.jsonl";
const JOURNAL: &str = "trail.journal";

fn line(number: usize, filling: usize) -> String {
    format!(r#"{{"number":{number},"filling":"{}"}}"#, "x".repeat(filling))
}

fn append(writer: &Writer, numbers: std::ops::Range<usize>, filling: usize) {
    for number in numbers {
        writer.append(line(number, filling).as_bytes()).wait().unwrap();
    }
}

fn open(folder: &Path) -> (Writer, Option<Cut>) {
    Writer::open(folder, Options::default()).unwrap()
}

fn lines(folder: &Path) -> Vec<String> {
    let texts = segments(folder).unwrap().into_iter().map(|(path, _)| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The folder as a crash would leave it, but for what a test takes from it.
fn crashed(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

fn cut_to(file: &Path, length: u64) {
    OpenOptions::new().write(true).open(file).unwrap().set_len(length).unwrap();
}

#[test]
fn what_a_crash_took_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = open(folder.path());
    append(&writer, 0..50, 300);
    let whole = fs::read(folder.path().join(FIRST)).unwrap();
    let half = whole.len() / 2;
    let torn = [&whole[..], b"{\"never\":\"acknow"].concat();
    let beyond = [&whole[..], b"{\"never\":\"acknowledged\"}\n"].concat();
    let zeros = [&whole[..half], &vec![0; half + 4000]].concat();
    // (what the crash left of the segment, how many bytes are cut off)
    let table: [(&[u8], u64); 6] = [
        (&whole, 0),
        (b"", 0),
        (&whole[..half], 0),
        (&torn, 16),
        (&beyond, 25),
        (&zeros, zeros.len() as u64 - whole.len() as u64),
    ];
    for (left, bytes) in table {
        let copy = crashed(folder.path());
        let file = copy.path().join(FIRST);
        fs::write(&file, left).unwrap();
        let (writer, cut) = open(copy.path());
        assert_eq!(cut, (bytes > 0).then(|| Cut { file: file.clone(), bytes }));
        assert!(fs::read(&file).unwrap() == whole);
        append(&writer, 50..60, 300);
        drop(writer);
        let expected: Vec<_> = (0..60).map(|number| line(number, 300)).collect();
        assert_eq!(lines(copy.path()), expected);
    }
}

#[test]
fn the_journal_is_used_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = open(folder.path());
    // Thirty megabytes: both halves several times.
    for round in 0..6 {
        append(&writer, round * 50..(round + 1) * 50, 100_000);
        let expected: Vec<_> = (0..(round + 1) * 50).map(|number| line(number, 100_000)).collect();
        let copy = crashed(folder.path());
        let file = copy.path().join(FIRST);
        // What the half in use speaks of is there again, and what the other one does: that may have been synced or not.
        cut_to(&file, fs::metadata(&file).unwrap().len().saturating_sub(3 << 20));
        drop(open(copy.path()));
        assert!(lines(copy.path()) == expected, "round {round}");
    }
}

#[test]
fn segments_and_groups_that_are_too_large_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 20_000, ..Options::default() };
    let (writer, _) = Writer::open(folder.path(), options).unwrap();
    append(&writer, 0..30, 2000);
    append(&writer, 30..31, 5 << 20);
    let at_large = crashed(folder.path());
    append(&writer, 31..60, 2000);
    let filling = |number| if number == 30 { 5 << 20 } else { 2000 };
    for (copy, count) in [(at_large, 31), (crashed(folder.path()), 60)] {
        let files: Vec<PathBuf> = segments(copy.path()).unwrap().into_iter().map(|(path, _)| path).collect();
        assert!(files.len() >= 4);
        for file in &files {
            // The large line went into its segment with a sync of its own.
            if fs::metadata(file).unwrap().len() < 5 << 20 {
                cut_to(file, 0);
            }
        }
        drop(open(copy.path()));
        let expected: Vec<_> = (0..count).map(|number| line(number, filling(number))).collect();
        assert!(lines(copy.path()) == expected);
    }
}

#[test]
fn nothing_is_written_again_after_a_clean_end_nor_into_removed_segments() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = open(folder.path());
    append(&writer, 0..5, 100);
    let copy = crashed(folder.path());
    fs::remove_file(copy.path().join(FIRST)).unwrap();
    assert_eq!(open(copy.path()).1, None);
    assert_eq!(lines(copy.path()), Vec::<String>::new());
    drop(writer);
    cut_to(&folder.path().join(FIRST), 0);
    assert_eq!(open(folder.path()).1, None);
    assert_eq!(lines(folder.path()), Vec::<String>::new());
}

#[test]
fn opening_without_a_record_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = open(folder.path());
    append(&writer, 0..5, 100);
    drop(writer);
    let before = fs::read(folder.path().join(JOURNAL)).unwrap();
    drop(open(folder.path()));
    assert!(fs::read(folder.path().join(JOURNAL)).unwrap() == before);
}

#[test]
fn groups_of_before_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    // Lines of one length, so that groups of both runs lie at the same places.
    for (start, count) in [(10, 40), (50, 3)] {
        let (writer, _) = open(folder.path());
        append(&writer, start..start + count, 100);
        if start == 50 {
            let copy = crashed(folder.path());
            drop(open(copy.path()));
            let expected: Vec<_> = (10..53).map(|number| line(number, 100)).collect();
            assert_eq!(lines(copy.path()), expected);
        }
    }
}

#[test]
fn a_damaged_journal_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = open(folder.path());
    append(&writer, 0..5, 100);
    drop(writer);
    let journal = folder.path().join(JOURNAL);
    let mut flipped = fs::read(&journal).unwrap();
    flipped[26] ^= 1;
    for damaged in [flipped, b"something else".to_vec(), Vec::new()] {
        fs::write(&journal, &damaged).unwrap();
        let Err(error) = Writer::open(folder.path(), Options::default()) else { panic!("it opened") };
        assert!(matches!(&error, OpenError::Io { path, .. } if *path == journal), "{error:?}");
        assert!(fs::read(&journal).unwrap() == damaged);
    }
    // Removing it is the remedy: a clean end left nothing in it.
    fs::remove_file(&journal).unwrap();
    drop(open(folder.path()));
    assert_eq!(lines(folder.path()).len(), 5);
}

/// A journal as it was written when its groups followed each other without gaps.
fn without_gaps(journal: &[u8]) -> Vec<u8> {
    let (head, half) = (4096, 4 << 20);
    let mut packed = journal.to_vec();
    packed[23] = b'1';
    let check = crc32fast::hash(&packed[..32]).to_le_bytes();
    packed[32..36].copy_from_slice(&check);
    for begin in [head, head + half] {
        let (mut from, mut to) = (begin, begin);
        packed[begin..begin + half].fill(0);
        loop {
            let length = u32::from_le_bytes(journal[from + 4..from + 8].try_into().unwrap()) as usize;
            if length == 0 {
                break;
            }
            let length = 40 + length;
            packed[to..to + length].copy_from_slice(&journal[from..from + length]);
            (from, to) = (from + length.next_multiple_of(4096), to + length);
        }
    }
    packed
}

#[test]
fn a_journal_without_gaps_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = open(folder.path());
    append(&writer, 0..50, 300);
    let copy = crashed(folder.path());
    let journal = fs::read(copy.path().join(JOURNAL)).unwrap();
    fs::write(copy.path().join(JOURNAL), without_gaps(&journal)).unwrap();
    cut_to(&copy.path().join(FIRST), 0);
    let (writer, cut) = open(copy.path());
    assert_eq!(cut, None);
    append(&writer, 50..60, 300);
    let again = crashed(copy.path());
    cut_to(&again.path().join(FIRST), 0);
    drop((open(again.path()), writer));
    let expected: Vec<_> = (0..60).map(|number| line(number, 300)).collect();
    assert_eq!(lines(copy.path()), expected);
    // What is written since has gaps: the ten newest lines are found, those before are durable in their segment.
    let found = fs::read_to_string(again.path().join(FIRST)).unwrap();
    assert!(found.ends_with(&format!("{}\n", line(59, 300))), "{found}");
}
