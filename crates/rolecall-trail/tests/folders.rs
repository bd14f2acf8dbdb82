//! Trails as folders: delivered in CloudTrail's layout, read back whole, and what cannot be read named.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod story;

use rolecall_trail::scan::scan;
use rolecall_trail::write::{Delivery, Options, Writer, segments};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use story::{Story, id};

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(at) = left.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

fn delivering(out: &Path) -> Options {
    let deliver = Delivery { folder: out.to_owned(), report: |why| panic!("{why}") };
    Options { segment_bytes: 4000, deliver: Some(deliver), ..Options::default() }
}

#[tokio::test]
async fn closed_segments_are_delivered_and_read_back() {
    let (trail, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut story = Story::default();
    for start in [0, 10] {
        let (writer, _) = Writer::open(trail.path(), delivering(out.path())).unwrap();
        for minute in start..start + 10 {
            story.exchange(minute, "alice", None);
            let record = story.records.last().unwrap();
            writer.append(&record.to_json()).await.unwrap();
        }
        // A stranger's token is in no trail of AWS.
        story.exchange(start, "mallory", Some("InvalidIdentityToken"));
        writer.append(&story.records.pop().unwrap().to_json()).await.unwrap();
    }
    let names = files(out.path());
    let first = format!("{}.json.gz", id(0).replace('-', "")[..16].to_uppercase());
    let layout =
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T";
    assert!(names.len() > 3 && names.iter().all(|name| name.starts_with(layout)), "{names:?}");
    assert!(names.iter().any(|name| name.ends_with(&first)), "{names:?}");
    let found = scan(&[out.path().to_owned()], |_| true);
    assert_eq!((found.files, found.skipped_count), (names.len(), 0));
    let ids: Vec<&str> = found.records.iter().map(|record| record.event_id.as_str()).collect();
    let wanted: Vec<&str> = story.records.iter().map(|record| record.event_id.as_str()).collect();
    assert_eq!(ids, wanted);
    // The trail itself holds the stranger's too.
    assert_eq!(scan(&[trail.path().to_owned()], |_| true).records.len(), 21 + 1);
}

#[tokio::test]
async fn what_waits_to_be_delivered_is_not_removed() {
    let (trail, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // A file where the folder should be: nothing can be delivered.
    let blocked = out.path().join("blocked");
    fs::write(&blocked, "").unwrap();
    let deliver =
        Delivery { folder: blocked.clone(), report: |why| assert!(why.contains("blocked"), "{why}") };
    let options = Options { keep_bytes: Some(1), deliver: Some(deliver), ..delivering(out.path()) };
    let mut story = Story::default();
    let (writer, _) = Writer::open(trail.path(), options).unwrap();
    for minute in 0..10 {
        story.exchange(minute, "alice", None);
        writer.append(&story.records[minute].to_json()).await.unwrap();
    }
    drop(writer);
    assert!(segments(trail.path()).unwrap().len() > 1);
    assert_eq!(scan(&[trail.path().to_owned()], |_| true).records.len(), 10);
    fs::remove_file(&blocked).unwrap();
    // The next start delivers what the last one could not.
    let deliver = Delivery { folder: blocked, report: |why| panic!("{why}") };
    let options = Options { deliver: Some(deliver), ..delivering(out.path()) };
    let (writer, _) = Writer::open(trail.path(), options).unwrap();
    story.exchange(10, "alice", None);
    writer.append(&story.records[10].to_json()).await.unwrap();
    drop(writer);
    assert_eq!(scan(&[out.path().to_owned()], |_| true).records.len(), 11);
}

#[tokio::test]
async fn an_old_segment_is_delivered_without_a_further_record() {
    let (trail, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = Options { segment_age: Duration::from_millis(1), ..delivering(out.path()) };
    let mut story = Story::default();
    story.exchange(0, "alice", None);
    let (writer, _) = Writer::open(trail.path(), options).unwrap();
    writer.append(&story.records[0].to_json()).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while scan(&[out.path().to_owned()], |_| true).records.is_empty() {
        assert!(std::time::Instant::now() < deadline, "nothing was delivered");
        std::thread::yield_now();
    }
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_answered() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut story = Story::default();
    story.exchange(0, "alice", None);
    story.exchange(1, "bob", None);
    let lines: Vec<String> =
        story.records.iter().map(|record| String::from_utf8(record.to_json()).unwrap()).collect();
    fs::write(at("good.json"), format!("{{\"Records\":[{}]}}", lines[0])).unwrap();
    fs::write(at("again.jsonl"), format!("{}\n{}\n", lines[0], lines[1])).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, lines[0].as_bytes()).unwrap();
    let whole = gzip.finish().unwrap();
    fs::write(at("torn.json.gz"), &whole[..whole.len() - 20]).unwrap();
    fs::write(at("picture.json"), b"\x89PNG\r\n").unwrap();
    fs::write(at("notes.txt"), "hello").unwrap();
    fs::write(at("1_CloudTrail-Digest_x.json.gz"), &whole).unwrap();
    fs::write(at("new.json"), lines[1].replace("\"eventVersion\":\"1.", "\"eventVersion\":\"2.")).unwrap();
    fs::write(at("other.json"), r#"{"Records":[{"hello":"world"}]}"#).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", at("link.json")).unwrap();
    let found = scan(&[folder.path().to_owned(), PathBuf::from("/nonexistent")], |_| true);
    assert_eq!(found.records.len(), 2);
    let table = [
        ("torn.json.gz", ""),
        ("picture.json", ""),
        ("notes.txt", "not named like a log"),
        ("Digest", "a digest"),
        ("new.json", "event version `2."),
        ("other.json, record 1", "missing field"),
        ("link.json", "links are not followed"),
        ("/nonexistent", "No such file"),
    ];
    for (place, why) in table {
        let named = |skipped: &&rolecall_trail::scan::Skipped| skipped.place.contains(place);
        let skipped =
            found.skipped.iter().find(named).unwrap_or_else(|| panic!("{place}: {:#?}", found.skipped));
        assert!(skipped.why.contains(why), "{skipped:?}");
    }
    assert_eq!(found.skipped_count, table.len());
}
