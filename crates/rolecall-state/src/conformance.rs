//! What every store must do, as cases over `&dyn Store`.
//!
//! Each case keeps to keys of its own, so that all may run on one store, in any order and again.

use crate::change::Compare;
use crate::key::Key;
use crate::revision::Revision;
use crate::store::{
    BATCH_LIMIT, Batch, Boxed, CommitError, KEY_LIMIT, Store, StoreError, VALUE_LIMIT, Write,
};

/// What a store did that it must not do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Violation(String);

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        Violation(format!("the store failed: {error}"))
    }
}

impl From<CommitError> for Violation {
    fn from(error: CommitError) -> Self {
        Violation(format!("the commit failed: {error}"))
    }
}

/// The outcome of a case.
pub type Outcome = Result<(), Violation>;

/// One case: its name, and what runs it.
pub type Case = (&'static str, for<'a> fn(&'a dyn Store) -> Boxed<'a, Outcome>);

/// Every case.
pub const CASES: [Case; 11] = [
    ("an absent key is none", |store| Box::pin(absent(store))),
    ("what is put is read, with the revision of its commit", |store| Box::pin(put_and_get(store))),
    ("a deleted key is absent again", |store| Box::pin(deleted(store))),
    ("any bytes are values, and any text is a key", |store| Box::pin(any_bytes(store))),
    ("of two writes of one key in a batch the later counts", |store| Box::pin(later_counts(store))),
    ("a batch takes effect whole or not at all", |store| Box::pin(whole_or_not(store))),
    ("an empty batch compares and writes nothing", |store| Box::pin(empty_batch(store))),
    ("a range is ordered, bounded and goes on after a key", |store| Box::pin(ranges(store))),
    ("beyond the limits nothing is written", |store| Box::pin(limits(store))),
    ("a watch tells each commit once and in order", |store| Box::pin(watches(store))),
    ("of concurrent commits none is lost", |store| Box::pin(concurrent(store))),
];

macro_rules! ensure {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(Violation(format!($($words)+)));
        }
    };
}

fn key(text: &str) -> Key {
    Key::from_text(format!("/conformance/{text}"))
}

fn put(key: &Key, value: impl AsRef<[u8]>) -> Write {
    Write { key: key.clone(), value: Some(value.as_ref().to_vec()) }
}

fn delete(key: &Key) -> Write {
    Write { key: key.clone(), value: None }
}

fn writes(writes: Vec<Write>) -> Batch {
    Batch { compare: Vec::new(), writes }
}

async fn value(store: &dyn Store, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(store.get(key).await?.map(|item| item.value))
}

async fn absent(store: &dyn Store) -> Outcome {
    let found = store.get(&key("absent")).await?;
    ensure!(found.is_none(), "an absent key gave {found:?}");
    Ok(())
}

async fn put_and_get(store: &dyn Store) -> Outcome {
    let (one, two) = (key("put/one"), key("put/two"));
    let first = store.commit(writes(vec![put(&one, "a"), put(&two, "b")])).await?;
    let second = store.commit(writes(vec![put(&two, "c")])).await?;
    ensure!(second > first, "the second commit has {second}, the first {first}");
    for (key, text, revision) in [(&one, "a", first), (&two, "c", second)] {
        let Some(item) = store.get(key).await? else { return Err(Violation(format!("`{key}` is gone"))) };
        ensure!(item.key == *key, "asked for `{key}`, got `{}`", item.key);
        ensure!(item.value == text.as_bytes(), "`{key}` holds {:?}", item.value);
        ensure!(item.revision == revision, "`{key}` has {}, written by {revision}", item.revision);
    }
    Ok(())
}

async fn deleted(store: &dyn Store) -> Outcome {
    let key = key("deleted");
    store.commit(writes(vec![put(&key, "a")])).await?;
    store.commit(writes(vec![delete(&key)])).await?;
    ensure!(store.get(&key).await?.is_none(), "a deleted key is still there");
    store.commit(writes(vec![delete(&key)])).await?;
    let batch = Batch { compare: vec![Compare::absent(key.clone())], writes: vec![put(&key, "b")] };
    store.commit(batch).await?;
    ensure!(value(store, &key).await?.as_deref() == Some(b"b"), "a key cannot be put again after deletion");
    Ok(())
}

