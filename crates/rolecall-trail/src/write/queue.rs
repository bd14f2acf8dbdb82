//! Records that wait for the writing thread.

use super::{AppendError, Counts};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
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
}

#[derive(Default)]
struct State {
    waiting: Group,
    /// Bytes that the thread has taken and not yet written.
    in_flight: usize,
    closed: bool,
    counts: Counts,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Queue {
        Queue { limit, state: Mutex::default(), filled: Condvar::new() }
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
        let was_empty = state.waiting.answers.is_empty();
        state.waiting.bytes.extend_from_slice(line);
        state.waiting.bytes.push(b'\n');
        state.waiting.answers.push(answer);
        drop(state);
        if was_empty {
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
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
