//! Records that wait for the writing thread.

use super::{AppendError, Counts};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Where the answer for one record goes.
pub(super) type Answer = oneshot::Sender<Result<(), AppendError>>;

/// Records that go into one write.
#[derive(Default)]
pub(super) struct Group {
    /// Lines, each with its line feed.
    pub(super) bytes: Vec<u8>,
    /// One for each line.
    pub(super) answers: Vec<Answer>,
}

/// What waiting for records gave.
pub(super) enum Waited {
    /// There are some.
    Records,
    /// None came in the time that was given.
    Nothing,
    /// The queue is closed and nothing waits.
    End,
}

/// The queue between those who append and the writing thread.
pub(super) struct Queue {
    limit: usize,
    state: Mutex<State>,
    filled: Condvar,
    /// How many are at work on something that they will append.
    expected: AtomicUsize,
    /// Whether the thread waits for them.
    gathering: AtomicBool,
    /// Told when nobody is at work any more.
    all_in: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Group,
    /// Bytes that the thread has taken and not yet written.
    in_flight: usize,
    closed: bool,
    /// Whether the thread waits for a record.
    idle: bool,
    counts: Counts,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Queue {
        Queue {
            limit,
            state: Mutex::default(),
            filled: Condvar::new(),
            expected: AtomicUsize::new(0),
            gathering: AtomicBool::new(false),
            all_in: Condvar::new(),
        }
    }

    /// Somebody is at work on a record.
    pub(super) fn expect(&self) {
        self.expected.fetch_add(1, Ordering::SeqCst);
    }

    /// Somebody who was at work has appended it, or will not.
    pub(super) fn no_longer_expected(&self) {
        let last = self.expected.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && self.gathering.load(Ordering::SeqCst) {
            drop(self.lock());
            self.all_in.notify_one();
        }
    }

    /// Waits until nobody is at work on a record, or a moment has come.
    pub(super) fn gather(&self, until: Instant) {
        let mut state = self.lock();
        self.gathering.store(true, Ordering::SeqCst);
        while self.expected.load(Ordering::SeqCst) > 0 && !state.closed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.all_in.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        self.gathering.store(false, Ordering::SeqCst);
    }

    /// Adds a record; refused when more waits than may.
    pub(super) fn push(
        &self,
        line: &[u8],
    ) -> Result<oneshot::Receiver<Result<(), AppendError>>, AppendError> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.lock();
        if state.closed {
            return Err(AppendError::Closed);
        }
        let waiting = state.waiting.bytes.len() + state.in_flight;
        if waiting + line.len() >= self.limit {
            state.counts.failures += 1;
            return Err(AppendError::Busy { waiting });
        }
        state.waiting.bytes.extend_from_slice(line);
        state.waiting.bytes.push(b'\n');
        state.waiting.answers.push(answer);
        let wake = std::mem::take(&mut state.idle);
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(receiver)
    }

    /// Waits for records; with `patience`, no longer than that.
    pub(super) fn wait(&self, patience: Option<Duration>) -> Waited {
        let mut state = self.lock();
        while state.waiting.answers.is_empty() {
            if state.closed {
                return Waited::End;
            }
            state.idle = true;
            let Some(patience) = patience else {
                state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (waited, timeout) =
                self.filled.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
            state = waited;
            if timeout.timed_out() && state.waiting.answers.is_empty() && !state.closed {
                return Waited::Nothing;
            }
        }
        Waited::Records
    }

    /// Swaps all that waits into `group`, which must be empty.
    pub(super) fn take(&self, group: &mut Group) {
        let mut state = self.lock();
        std::mem::swap(&mut state.waiting, group);
        state.in_flight = group.bytes.len();
    }

    /// Says how a group taken ended and how long it took: the records and bytes that became durable, or that none did.
    pub(super) fn done(&self, group: &Group, durable: bool, took: Duration) {
        let mut state = self.lock();
        state.in_flight = 0;
        state.counts.busy += took;
        if durable {
            state.counts.records += group.answers.len() as u64;
            state.counts.bytes += group.bytes.len() as u64;
            state.counts.syncs += 1;
        } else {
            state.counts.failures += group.answers.len() as u64;
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let state = self.lock();
        Counts {
            waiting: state.waiting.answers.len() as u64,
            waiting_bytes: (state.waiting.bytes.len() + state.in_flight) as u64,
            ..state.counts
        }
    }

    /// Takes no more records; those that wait are still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
        self.all_in.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// So long that a test which waits for it has failed.
    const FOREVER: Duration = Duration::from_secs(600);

    #[test]
    fn gathering_ends_when_nobody_is_at_work() {
        let queue = Arc::new(Queue::new(1000));
        let begun = Instant::now();
        queue.gather(begun + FOREVER);
        queue.expect();
        queue.expect();
        let gathers = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || queue.gather(begun + FOREVER)
        });
        queue.no_longer_expected();
        assert!(!gathers.is_finished());
        queue.no_longer_expected();
        gathers.join().unwrap();
        assert!(begun.elapsed() < FOREVER);
    }

    #[test]
    fn gathering_ends_at_its_moment_or_when_the_queue_is_closed() {
        let queue = Queue::new(1000);
        queue.expect();
        let begun = Instant::now();
        queue.gather(begun);
        queue.close();
        queue.gather(begun + FOREVER);
        assert!(begun.elapsed() < FOREVER);
    }

    #[test]
    fn whoever_waits_for_a_record_is_told() {
        let queue = Arc::new(Queue::new(1000));
        let waits = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || matches!(queue.wait(None), Waited::Records)
        });
        let _receipt = queue.push(b"{}").unwrap();
        assert!(waits.join().unwrap());
        let mut group = Group::default();
        queue.take(&mut group);
        assert_eq!((group.bytes.as_slice(), group.answers.len()), (b"{}\n".as_slice(), 1));
    }
}
