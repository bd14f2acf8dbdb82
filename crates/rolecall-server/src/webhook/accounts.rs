//! What the webhook knows of service accounts: a copy that a watch keeps fresh, and that stays while the API server is away.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use rolecall_engine::inject::Configuration;
use rolecall_engine::inject::annotations::{Account, ConfigMap};
use std::sync::{Mutex, PoisonError, RwLock};
use tokio::sync::{Notify, mpsc};

/// A lookup that may wait.
pub type Awaited<'a> = Pin<Box<dyn Future<Output = Option<Arc<Account>>> + Send + 'a>>;

/// What is known of service accounts. Answers come from memory, so that they come while the API server is away.
pub trait ServiceAccounts: Send + Sync {
    /// The account, if it is known; one without annotations is known too.
    fn known(&self, namespace: &str, name: &str) -> Option<Arc<Account>>;
    /// The account once it is known, waiting for it no longer than a time.
    fn awaited<'a>(&'a self, namespace: &'a str, name: &'a str, within: Duration) -> Awaited<'a>;
    /// The ConfigMap of roles, where one is watched.
    fn config_map(&self) -> Option<Arc<ConfigMap>>;
    /// Whether the account has a Pod Identity association.
    fn has_pod_identity(&self, namespace: &str, name: &str) -> bool;
    /// Whether a first whole list has been read.
    fn is_ready(&self) -> bool;
    /// How many accounts are known.
    fn count(&self) -> usize;
}

/// Accounts beyond this number are not kept; the API server itself is slow long before.
const MOST: usize = 1_000_000;

/// Accounts by namespace and name.
type Accounts = HashMap<String, HashMap<String, Arc<Account>>>;

/// What a watch tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A whole list begins. What is known stays until it is complete.
    Listing,
    /// One of the list.
    Listed(Seen),
    /// The list is complete and takes the place of what was known.
    Complete,
    /// An account was made or changed.
    Put(Seen),
    /// An account is gone.
    Gone {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    },
}

/// A service account as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Annotations.
    pub annotations: Vec<(String, String)>,
}

/// Accounts in memory.
pub struct Cache {
    configuration: Configuration,
    accounts: RwLock<Accounts>,
    listing: Mutex<Option<Accounts>>,
    count: AtomicUsize,
    ready: AtomicBool,
    arrived: Notify,
    asked: Option<mpsc::Sender<(String, String)>>,
    config_map: ArcSwapOption<ConfigMap>,
    pod_identities: ArcSwap<HashSet<(String, String)>>,
}

impl Cache {
    /// An empty cache. Accounts that are asked for and not known are named to `asked`, whose other end may fetch them.
    #[must_use]
    pub fn new(configuration: Configuration, asked: Option<mpsc::Sender<(String, String)>>) -> Self {
        Cache {
            configuration,
            accounts: RwLock::default(),
            listing: Mutex::default(),
            count: AtomicUsize::new(0),
            ready: AtomicBool::new(false),
            arrived: Notify::new(),
            asked,
            config_map: ArcSwapOption::empty(),
            pod_identities: ArcSwap::default(),
        }
    }

    /// Takes a change in.
    pub fn take(&self, change: Change) {
        match change {
            Change::Listing => *self.list() = Some(Accounts::new()),
            Change::Listed(seen) => {
                let account = self.read(&seen);
                let mut list = self.list();
                let list = list.get_or_insert_default();
                if list.values().map(HashMap::len).sum::<usize>() < MOST {
                    list.entry(seen.namespace).or_default().insert(seen.name, account);
                }
            }
            Change::Complete => {
                let Some(list) = self.list().take() else { return };
                self.count.store(list.values().map(HashMap::len).sum(), Ordering::Relaxed);
                *self.accounts.write().unwrap_or_else(PoisonError::into_inner) = list;
                self.ready.store(true, Ordering::Release);
                self.arrived.notify_waiters();
            }
            Change::Put(seen) => {
                let account = self.read(&seen);
                if self.count() < MOST {
                    let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
                    let before = accounts.entry(seen.namespace).or_default().insert(seen.name, account);
                    self.count.fetch_add(usize::from(before.is_none()), Ordering::Relaxed);
                }
                self.arrived.notify_waiters();
            }
            Change::Gone { namespace, name } => {
                let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
                let gone = accounts.get_mut(&namespace).and_then(|names| names.remove(&name));
                self.count.fetch_sub(usize::from(gone.is_some()), Ordering::Relaxed);
                if accounts.get(&namespace).is_some_and(HashMap::is_empty) {
                    accounts.remove(&namespace);
                }
            }
        }
    }

    /// Puts another ConfigMap in place; none where it is gone.
    pub fn set_config_map(&self, map: Option<ConfigMap>) {
        self.config_map.store(map.map(Arc::new));
    }

    /// Puts the accounts with Pod Identity associations in place, as namespaces and names.
    pub fn set_pod_identities(&self, identities: HashSet<(String, String)>) {
        self.pod_identities.store(Arc::new(identities));
    }

