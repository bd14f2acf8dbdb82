//! Kubernetes: an annotation, pods made anew.

use http::{Method, Request};
use kube::Client;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_live::kubernetes::refusal;
use rolecall_live::refusal::{Refusal, RefusalKind};
use rolecall_live::target::Kind;
use serde_json::{Value, json};

use crate::ApplyError;

/// A cluster that can be changed.
pub(crate) struct Cluster {
    client: Client,
    server: String,
}

/// What makes the pods of a workload.
enum Maker {
    /// It has a template, which can be marked.
    Template(Kind, String),
    /// A controller without one that could be marked, such as a job: it replaces a pod that is deleted.
    Replaces,
    /// Nobody.
    Nobody,
}

impl Cluster {
    pub(crate) fn new(client: Client, server: String) -> Self {
        Cluster { client, server }
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Refusal> {
        let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let request = Request::builder().method(method).uri(path);
        let request = match body {
            Some(body) => request.header("content-type", kind).body(body.to_string().into_bytes()),
            None => request.body(Vec::new()),
        };
        let request = request.map_err(|error| Refusal::new(RefusalKind::Other, error.to_string()))?;
        self.client.request(request).await.map_err(|error| refusal(&error, &self.server))
    }

    pub(crate) async fn annotation(
        &self,
        namespace: &str,
        name: &str,
        key: &str,
    ) -> Result<Option<String>, Refusal> {
        let account = self.call(Method::GET, &account(namespace, name), None).await?;
        Ok(annotation_of(&account, key))
    }

    /// Annotates an account, if it stands as it was read: the API server compares the version that was looked at.
    pub(crate) async fn annotate(
        &self,
        namespace: &str,
        name: &str,
        key: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Result<(), ApplyError> {
        let path = account(namespace, name);
        let live = self.call(Method::GET, &path, None).await?;
        let what = || format!("the annotation `{key}` of service account `{namespace}/{name}`");
        if annotation_of(&live, key).as_deref() != before {
            return Err(ApplyError::Changed { what: what() });
        }
        let patch = json!({"metadata": {
            "resourceVersion": live.pointer("/metadata/resourceVersion"),
            "annotations": {key: after},
        }});
        conflict(self.call(Method::PATCH, &path, Some(&patch)).await, what)
    }

    /// Makes pods anew: by the mark that `kubectl rollout restart` leaves on a template where other pods come of that by
    /// themselves, else by deleting the pod, where something will replace it.
    pub(crate) async fn restart(&self, namespace: &str, kind: &str, name: &str) -> Result<(), ApplyError> {
        let maker = match Kind::of(kind) {
            Some(kind) => self.maker(namespace, kind, name).await?,
            None => self.maker_of_pod(namespace, name).await?,
        };
        let held = match &maker {
            Maker::Template(kind, name) => {
                held(*kind, &self.call(Method::GET, &workload(namespace, *kind, name), None).await?)
            }
            _ => None,
        };
        match (maker, held) {
            (Maker::Template(..), Some(why)) if Kind::of(kind).is_some() => {
                Err(ApplyError::Held { workload: format!("{kind} `{name}`"), why })
            }
            (Maker::Template(kind, name), None) => {
                let patch = json!({"spec": {"template": {"metadata": {"annotations": {
                    "kubectl.kubernetes.io/restartedAt": jiff::Timestamp::now().to_string(),
                }}}}});
                self.call(Method::PATCH, &workload(namespace, kind, &name), Some(&patch)).await?;
                Ok(())
            }
            (Maker::Replaces, _) | (Maker::Template(..), Some(_)) => {
                let path = format!("/api/v1/namespaces/{}/pods/{}", part(namespace), part(name));
                self.call(Method::DELETE, &path, None).await?;
                Ok(())
            }
            (Maker::Nobody, _) => Err(ApplyError::BarePod { pod: name.to_owned() }),
        }
    }

    async fn maker_of_pod(&self, namespace: &str, name: &str) -> Result<Maker, Refusal> {
        let path = format!("/api/v1/namespaces/{}/pods/{}", part(namespace), part(name));
        let pod = self.call(Method::GET, &path, None).await?;
        let Some((kind, owner)) = controller(&pod) else { return Ok(Maker::Nobody) };
        match Kind::of(&kind) {
            Some(kind) => self.maker(namespace, kind, &owner).await,
            // Somebody's own kind: it is called a controller because it replaces what is gone.
            None => Ok(Maker::Replaces),
        }
    }

    async fn maker(&self, namespace: &str, kind: Kind, name: &str) -> Result<Maker, Refusal> {
        match kind {
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                Ok(Maker::Template(kind, name.to_owned()))
            }
            Kind::ReplicaSet => {
                let set = self.call(Method::GET, &workload(namespace, kind, name), None).await?;
                Ok(match controller(&set) {
                    Some((owner, name)) if owner == "Deployment" => Maker::Template(Kind::Deployment, name),
                    _ => Maker::Replaces,
                })
            }
            Kind::Job | Kind::CronJob => Ok(Maker::Replaces),
        }
    }
}

/// Why no other pods come of a marked template by themselves (Kubernetes API reference, `DeploymentSpec`,
/// `StatefulSetUpdateStrategy`, `DaemonSetUpdateStrategy`).
fn held(kind: Kind, object: &Value) -> Option<&'static str> {
    let at = |path: &str| object.pointer(path);
    let partition = at("/spec/updateStrategy/rollingUpdate/partition").and_then(Value::as_i64);
    if kind == Kind::Deployment {
        return (at("/spec/paused") == Some(&Value::Bool(true))).then_some("it is paused");
    }
    if at("/spec/updateStrategy/type").and_then(Value::as_str) == Some("OnDelete") {
        return Some("its update strategy is `OnDelete`");
    }
    let below = partition.is_some_and(|first| first > 0);
    (kind == Kind::StatefulSet && below).then_some("its update strategy has a `partition`")
}

