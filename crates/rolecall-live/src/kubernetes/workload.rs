//! From what the user names to the pod and its service account.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::client::Kubernetes;
use super::object::yaml;
use super::selector::selector;
use crate::desk::{Desk, Side};
use crate::refusal::{Refusal, RefusalKind};
use crate::target::{Kind, Target};

/// What was found of the workload.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workload {
    /// The pod's name.
    pub pod: Option<String>,
    /// The account that it runs under.
    pub account: Option<String>,
    /// The role that variables of the pod name, else the account's annotation.
    pub role: Option<String>,
    /// Region that the pod is told.
    pub region: Option<String>,
    /// Whether the account is there and names no role.
    pub bare: bool,
    /// How many calls it took one after the other.
    pub depth: usize,
}

/// The annotation that names a role, as a JSON pointer.
const ROLE: &str = "/metadata/annotations/eks.amazonaws.com~1role-arn";

/// Pods of one workload that are looked through for the newest.
const PODS: usize = 500;

/// Reads the workload, the newest of its pods, and the service account.
pub(crate) async fn workload(
    desk: &Desk,
    kubernetes: &Kubernetes,
    namespace: &str,
    target: &Target,
) -> Workload {
    let reader = Reader { desk, kubernetes, namespace };
    match target {
        Target::Workload(kind, name) => reader.of_workload(*kind, name).await,
        Target::Pod(name) => reader.of_pod(name).await,
        Target::ServiceAccount(name) => reader.of_account(name).await,
        Target::Role(_) | Target::Cluster(_) => Workload::default(),
    }
}

struct Reader<'r> {
    desk: &'r Desk,
    kubernetes: &'r Kubernetes,
    namespace: &'r str,
}

