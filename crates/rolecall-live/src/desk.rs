//! Where answers are put down: the files so far, what was refused, the calls made, and the time that is left.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::files::{Call, Trouble};
use crate::progress::Progress;
use crate::refusal::{Refusal, RefusalKind};

/// Which side a call goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Aws,
    Kubernetes,
    Issuer,
}

pub(crate) struct Desk {
    deadline: Instant,
    budget: Duration,
    progress: Arc<Progress>,
    files: Mutex<Vec<(String, String)>>,
    troubles: Mutex<Vec<Trouble>>,
    calls: Mutex<Vec<Call>>,
}

impl Desk {
    pub(crate) fn new(budget: Duration, progress: Arc<Progress>) -> Self {
        Desk {
            deadline: Instant::now() + budget,
            budget,
            progress,
            files: Mutex::default(),
            troubles: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// One call. `depth` is its place in the longest chain of calls that wait for each other, from 1.
    pub(crate) async fn ask<T>(
        &self,
        side: Side,
        what: &str,
        depth: usize,
        work: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        self.progress.begin(what);
        let done = timeout_at(self.deadline, work).await;
        self.progress.end(what);
        let done = done.unwrap_or_else(|_| Err(Refusal::time(what, self.budget)));
        lock(&self.calls).push(Call { what: what.to_owned(), depth });
        if let Err(refusal) = &done {
            self.trouble(side, what, refusal);
        }
        done
    }

    /// A file that was read.
    pub(crate) fn put(&self, name: &str, text: String) {
        lock(&self.files).push((name.to_owned(), text));
    }

    /// What was answered in place of a file.
    pub(crate) fn failed(&self, stem: &str, refusal: &Refusal) {
        self.put(&format!("{stem}.error"), format!("{}\n", refusal.line));
    }

    /// The file, or what was answered in its place.
    pub(crate) fn settle(&self, stem: &str, ending: &str, read: Result<String, Refusal>) {
        match read {
            Ok(text) => self.put(&format!("{stem}.{ending}"), text),
            Err(refusal) => self.failed(stem, &refusal),
        }
    }

    /// Something to tell the user. That a thing is not there is no trouble; an endpoint that does not answer is one
    /// trouble, however many calls it concerned.
    pub(crate) fn trouble(&self, side: Side, what: &str, refusal: &Refusal) {
        if refusal.kind == RefusalKind::NotFound {
            return;
        }
        let whole = matches!(
            refusal.kind,
            RefusalKind::Unreachable | RefusalKind::Credentials | RefusalKind::Throttled | RefusalKind::Time
        );
        let mut troubles = lock(&self.troubles);
        let same = |known: &Trouble| known.side == side && known.what == what && known.line == refusal.line;
        if troubles.iter().any(same) {
            return;
        }
        if whole && troubles.iter().any(|known| known.side == side && known.kind == refusal.kind) {
            return;
        }
        troubles.push(Trouble {
            side,
            kind: refusal.kind,
            what: what.to_owned(),
            line: refusal.line.clone(),
            remedy: refusal.remedy.clone(),
        });
    }

    pub(crate) fn finish(self) -> (Vec<(String, String)>, Vec<Trouble>, Vec<Call>) {
        let inner = |poisoned: PoisonError<_>| poisoned.into_inner();
        (
            self.files.into_inner().unwrap_or_else(PoisonError::into_inner),
            self.troubles.into_inner().unwrap_or_else(PoisonError::into_inner),
            self.calls.into_inner().unwrap_or_else(inner),
        )
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
