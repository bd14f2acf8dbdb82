//! The thread that delivers closed segments, and what it has delivered.

use super::segment::{number, segments};
use crate::delivery::deliver;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// Holds the number of the newest segment that is delivered.
const DELIVERED: &str = "trail.delivered";

/// Where closed segments are delivered to.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The folder.
    pub folder: PathBuf,
    /// Is told of what could not be delivered; it is tried again when the next segment is closed.
    pub report: fn(&str),
}

/// Delivers closed segments, in their order. Dropping it delivers what is closed and ends its thread.
pub(super) struct Courier {
    delivered: Arc<AtomicU64>,
    closed: Option<Sender<u64>>,
    thread: Option<JoinHandle<()>>,
}

impl Courier {
    /// Begins with the segments of `trail` that are closed and not delivered yet.
    pub(super) fn start(trail: &Path, delivery: Delivery) -> std::io::Result<Courier> {
        let delivered = Arc::new(AtomicU64::new(delivered(trail)));
        let (closed, told) = channel();
        let thread = std::thread::Builder::new().name("trail-courier".to_owned()).spawn({
            let (trail, delivered) = (trail.to_owned(), Arc::clone(&delivered));
            move || run(&told, &trail, &delivery, &delivered)
        })?;
        Ok(Courier { delivered, closed: Some(closed), thread: Some(thread) })
    }

    /// A segment takes no more.
    pub(super) fn closed(&self, number: u64) {
        if let Some(closed) = &self.closed {
            // A thread that ended has said why.
            let _ = closed.send(number);
        }
    }

    /// The number of the newest segment that is delivered.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Acquire)
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        drop(self.closed.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
    }
}

/// The number of the newest segment of a trail that was delivered; 0 if none.
pub(super) fn delivered(trail: &Path) -> u64 {
    let text = fs::read_to_string(trail.join(DELIVERED)).unwrap_or_default();
    text.trim().parse().unwrap_or_default()
}

fn run(told: &Receiver<u64>, trail: &Path, delivery: &Delivery, delivered: &AtomicU64) {
    while let Ok(mut newest) = told.recv() {
        while let Ok(newer) = told.try_recv() {
            newest = newest.max(newer);
        }
        if let Err(why) = up_to(newest, trail, &delivery.folder, delivered) {
            (delivery.report)(&why);
        }
    }
}

fn up_to(newest: u64, trail: &Path, folder: &Path, delivered: &AtomicU64) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("cannot read the trail `{}`: {error}", trail.display());
    for (path, _) in segments(trail).map_err(unreadable)? {
        let Some(number) = number(&path) else { continue };
        if number <= delivered.load(Ordering::Acquire) || number > newest {
            continue;
        }
        deliver(&path, folder).map_err(|error| error.to_string())?;
        keep(trail, number)
            .map_err(|error| format!("cannot write `{}`: {error}", trail.join(DELIVERED).display()))?;
        delivered.store(number, Ordering::Release);
    }
    Ok(())
}

fn keep(trail: &Path, number: u64) -> std::io::Result<()> {
    let unfinished = trail.join(format!("{DELIVERED}.part"));
    let mut file = File::create(&unfinished)?;
    writeln!(file, "{number}")?;
    file.sync_all()?;
    fs::rename(unfinished, trail.join(DELIVERED))
}
