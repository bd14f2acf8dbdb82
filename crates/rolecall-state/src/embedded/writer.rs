//! The writing thread: all batches that wait go into one durable commit.

use super::database::Shared;
use super::format::{META, REVISION, VALUES};
use crate::revision::Revision;
use crate::store::{Batch, Commit, CommitError, StoreError};
use redb::{Database, ReadableTable, Table};
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::{mpsc, oneshot};

/// At most so many batches go into one commit.
const GROUP: usize = 512;

/// A batch that waits, and where its answer goes.
pub(super) struct Waiting {
    pub(super) batch: Batch,
    pub(super) answer: oneshot::Sender<Answer>,
}

type Answer = Result<Revision, CommitError>;

/// Writes until every sender is gone and nothing waits.
pub(super) fn run(shared: &Shared, mut waiting: mpsc::Receiver<Waiting>) {
    let mut writer = Writer { shared, revision: shared.opened_at, unsettled: Vec::new() };
    while let Some(first) = waiting.blocking_recv() {
        let mut batches = vec![first.batch];
        let mut answers = vec![first.answer];
        while batches.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            batches.push(next.batch);
            answers.push(next.answer);
        }
        let outcomes = writer.write(batches);
        count(shared, &outcomes);
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Whoever asked may have gone; the batch is written all the same.
            let _ = answer.send(outcome);
        }
    }
}

fn count(shared: &Shared, outcomes: &[Answer]) {
    let written = outcomes.iter().filter(|outcome| outcome.is_ok()).count() as u64;
    shared.counts.batches.fetch_add(written, Relaxed);
    shared.counts.commits.fetch_add(u64::from(written > 0), Relaxed);
    shared.counts.refused.fetch_add(outcomes.len() as u64 - written, Relaxed);
}

struct Writer<'a> {
    shared: &'a Shared,
    /// Of the last durable commit.
    revision: Revision,
    /// Commits of which it is unknown whether they are durable, because the database could not be opened
    /// again after the failure.
    unsettled: Vec<Commit>,
}

/// What a group of batches comes to.
struct Group {
    commits: Vec<Commit>,
    answers: Vec<Answer>,
}

impl Writer<'_> {
    /// Writes a group; an answer for each batch, in order.
    fn write(&mut self, batches: Vec<Batch>) -> Vec<Answer> {
        let count = batches.len();
        let fail = |error: StoreError| vec![Err(CommitError::Store(error)); count];
        if let Err(error) = self.settle() {
            return fail(error);
        }
        // Filled as the group is built: if committing fails, it tells what may have been written.
        let mut group = Group { commits: Vec::new(), answers: Vec::with_capacity(count) };
        let written =
            self.shared.with_database(|database| write(database, self.revision, batches, &mut group));
        match written {
            Ok(()) => self.publish(group.commits),
            Err(error) => {
                self.unsettled = group.commits;
                if !matches!(self.reopen(), Ok(true)) {
                    return fail(error);
                }
            }
        }
        group.answers
    }

    /// Opens the database again if a failure left it closed.
    fn settle(&mut self) -> Result<(), StoreError> {
        if self.shared.is_open() {
            return Ok(());
        }
        self.reopen().map(|_| ())
    }

    /// Opens the database again; whether the unsettled commits turned out to be durable.
    fn reopen(&mut self) -> Result<bool, StoreError> {
        let revision = self.shared.reopen()?;
        let unsettled = std::mem::take(&mut self.unsettled);
        let durable = unsettled.last().is_some_and(|commit| commit.revision <= revision);
        if durable {
            self.publish(unsettled);
        }
        Ok(durable)
    }

    fn publish(&mut self, commits: Vec<Commit>) {
        if let Some(last) = commits.last() {
            self.revision = last.revision;
        }
        self.shared.history.publish(commits);
    }
}

fn write(
    database: &Database,
    mut revision: Revision,
    batches: Vec<Batch>,
    group: &mut Group,
) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    // With one phase, redb falls back to the commit before when it finds the last one damaged, and an
    // acknowledged write would be gone without a word.
    transaction.set_two_phase_commit(true);
    {
        let mut values = transaction.open_table(VALUES)?;
        for batch in batches {
            let conflict = compare(&values, &batch, revision)?;
            if conflict.is_none() && !batch.writes.is_empty() {
                revision = revision.next();
                apply(&mut values, &batch, revision)?;
                group.commits.push(Commit { revision, writes: batch.writes });
            }
            group.answers.push(conflict.map_or(Ok(revision), Err));
        }
        transaction.open_table(META)?.insert(REVISION, revision.0)?;
    }
    if group.commits.is_empty() {
        transaction.abort()?;
    } else {
        transaction.commit()?;
    }
    Ok(())
}

/// The first comparison of a batch that fails.
fn compare(
    values: &Table<'_, &str, (u64, &[u8])>,
    batch: &Batch,
    at: Revision,
) -> Result<Option<CommitError>, redb::Error> {
    for compare in &batch.compare {
        let found =
            values.get(compare.key.as_str())?.map_or(Revision::NONE, |value| Revision(value.value().0));
        if found != compare.revision {
            let (key, expected) = (compare.key.clone(), compare.revision);
            return Ok(Some(CommitError::Conflict { key, expected, found, at }));
        }
    }
    Ok(None)
}

fn apply(
    values: &mut Table<'_, &str, (u64, &[u8])>,
    batch: &Batch,
    revision: Revision,
) -> Result<(), redb::Error> {
    for write in &batch.writes {
        match &write.value {
            Some(value) => drop(values.insert(write.key.as_str(), (revision.0, value.as_slice()))?),
            None => drop(values.remove(write.key.as_str())?),
        }
    }
    Ok(())
}
