//! The plan: which call waits for which. Everything else goes side by side, within one budget of time.
//!
//! The longest chain: cronjob → jobs → pods → role → attached policy → its version: six calls. Credentials come before it, and
//! are asked for beside the cluster.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rolecall_model::arn::{Arn, parse_role_arn};
use rolecall_model::instant::Instant;
use rolecall_model::json;

use crate::aws::{self, Aws, ClusterName, Wanted};
use crate::desk::{Desk, Side};
use crate::files::{Collected, Seen};
use crate::kubernetes::{self, Kubernetes, Reached, Workload};
use crate::later::Later;
use crate::progress::Progress;
use crate::refusal::{Refusal, RefusalKind};
use crate::scope::Scope;
use crate::target::Target;

/// Reads everything that the targets name and what follows from it. Never fails: what could not be read is said, in the
/// files and in [`Collected::troubles`].
pub async fn collect(scope: &Scope, progress: Arc<Progress>) -> Collected {
    let desk = Desk::new(scope.timeout, progress);
    let plan = Plan::new(scope, &desk);
    tokio::join!(plan.kubernetes(), plan.aws());
    let seen = plan.seen().await;
    desk.put("now.txt", format!("{}\n", now()));
    let (files, troubles, calls) = desk.finish();
    Collected { files, troubles, calls, seen }
}

fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

struct Plan<'p> {
    scope: &'p Scope,
    desk: &'p Desk,
    /// The namespace that is looked into.
    namespace: Later<String>,
    /// What was found of the workload.
    workload: Later<Workload>,
    /// The EKS cluster.
    cluster: Later<ClusterName>,
    /// The issuer of the cluster's tokens.
    api_issuer: Later<String>,
    eks_issuer: Later<String>,
    /// ARNs of the providers.
    providers: Later<Vec<String>>,
    /// Account and ARN of the caller.
    caller: Later<(String, String)>,
    /// The role: its ARN as it was asked for, and what was read.
    role: Later<String>,
    trust: Later<String>,
}

impl<'p> Plan<'p> {
    fn new(scope: &'p Scope, desk: &'p Desk) -> Self {
        Plan {
            scope,
            desk,
            namespace: Later::new(),
            workload: Later::new(),
            cluster: Later::new(),
            api_issuer: Later::new(),
            eks_issuer: Later::new(),
            providers: Later::new(),
            caller: Later::new(),
            role: Later::new(),
            trust: Later::new(),
        }
    }

    async fn seen(&self) -> Seen {
        let workload = self.workload.wait().await.unwrap_or_default();
        let caller = self.caller.wait().await;
        Seen {
            namespace: self.namespace.wait().await,
            pod: workload.pod,
            service_account: workload.account,
            role: self.role.wait().await,
            account: caller.as_ref().map(|caller| caller.0.clone()),
            caller: caller.map(|caller| caller.1),
        }
    }

    /// The first target of the sort.
    fn target<'t, T>(&'t self, pick: impl Fn(&'t Target) -> Option<T>) -> Option<T> {
        self.scope.targets.iter().find_map(pick)
    }

    // Kubernetes

    async fn kubernetes(&self) {
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
        self.api_issuer.set(issuer);
        if let Ok(text) = read {
            let pretty = serde_json::from_str(&text).map_or(text, |value| aws::printed(&value));
            self.desk.put("cluster-discovery.json", pretty);
        }
    }

    // AWS

    async fn aws(&self) {
        let made = self.desk.ask(Side::Aws, "AWS credentials", 1, aws::connection(&self.scope.aws)).await;
        match made {
            Ok(connection) => {
                let aws = aws::connect(connection);
                tokio::join!(
                    self.identity(&aws),
                    self.provider_list(&aws),
                    self.eks(&aws),
                    self.associations(&aws),
                    self.role_and_what_hangs_on_it(&aws),
                    self.provider(&aws),
                );
            }
            Err(refusal) => self.without_aws(&refusal).await,
        }
    }

    async fn without_aws(&self, refusal: &Refusal) {
        for stem in ["role", "providers", "provider", "identity-policies"] {
            self.desk.failed(stem, refusal);
        }
        self.caller.set(None);
        self.providers.set(None);
        self.eks_issuer.set(None);
        self.trust.set(None);
        self.role.set(self.wanted_role().await.map(|(arn, _)| arn));
    }

    async fn identity(&self, aws: &Aws) {
        let read = self.desk.ask(Side::Aws, "sts:GetCallerIdentity", 1, aws::identity(aws)).await;
        self.caller.set(read.ok());
    }

    async fn provider_list(&self, aws: &Aws) {
        let read = self.desk.ask(Side::Aws, "iam:ListOpenIDConnectProviders", 1, aws::providers(aws)).await;
        // The list is that of the caller's account: it says nothing where the role lives in another one.
        let foreign = self.foreign().await;
        if let Some(refusal) = foreign {
            self.providers.set(None);
            self.desk.failed("providers", &refusal);
            return;
        }
        match read {
            Ok((file, arns)) => {
                self.desk.put("providers.json", file);
                self.providers.set(Some(arns));
            }
            Err(refusal) => {
                self.desk.failed("providers", &refusal);
                self.providers.set(None);
            }
        }
    }

