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

    /// Makes pods anew: by the mark that `kubectl rollout restart` leaves on a template, else by deleting the pod, where
    /// something will replace it.
    pub(crate) async fn restart(&self, namespace: &str, kind: &str, name: &str) -> Result<(), ApplyError> {
        let maker = match Kind::of(kind) {
            Some(kind) => self.maker(namespace, kind, name).await?,
            None => self.maker_of_pod(namespace, name).await?,
        };
        match maker {
            Maker::Template(kind, name) => {
                let patch = json!({"spec": {"template": {"metadata": {"annotations": {
                    "kubectl.kubernetes.io/restartedAt": jiff::Timestamp::now().to_string(),
                }}}}});
                self.call(Method::PATCH, &workload(namespace, kind, &name), Some(&patch)).await?;
                Ok(())
            }
            Maker::Replaces => {
                let path = format!("/api/v1/namespaces/{}/pods/{}", part(namespace), part(name));
                self.call(Method::DELETE, &path, None).await?;
                Ok(())
            }
            Maker::Nobody => Err(ApplyError::BarePod { pod: name.to_owned() }),
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
