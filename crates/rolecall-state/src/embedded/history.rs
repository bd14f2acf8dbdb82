//! The last commits, for those who watch.

use crate::revision::Revision;
use crate::store::{Boxed, Commit, StoreError, Watch};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// At most so many commits are kept for watchers,
const COMMITS: usize = 8192;
/// and at most so many bytes of keys and values.
const BYTES: usize = 32 << 20;

/// The last commits of a store.
pub(super) struct History {
    kept: Mutex<Kept>,
    /// The newest revision; `None` once the store is closed.
    head: watch::Sender<Option<Revision>>,
}

struct Kept {
    commits: VecDeque<Arc<Commit>>,
    bytes: usize,
    /// Every commit after this one is kept.
    base: Revision,
}

impl History {
    /// The history of a store that has just been opened at a revision.
    pub(super) fn new(revision: Revision) -> History {
        let kept = Kept { commits: VecDeque::new(), bytes: 0, base: revision };
        History { kept: Mutex::new(kept), head: watch::Sender::new(Some(revision)) }
    }

    /// Tells watchers of commits that have become durable, in order.
    pub(super) fn publish(&self, commits: Vec<Commit>) {
        let Some(last) = commits.last().map(|commit| commit.revision) else { return };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for commit in commits {
            kept.bytes += size(&commit);
            kept.commits.push_back(Arc::new(commit));
        }
        while kept.commits.len() > COMMITS || kept.bytes > BYTES {
            let Some(oldest) = kept.commits.pop_front() else { break };
            kept.bytes -= size(&oldest);
            kept.base = oldest.revision;
        }
        drop(kept);
        self.head.send_replace(Some(last));
    }

    /// Ends every watch.
    pub(super) fn close(&self) {
        self.head.send_replace(None);
    }

    fn after(&self, from: Revision) -> Result<Vec<Arc<Commit>>, StoreError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if from < kept.base {
            return Err(StoreError::Compacted { from, oldest: kept.base.next() });
        }
        let start = kept.commits.partition_point(|commit| commit.revision <= from);
        Ok(kept.commits.range(start..).cloned().collect())
    }
}

fn size(commit: &Commit) -> usize {
    let writes = commit.writes.iter();
    writes.map(|write| write.key.as_str().len() + write.value.as_ref().map_or(0, Vec::len)).sum()
}

/// A watch of an embedded store.
pub(super) struct Follower {
    history: Arc<History>,
    head: watch::Receiver<Option<Revision>>,
    seen: Revision,
}

impl Follower {
    /// Watches from after a revision.
    pub(super) fn new(history: Arc<History>, from: Revision) -> Result<Follower, StoreError> {
        history.after(from)?;
        let head = history.head.subscribe();
        Ok(Follower { history, head, seen: from })
    }
}

impl Watch for Follower {
    fn next(&mut self) -> Boxed<'_, Result<Vec<Arc<Commit>>, StoreError>> {
        Box::pin(async move {
            let seen = self.seen;
            let news = self.head.wait_for(|head| head.is_none_or(|head| head > seen)).await;
            if news.is_err() || news.is_ok_and(|head| head.is_none()) {
                return Err(StoreError::Closed);
            }
            let commits = self.history.after(self.seen)?;
            if let Some(last) = commits.last() {
                self.seen = last.revision;
            }
            Ok(commits)
        })
    }
}
