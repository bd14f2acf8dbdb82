//! The state: a store and the view of it, kept together.

use crate::change::{Change, Transaction};
use crate::entity::Entity;
use crate::key::{Key, PREFIX};
use crate::revision::Revision;
use crate::store::{Batch, Commit, CommitError, Store, StoreError, Watch, Write};
use crate::view::View;
use std::collections::HashSet;
use std::sync::{Arc, Weak};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// So many entities are read at once while loading.
const PAGE: usize = 1000;

/// A store and the view of it. Cheap to share behind an `Arc`.
pub struct State {
    store: Arc<dyn Store>,
    view: Arc<View>,
    reached: watch::Receiver<Reached>,
    follower: JoinHandle<()>,
}

/// How far the view has come, or why it goes no further.
type Reached = Result<Revision, StoreError>;

impl State {
    /// Reads everything the store keeps into a view and follows the store from there. Must be called within
    /// a tokio runtime, which runs the task that follows. Fails if the store cannot be read, or keeps
    /// something that is no entity, which the error names.
    pub async fn open(store: Arc<dyn Store>) -> Result<State, StoreError> {
        let view = Arc::new(View::default());
        let (revision, watch) = load(&*store, &view).await?;
        let (progress, reached) = watch::channel(Ok(revision));
        let (weak, place) = (Arc::downgrade(&store), store.place().to_owned());
        let follower = Follower { store: weak, place, view: Arc::clone(&view), progress };
        let follower = tokio::spawn(follower.run(watch));
        Ok(State { store, view, reached, follower })
    }

    /// The view: look-ups without waiting.
    #[must_use]
    pub fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// The store below.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Writes a transaction. When this returns, it is durable and in the view. On
    /// [`CommitError::Conflict`] nothing was written, and the view has what the transaction had not seen:
    /// run the operation again.
    pub async fn commit(&self, transaction: Transaction) -> Result<Revision, CommitError> {
        let batch = encode(transaction).map_err(|flaw| flaw.at(self.store.place()))?;
        let outcome = self.store.commit(batch).await;
        let until = match &outcome {
            Ok(revision) => *revision,
            Err(CommitError::Conflict { at, .. }) => *at,
            Err(CommitError::Store(_)) => return outcome,
        };
        self.reached(until).await?;
        outcome
    }

    /// Waits until the view has everything up to a revision.
    async fn reached(&self, revision: Revision) -> Result<(), StoreError> {
        let mut reached = self.reached.clone();
        let there = |reached: &Reached| reached.as_ref().map_or(true, |reached| *reached >= revision);
        let state = reached.wait_for(there).await.map_err(|_| StoreError::Closed)?;
        state.as_ref().map(|_| ()).map_err(Clone::clone)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

fn encode(transaction: Transaction) -> Result<Batch, Flaw> {
    let write = |change: Change| match change {
        Change::Delete(key) => Ok(Write { key, value: None }),
        Change::Put(entity) => {
            let key = entity.key();
            let value = entity.encode().map_err(|error| Flaw::new(&key, error))?;
            Ok(Write { key, value: Some(value) })
        }
    };
    let writes = transaction.changes.into_iter().map(write).collect::<Result<_, Flaw>>()?;
    Ok(Batch { compare: transaction.compare, writes })
}

/// The task that brings the store's commits into the view.
struct Follower {
    /// Not held, so that the store closes when the state is dropped.
    store: Weak<dyn Store>,
    place: String,
    view: Arc<View>,
    progress: watch::Sender<Reached>,
}

impl Follower {
    async fn run(self, mut watch: Box<dyn Watch>) {
        loop {
            let reached = match watch.next().await {
                Ok(commits) => apply_all(&self.view, &commits).map_err(|flaw| flaw.at(&self.place)),
                // Fell behind what the store keeps: read everything again and go on from there.
                Err(StoreError::Compacted { .. }) => self.load_again(&mut watch).await,
                Err(error) => Err(error),
            };
            let ended = reached.is_err();
            self.progress.send_modify(|progress| *progress = reached);
            if ended {
                return;
            }
        }
    }

    async fn load_again(&self, watch: &mut Box<dyn Watch>) -> Reached {
        let store = self.store.upgrade().ok_or(StoreError::Closed)?;
        let (revision, anew) = load(&*store, &self.view).await?;
        *watch = anew;
        Ok(revision)
    }
}

/// Reads the whole store into the view, and removes from the view what the store has no more. Gives the
/// revision the view then has, and a watch from there.
async fn load(store: &dyn Store, view: &View) -> Result<(Revision, Box<dyn Watch>), StoreError> {
    let mut found = HashSet::new();
    let mut after: Option<Key> = None;
    // Pages after the first may hold later commits; what the watch then tells again does no harm.
    let mut revision = None;
    let keeps_nothing = view.revision() == Revision::NONE;
    loop {
        let page = store.range(PREFIX, after.as_ref(), PAGE).await?;
        let from = *revision.get_or_insert(page.revision);
        after = page.items.last().map(|item| item.key.clone());
        for item in page.items {
            put(view, &item.key, &item.value, item.revision).map_err(|flaw| flaw.at(store.place()))?;
            if !keeps_nothing {
                found.insert(item.key);
            }
        }
        if !page.more {
            if !keeps_nothing {
                view.retain(|key| found.contains(key));
            }
            view.reached(from);
            return Ok((from, store.watch(from).await?));
        }
    }
}

fn put(view: &View, key: &Key, value: &[u8], revision: Revision) -> Result<(), Flaw> {
    let Some((_, kind, _)) = key.parts() else {
        return Err(Flaw::new(key, "no kind of entity has such a key"));
    };
    let entity = Entity::decode(kind, value).map_err(|error| Flaw::new(key, error))?;
    if entity.key() != *key {
        return Err(Flaw::new(key, format!("the entity there belongs at `{}`", entity.key())));
    }
    view.put(entity, revision);
    Ok(())
}

fn apply_all(view: &View, commits: &[Arc<Commit>]) -> Result<Revision, Flaw> {
    let mut reached = view.revision();
    for commit in commits {
        for write in &commit.writes {
            apply(view, write, commit.revision)?;
        }
        reached = commit.revision;
        view.reached(reached);
    }
    Ok(reached)
}

fn apply(view: &View, write: &Write, revision: Revision) -> Result<(), Flaw> {
    match &write.value {
        Some(value) => put(view, &write.key, value, revision),
        None => {
            if let Some((account, kind, name)) = write.key.parts() {
                view.remove(account, kind, name);
            }
            Ok(())
        }
    }
}

/// Something in the store that is no entity.
struct Flaw {
    key: Key,
    why: String,
}

impl Flaw {
    fn new(key: &Key, why: impl ToString) -> Flaw {
        Flaw { key: key.clone(), why: why.to_string() }
    }

    fn at(self, place: &str) -> StoreError {
        StoreError::Damaged { place: place.to_owned(), key: self.key.to_string(), why: self.why }
    }
}
