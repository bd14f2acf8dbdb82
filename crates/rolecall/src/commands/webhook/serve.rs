//! The webhook as a process: everything is set up, and served until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kube::Client;
use rolecall_apply::webhook::Cluster;
use rolecall_live::kubernetes::client_config;
use rolecall_live::refusal::Refusal;
use rolecall_live::scope::KubernetesScope;
use rolecall_server::listen::Port;
use rolecall_server::webhook::accounts::{Cache, ServiceAccounts};
use rolecall_server::webhook::http::{PATH, Reviews, Watch, limits};
use rolecall_server::webhook::metrics::Metrics;
use rolecall_server::webhook::notice::Notices;
use rolecall_server::webhook::rotation::Terms;
use rolecall_server::webhook::{Webhook, key_pair::KeyPair};
use rolecall_server::{clock, random};
use serde_json::{Map, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::certificates::{Certificates, Source};
use super::cluster::{Watcher, events, pod_identities};
use super::flags::{Arguments, Serving};
use crate::commands::serve::{log, stop_signal};
use crate::commands::{Done, Failure, live};
use crate::exit::Exit;

/// Where the webhook of EKS expects certificates that it is given.
const GIVEN: (&str, &str) = ("/etc/webhook/certs/tls.crt", "/etc/webhook/certs/tls.key");
/// How often certificates are looked at; more often where they are short-lived.
const LOOK: Duration = Duration::from_secs(30);
/// Accounts that pods wait for at a time.
const ASKED: usize = 256;

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let failed = |error| Failure::Service { source: Box::new(error), remedy: None };
    let _logging = log::start(arguments.serving.log).map_err(failed)?;
    let runtime = live::runtime()?;
    let configuration = arguments.injection.configuration(true)?;
    let (asked, named) = mpsc::channel(ASKED);
    let cache = Arc::new(Cache::new(configuration.clone(), Some(asked)));
    let (notices, told) = Notices::new();
    let webhook = Arc::new(Webhook {
        configuration,
        accounts: cache.clone(),
        grace: arguments.serving.service_account_lookup_grace_period,
        limits: limits(),
        metrics: Metrics::default(),
        notices,
        key_pair: Arc::new(KeyPair::default()),
        random: Arc::new(random::System),
    });
    runtime.block_on(serve(&arguments.serving, Parts { webhook, cache, named, told }))
}

struct Parts {
    webhook: Arc<Webhook>,
    cache: Arc<Cache>,
    named: mpsc::Receiver<(String, String)>,
    told: mpsc::Receiver<rolecall_server::webhook::notice::Notice>,
}

async fn serve(serving: &Serving, parts: Parts) -> Done {
    let (webhook, clock) = (parts.webhook.clone(), Arc::new(clock::System));
    let (client, server) = client(serving).await?;
    let cluster = Cluster::new(client.clone(), server.clone());
    let reviews = bind(serving.address()).await?;
    let metrics = bind(serving.metrics_address()).await?;
    announce(&webhook, &reviews, &metrics, &server);
    let (stop, stopped) = watch::channel(false);
    let acceptor = webhook.key_pair.acceptor().map_err(|error| failed(error, None))?;
    let service = Arc::new(Reviews { webhook: webhook.clone() });
    let reviewing = tokio::spawn(reviews.serve(service, Some(acceptor), stopped.clone()));
    let watcher = Watch {
        webhook: webhook.clone(),
        debug: debug(serving, &parts.cache),
        connections: Default::default(),
    };
    let told = tokio::spawn(metrics.serve(Arc::new(watcher), None, stopped));
    let mut tasks = vec![tokio::spawn(certificates(serving, &webhook, &cluster, clock.clone()).keep())];
    tasks.push(tokio::spawn(events(cluster, clock, parts.told)));
    tasks.extend(watching(serving, client, &server, &webhook, &parts.cache, parts.named));
    stop_signal().await;
    tracing::info!("stopping: reviews in progress may end");
    let _ = stop.send(true);
    let _ = tokio::join!(reviewing, told);
    tasks.iter().for_each(JoinHandle::abort);
    Ok(Exit::Fine)
}

fn watching(
    serving: &Serving,
    client: Client,
    server: &str,
    webhook: &Arc<Webhook>,
    cache: &Arc<Cache>,
    named: mpsc::Receiver<(String, String)>,
) -> Vec<JoinHandle<()>> {
    let watcher = Watcher {
        client,
        server: server.into(),
        cache: cache.clone(),
        webhook: webhook.clone(),
        broken: Arc::default(),
    };
    let mut tasks = vec![
        tokio::spawn(watcher.clone().service_accounts()),
        tokio::spawn(watcher.clone().fetch(named)),
        tokio::spawn(watcher.clone().mind_the_api_server(own_pod())),
    ];
    if serving.watch_config_map {
        tasks.push(tokio::spawn(watcher.config_map(serving.namespace.clone())));
    }
    if let Some(file) = &serving.watch_container_credentials_config {
        tasks.push(tokio::spawn(pod_identities(file.clone(), cache.clone())));
    }
    tasks
}