async fn any_bytes(store: &dyn Store) -> Outcome {
    let all: Vec<u8> = (0..=255).collect();
    let cases = [("empty", &[][..]), ("all bytes", &all[..]), ("zeros", &[0, 0, 0][..])];
    for (name, bytes) in cases {
        for text in [format!("bytes/{name}"), format!("bytes/ü\u{1F600}\0{name}")] {
            let key = key(&text);
            store.commit(writes(vec![put(&key, bytes)])).await?;
            let found = value(store, &key).await?;
            ensure!(found.as_deref() == Some(bytes), "{name} under {key:?} came back as {found:?}");
        }
    }
    Ok(())
}

async fn later_counts(store: &dyn Store) -> Outcome {
    let (one, two) = (key("later/one"), key("later/two"));
    let batch = vec![put(&one, "a"), put(&one, "b"), put(&two, "a"), delete(&two)];
    store.commit(writes(batch)).await?;
    ensure!(value(store, &one).await?.as_deref() == Some(b"b"), "the earlier of two values won");
    ensure!(value(store, &two).await?.is_none(), "a value outlived the deletion after it");
    Ok(())
}

async fn whole_or_not(store: &dyn Store) -> Outcome {
    let (held, free) = (key("whole/held"), key("whole/free"));
    store.commit(writes(vec![delete(&free)])).await?;
    let now = store.commit(writes(vec![put(&held, "a")])).await?;
    let stale = Revision(now.0 - 1);
    for (compared, expected, found) in
        [(&held, stale, now), (&held, Revision::NONE, now), (&free, now, Revision::NONE)]
    {
        let compare = vec![
            Compare { key: held.clone(), revision: if compared == &held { expected } else { now } },
            Compare {
                key: free.clone(),
                revision: if compared == &free { expected } else { Revision::NONE },
            },
        ];
        let outcome = store.commit(Batch { compare, writes: vec![put(&held, "b"), put(&free, "b")] }).await;
        let Err(CommitError::Conflict { key, expected: told, found: had, at }) = outcome else {
            return Err(Violation(format!("a stale comparison of `{compared}` gave {outcome:?}")));
        };
        ensure!(key == *compared && told == expected && had == found, "told {key} {told} {had}");
        ensure!(at >= now, "compared at {at}, though {now} was acknowledged");
        ensure!(value(store, &held).await?.as_deref() == Some(b"a"), "a refused batch wrote");
        ensure!(value(store, &free).await?.is_none(), "a refused batch wrote");
    }
    let compare = vec![Compare { key: held.clone(), revision: now }, Compare::absent(free.clone())];
    store.commit(Batch { compare, writes: vec![put(&held, "b"), put(&free, "b")] }).await?;
    ensure!(value(store, &free).await?.as_deref() == Some(b"b"), "a batch that holds did not write");
    Ok(())
}

async fn empty_batch(store: &dyn Store) -> Outcome {
    let key = key("empty");
    let now = store.commit(writes(vec![put(&key, "a")])).await?;
    let compare = vec![Compare { key: key.clone(), revision: now }];
    let told = store.commit(Batch { compare, writes: Vec::new() }).await?;
    ensure!(told >= now, "an empty batch gave {told} after {now}");
    let refused = store.commit(Batch { compare: vec![Compare::absent(key)], writes: Vec::new() }).await;
    ensure!(matches!(refused, Err(CommitError::Conflict { .. })), "a stale empty batch gave {refused:?}");
    Ok(())
}

async fn ranges(store: &dyn Store) -> Outcome {
    let names = ["a", "a/b", "b", "b0", "c"];
    let before = key("range-");
    let beyond = key("range0");
    let mut batch = vec![put(&before, "x"), put(&beyond, "x")];
    batch.extend(names.iter().rev().map(|name| put(&key(&format!("range/{name}")), name)));
    let now = store.commit(writes(batch)).await?;
    let prefix = key("range/");
    // (after, limit, what must come, whether more follow)
    let table: [(Option<&str>, usize, &[&str], bool); 6] = [
        (None, 100, &names, false),
        (None, 5, &names, false),
        (None, 2, &["a", "a/b"], true),
        (Some("a/b"), 2, &["b", "b0"], true),
        (Some("bb"), 2, &["c"], false),
        (Some("c"), 2, &[], false),
    ];
    for (after, limit, expected, more) in table {
        let after = after.map(|name| key(&format!("range/{name}")));
        let page = store.range(prefix.as_str(), after.as_ref(), limit).await?;
        let found: Vec<_> = page.items.iter().map(|item| item.value.as_slice()).collect();
        let expected: Vec<_> = expected.iter().map(|name| name.as_bytes()).collect();
        ensure!(found == expected, "after {after:?}, limit {limit}: {found:?}");
        ensure!(page.more == more, "after {after:?}, limit {limit}: more is {}", page.more);
        ensure!(page.revision >= now, "a page of {} after {now} was acknowledged", page.revision);
    }
    let page = store.range(prefix.as_str(), Some(&before), 1).await?;
    ensure!(page.items.len() == 1 && page.more, "a key before the prefix cut the range off");
    Ok(())
}

