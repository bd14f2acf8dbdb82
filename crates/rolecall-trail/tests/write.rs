//! The writer: what is acknowledged is on disk, torn ends are cut, segments follow one another.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_trail::write::{AppendError, Counts, Cut, OpenError, Options, Writer, segments};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn line(number: usize) -> Vec<u8> {
    format!(r#"{{"number":{number},"filling":"{}"}}"#, "x".repeat(number % 50)).into_bytes()
}

/// All lines of a trail, in order.
fn lines(folder: &Path) -> Vec<String> {
    let segments = segments(folder).unwrap();
    let texts = segments.iter().map(|(path, _)| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn expected(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| String::from_utf8(line(number)).unwrap()).collect()
}

#[tokio::test]
async fn appended_lines_are_there_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for start in [0, 10] {
        let (writer, cut) = Writer::open(folder.path(), Options::default()).unwrap();
        assert_eq!(cut, None);
        for number in start..start + 10 {
            writer.append(&line(number)).await.unwrap();
            assert_eq!(lines(folder.path()), expected(0..=number));
        }
        assert_eq!(writer.counts().records, 10);
        assert_eq!(writer.counts().failures, 0);
    }
    assert_eq!(segments(folder.path()).unwrap().len(), 1);
}

#[tokio::test]
async fn dropping_the_writer_writes_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = Writer::open(folder.path(), Options::default()).unwrap();
    let receipts: Vec<_> = (0..500).map(|number| writer.append(&line(number))).collect();
    drop(writer);
    assert_eq!(lines(folder.path()), expected(0..500));
    for receipt in receipts {
        receipt.await.unwrap();
    }
}