    async fn eks(&self, aws: &Aws) {
        let Some(cluster) = self.cluster.wait().await else { return self.eks_issuer.set(None) };
        let read = self.desk.ask(Side::Aws, "eks:DescribeCluster", 1, aws::cluster(aws, &cluster)).await;
        self.eks_issuer.set(read.as_ref().ok().and_then(|(_, issuer)| issuer.clone()));
        // Credentials of another account than the cluster's find no cluster of that name: that is not the cluster's absence.
        match read {
            Err(refusal) if refusal.kind == RefusalKind::NotFound => {
                let unread = Refusal::new(RefusalKind::Other, refusal.line)
                    .remedied("give `--profile` and `--region` of the cluster's account, or `cluster/NAME` beside the target");
                self.desk.trouble(Side::Aws, "eks:DescribeCluster", &unread);
            }
            read => self.desk.settle("cluster", "json", read.map(|(file, _)| file)),
        }
    }

    async fn associations(&self, aws: &Aws) {
        let (Some(cluster), Some(workload)) = (self.cluster.wait().await, self.workload.wait().await) else {
            return;
        };
        let (Some(namespace), Some(account)) = (self.namespace.wait().await, workload.account.as_deref())
        else {
            return;
        };
        let depth = workload.depth + 1;
        let read = aws::associations(self.desk, aws, &cluster, &namespace, account, depth).await;
        match read {
            // That the cluster is not found here says nothing of its associations.
            Err(refusal) if refusal.kind == RefusalKind::NotFound => {}
            read => self.desk.settle("association", "json", read),
        }
    }

    /// The role that is asked for: as the user names it, else as the pod or the annotation does; with the number of calls it
    /// took to know.
    async fn wanted_role(&self) -> Option<(String, usize)> {
        let named = self.target(|target| match target {
            Target::Role(name) => Some(name.clone()),
            _ => None,
        });
        if named.is_some() {
            return named.map(|name| (name, 0));
        }
        let workload = self.workload.wait().await?;
        let depth = workload.depth;
        // What is wrong about blanks around it, the doctor says; which role is meant is plain.
        Some((workload.role?.trim().to_owned(), depth))
    }

    async fn role_and_what_hangs_on_it(&self, aws: &Aws) {
        let Some((role, depth)) = self.wanted_role().await else {
            self.role.set(None);
            return self.trust.set(None);
        };
        let name = match parse_role_arn(&role) {
            Ok(arn) => arn.role_name().unwrap_or_default().to_owned(),
            // A bare name is the user's; a malformed annotation names no role that could be read.
            Err(_) if !role.contains(':') && !role.contains('/') => role.clone(),
            Err(_) => {
                self.role.set(Some(role));
                return self.trust.set(None);
            }
        };
        let read = self.desk.ask(Side::Aws, "iam:GetRole", depth + 1, aws::role(aws, &name)).await;
        let arn = match &read {
            Ok(read) if !role.contains(':') => read.arn.clone(),
            _ => role.clone(),
        };
        self.role.set(Some(arn.clone()));
        if let Some(refusal) = self.foreign().await {
            self.trust.set(None);
            self.desk.trouble(Side::Aws, "iam:GetRole", &refusal);
            return self.desk.failed("role", &refusal);
        }
        let boundary = read.as_ref().ok().and_then(|read| read.boundary.clone());
        let there = read.is_ok();
        self.trust.set(read.as_ref().ok().map(|read| read.trust.clone()));
        self.desk.settle("role", "json", read.map(|read| read.file));
        let policies = async {
            if there {
                aws::policies(self.desk, aws, &name, boundary.as_deref(), depth + 2).await;
            }
        };
        tokio::join!(policies, self.trail(aws, &arn, depth + 2));
    }

    /// Why nothing that is read of the role's account is the role's, where the credentials are of another account. Also
    /// where the caller's account is not known: NoSuchEntity of an unknown account would say nothing.
    async fn foreign(&self) -> Option<Refusal> {
        let role = self.role.wait().await?;
        let wanted = Arn::parse(&role).map(|arn| arn.account)?;
        let Some((account, _)) = self.caller.wait().await else {
            return Some(Refusal::new(
                RefusalKind::Other,
                "it is not known of which account these credentials are",
            ));
        };
        (account != wanted).then(|| {
            Refusal::new(
                RefusalKind::Other,
                format!("the role is in account {wanted}, and these credentials are of account {account}"),
            )
            .remedied(format!("name a profile of account {wanted} with `--profile`"))
        })
    }

    async fn trail(&self, aws: &Aws, role: &str, depth: usize) {
        let Some(within) = self.scope.trail else { return };
        let workload = self.workload.wait().await.unwrap_or_default();
        let subject = match (self.namespace.wait().await, workload.account) {
            (Some(namespace), Some(account)) => Some(format!("system:serviceaccount:{namespace}:{account}")),
            _ => None,
        };
        let wanted = Wanted { role, subject: subject.as_deref(), within, region: workload.region.as_deref() };
        let read =
            self.desk.ask(Side::Aws, "cloudtrail:LookupEvents", depth, aws::events(aws, &wanted)).await;
        if let Ok(Some(file)) = read {
            self.desk.put("cloudtrail.json", file);
        }
    }

    /// The provider of the issuer, or the one that the trust policy names.
    async fn provider(&self, aws: &Aws) {
        let Some(listed) = self.providers.wait().await else { return };
        let issuer = match self.eks_issuer.wait().await {
            Some(issuer) => Some(issuer),
            None => self.api_issuer.wait().await,
        };
        let mut depth = 2;
        let mut chosen = aws::choose(&listed, issuer.as_deref(), None);
        if chosen.is_none() {
            chosen = aws::choose(&listed, None, self.trust.wait().await.as_deref());
            depth = self.workload.wait().await.map_or(0, |workload| workload.depth) + 2;
        }
        let Some(arn) = chosen else { return };
        let read =
            self.desk.ask(Side::Aws, "iam:GetOpenIDConnectProvider", depth, aws::detail(aws, &arn)).await;
        self.desk.settle("provider", "json", read);
    }
}
