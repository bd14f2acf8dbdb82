//! Kubernetes: a service account made, and taken away again as long as nobody else has come to rest on it.

use std::collections::BTreeMap;

use http::Method;
use rolecall_live::refusal::{Refusal, RefusalKind};
use serde_json::{Value, json};

use crate::kubernetes::{Cluster, account, conflict, part};
use crate::{ApplyError, Stands};

impl Cluster {
    /// Whether there is no such account, one as it would be made, or another.
    pub(crate) async fn account_stands(
        &self,
        namespace: &str,
        name: &str,
        annotations: &BTreeMap<String, String>,
    ) -> Result<Stands, Refusal> {
        let live = self.account_there(namespace, name).await?;
        Ok(match live {
            None => Stands::Before,
            Some(live) if annotations_of(&live) == *annotations => Stands::After,
            Some(_) => Stands::Otherwise,
        })
    }

    pub(crate) async fn create_account(
        &self,
        namespace: &str,
        name: &str,
        annotations: &BTreeMap<String, String>,
    ) -> Result<(), ApplyError> {
        let path = format!("/api/v1/namespaces/{}/serviceaccounts", part(namespace));
        let object = json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": namespace, "annotations": annotations},
        });
        match self.call(Method::POST, &path, Some(&object)).await {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.line.contains("(AlreadyExists)") => {
                Err(ApplyError::Changed { what: what(namespace, name) })
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Takes the account away, if it stands as it was made: the API server compares the version that was looked at.
    pub(crate) async fn delete_account(
        &self,
        namespace: &str,
        name: &str,
        annotations: &BTreeMap<String, String>,
    ) -> Result<(), ApplyError> {
        let Some(live) = self.account_there(namespace, name).await? else { return Ok(()) };
        let what = || what(namespace, name);
        if annotations_of(&live) != *annotations || is_used_otherwise(&live, name) {
            return Err(ApplyError::Changed { what: what() });
        }
        let metadata = |key: &str| live.pointer(&format!("/metadata/{key}"));
        let options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": metadata("uid"), "resourceVersion": metadata("resourceVersion")},
        });
        conflict(self.call(Method::DELETE, &account(namespace, name), Some(&options)).await, what)
    }

    async fn account_there(&self, namespace: &str, name: &str) -> Result<Option<Value>, Refusal> {
        match self.call(Method::GET, &account(namespace, name), None).await {
            Ok(live) => Ok(Some(live)),
            Err(refusal) if refusal.kind == RefusalKind::NotFound => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

pub(crate) fn what(namespace: &str, name: &str) -> String {
    format!("the service account `{namespace}/{name}`")
}

fn annotations_of(account: &Value) -> BTreeMap<String, String> {
    let pairs = account.pointer("/metadata/annotations").and_then(Value::as_object).into_iter().flatten();
    pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// Whether somebody gave it labels or secrets. Clusters give some themselves: before Kubernetes 1.24 a token, and
/// OpenShift what it pulls images with.
fn is_used_otherwise(account: &Value, name: &str) -> bool {
    let given = |key: &str| account.get(key).and_then(Value::as_array).into_iter().flatten();
    let own = |secret: &Value| {
        let rest = secret.get("name").and_then(Value::as_str).and_then(|secret| secret.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with("-token-") || rest.starts_with("-dockercfg-"))
    };
    let labels = account.pointer("/metadata/labels").and_then(Value::as_object);
    labels.is_some_and(|labels| !labels.is_empty())
        || given("secrets").chain(given("imagePullSecrets")).any(|secret| !own(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_gave_it_keeps_it() {
        let table = [
            (json!({}), false),
            (json!({"metadata": {"labels": {}}, "secrets": [{"name": "api-token-x1"}]}), false),
            (json!({"imagePullSecrets": [{"name": "api-dockercfg-x1"}]}), false),
            (json!({"metadata": {"labels": {"team": "a"}}}), true),
            (json!({"secrets": [{"name": "registry"}]}), true),
            (json!({"imagePullSecrets": [{"name": "registry"}]}), true),
        ];
        for (account, wanted) in table {
            assert_eq!(is_used_otherwise(&account, "api"), wanted, "{account}");
        }
    }
}
