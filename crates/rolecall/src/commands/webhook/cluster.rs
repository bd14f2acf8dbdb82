//! The cluster that the webhook serves: its service accounts watched, its files and ConfigMap read, events made.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kube::Client;
use rolecall_apply::webhook::{Cluster, Event};
use rolecall_engine::inject::annotations::ConfigMap;
use rolecall_live::kubernetes::watch::{self, Account, Seen as Told};
use rolecall_model::json::{self, Node};
use rolecall_server::clock::Clock;
use rolecall_server::webhook::Webhook;
use rolecall_server::webhook::accounts::{Cache, Change, Seen};
use rolecall_server::webhook::notice::Notice;
use tokio::sync::mpsc::Receiver;

/// The ConfigMap of roles, and its entry.
const CONFIG_MAP: (&str, &str) = ("pod-identity-webhook", "config");
/// How often a broken connection is tried.
const TRY: Duration = Duration::from_secs(2);
/// How often the file of Pod Identity associations is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// The same event is not made again for this long.
const QUIET: Duration = Duration::from_secs(600);
/// Events that are remembered so.
const REMEMBERED: usize = 10_000;

/// What the tasks of one cluster share.
#[derive(Clone)]
pub struct Watcher {
    pub client: Client,
    pub server: Arc<str>,
    pub cache: Arc<Cache>,
    pub webhook: Arc<Webhook>,
    /// Whether the watch is broken.
    pub broken: Arc<AtomicBool>,
}

impl Watcher {
    /// Keeps the accounts as the cluster has them.
    pub async fn service_accounts(self) {
        watch::service_accounts(self.client.clone(), &self.server, |told| {
            let change = match told {
                Told::Broken(refusal) => return self.is_broken(&refusal.line),
                Told::Listing => Change::Listing,
                Told::Listed(account) => Change::Listed(seen(account)),
                Told::Complete => Change::Complete,
                Told::Put(account) => Change::Put(seen(account)),
                Told::Gone(account) => Change::Gone { namespace: account.namespace, name: account.name },
            };
            let complete = change == Change::Complete;
            self.cache.take(change);
            self.is_back();
            if complete {
                use rolecall_server::webhook::accounts::ServiceAccounts;
                tracing::info!(accounts = self.cache.count(), "service accounts are known");
            }
        })
        .await;
    }

    /// Keeps the ConfigMap of roles as the cluster has it.
    pub async fn config_map(self, namespace: String) {
        let (name, key) = CONFIG_MAP;
        let put = |text: Option<String>| {
            let Some(text) = text else { return self.cache.set_config_map(None) };
            match ConfigMap::read(&text, &self.webhook.configuration) {
                Ok(map) => self.cache.set_config_map(Some(map)),
                Err(flaw) => tracing::warn!("{flaw}: what it said before is kept"),
            }
        };
        let mut listed = false;
        watch::config_map(self.client.clone(), &self.server, &namespace, name, key, |told| match told {
            Told::Listing => listed = false,
            Told::Listed(text) => {
                listed = true;
                put(text);
            }
            Told::Complete if !listed => put(None),
            Told::Complete => {}
            Told::Put(text) => put(text),
            Told::Gone(_) => put(None),
            Told::Broken(refusal) => {
                tracing::warn!("the ConfigMap `{name}` is not watched: {}", refusal.line)
            }
        })
        .await;
    }

    /// Reads accounts that pods wait for.
    pub async fn fetch(self, mut asked: Receiver<(String, String)>) {
        while let Some((namespace, name)) = asked.recv().await {
            let read = watch::service_account(self.client.clone(), &self.server, &namespace, &name).await;
            if let Ok(Some(account)) = read {
                self.cache.take(Change::Put(seen(account)));
            }
        }
    }