    /// Every account that names a role, sorted, for the debugging page.
    #[must_use]
    pub fn annotated(&self) -> Vec<(String, Arc<Account>)> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let named = accounts.iter().flat_map(|(namespace, names)| {
            names.iter().map(move |(name, account)| (format!("{namespace}/{name}"), Arc::clone(account)))
        });
        let mut named: Vec<_> = named.filter(|(_, account)| !account.role_arn.is_empty()).collect();
        named.sort_by(|one, other| one.0.cmp(&other.0));
        named
    }

    fn read(&self, seen: &Seen) -> Arc<Account> {
        let annotations = seen.annotations.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        Arc::new(Account::read(annotations, &self.configuration))
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Option<Accounts>> {
        self.listing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait(&self, namespace: &str, name: &str) -> Arc<Account> {
        loop {
            // Registered before looking, so that nothing that arrives in between is missed.
            let mut arrived = std::pin::pin!(self.arrived.notified());
            arrived.as_mut().enable();
            if let Some(account) = self.known(namespace, name) {
                return account;
            }
            arrived.await;
        }
    }
}

impl ServiceAccounts for Cache {
    fn known(&self, namespace: &str, name: &str) -> Option<Arc<Account>> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.get(namespace)?.get(name).cloned()
    }

    fn awaited<'a>(&'a self, namespace: &'a str, name: &'a str, within: Duration) -> Awaited<'a> {
        Box::pin(async move {
            if within.is_zero() {
                return None;
            }
            if let Some(asked) = &self.asked {
                // A full queue means that many are being fetched already.
                let _ = asked.try_send((namespace.to_owned(), name.to_owned()));
            }
            tokio::time::timeout(within, self.wait(namespace, name)).await.ok()
        })
    }

    fn config_map(&self) -> Option<Arc<ConfigMap>> {
        self.config_map.load_full()
    }

    fn has_pod_identity(&self, namespace: &str, name: &str) -> bool {
        let identities = self.pod_identities.load();
        !identities.is_empty() && identities.contains(&(namespace.to_owned(), name.to_owned()))
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(namespace: &str, name: &str, role: &str) -> Seen {
        let annotations = vec![("eks.amazonaws.com/role-arn".to_owned(), role.to_owned())];
        Seen { namespace: namespace.into(), name: name.into(), annotations }
    }

    fn role(cache: &Cache, namespace: &str, name: &str) -> Option<String> {
        cache.known(namespace, name).map(|account| account.role_arn.clone())
    }

    #[test]
    fn a_list_takes_the_place_of_what_was_known_only_once_it_is_complete() {
        let cache = Cache::new(Configuration::default(), None);
        assert!(!cache.is_ready());
        for change in [Change::Listing, Change::Listed(seen("shop", "cart", "a")), Change::Complete] {
            cache.take(change);
        }
        assert!(cache.is_ready());
        cache.take(Change::Put(seen("shop", "till", "b")));
        assert_eq!(cache.count(), 2);
        // The connection is cut while the next list is read: nothing of what is known is lost.
        cache.take(Change::Listing);
        cache.take(Change::Listed(seen("shop", "till", "c")));
        assert_eq!(role(&cache, "shop", "cart").as_deref(), Some("a"));
        assert_eq!(role(&cache, "shop", "till").as_deref(), Some("b"));
        // It begins anew and is complete: what is gone meanwhile is gone.
        for change in [Change::Listing, Change::Listed(seen("shop", "till", "d")), Change::Complete] {
            cache.take(change);
        }
        assert_eq!(role(&cache, "shop", "cart"), None);
        assert_eq!(role(&cache, "shop", "till").as_deref(), Some("d"));
        cache.take(Change::Gone { namespace: "shop".into(), name: "till".into() });
        cache.take(Change::Gone { namespace: "shop".into(), name: "never".into() });
        assert_eq!((cache.count(), role(&cache, "shop", "till")), (0, None));
    }

    #[tokio::test]
    async fn an_account_that_is_made_together_with_its_pod_is_waited_for() {
        let (asked, mut named) = mpsc::channel(1);
        let cache = Arc::new(Cache::new(Configuration::default(), Some(asked)));
        assert_eq!(cache.awaited("shop", "cart", Duration::from_millis(1)).await, None);
        assert_eq!(named.recv().await, Some(("shop".into(), "cart".into())));
        let waiting = tokio::spawn({
            let cache = cache.clone();
            async move { cache.awaited("shop", "cart", Duration::from_secs(60)).await }
        });
        named.recv().await;
        cache.take(Change::Put(seen("shop", "other", "x")));
        cache.take(Change::Put(seen("shop", "cart", "a")));
        assert_eq!(waiting.await.unwrap().unwrap().role_arn, "a");
        assert_eq!(cache.awaited("shop", "absent", Duration::ZERO).await, None);
        assert!(named.try_recv().is_err(), "nobody waits, nothing is asked");
    }
}
