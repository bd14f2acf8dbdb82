//! A process killed while it commits: every acknowledged write is there afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_state::embedded::Embedded;
use rolecall_state::key::Key;
use rolecall_state::store::{Batch, Store, Write};
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Set for the child: the data folder, and the first number it may write.
const CHILD: &str = "ROLECALL_STATE_CRASH_CHILD";
const ROUNDS: u64 = 25;
const TASKS: u64 = 8;

fn key(number: u64) -> Key {
    Key::from_text(format!("/test/{number:010}"))
}

fn value(number: u64) -> Vec<u8> {
    format!("{number} ").repeat((number % 97) as usize + 1).into_bytes()
}

#[test]
fn acknowledged_writes_survive_a_kill() {
    if let Ok(child) = std::env::var(CHILD) {
        let (start, folder) = child.split_once(' ').unwrap();
        commit_for_ever(folder, start.parse().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        // Killed before the first commit, among the first, and after many.
        let until = [0, 1, 3, 40, 200][(round % 5) as usize] + (round * 7) as usize;
        acknowledged.extend(killed_after(folder.path().to_str().unwrap(), round * 1_000_000, until));
        check(folder.path(), &acknowledged);
    }
    assert!(acknowledged.len() > 1000, "only {} writes were acknowledged", acknowledged.len());
}

/// Starts the child, kills it after so many acknowledgements; the numbers it acknowledged.
fn killed_after(folder: &str, start: u64, until: usize) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "acknowledged_writes_survive_a_kill", "--nocapture"])
        .env(CHILD, format!("{start} {folder}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut killer = Some(child);
    let mut numbers = Vec::new();
    for line in lines.map_while(Result::ok) {
        let opened = line.ends_with("opened");
        numbers.extend(line.strip_prefix("acknowledged ").and_then(|number| number.parse::<u64>().ok()));
        if (opened || !numbers.is_empty())
            && numbers.len() >= until
            && let Some(mut child) = killer.take()
        {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    assert!(killer.is_none(), "the child ended by itself after {} writes", numbers.len());
    numbers
}

fn check(folder: &std::path::Path, acknowledged: &[u64]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = Embedded::open(folder).unwrap();
    runtime.block_on(async {
        let page = store.range("/test/", None, usize::MAX).await.unwrap();
        let there: std::collections::HashMap<_, _> =
            page.items.iter().map(|item| (item.key.as_str(), item)).collect();
        for number in acknowledged {
            let item = there.get(key(*number).as_str()).unwrap_or_else(|| panic!("{number} is gone"));
            assert_eq!(item.value, value(*number), "{number}");
        }
        // Of what was not acknowledged, anything may be there, but nothing torn; and revisions are one each.
        for item in &page.items {
            let number = item.key.as_str().strip_prefix("/test/").unwrap().parse().unwrap();
            assert_eq!(item.value, value(number), "{number} is torn");
            assert!(item.revision <= page.revision);
        }
    });
}

fn commit_for_ever(folder: &str, start: u64) -> ! {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store = Arc::new(Embedded::open(std::path::Path::new(folder)).unwrap());
    say("opened");
    for task in 0..TASKS {
        let store = Arc::clone(&store);
        runtime.spawn(async move {
            for number in (start + task..).step_by(TASKS as usize) {
                let write = Write { key: key(number), value: Some(value(number)) };
                let batch = Batch { compare: Vec::new(), writes: vec![write] };
                store.commit(batch).await.unwrap();
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
