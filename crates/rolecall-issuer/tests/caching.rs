//! The cache with a source of its own and a clock that stands still until it is moved.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod local;

use std::collections::HashSet;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use local::{Server, options};
use rolecall_issuer::cache::{Fetching, KeyCache, Keys, Options, Outcome, Source};
use rolecall_issuer::error::{Error, ErrorKind};
use rolecall_issuer::fetch::Fetcher;
use rolecall_issuer::key_set::{KeySet, VerificationMethod};
use rolecall_issuer::provider::{Provider, Thumbprint};
use rolecall_model::json;
use tokio::time::{Instant, advance, sleep};

/// An issuer whose keys, health and pace the test sets.
#[derive(Default)]
struct Issuer {
    keys: Mutex<Vec<&'static str>>,
    broken: AtomicBool,
    panics: AtomicBool,
    takes: Mutex<Duration>,
    fetches: AtomicUsize,
    /// Hosts that never answer.
    mute: Mutex<HashSet<String>>,
}

/// The issuer as the cache asks it.
struct Asked(Arc<Issuer>);

impl Source for Asked {
    fn fetch<'f>(&'f self, provider: &'f Provider) -> Fetching<'f> {
        let issuer = &self.0;
        issuer.fetches.fetch_add(1, SeqCst);
        Box::pin(async move {
            if issuer.mute.lock().unwrap().contains(provider.url()) {
                std::future::pending::<()>().await;
            }
            let takes = *issuer.takes.lock().unwrap();
            sleep(takes).await;
            assert!(!issuer.panics.load(SeqCst), "as the test wishes");
            if issuer.broken.load(SeqCst) {
                return Err(Error { url: provider.url().to_owned(), kind: ErrorKind::Status(500) });
            }
            let keys: Vec<String> =
                issuer.keys.lock().unwrap().iter().map(|id| format!(r#"{{"kid": "{id}"}}"#)).collect();
            let text = format!(r#"{{"keys": [{}]}}"#, keys.join(","));
            Ok(KeySet {
                keys: Arc::new(json::parse(&text).root.unwrap()),
                method: VerificationMethod::TrustStore,
                fetched: Instant::now(),
            })
        })
    }
}

fn cache(issuer: &Arc<Issuer>) -> KeyCache {
    cache_of(issuer, Options::default())
}

fn cache_of(issuer: &Arc<Issuer>, options: Options) -> KeyCache {
    KeyCache::with_source(options, Arc::new(Asked(Arc::clone(issuer))))
}

fn issuer(keys: &[&'static str]) -> Arc<Issuer> {
    Arc::new(Issuer {
        keys: Mutex::new(keys.to_vec()),
        takes: Mutex::new(Duration::from_millis(100)),
        ..Issuer::default()
    })
}

fn provider(host: &str) -> Provider {
    Provider::new(host, [])
}

fn ready(keys: Keys) -> Outcome {
    match keys {
        Keys::Ready(outcome) => outcome,
        Keys::Pending(_) => panic!("a fetch is under way"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_wait_for_one_fetch() {
    let issuer = issuer(&["k1"]);
    let cache = Arc::new(cache(&issuer));
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { cache.keys(&provider("a.test")).wait().await.unwrap().has("k1") })
        })
        .collect();
    for one in waiting {
        assert!(one.await.unwrap());
    }
    assert_eq!(issuer.fetches.load(SeqCst), 1);
    assert!(ready(cache.keys(&provider("a.test"))).unwrap().has("k1"));
    let metrics = cache.metrics();
    let counted =
        [&metrics.misses, &metrics.hits, &metrics.fetches, &metrics.failures].map(|one| one.load(Relaxed));
    assert_eq!(counted, [100, 1, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_unknown_key_ids() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    cache.keys(&provider("a.test")).wait().await.unwrap();
    for second in 0..30 {
        for stranger in 0..50 {
            let set = cache.unknown_key(&provider("a.test"), &format!("x{stranger}")).wait().await.unwrap();
            assert!(set.has("k1"), "second {second}");
        }
        advance(Duration::from_secs(1)).await;
    }
    // At once, and after ten and twenty seconds.
    assert_eq!(issuer.fetches.load(SeqCst), 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_honoured_at_once() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    assert!(!cache.keys(&provider).wait().await.unwrap().has("k2"));
    *issuer.keys.lock().unwrap() = vec!["k1", "k2"];
    let pending = cache.unknown_key(&provider, "k2");
    let joined = cache.unknown_key(&provider, "k2");
    assert!(pending.wait().await.unwrap().has("k2") && joined.wait().await.unwrap().has("k2"));
    assert!(ready(cache.unknown_key(&provider, "k2")).unwrap().has("k2"), "it is there by now");
    assert_eq!(issuer.fetches.load(SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_of_a_broken_issuer() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    cache.keys(&provider).wait().await.unwrap();
    issuer.broken.store(true, SeqCst);
    let error = cache.unknown_key(&provider, "k2").wait().await.unwrap_err();
    assert_eq!(error.kind.name(), "status");
    // The keys at hand go on serving, and the flood goes on being held off.
    for _ in 0..100 {
        assert!(ready(cache.keys(&provider)).unwrap().has("k1"));
        assert!(ready(cache.unknown_key(&provider, "k2")).unwrap().has("k1"));
    }
    assert_eq!(issuer.fetches.load(SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn an_old_set_serves_while_it_is_fetched_anew() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    cache.keys(&provider).wait().await.unwrap();
    *issuer.keys.lock().unwrap() = vec!["k2"];
    advance(Duration::from_secs(299)).await;
    assert!(ready(cache.keys(&provider)).unwrap().has("k1"));
    assert_eq!(issuer.fetches.load(SeqCst), 1, "still fresh");
    advance(Duration::from_secs(1)).await;
    for _ in 0..10 {
        assert!(ready(cache.keys(&provider)).unwrap().has("k1"), "nobody waits");
    }
    sleep(Duration::from_secs(1)).await;
    assert!(ready(cache.keys(&provider)).unwrap().has("k2"));
    assert_eq!(issuer.fetches.load(SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_dropped_does_not_serve_because_its_set_lay_idle() {
    let issuer = issuer(&["old", "new"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    cache.keys(&provider).wait().await.unwrap();
    *issuer.keys.lock().unwrap() = vec!["new"];
    advance(Duration::from_secs(599)).await;
    assert!(ready(cache.keys(&provider)).unwrap().has("old"), "served while it is fetched anew");
    sleep(Duration::from_secs(1)).await;
    assert!(!ready(cache.keys(&provider)).unwrap().has("old"));

    *issuer.keys.lock().unwrap() = vec!["newest"];
    advance(Duration::from_secs(1800)).await;
    let waiting = [cache.keys(&provider), cache.keys(&provider)];
    for one in waiting {
        assert!(!one.wait().await.unwrap().has("new"), "whoever comes first waits for the new set");
    }
    assert_eq!(issuer.fetches.load(SeqCst), 3, "one fetch for both");
}

#[tokio::test(start_paused = true)]
async fn a_look_fetches_nothing() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    assert!(cache.peek(&provider).is_none());
    assert_eq!((cache.providers(), issuer.fetches.load(SeqCst)), (0, 0));
    cache.keys(&provider).wait().await.unwrap();
    assert!(cache.peek(&provider).unwrap().has("k1"));
    advance(Duration::from_secs(300)).await;
    assert!(cache.peek(&provider).is_none(), "it should be fetched anew");
    assert_eq!(issuer.fetches.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_outlived_for_an_hour() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    cache.keys(&provider).wait().await.unwrap();
    issuer.broken.store(true, SeqCst);
    advance(Duration::from_secs(3590)).await;
    assert!(cache.keys(&provider).wait().await.unwrap().has("k1"), "the first waits, in vain");
    assert!(ready(cache.keys(&provider)).unwrap().has("k1"));
    assert_eq!(issuer.fetches.load(SeqCst), 2, "one try in vain, remembered");
    advance(Duration::from_secs(8)).await;
    assert!(ready(cache.keys(&provider)).unwrap().has("k1"), "nobody waits while the issuer fails");
    sleep(Duration::from_millis(500)).await;
    assert_eq!(issuer.fetches.load(SeqCst), 3);
    advance(Duration::from_millis(1400)).await;
    assert_eq!(ready(cache.keys(&provider)).unwrap_err().kind.name(), "status", "the hour is over");
    advance(Duration::from_secs(2)).await;
    issuer.broken.store(false, SeqCst);
    assert!(cache.keys(&provider).wait().await.unwrap().has("k1"), "and back");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_remembered_for_a_moment() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    issuer.broken.store(true, SeqCst);
    assert!(cache.keys(&provider).wait().await.is_err());
    issuer.broken.store(false, SeqCst);
    for _ in 0..100 {
        assert!(ready(cache.keys(&provider)).is_err());
        assert!(ready(cache.unknown_key(&provider, "k1")).is_err());
    }
    assert_eq!(issuer.fetches.load(SeqCst), 1);
    advance(Duration::from_secs(2)).await;
    assert!(cache.keys(&provider).wait().await.unwrap().has("k1"));
}

#[tokio::test(start_paused = true)]
async fn other_thumbprints_share_nothing() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    for thumbprints in [vec![], vec![Thumbprint([1; 20])], vec![Thumbprint([1; 20]), Thumbprint([2; 20])]] {
        assert!(matches!(cache.keys(&Provider::new("a.test", thumbprints)), Keys::Pending(_)));
    }
    assert_eq!(cache.providers(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_slow_issuer_delays_nobody_else() {
    let issuer = issuer(&["k1"]);
    issuer.mute.lock().unwrap().insert("https://slow.test".into());
    let cache = cache(&issuer);
    let slow = cache.keys(&provider("slow.test"));
    let begun = Instant::now();
    assert!(cache.keys(&provider("a.test")).wait().await.is_ok());
    assert!(ready(cache.keys(&provider("a.test"))).is_ok());
    assert_eq!(begun.elapsed().as_millis(), 100);
    drop(slow);
}

#[tokio::test(start_paused = true)]
async fn too_many_fetches_at_a_time() {
    let issuer = issuer(&["k1"]);
    let cache = cache_of(&issuer, Options { max_fetches: 2, ..Options::default() });
    let under_way = ["a.test", "b.test"].map(|host| cache.keys(&provider(host)));
    assert_eq!(ready(cache.keys(&provider("c.test"))).unwrap_err().kind.name(), "busy");
    for one in under_way {
        one.wait().await.unwrap();
    }
    assert!(cache.keys(&provider("c.test")).wait().await.is_ok(), "that was not remembered");
}

#[tokio::test(start_paused = true)]
async fn the_one_asked_for_longest_ago_gives_way() {
    let issuer = issuer(&["k1"]);
    let cache = cache_of(&issuer, Options { max_providers: 2, ..Options::default() });
    for host in ["a.test", "b.test", "a.test", "c.test"] {
        cache.keys(&provider(host)).wait().await.unwrap();
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!((cache.providers(), cache.metrics().evictions.load(Relaxed)), (2, 1));
    assert!(ready(cache.keys(&provider("a.test"))).is_ok());
    assert!(matches!(cache.keys(&provider("b.test")), Keys::Pending(_)));
}

/// Whoever goes away takes nothing from the others, and a fetch that breaks down leaves no trace.
#[tokio::test(start_paused = true)]
async fn waiters_that_leave_and_fetches_that_break_down() {
    let issuer = issuer(&["k1"]);
    let cache = cache(&issuer);
    let provider = provider("a.test");
    drop(cache.keys(&provider));
    sleep(Duration::from_secs(1)).await;
    assert!(ready(cache.keys(&provider)).unwrap().has("k1"));
    let other = Provider::new("b.test", []);
    issuer.panics.store(true, SeqCst);
    assert_eq!(cache.keys(&other).wait().await.unwrap_err().kind.name(), "abandoned");
    issuer.panics.store(false, SeqCst);
    assert!(cache.keys(&other).wait().await.unwrap().has("k1"));
}

/// The whole of it: a real issuer, its rotation, and a crowd.
#[tokio::test]
async fn with_a_real_issuer() {
    let server = Server::plain().await.issuer(&["k1"]);
    let cache = Arc::new(KeyCache::new(Options::default(), Fetcher::new(options(&[]))));
    let provider = Provider::new(&server.url(""), []);
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let (cache, provider) = (Arc::clone(&cache), provider.clone());
            tokio::spawn(async move { cache.keys(&provider).wait().await.unwrap().has("k1") })
        })
        .collect();
    for one in waiting {
        assert!(one.await.unwrap());
    }
    assert_eq!(server.requests(), 2, "the discovery document and the key set");
    server.keys(&["k2"]);
    assert!(cache.unknown_key(&provider, "k2").wait().await.unwrap().has("k2"));
    assert_eq!(server.requests(), 4);
}