fn certificates(
    serving: &Serving,
    webhook: &Arc<Webhook>,
    cluster: &Cluster,
    clock: Arc<clock::System>,
) -> Certificates {
    let given = || (PathBuf::from(GIVEN.0), PathBuf::from(GIVEN.1));
    let source = match (&serving.tls_cert, &serving.tls_key, &serving.cert_dir) {
        (Some(chain), Some(key), _) => Source::Given { chain: chain.clone(), key: key.clone() },
        (_, _, Some(folder)) => Source::Folder(folder.clone()),
        _ if !serving.in_cluster => {
            let (chain, key) = given();
            Source::Given { chain, key }
        }
        _ => Source::Secret {
            cluster: cluster.clone(),
            namespace: serving.namespace.clone(),
            name: serving.tls_secret.clone(),
        },
    };
    let configuration = serving.webhook_configuration.clone();
    let own = !matches!(source, Source::Given { .. });
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Certificates {
        source,
        publish: (own && !configuration.is_empty()).then(|| (cluster.clone(), configuration)),
        names: serving.names(),
        terms: Terms {
            authority: seconds(serving.ca_duration),
            leaf: seconds(serving.cert_duration),
            spread: seconds(serving.ca_spread),
        },
        look: LOOK.min(serving.cert_duration.min(serving.ca_duration) / 20).max(Duration::from_secs(1)),
        webhook: webhook.clone(),
        clock,
        served: None,
    }
}

/// A client of the cluster. That the API server answers is not waited for.
async fn client(serving: &Serving) -> Result<(Client, String), Failure> {
    let scope = KubernetesScope {
        kubeconfig: serving.kubeconfig.clone(),
        context: serving.context.clone(),
        ..KubernetesScope::default()
    };
    let mut config = client_config(&scope).await.map_err(refused)?;
    if let Some(url) = &serving.kube_api {
        config.cluster_url = url.parse().map_err(|error| {
            failed(format!("`{url}` is no address: {error}"), Some("write it as https://HOST:PORT"))
        })?;
    }
    let server = config.cluster_url.to_string();
    let client = Client::try_from(config).map_err(|error| failed(error, None))?;
    Ok((client, server))
}

async fn bind(address: SocketAddr) -> Result<Port, Failure> {
    Port::bind(address).await.map_err(|error| {
        failed(
            format!("cannot listen on `{address}`: {error}"),
            Some("take another with `--listen` and `--metrics-listen`"),
        )
    })
}

fn announce(webhook: &Webhook, reviews: &Port, metrics: &Port, server: &str) {
    let configuration = &webhook.configuration;
    tracing::info!(prefix = configuration.annotation_prefix, "pods get roles from annotations");
    tracing::info!("reviews are taken at https://{}{PATH}", reviews.address);
    tracing::info!("metrics are told at http://{}/metrics", metrics.address);
    tracing::info!("service accounts are those of {server}");
}

/// The page of what is known, in the manner of the webhook of EKS.
fn debug(serving: &Serving, cache: &Arc<Cache>) -> Option<Box<dyn Fn() -> String + Send + Sync>> {
    let cache = cache.clone();
    let page = move || {
        let known = cache.annotated().into_iter().map(|(name, account)| {
            let shown = json!({
                "RoleARN": account.role_arn,
                "Audience": account.audience,
                "UseRegionalSTS": account.regional_sts,
                "TokenExpiration": account.expiration,
            });
            (name, shown)
        });
        let shown = json!({"ready": cache.is_ready(), "accounts": known.collect::<Map<_, _>>()});
        format!("{shown:#}\n")
    };
    serving.enable_debugging_handlers.then(|| Box::new(page) as _)
}

/// The pod that this runs in, as the manifests tell it.
fn own_pod() -> Option<(String, String)> {
    Some((std::env::var("POD_NAMESPACE").ok()?, std::env::var("POD_NAME").ok()?))
}

fn failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>, remedy: Option<&str>) -> Failure {
    Failure::Service { source: source.into(), remedy: remedy.map(str::to_owned) }
}

fn refused(refusal: Refusal) -> Failure {
    Failure::Service { source: refusal.line.into(), remedy: refusal.remedy }
}
