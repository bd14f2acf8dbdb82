//! The log on standard error, written by a thread of its own: a call waits for no reader of the log.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
    /// Nothing.
    Off,
}

/// Bytes that may wait to be written. Beyond them lines are left out, and how many is said in their place.
const WAITING: usize = 8 << 20;

/// Writes what still waits when it is dropped.
pub struct Logging {
    lines: Lines,
    thread: Option<JoinHandle<()>>,
}

/// Starts the log.
///
/// # Errors
/// Where the system gives no thread.
pub fn start(log: Log) -> io::Result<Option<Logging>> {
    if log == Log::Off {
        return Ok(None);
    }
    let lines = Lines::default();
    let writing = lines.clone();
    let write = move || writing.write_all_to(&mut io::stderr());
    let thread = thread::Builder::new().name("log".to_owned()).spawn(write)?;
    // What clients of the cluster say of single attempts is said in our words, once.
    let quiet =
        Targets::new().with_default(tracing::Level::INFO).with_target("kube_client", LevelFilter::OFF);
    let builder = tracing_subscriber::fmt().with_writer(lines.clone()).with_target(false).with_ansi(false);
    match log {
        Log::Json => builder.json().finish().with(quiet).init(),
        _ => builder.finish().with(quiet).init(),
    }
    Ok(Some(Logging { lines, thread: Some(thread) }))
}

impl Drop for Logging {
    fn drop(&mut self) {
        self.lines.lock().closed = true;
        self.lines.0.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to write.
            let _ = thread.join();
        }
    }
}

/// Lines between those who log and the thread that writes.
#[derive(Clone, Default)]
struct Lines(Arc<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    left_out: u64,
    closed: bool,
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.bytes.len() + line.len() > WAITING {
            waiting.left_out += 1;
            return;
        }
        let was_empty = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if was_empty {
            self.0.filled.notify_one();
        }
    }

    /// Writes until the log is closed and nothing waits. What cannot be written is gone: there is nowhere to say so.
    fn write_all_to(&self, out: &mut impl Write) {
        let mut taken = Vec::new();
        loop {
            let mut waiting = self.lock();
            while waiting.bytes.is_empty() && !waiting.closed {
                waiting = self.0.filled.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            std::mem::swap(&mut waiting.bytes, &mut taken);
            let left_out = std::mem::take(&mut waiting.left_out);
            drop(waiting);
            if taken.is_empty() {
                return;
            }
            let _ = out.write_all(&taken);
            if left_out > 0 {
                let _ =
                    writeln!(out, "{left_out} lines of the log were left out: nobody reads them fast enough");
            }
            taken.clear();
        }
    }
}

/// One line: the formatter writes each whole.
impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Lines {
    type Writer = Lines;

    fn make_writer(&'w self) -> Lines {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_in_order_and_the_last_ones_too() {
        let lines = Lines::default();
        let writing = lines.clone();
        let thread = thread::spawn(move || {
            let mut out = Vec::new();
            writing.write_all_to(&mut out);
            out
        });
        for number in 0..1000 {
            lines.push(format!("{number}\n").as_bytes());
        }
        lines.lock().closed = true;
        lines.0.filled.notify_one();
        let wanted: String = (0..1000).map(|number| format!("{number}\n")).collect();
        assert_eq!(String::from_utf8(thread.join().unwrap()).unwrap(), wanted);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let lines = Lines::default();
        let line = vec![b'x'; WAITING / 4];
        for _ in 0..6 {
            lines.push(&line);
        }
        lines.lock().closed = true;
        let mut out = Vec::new();
        lines.write_all_to(&mut out);
        assert!(out.len() <= WAITING + 100);
        assert!(String::from_utf8(out).unwrap().contains("2 lines of the log were left out"));
    }
}
