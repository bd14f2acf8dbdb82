//! A client with one method, which sends a GET: get, list and watch are all there is.

use http::Request;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config, Error};
use serde_json::Value;

use crate::refusal::{Refusal, RefusalKind, chain};
use crate::scope::KubernetesScope;

/// Types that are taken: the key set of an API server is of the second, and of no other.
const ACCEPT: &str = "application/json, application/jwk-set+json, */*;q=0.1";

/// A cluster that can be read.
#[derive(Clone)]
pub struct Kubernetes {
    client: Client,
    server: String,
}

/// A cluster and what its kubeconfig says of it.
pub(crate) struct Reached {
    pub kubernetes: Kubernetes,
    /// The namespace that was asked for, or the context's own.
    pub namespace: String,
    /// What the context calls the cluster; the name of an EKS cluster where the credential plugin names it.
    pub cluster: Option<String>,
}

/// A client of the kube crate as kubectl would set it up, for [`Kubernetes`] and for those who change things.
///
/// # Errors
/// Where no kubeconfig can be used.
pub async fn client(scope: &KubernetesScope) -> Result<(Client, Config), Refusal> {
    let (config, _) = configuration(scope).await?;
    let made =
        Client::try_from(config.clone()).map_err(|error| refusal(&error, &config.cluster_url.to_string()))?;
    Ok((made, config))
}

/// How to reach a cluster, without reaching for it.
///
/// # Errors
/// Where no kubeconfig can be used.
pub async fn client_config(scope: &KubernetesScope) -> Result<Config, Refusal> {
    configuration(scope).await.map(|(config, _)| config)
}

async fn configuration(scope: &KubernetesScope) -> Result<(Config, Option<String>), Refusal> {
    let unusable = |error: &KubeconfigError| {
        Refusal::new(RefusalKind::Credentials, format!("the kubeconfig cannot be used: {}", chain(error)))
            .remedied(
                "name another with `--kubeconfig` or `--context`; `kubectl config get-contexts` lists them",
            )
    };
    let read = match &scope.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let (mut config, cluster) = match read {
        Ok(file) => {
            let options =
                KubeConfigOptions { context: scope.context.clone(), ..KubeConfigOptions::default() };
            let cluster = eks_name(&file, scope.context.as_deref());
            let config = Config::from_custom_kubeconfig(file, &options).await;
            (config.map_err(|error| unusable(&error))?, cluster)
        }
        // In a pod there is no file.
        Err(error) => match Config::incluster().ok().filter(|_| scope.kubeconfig.is_none()) {
            Some(config) => (config, None),
            None => return Err(unusable(&error)),
        },
    };
    if let Some(user) = &scope.impersonate {
        config.auth_info.impersonate = Some(user.clone());
        config.auth_info.impersonate_groups =
            Some(scope.impersonate_groups.clone()).filter(|groups| !groups.is_empty());
    }
    Ok((config, cluster))
}

/// The EKS cluster of a context: what the credential plugin is told (`aws eks get-token --cluster-name NAME`), else the
/// cluster's entry, where it is an ARN or eksctl's.
fn eks_name(file: &Kubeconfig, context: Option<&str>) -> Option<String> {
    let name = context.or(file.current_context.as_deref())?;
    let context = file.contexts.iter().find(|known| known.name == name)?.context.as_ref()?;
    let entry = &context.cluster;
    if entry.starts_with("arn:") || entry.ends_with(".eksctl.io") {
        return Some(entry.clone());
    }
    let user = file.auth_infos.iter().find(|known| Some(&known.name) == context.user.as_ref())?;
    let exec = user.auth_info.as_ref()?.exec.as_ref()?;
    let arguments = exec.args.as_ref()?;
    let after = |flags: &[&str]| {
        let at = arguments.iter().position(|argument| flags.contains(&argument.as_str()))?;
        arguments.get(at + 1).cloned()
    };
    let cluster = after(&["--cluster-name", "--cluster-id", "-i"])?;
    Some(match after(&["--region"]) {
        Some(region) => format!("{cluster}.{region}.eksctl.io"),
        None => cluster,
    })
}

impl Kubernetes {
    pub(crate) async fn reach(scope: &KubernetesScope) -> Result<Reached, Refusal> {
        let (config, cluster) = configuration(scope).await?;
        let namespace = scope.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
        let server = config.cluster_url.to_string();
        let client = Client::try_from(config).map_err(|error| refusal(&error, &server))?;
        Ok(Reached { kubernetes: Kubernetes { client, server }, namespace, cluster })
    }

    /// Reads an object or a list. There is no other method: a client of this type changes nothing.
    ///
    /// # Errors
    /// As kubectl would print it.
    pub async fn get(&self, path: &str) -> Result<Value, Refusal> {
        let text = self.text(path).await?;
        serde_json::from_str(&text).map_err(|error| {
            Refusal::new(RefusalKind::Other, format!("the answer to {path} is no JSON: {error}"))
        })
    }

    /// The same as text.
    ///
    /// # Errors
    /// As kubectl would print it.
    pub async fn text(&self, path: &str) -> Result<String, Refusal> {
        let request = Request::get(path).header(http::header::ACCEPT, ACCEPT).body(Vec::new());
        let request = request
            .map_err(|error| Refusal::new(RefusalKind::Other, format!("`{path}` is no path: {error}")))?;
        self.client.request_text(request).await.map_err(|error| refusal(&error, &self.server))
    }
}

/// A failure as kubectl prints it.
#[must_use]
pub fn refusal(error: &Error, server: &str) -> Refusal {
    if let Error::Api(status) = error {
        let reason = match (status.reason.as_str(), status.code) {
            ("", 404) => "NotFound",
            ("", 403) => "Forbidden",
            ("", 401) => "Unauthorized",
            ("", _) => "Unknown",
            (reason, _) => reason,
        };
        let line = format!("Error from server ({reason}): {}", status.message);
        return match status.code {
            404 => Refusal::new(RefusalKind::NotFound, line),
            403 => Refusal::new(RefusalKind::Forbidden, line)
                .remedied("ask for the role that `--needs` prints, or read as somebody else with `--as` or `--context`"),
            401 => Refusal::new(RefusalKind::Credentials, "You must be logged in to the server (Unauthorized)")
                .remedied("sign in to the cluster again; for EKS: `aws eks update-kubeconfig --name CLUSTER`, with the same profile"),
            429 => Refusal::new(RefusalKind::Throttled, line).remedied("run it again in a minute"),
            _ => Refusal::new(RefusalKind::Other, line),
        };
    }
    let said = chain(error);
    if matches!(error, Error::Auth(_)) {
        return Refusal::new(
            RefusalKind::Credentials,
            format!("the credentials of the cluster cannot be had: {said}"),
        )
        .remedied("run `kubectl get --raw /version`: it uses the same credential plugin");
    }
    Refusal::new(RefusalKind::Unreachable, format!("Unable to connect to the server {server}: {said}"))
        .remedied(
            "look at the VPN, the proxy and `--context`; `kubectl get --raw /version` asks the same server",
        )
}
