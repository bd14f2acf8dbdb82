//! Reading records from files of every form a trail is handed around in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use flate2::Compression;
use flate2::write::GzEncoder;
use rolecall_model::instant::Instant;
use rolecall_trail::read::{self, NAMED_LIMIT, ReadError};
use rolecall_trail::record::*;
use rolecall_trail::ring::{Bounds, Ring};
use rolecall_trail::write::{Options, Writer};
use std::io::Write as _;

fn record(number: i64) -> Record {
    let event_id = format!("event-{number}");
    let call = Call {
        time: Instant(1000 + number),
        source: "sts.amazonaws.com",
        name: "AssumeRole",
        region: "eu-west-1",
        address: "203.0.113.10",
        user_agent: "test",
        request_id: "",
        event_id: &event_id,
        account: "111122223333",
        read_only: true,
    };
    Record::new(&call, Identity::aws_account("444455556666", "AROAEXAMPLE:x"))
}

fn json(number: i64) -> String {
    String::from_utf8(record(number).to_json()).unwrap()
}

fn pretty(text: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap()
}

#[test]
fn every_form() {
    let (one, two) = (json(1), json(2));
    let records = format!(r#"{{"Records":[{one},{two}]}}"#);
    let event = serde_json::json!({"EventId": "event-1", "CloudTrailEvent": one});
    let event2 = serde_json::json!({"EventId": "event-2", "CloudTrailEvent": two});
    let table = [
        ("lines", format!("{one}\n{two}\n")),
        ("lines with blank ones", format!("\n{one}\r\n\n{two}")),
        ("Records", records.clone()),
        ("Records, indented", pretty(&records)),
        ("an array", format!("[{one},{two}]")),
        ("LookupEvents", serde_json::json!({"Events": [event, event2], "NextToken": "x"}).to_string()),
        ("lines of Records", format!("{{\"Records\":[{one}]}}\n{{\"Records\":[{two}]}}\n")),
    ];
    for (what, text) in table {
        let reading = read::bytes(text.as_bytes());
        assert_eq!(reading.records, [record(1), record(2)], "{what}");
        assert_eq!(reading.broken_count, 0, "{what}: {:?}", reading.broken);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trail.json.gz");
        let mut gzip = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap();
        assert_eq!(read::file(&path).unwrap().records, [record(1), record(2)], "{what}, gzip");
        std::fs::write(&path, &text).unwrap();
        assert_eq!(read::file(&path).unwrap().records, [record(1), record(2)], "{what}, plain");
    }
    for single in [one.clone(), pretty(&one), format!("{one}\n")] {
        assert_eq!(read::bytes(single.as_bytes()).records, [record(1)]);
    }
    for empty in ["", "\n\n", "[]", r#"{"Records":[]}"#, r#"{"Events":[]}"#] {
        let reading = read::bytes(empty.as_bytes());
        assert_eq!((reading.records.len(), reading.broken_count), (0, 0), "{empty:?}");
    }
}

#[test]
fn broken_ones_are_named_passed_over_and_counted() {
    let (one, two) = (json(1), json(2));
    // (what, text, records found, places of the broken)
    let table: [(&str, String, usize, &[&str]); 8] = [
        ("a torn line", format!("{one}\n{{\"x\n{two}\n"), 2, &["line 2"]),
        ("a line that is no record", format!("{one}\n{{}}\n{two}\n"), 2, &["line 2"]),
        ("a line of zeros", format!("{one}\n\0\0\0\n{two}\n"), 2, &["line 2"]),
        ("within Records", format!(r#"{{"Records":[{one},{{}},7,{two}]}}"#), 2, &["record 2", "record 3"]),
        ("within Records in lines", format!("{one}\n{{\"Records\":[{two},1]}}"), 2, &["line 2, record 2"]),
        ("Records that are none", r#"{"Records":7}"#.to_owned(), 0, &["record 1"]),
        ("one broken document", "{\n  \"Records\": [\n    {\n".to_owned(), 0, &["the file"]),
        ("no trail", "\"hello\"".to_owned(), 0, &["the file"]),
    ];
    for (what, text, found, places) in table {
        let reading = read::bytes(text.as_bytes());
        assert_eq!(reading.records.len(), found, "{what}");
        let named: Vec<_> = reading.broken.iter().map(|broken| broken.place.as_str()).collect();
        assert_eq!(named, places, "{what}");
        assert_eq!(reading.broken_count, places.len(), "{what}");
        assert!(reading.broken.iter().all(|broken| !broken.why.is_empty()), "{what}");
    }
    let many = format!("{one}\n{}", "{}\n".repeat(1000));
    let reading = read::bytes(many.as_bytes());
    assert_eq!((reading.records.len(), reading.broken_count, reading.broken.len()), (1, 1000, NAMED_LIMIT));
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.json");
    let torn = folder.path().join("torn.json.gz");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(json(1).repeat(50).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    std::fs::write(&torn, &gzip[..gzip.len() / 2]).unwrap();
    for path in [missing, torn] {
        let error = read::file(&path).unwrap_err();
        assert!(matches!(error, ReadError::Io { .. }), "{error:?}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn a_small_file_that_grows_without_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.json.gz");
    let mut gzip = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::best());
    gzip.write_all(&vec![b' '; 2 << 20]).unwrap();
    gzip.finish().unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 10_000);
    assert!(read::file_within(&path, 2 << 20).unwrap().records.is_empty());
    let error = read::file_within(&path, (2 << 20) - 1).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { .. }), "{error:?}");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
}

#[test]
fn a_ring_is_filled_from_the_newest_segments() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 5000, ..Options::default() };
    let (writer, _) = Writer::open(folder.path(), options).unwrap();
    for number in 0..100 {
        writer.append(json(number).as_bytes()).wait().unwrap();
        if number == 50 {
            writer.append(b"{\"no\":\"record\"}").wait().unwrap();
        }
    }
    // What AWS's event history would not have is not in ours.
    let call = Record { user_identity: Identity::unknown(), ..record(100) };
    writer.append(&call.to_json()).wait().unwrap();
    drop(writer);
    let ring = Ring::new(Bounds::default());
    let reading = read::refill(&ring, folder.path()).unwrap();
    assert_eq!((ring.len(), reading.broken_count), (100, 1));
    assert!(reading.broken[0].place.contains(".jsonl, line "), "{:?}", reading.broken);
    let small = Ring::new(Bounds { count: 10, ..Bounds::default() });
    read::refill(&small, folder.path()).unwrap();
    assert_eq!(small.len(), 10);
    assert_eq!(small.by_id("111122223333", "event-99").unwrap().record().unwrap(), record(99));
    let error = read::refill(&ring, &folder.path().join("missing")).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}