impl Reader<'_> {
    async fn of_workload(&self, kind: Kind, name: &str) -> Workload {
        let object = match self.object(kind, name).await {
            Ok(object) => object,
            Err(refusal) => {
                self.desk.failed("pod", &refusal);
                return Workload { depth: 1, ..Workload::default() };
            }
        };
        let template = match kind {
            Kind::CronJob => object.pointer("/spec/jobTemplate/spec/template"),
            _ => object.pointer("/spec/template"),
        };
        let account = account_of(template.and_then(|template| template.get("spec")));
        let (pod, mut found) = tokio::join!(self.pod_of(kind, &object), self.account(&account, 2));
        let depth = if kind == Kind::CronJob { 3 } else { 2 };
        self.desk.put(
            &format!("{}.yaml", kind.name().to_ascii_lowercase()),
            yaml(object, kind.api(), kind.name()),
        );
        match pod {
            Ok(Some(pod)) => {
                if found.bare {
                    self.others(depth + 1).await;
                }
                self.take_pod(&mut found, pod);
            }
            Ok(None) => {}
            Err(refusal) => self.desk.failed("pod", &refusal),
        }
        Workload { depth, ..found }
    }

    async fn of_pod(&self, name: &str) -> Workload {
        let path = format!("/api/v1/namespaces/{}/pods/{}", part(self.namespace), part(name));
        let pod = match self.desk.ask(Side::Kubernetes, "get pod", 1, self.kubernetes.get(&path)).await {
            Ok(pod) => pod,
            Err(refusal) => {
                self.desk.failed("pod", &refusal);
                return Workload { depth: 1, ..Workload::default() };
            }
        };
        let mut found = self.account(&account_of(pod.get("spec")), 2).await;
        if found.bare {
            self.others(3).await;
        }
        self.take_pod(&mut found, pod);
        Workload { depth: 2, ..found }
    }

    async fn of_account(&self, name: &str) -> Workload {
        let query = format!("fieldSelector=spec.serviceAccountName%3D{}", part(name));
        let (mut found, pod) = tokio::join!(self.account(name, 1), self.newest(&query, 1));
        match pod {
            Ok(Some(pod)) => self.take_pod(&mut found, pod),
            Ok(None) => {}
            Err(refusal) => self.desk.failed("pod", &refusal),
        }
        Workload { depth: 1, ..found }
    }

    async fn object(&self, kind: Kind, name: &str) -> Result<Value, Refusal> {
        let path = |api: &str| {
            format!("/apis/{api}/namespaces/{}/{}/{}", part(self.namespace), kind.plural(), part(name))
        };
        let what = format!("get {}", kind.name().to_ascii_lowercase());
        let (current, older) = (path(kind.api()), path("batch/v1beta1"));
        let read = self.desk.ask(Side::Kubernetes, &what, 1, self.kubernetes.get(&current));
        if kind != Kind::CronJob {
            return read.await;
        }
        // Kubernetes before 1.21 has them under another version: both are asked at once, so that neither waits.
        let older = self.desk.ask(Side::Kubernetes, &what, 1, self.kubernetes.get(&older));
        match tokio::join!(read, older) {
            // One that does not know the version answers so to the whole path, and not about the name.
            (Err(refusal), older)
                if refusal.kind == RefusalKind::NotFound
                    && (older.is_ok() || !refusal.line.contains(name)) =>
            {
                older
            }
            (read, _) => read,
        }
    }

    /// The newest pod of the workload.
    async fn pod_of(&self, kind: Kind, object: &Value) -> Result<Option<Value>, Refusal> {
        if kind != Kind::CronJob {
            let Some(selector) = object.pointer("/spec/selector").and_then(selector) else { return Ok(None) };
            return self.newest(&format!("labelSelector={}", part(&selector)), 2).await;
        }
        let path = format!("/apis/batch/v1/namespaces/{}/jobs?limit={PODS}", part(self.namespace));
        let listed = self.desk.ask(Side::Kubernetes, "list jobs", 2, self.kubernetes.get(&path)).await?;
        let uid = object.pointer("/metadata/uid");
        let jobs = listed.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let owned = jobs.into_iter().filter(|job| {
            let owners = job.pointer("/metadata/ownerReferences").and_then(Value::as_array);
            owners.is_some_and(|owners| owners.iter().any(|owner| owner.get("uid") == uid))
        });
        let newest = owned.max_by(|one, other| created(one).cmp(created(other)));
        let Some(name) =
            newest.as_ref().and_then(|job| job.pointer("/metadata/name")).and_then(Value::as_str)
        else {
            return Ok(None);
        };
        self.newest(&format!("labelSelector=job-name%3D{}", part(name)), 3).await
    }

    async fn newest(&self, query: &str, depth: usize) -> Result<Option<Value>, Refusal> {
        let path = format!("/api/v1/namespaces/{}/pods?{query}&limit={PODS}", part(self.namespace));
        let listed = self.desk.ask(Side::Kubernetes, "list pods", depth, self.kubernetes.get(&path)).await?;
        let pods = listed.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let alive = |pod: &Value| pod.pointer("/metadata/deletionTimestamp").is_none();
        // A pod that is going away is looked at only where no other is left.
        Ok(pods.into_iter().max_by(|one, other| {
            (alive(one), created(one), revision(one)).cmp(&(alive(other), created(other), revision(other)))
        }))
    }

    fn take_pod(&self, found: &mut Workload, pod: Value) {
        found.pod = pod.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned);
        if let Some(role) = variable(&pod, &["AWS_ROLE_ARN"]) {
            found.role = Some(role);
        }
        found.region = variable(&pod, &["AWS_REGION", "AWS_DEFAULT_REGION"]);
        self.desk.put("pod.yaml", yaml(pod, "v1", "Pod"));
    }

    async fn account(&self, name: &str, depth: usize) -> Workload {
        let path = format!("/api/v1/namespaces/{}/serviceaccounts/{}", part(self.namespace), part(name));
        let read =
            self.desk.ask(Side::Kubernetes, "get serviceaccount", depth, self.kubernetes.get(&path)).await;
        let role =
            read.as_ref().ok().and_then(|account| Some(account.pointer(ROLE)?.as_str()?.trim().to_owned()));
        let bare = read.is_ok() && role.is_none();
        self.desk.settle("serviceaccount", "yaml", read.map(|account| yaml(account, "v1", "ServiceAccount")));
        Workload { account: Some(name.to_owned()), role, bare, ..Workload::default() }
    }

    /// The accounts of the namespace that name a role: where the pod's own names none, one of them may have been meant.
    async fn others(&self, depth: usize) {
        let path = format!("/api/v1/namespaces/{}/serviceaccounts?limit={PODS}", part(self.namespace));
        let what = "list serviceaccounts";
        let Ok(listed) = self.desk.ask(Side::Kubernetes, what, depth, self.kubernetes.get(&path)).await
        else {
            return;
        };
        let accounts = listed.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let named = accounts.into_iter().filter(|account| account.pointer(ROLE).is_some());
        let texts: Vec<String> = named.map(|account| yaml(account, "v1", "ServiceAccount")).collect();
        if !texts.is_empty() {
            self.desk.put("serviceaccounts.yaml", texts.join("---\n"));
        }
    }
}

fn part(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Kubernetes runs a pod that names no account under `default`.
fn account_of(spec: Option<&Value>) -> String {
    let named = spec.and_then(|spec| spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount")));
    named.and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or("default").to_owned()
}

/// Instants of the API are all of one form: they compare as texts.
fn created(object: &Value) -> &str {
    object.pointer("/metadata/creationTimestamp").and_then(Value::as_str).unwrap_or_default()
}

/// Of pods made in the same second the later one.
fn revision(object: &Value) -> u64 {
    let text = object.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
    text.parse().unwrap_or(0)
}

fn variable(pod: &Value, names: &[&str]) -> Option<String> {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array)?;
    let variables =
        containers.iter().filter_map(|container| container.get("env").and_then(Value::as_array)).flatten();
    let fits = |variable: &&Value| {
        variable.get("name").and_then(Value::as_str).is_some_and(|name| names.contains(&name))
    };
    let found = variables.filter(fits).find_map(|variable| variable.get("value").and_then(Value::as_str));
    found.filter(|value| !value.is_empty()).map(str::to_owned)
}
