//! The writing thread: everything that waits goes into one write and one sync.

use super::queue::{Group, Queue, Taken};
use super::segment::Folder;
use std::time::Instant;

/// Larger buffers than this are given back after use.
const KEEP_CAPACITY: usize = 1 << 20;

/// Writes until the queue is closed and empty.
pub(super) fn run(queue: &Queue, mut folder: Folder) {
    let mut group = Group::default();
    let patience = folder.patience();
    loop {
        match queue.take(&mut group, patience) {
            Taken::Group => {}
            Taken::Nothing => {
                folder.rotate_if_due();
                continue;
            }
            Taken::End => break,
        }
        let begun = Instant::now();
        let outcome = folder.append(&group.bytes);
        queue.done(&group, outcome.is_ok(), begun.elapsed());
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
    if folder.delivers() {
        folder.finish();
    }
}
