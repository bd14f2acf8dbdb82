//! The plan's Kubernetes side: the workload, and what stands beside it.

use rolecall_model::json;

use super::Plan;
use crate::aws::{self, ClusterName};
use crate::desk::Side;
use crate::kubernetes::{self, Kubernetes, Reached};
use crate::target::Target;

impl Plan<'_> {
    pub(super) async fn kubernetes(&self) {
        let named = self.target(|target| match target {
            Target::Cluster(name) => Some(ClusterName::parse(name)),
            _ => None,
        });
        let Some(target) = self.target(|target| target.is_kubernetes().then_some(target)) else {
            self.without_kubernetes(named);
            return;
        };
        match Kubernetes::reach(&self.scope.kubernetes).await {
            Ok(reached) => self.read_cluster(reached, target, named).await,
            Err(refusal) => {
                self.desk.trouble(Side::Kubernetes, "the kubeconfig", &refusal);
                self.desk.failed("serviceaccount", &refusal);
                self.desk.failed("pod", &refusal);
                self.without_kubernetes(named);
            }
        }
    }

    fn without_kubernetes(&self, cluster: Option<ClusterName>) {
        self.namespace.set(None);
        self.workload.set(None);
        self.api_issuer.set(None);
        self.cluster.set(cluster);
    }

    async fn read_cluster(&self, reached: Reached, target: &Target, named: Option<ClusterName>) {
        let Reached { kubernetes, namespace, cluster } = reached;
        self.namespace.set(Some(namespace.clone()));
        self.cluster.set(named.or_else(|| cluster.as_deref().map(ClusterName::parse)));
        let workload = async {
            let found = kubernetes::workload(self.desk, &kubernetes, &namespace, target).await;
            self.workload.set(Some(found));
        };
        tokio::join!(
            workload,
            self.space(&kubernetes, &namespace),
            self.network(&kubernetes, &namespace),
            kubernetes::webhook(self.desk, &kubernetes),
            self.discovery(&kubernetes),
        );
    }

    async fn space(&self, kubernetes: &Kubernetes, namespace: &str) {
        let path = format!("/api/v1/namespaces/{namespace}");
        let read = self.desk.ask(Side::Kubernetes, "get namespace", 1, kubernetes.get(&path)).await;
        self.desk.settle("namespace", "yaml", read.map(|object| kubernetes::yaml(object, "v1", "Namespace")));
    }

    async fn network(&self, kubernetes: &Kubernetes, namespace: &str) {
        let path = format!("/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies?limit=100");
        let read = self.desk.ask(Side::Kubernetes, "list networkpolicies", 1, kubernetes.get(&path)).await;
        let Ok(list) = read else { return };
        let items = list.get("items").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let policies =
            items.into_iter().map(|one| kubernetes::yaml(one, "networking.k8s.io/v1", "NetworkPolicy"));
        let texts: Vec<String> = policies.collect();
        if !texts.is_empty() {
            self.desk.put("networkpolicy.yaml", texts.join("---\n"));
        }
    }

    /// The API server's own discovery document tells what it writes into `iss`; what it calls `jwks_uri` is an address
    /// inside the network, which STS never asks.
    async fn discovery(&self, kubernetes: &Kubernetes) {
        let path = "/.well-known/openid-configuration";
        let read = self
            .desk
            .ask(Side::Kubernetes, "get /.well-known/openid-configuration", 1, kubernetes.text(path))
            .await;
        let issuer = read
            .as_ref()
            .ok()
            .and_then(|text| Some(json::parse(text).root?.get("issuer")?.as_str()?.to_owned()));
        self.api_issuer.set(issuer.clone());
        if let Ok(text) = read {
            self.desk.put("cluster-discovery.json", pretty(text));
        }
        if issuer.is_some_and(|issuer| !is_of_eks(&issuer)) {
            self.own_keys(kubernetes).await;
        }
    }

    /// The keys that the cluster itself shows. Where somebody publishes copies of them, these may be older ones.
    async fn own_keys(&self, kubernetes: &Kubernetes) {
        let what = "get /openid/v1/jwks";
        let read = self.desk.ask(Side::Kubernetes, what, 2, kubernetes.text("/openid/v1/jwks")).await;
        if let Ok(text) = read {
            self.desk.put("cluster-jwks.json", pretty(text));
        }
    }
}

/// Issuers that AWS publishes itself, from the signer's own keys.
fn is_of_eks(issuer: &str) -> bool {
    issuer.starts_with("https://oidc.eks.") || issuer.starts_with("https://oidc-eks.")
}

fn pretty(text: String) -> String {
    serde_json::from_str(&text).map_or(text, |value| aws::printed(&value))
}
