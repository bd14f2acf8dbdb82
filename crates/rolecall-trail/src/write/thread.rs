//! The writing thread: everything that waits goes into one write and one sync.

use super::queue::{Group, Queue, Waited};
use super::segment::Folder;
use std::time::{Duration, Instant};

/// For so long after the last sync records that are still being made are waited for, so that under load one sync serves
/// more of them: each costs a good part of this in the file system, on a core that the callers want too.
const GATHERING: Duration = Duration::from_micros(400);
/// Larger buffers than this are given back after use.
const KEEP_CAPACITY: usize = 1 << 20;

/// Writes until the queue is closed and empty.
pub(super) fn run(queue: &Queue, mut folder: Folder) {
    let mut group = Group::default();
    let patience = folder.patience();
    let mut ended = Instant::now();
    loop {
        match queue.wait(patience) {
            Waited::Records => {}
            Waited::Nothing => {
                folder.rotate_if_due();
                continue;
            }
            Waited::End => break,
        }
        queue.gather(ended + GATHERING);
        queue.take(&mut group);
        let begun = Instant::now();
        let outcome = folder.append(&group.bytes);
        ended = Instant::now();
        queue.done(&group, outcome.is_ok(), ended.duration_since(begun));
        for answer in group.answers.drain(..) {
            // Whoever appended may have gone; the record is written all the same.
            let _ = answer.send(outcome.clone());
        }
        group.bytes.clear();
        group.bytes.shrink_to(KEEP_CAPACITY);
        if outcome.is_ok() {
            folder.rotate_if_due();
        }
    }
    folder.end();
}