    /// Tries the API server while the watch is broken, and says how long it was away.
    pub async fn mind_the_api_server(self, pod: Option<(String, String)>) {
        let mut away: Option<Instant> = None;
        let mut look = tokio::time::interval(TRY);
        loop {
            look.tick().await;
            if !self.broken.load(Ordering::Acquire) {
                if let Some(since) = away.take() {
                    self.was_away(since.elapsed(), pod.as_ref());
                }
                continue;
            }
            away.get_or_insert_with(Instant::now);
            if watch::reachable(self.client.clone(), &self.server).await.is_ok() {
                self.is_back();
            }
        }
    }

    fn was_away(&self, time: Duration, pod: Option<&(String, String)>) {
        let message = format!(
            "the API server could not be watched for {} seconds; pods were admitted with the last known service accounts",
            time.as_secs()
        );
        match pod {
            Some((namespace, name)) => self.webhook.notices.tell(Notice {
                reason: "ApiServerAway",
                kind: "Pod",
                namespace: namespace.clone(),
                name: name.clone(),
                message,
            }),
            None => tracing::warn!("{message}"),
        }
    }

    fn is_broken(&self, line: &str) {
        self.webhook.metrics.api_server.set(0);
        self.webhook.metrics.interruptions.inc();
        if !self.broken.swap(true, Ordering::AcqRel) {
            tracing::warn!("service accounts are not watched, and the last known ones are used: {line}");
        }
    }

    fn is_back(&self) {
        self.webhook.metrics.api_server.set(1);
        if self.broken.swap(false, Ordering::AcqRel) {
            tracing::info!("service accounts are watched again");
        }
    }
}

fn seen(account: Account) -> Seen {
    let annotations = account.annotations.into_iter().collect();
    Seen { namespace: account.namespace, name: account.name, annotations }
}

/// Keeps the accounts with Pod Identity associations as a file has them.
pub async fn pod_identities(file: PathBuf, cache: Arc<Cache>) {
    let mut before: Option<Vec<u8>> = None;
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        match tokio::fs::read(&file).await {
            Ok(bytes) if before.as_ref() != Some(&bytes) => {
                match identities(&bytes) {
                    Some(identities) => cache.set_pod_identities(identities),
                    None => tracing::warn!(
                        "`{}` is no file of identities: what it said before is kept",
                        file.display()
                    ),
                }
                before = Some(bytes);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!("`{}` cannot be read: {error}", file.display()),
        }
    }
}

/// `{"identities": [{"namespace", "serviceAccount"}]}`; none of an empty file.
pub fn identities(bytes: &[u8]) -> Option<HashSet<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.is_empty() {
        return Some(HashSet::new());
    }
    let parsed = json::parse(text);
    if parsed.flaws.iter().any(json::Flaw::is_syntax) {
        return None;
    }
    Some(identities_of(parsed.root?.get("identities").map(Node::elements).unwrap_or_default()))
}

/// The same of a list that is parsed.
pub fn identities_of(list: &[Node]) -> HashSet<(String, String)> {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    list.iter().map(|one| (text(one, "namespace"), text(one, "serviceAccount"))).collect()
}

/// Makes events of notices, each once in a while.
pub async fn events(cluster: Cluster, clock: Arc<dyn Clock>, mut notices: Receiver<Notice>) {
    let mut made: HashMap<Notice, Instant> = HashMap::new();
    while let Some(notice) = notices.recv().await {
        made.retain(|_, at| at.elapsed() < QUIET);
        if made.contains_key(&notice) || notice.name.is_empty() {
            continue;
        }
        let time = clock.now().to_string();
        let event = Event {
            kind: notice.kind,
            namespace: &notice.namespace,
            name: &notice.name,
            reason: notice.reason,
            message: &notice.message,
            time: &time,
        };
        match cluster.event(&event).await {
            Ok(()) if made.len() < REMEMBERED => drop(made.insert(notice, Instant::now())),
            Ok(()) => {}
            Err(refusal) => tracing::debug!("an event could not be made: {}", refusal.line),
        }
    }
}