/// A conflict says that somebody else was quicker.
pub(crate) fn conflict(answer: Result<Value, Refusal>, what: impl Fn() -> String) -> Result<(), ApplyError> {
    match answer {
        Ok(_) => Ok(()),
        Err(refusal) if is_conflict(&refusal) => Err(ApplyError::Changed { what: what() }),
        Err(refusal) => Err(refusal.into()),
    }
}

pub(crate) fn is_conflict(refusal: &Refusal) -> bool {
    refusal.line.contains("(Conflict)")
}

pub(crate) fn account(namespace: &str, name: &str) -> String {
    format!("/api/v1/namespaces/{}/serviceaccounts/{}", part(namespace), part(name))
}

fn workload(namespace: &str, kind: Kind, name: &str) -> String {
    format!("/apis/{}/namespaces/{}/{}/{}", kind.api(), part(namespace), kind.plural(), part(name))
}

pub(crate) fn part(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn annotation_of(object: &Value, key: &str) -> Option<String> {
    object.pointer("/metadata/annotations")?.get(key)?.as_str().map(str::to_owned)
}

fn controller(object: &Value) -> Option<(String, String)> {
    let owners = object.pointer("/metadata/ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
    Some((owner.get("kind")?.as_str()?.to_owned(), owner.get("name")?.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_its_pods_back() {
        let strategy = |value: Value| json!({"spec": {"updateStrategy": value}});
        let on_delete = || strategy(json!({"type": "OnDelete"}));
        let part =
            |first: i64| strategy(json!({"type": "RollingUpdate", "rollingUpdate": {"partition": first}}));
        let paused = |value: bool| json!({"spec": {"paused": value}});
        let table = [
            (Kind::Deployment, paused(true), true),
            (Kind::Deployment, paused(false), false),
            (Kind::Deployment, json!({"spec": {}}), false),
            (Kind::StatefulSet, on_delete(), true),
            (Kind::DaemonSet, on_delete(), true),
            (Kind::StatefulSet, part(1), true),
            (Kind::StatefulSet, part(0), false),
            (Kind::DaemonSet, strategy(json!({"type": "RollingUpdate"})), false),
        ];
        for (kind, object, wanted) in table {
            assert_eq!(held(kind, &object).is_some(), wanted, "{object}");
        }
    }
}