async fn limits(store: &dyn Store) -> Outcome {
    let one = key("limits/one");
    let long = Key::from_text("k".repeat(KEY_LIMIT + 1));
    let many = |count: usize| (0..count).map(|n| put(&key(&format!("limits/{n}")), "a")).collect();
    let batches = [
        writes(vec![put(&one, "a"), put(&long, "a")]),
        writes(vec![put(&one, vec![0; VALUE_LIMIT + 1])]),
        writes(many(BATCH_LIMIT + 1)),
        Batch { compare: vec![Compare::absent(long)], writes: vec![put(&one, "a")] },
    ];
    for batch in batches {
        let outcome = store.commit(batch).await;
        let refused = matches!(outcome, Err(CommitError::Store(StoreError::TooLarge { .. })));
        ensure!(refused, "beyond the limits: {outcome:?}");
        ensure!(store.get(&one).await?.is_none(), "beyond the limits something was written");
    }
    let largest = key("limits/largest");
    store.commit(writes(vec![put(&largest, vec![7; VALUE_LIMIT])])).await?;
    let found = value(store, &largest).await?.map(|value| value.len());
    ensure!(found == Some(VALUE_LIMIT), "the largest value came back as {found:?} bytes");
    store.commit(writes(vec![delete(&largest)])).await?;
    store.commit(writes(many(BATCH_LIMIT - 1))).await?;
    Ok(())
}

async fn watches(store: &dyn Store) -> Outcome {
    let key = key("watch");
    let start = store.commit(writes(vec![put(&key, "before")])).await?;
    let batches = [writes(vec![put(&key, "1")]), writes(vec![delete(&key)]), writes(vec![put(&key, "2")])];
    let mut early = store.watch(start).await?;
    let mut revisions = Vec::new();
    for batch in &batches {
        revisions.push(store.commit(batch.clone()).await?);
    }
    let mut late = store.watch(start).await?;
    for watch in [&mut early, &mut late] {
        let mut seen = Vec::new();
        while seen.len() < batches.len() {
            let commits = watch.next().await?;
            ensure!(!commits.is_empty(), "a watch woke with nothing");
            // Other cases may write to the same store meanwhile.
            seen.extend(commits.into_iter().filter(|commit| commit.writes.iter().any(|w| w.key == key)));
        }
        for ((commit, batch), revision) in seen.iter().zip(&batches).zip(&revisions) {
            ensure!(commit.revision == *revision, "told {} for {revision}", commit.revision);
            ensure!(commit.writes == batch.writes, "told {:?}", commit.writes);
        }
    }
    Ok(())
}

async fn concurrent(store: &dyn Store) -> Outcome {
    const EACH: u64 = 25;
    let key = key("concurrent");
    store.commit(writes(vec![delete(&key)])).await?;
    let outcome = tokio::join!(
        count_up(store, &key, EACH),
        count_up(store, &key, EACH),
        count_up(store, &key, EACH),
        count_up(store, &key, EACH),
    );
    let (a, b, c, d) = outcome;
    a.and(b).and(c).and(d)?;
    let found = value(store, &key).await?;
    let expected = (4 * EACH).to_string();
    ensure!(found.as_deref() == Some(expected.as_bytes()), "{expected} additions came to {found:?}");
    Ok(())
}

/// Adds one to a counter so many times, each time anew until the comparison holds.
async fn count_up(store: &dyn Store, key: &Key, times: u64) -> Outcome {
    for _ in 0..times {
        loop {
            let item = store.get(key).await?;
            let text = item.as_ref().map(|item| String::from_utf8_lossy(&item.value).into_owned());
            let count: u64 = text.and_then(|text| text.parse().ok()).unwrap_or(0);
            let revision = item.map_or(Revision::NONE, |item| item.revision);
            let compare = vec![Compare { key: key.clone(), revision }];
            match store.commit(Batch { compare, writes: vec![put(key, (count + 1).to_string())] }).await {
                Ok(_) => break,
                Err(CommitError::Conflict { .. }) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
