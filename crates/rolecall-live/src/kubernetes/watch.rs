//! Watching service accounts and the ConfigMap of roles: a list, then every change, for as long as somebody listens.
//!
//! The watch goes on by itself: after whatever breaks it off, it is taken up again, with a new list where the API server
//! no longer knows what was seen last. Lists and watches are all it sends.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, ServiceAccount};
use kube::api::ListParams;
use kube::core::PartialObjectMeta;
use kube::runtime::utils::Backoff;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, watcher as watch};
use kube::{Api, Client, ResourceExt};

use super::client::refusal;
use crate::refusal::{Refusal, RefusalKind, chain};

/// What a watch sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// A whole list begins.
    Listing,
    /// One of the list.
    Listed(T),
    /// The list is complete.
    Complete,
    /// One was made or changed.
    Put(T),
    /// One is gone.
    Gone(T),
    /// The watch broke off. It is taken up again; what was seen may be out of date until then.
    Broken(Refusal),
}

/// A service account as far as its metadata tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// Watches the service accounts of all namespaces; never returns but when it is dropped.
pub async fn service_accounts(client: Client, server: &str, mut tell: impl FnMut(Seen<Account>)) {
    let api: Api<PartialObjectMeta<ServiceAccount>> = Api::all(client);
    let events = watch(api, watcher::Config::default()).backoff(Steps::default());
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        tell(seen(event, server, account));
    }
}

/// Watches one ConfigMap, of which one entry is told; never returns but when it is dropped.
pub async fn config_map(
    client: Client,
    server: &str,
    namespace: &str,
    name: &str,
    key: &str,
    mut tell: impl FnMut(Seen<Option<String>>),
) {
    let api: Api<ConfigMap> = Api::namespaced(client, namespace);
    let only = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let events = watch(api, only).backoff(Steps::default());
    let mut events = std::pin::pin!(events);
    let entry = |map: ConfigMap| map.data.and_then(|mut data| data.remove(key));
    while let Some(event) = events.next().await {
        tell(seen(event, server, entry));
    }
}

/// Reads one service account now; none where it is not there.
///
/// # Errors
/// As kubectl would print it.
pub async fn service_account(
    client: Client,
    server: &str,
    namespace: &str,
    name: &str,
) -> Result<Option<Account>, Refusal> {
    let api: Api<ServiceAccount> = Api::namespaced(client, namespace);
    let read = api.get_metadata_opt(name).await.map_err(|error| refusal(&error, server))?;
    Ok(read.map(account))
}

/// Whether service accounts can be listed at this moment.
///
/// # Errors
/// As kubectl would print it.
pub async fn reachable(client: Client, server: &str) -> Result<(), Refusal> {
    let api: Api<ServiceAccount> = Api::all(client);
    let one = ListParams::default().limit(1);
    api.list_metadata(&one).await.map(|_| ()).map_err(|error| refusal(&error, server))
}

fn account(meta: PartialObjectMeta<ServiceAccount>) -> Account {
    let namespace = meta.namespace().unwrap_or_default();
    let name = meta.name_any();
    Account { namespace, name, annotations: meta.metadata.annotations.unwrap_or_default() }
}

fn seen<K, T>(event: Result<Event<K>, watcher::Error>, server: &str, made: impl Fn(K) -> T) -> Seen<T> {
    match event {
        Ok(Event::Init) => Seen::Listing,
        Ok(Event::InitApply(object)) => Seen::Listed(made(object)),
        Ok(Event::InitDone) => Seen::Complete,
        Ok(Event::Apply(object)) => Seen::Put(made(object)),
        Ok(Event::Delete(object)) => Seen::Gone(made(object)),
        Err(error) => Seen::Broken(broken(&error, server)),
    }
}

fn broken(error: &watcher::Error, server: &str) -> Refusal {
    use watcher::Error::{InitialListFailed, WatchError, WatchFailed, WatchStartFailed};
    match error {
        InitialListFailed(source) | WatchStartFailed(source) | WatchFailed(source) => refusal(source, server),
        WatchError(_) | watcher::Error::NoResourceVersion => Refusal::new(RefusalKind::Other, chain(error)),
    }
}

/// Time between attempts: half a second, doubled up to five, so that a cluster that is back is seen soon.
#[derive(Debug)]
struct Steps(Duration);

const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(5);

impl Default for Steps {
    fn default() -> Self {
        Steps(FIRST)
    }
}

impl Iterator for Steps {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let now = self.0;
        self.0 = (now * 2).min(LAST);
        Some(now)
    }
}

impl Backoff for Steps {
    fn reset(&mut self) {
        self.0 = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_no_further_apart_than_five_seconds() {
        let mut steps = Steps::default();
        let first: Vec<u128> = steps.by_ref().take(6).map(|step| step.as_millis()).collect();
        assert_eq!(first, [500, 1000, 2000, 4000, 5000, 5000]);
        steps.reset();
        assert_eq!(steps.next(), Some(FIRST));
    }
}