#[test]
fn a_receipt_can_be_waited_for_without_a_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) = Writer::open(folder.path(), Options::default()).unwrap();
    writer.append(&line(1)).wait().unwrap();
    assert_eq!(lines(folder.path()), expected([1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_records_share_one_sync() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Arc::new(Writer::open(folder.path(), Options::default()).unwrap().0);
    let tasks: Vec<_> = (0..16)
        .map(|task| {
            let writer = Arc::clone(&writer);
            tokio::spawn(async move {
                for number in 0..50 {
                    writer.append(&line(task * 1000 + number)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let Counts { records, bytes, syncs, failures, .. } = writer.counts();
    let there = lines(folder.path());
    assert_eq!((records, failures, there.len()), (800, 0, 800));
    assert_eq!(bytes, there.iter().map(|line| line.len() as u64 + 1).sum::<u64>());
    assert!(syncs < records, "{syncs} syncs for {records} records");
    // The records of one caller keep their order.
    for task in 0..16 {
        let wanted = expected((0..50).map(|number| task * 1000 + number));
        let found: Vec<_> = there.iter().filter(|line| wanted.contains(line)).cloned().collect();
        assert_eq!(found, wanted);
    }
}

#[test]
fn torn_ends_are_cut_and_said() {
    let whole = "{\"a\":1}\n{\"b\":2}\n";
    let long = format!("{whole}{{\"long\":\"{}", "x".repeat(300_000));
    let zeros = format!("{whole}{}", "\0".repeat(5000));
    let hole = format!("{whole}{{\"c\":\"\0\0\0\"}}\n");
    let behind_hole = format!("{whole}\0\0\0\0\n{{\"d\":4}}\n");
    let big_line = format!("{{\"big\":\"{}\"}}\n", "y".repeat(200_000));
    let after_big = format!("{big_line}{{\"torn\":");
    // (what lies in the segment, what is left of it)
    let table: [(&str, &str); 12] = [
        ("", ""),
        (whole, whole),
        ("{\"a\":1}\n{\"b\":2}\n{\"c\"", whole),
        ("{\"a\":1}\n{\"b\":2}\n{\"c\":3}", whole),
        ("{\"a\":1}\n{\"b\":2}\n\n", whole),
        ("{\"torn\":", ""),
        ("\n", ""),
        (&long, whole),
        (&zeros, whole),
        (&hole, whole),
        // What stands behind a hole was never acknowledged, but it is whole, so it stays; readers name the hole.
        (&behind_hole, &behind_hole),
        (&after_big, &big_line),
    ];
    for (before, after) in table {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trail-0000000001.jsonl");
        fs::write(&file, before).unwrap();
        let (writer, cut) = Writer::open(folder.path(), Options::default()).unwrap();
        let bytes = (before.len() - after.len()) as u64;
        assert_eq!(cut, (bytes > 0).then(|| Cut { file: file.clone(), bytes }), "{before:.60}");
        writer.append(b"{\"new\":true}").wait().unwrap();
        drop(writer);
        assert!(fs::read_to_string(&file).unwrap() == format!("{after}{{\"new\":true}}\n"), "{before:.60}");
    }
}

#[test]
fn segments_follow_one_another_and_old_ones_go() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 1000, keep_bytes: Some(5000), ..Options::default() };
    let (writer, _) = Writer::open(folder.path(), options.clone()).unwrap();
    for number in 0..400 {
        writer.append(&line(number)).wait().unwrap();
    }
    drop(writer);
    let before = segments(folder.path()).unwrap();
    assert!(before.len() >= 4 && before.len() <= 7, "{before:?}");
    assert!(before.iter().all(|(_, size)| *size < 1100), "{before:?}");
    let there = lines(folder.path());
    let first = 400 - there.len();
    assert!(first > 100, "nothing was removed");
    assert_eq!(there, expected(first..400));
    // A restart goes on with the newest segment, and foreign files are none of ours.
    fs::write(folder.path().join("trail-x.jsonl"), "theirs").unwrap();
    fs::write(folder.path().join("notes.txt"), "theirs").unwrap();
    let (writer, _) = Writer::open(folder.path(), options).unwrap();
    writer.append(&line(400)).wait().unwrap();
    drop(writer);
    assert_eq!(lines(folder.path()).last(), expected([400]).last());
    assert!(folder.path().join("notes.txt").exists());
}

#[test]
fn an_old_segment_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_age: Duration::ZERO, ..Options::default() };
    let (writer, _) = Writer::open(folder.path(), options).unwrap();
    for number in 0..3 {
        writer.append(&line(number)).wait().unwrap();
    }
    drop(writer);
    assert_eq!(segments(folder.path()).unwrap().len(), 3);
    assert_eq!(lines(folder.path()), expected(0..3));
}

#[test]
fn what_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _) =
        Writer::open(folder.path(), Options { queue_bytes: 100, ..Options::default() }).unwrap();
    let error = writer.append(&[b'x'; 100]).wait().unwrap_err();
    assert!(matches!(error, AppendError::Busy { waiting: 0 }), "{error:?}");
    let error = writer.append(b"{}\n{}").wait().unwrap_err();
    assert!(matches!(error, AppendError::NotOneLine), "{error:?}");
    writer.append(b"{}").wait().unwrap();
    let Err(error) = Writer::open(folder.path(), Options::default()) else { panic!("opened twice") };
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");
    drop(writer);
    Writer::open(folder.path(), Options::default()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let Err(error) = Writer::open(&file, Options::default()) else { panic!("opened a file as a folder") };
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
}

#[test]
fn folder_and_segments_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/b");
    let _writer = Writer::open(&folder, Options::default()).unwrap();
    for (path, mode) in [(folder.clone(), 0o700), (folder.join("trail-0000000001.jsonl"), 0o600)] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
}

#[tokio::test]
async fn memory_keeps_nothing_and_says_yes() {
    let writer = Writer::memory();
    writer.append(b"{}").await.unwrap();
    assert!(matches!(writer.append(b"{}\n").await, Err(AppendError::NotOneLine)));
    assert_eq!(writer.counts(), Counts::default());
}
