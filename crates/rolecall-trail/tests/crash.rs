//! A process killed while it appends: every acknowledged record is there afterwards, and every line is whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_trail::write::{Options, Writer, segments};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Set for the child: the first number it may write, and the folder.
const CHILD: &str = "ROLECALL_TRAIL_CRASH_CHILD";
const ROUNDS: u64 = 25;
const TASKS: u64 = 16;

fn line(number: u64) -> String {
    format!(r#"{{"number":{number},"filling":"{}"}}"#, "x".repeat((number % 3001) as usize))
}

/// Small segments, so that kills also fall into the change from one to the next.
fn options() -> Options {
    Options { segment_bytes: 200_000, ..Options::default() }
}

#[test]
fn acknowledged_records_survive_a_kill() {
    if let Ok(child) = std::env::var(CHILD) {
        let (start, folder) = child.split_once(' ').unwrap();
        append_for_ever(folder, start.parse().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let until = [0, 1, 5, 200, 700][(round % 5) as usize] + (round * 7) as usize;
        acknowledged.extend(killed_after(folder.path().to_str().unwrap(), round * 1_000_000, until));
        check(folder.path(), &acknowledged);
    }
    assert!(acknowledged.len() > 3000, "only {} records were acknowledged", acknowledged.len());
    assert!(segments(folder.path()).unwrap().len() > 5);
}

/// Starts the child, kills it after so many acknowledgements; the numbers it acknowledged.
fn killed_after(folder: &str, start: u64, until: usize) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "acknowledged_records_survive_a_kill", "--nocapture"])
        .env(CHILD, format!("{start} {folder}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut alive = Some(child);
    let mut numbers = Vec::new();
    let mut opened = false;
    for line in lines.map_while(Result::ok) {
        opened |= line == "opened";
        numbers.extend(line.strip_prefix("acknowledged ").and_then(|number| number.parse::<u64>().ok()));
        if opened
            && numbers.len() >= until
            && let Some(mut child) = alive.take()
        {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    assert!(alive.is_none(), "the child ended by itself after {} records", numbers.len());
    numbers
}

fn check(folder: &Path, acknowledged: &[u64]) {
    // Opening mends what the kill tore.
    drop(Writer::open(folder, options()).unwrap());
    let mut there = HashSet::new();
    for (path, _) in segments(folder).unwrap() {
        for text in std::fs::read_to_string(path).unwrap().lines() {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let number = value["number"].as_u64().unwrap();
            assert_eq!(text, line(number), "a torn line");
            assert!(there.insert(number), "{number} is there twice");
        }
    }
    for number in acknowledged {
        assert!(there.contains(number), "{number} is gone");
    }
}

fn append_for_ever(folder: &str, start: u64) -> ! {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let writer = Arc::new(Writer::open(Path::new(folder), options()).unwrap().0);
    say("opened");
    for task in 0..TASKS {
        let writer = Arc::clone(&writer);
        runtime.spawn(async move {
            for number in (start + task..).step_by(TASKS as usize) {
                writer.append(line(number).as_bytes()).await.unwrap();
                say(&format!("acknowledged {number}"));
            }
        });
    }
    loop {
        std::thread::park();
    }
}

/// Writes a line past the test harness, in one write, so that a kill tears none.
fn say(words: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{words}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}
