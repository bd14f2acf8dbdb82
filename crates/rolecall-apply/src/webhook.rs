//! What a webhook writes into its cluster: its certificates, whom the API server is to trust, and events.
//!
//! Each write compares: the Secret by its version, the configuration by what stands there. An event is made anew.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request};
use kube::Client;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_live::kubernetes::refusal;
use rolecall_live::refusal::{Refusal, RefusalKind};
use rolecall_model::secret::Secret;
use serde_json::{Value, json};

/// A cluster as the webhook writes to it.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    server: String,
}

/// Texts of a Secret by name, and the version that they were read at; none for a Secret that is not there.
#[derive(Debug)]
pub struct SecretRead {
    /// The entries.
    pub entries: BTreeMap<String, Secret<String>>,
    /// The version.
    pub version: Option<String>,
}

/// How saving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is saved.
    Yes,
    /// Somebody else was quicker: read again.
    Conflict,
}

/// An event about an object.
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    /// Kind of the object, of `v1`.
    pub kind: &'e str,
    /// Its namespace.
    pub namespace: &'e str,
    /// Its name.
    pub name: &'e str,
    /// A word.
    pub reason: &'e str,
    /// A sentence.
    pub message: &'e str,
    /// When, RFC 3339.
    pub time: &'e str,
}

const JSON: &str = "application/json";
const JSON_PATCH: &str = "application/json-patch+json";

impl Cluster {
    /// A cluster, and its address for messages.
    #[must_use]
    pub fn new(client: Client, server: String) -> Self {
        Cluster { client, server }
    }

    /// Reads a Secret.
    ///
    /// # Errors
    /// As kubectl would print it; one that is not there is no error.
    pub async fn secret(&self, namespace: &str, name: &str) -> Result<SecretRead, Refusal> {
        let path = format!("{}/{}", secrets(namespace), part(name));
        let object = match self.call(Method::GET, &path, JSON, None).await {
            Ok(object) => object,
            Err(refusal) if refusal.kind == RefusalKind::NotFound => {
                return Ok(SecretRead { entries: BTreeMap::new(), version: None });
            }
            Err(refusal) => return Err(refusal),
        };
        let text = |value: &Value| String::from_utf8(STANDARD.decode(value.as_str()?).ok()?).ok();
        let data = object.get("data").and_then(Value::as_object).into_iter().flatten();
        let entries = data.filter_map(|(name, value)| Some((name.clone(), Secret::new(text(value)?))));
        let version = object.pointer("/metadata/resourceVersion").and_then(Value::as_str);
        Ok(SecretRead { entries: entries.collect(), version: version.map(str::to_owned) })
    }

    /// Saves a Secret that stands as it was read, or makes the one that was not there.
    ///
    /// # Errors
    /// As kubectl would print it.
    pub async fn save_secret(
        &self,
        namespace: &str,
        name: &str,
        entries: &BTreeMap<String, Secret<String>>,
        version: Option<&str>,
    ) -> Result<Saved, Refusal> {
        let encoded =
            entries.iter().map(|(name, text)| (name.clone(), json!(STANDARD.encode(text.expose()))));
        let data: serde_json::Map<String, Value> = encoded.collect();
        let object = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {
                "name": name, "namespace": namespace, "resourceVersion": version,
                "labels": {"app.kubernetes.io/managed-by": "rolecall"},
            },
            "data": data,
        });
        let answer = match version {
            None => self.call(Method::POST, &secrets(namespace), JSON, Some(&object)).await,
            Some(_) => {
                let path = format!("{}/{}", secrets(namespace), part(name));
                self.call(Method::PUT, &path, JSON, Some(&object)).await
            }
        };
        match answer {
            Ok(_) => Ok(Saved::Yes),
            Err(refusal)
                if refusal.line.contains("(Conflict)") || refusal.line.contains("(AlreadyExists)") =>
            {
                Ok(Saved::Conflict)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Makes the API server trust these authorities, given as PEM, for every webhook of a configuration. Says whether
    /// anything had to be changed.
    ///
    /// # Errors
    /// As kubectl would print it; a configuration that is not there is one.
    pub async fn trust(&self, configuration: &str, authorities: &str) -> Result<bool, Refusal> {
        let api = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
        let path = format!("{api}/{}", part(configuration));
        let object = self.call(Method::GET, &path, JSON, None).await?;
        let patch = trusting(&object, &STANDARD.encode(authorities));
        if patch.is_empty() {
            return Ok(false);
        }
        self.call(Method::PATCH, &path, JSON_PATCH, Some(&Value::Array(patch))).await?;
        Ok(true)
    }

    /// Makes an event.
    ///
    /// # Errors
    /// As kubectl would print it.
    pub async fn event(&self, event: &Event<'_>) -> Result<(), Refusal> {
        let object = json!({
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": "rolecall-", "namespace": event.namespace},
            "involvedObject": {
                "apiVersion": "v1", "kind": event.kind, "namespace": event.namespace, "name": event.name,
            },
            "type": "Warning",
            "reason": event.reason,
            "message": event.message,
            "source": {"component": "rolecall-webhook"},
            "firstTimestamp": event.time,
            "lastTimestamp": event.time,
            "count": 1,
        });
        let path = format!("/api/v1/namespaces/{}/events", part(event.namespace));
        self.call(Method::POST, &path, JSON, Some(&object)).await.map(|_| ())
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Option<&Value>,
    ) -> Result<Value, Refusal> {
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request = Request::builder().method(method).uri(path).header("content-type", kind).body(body);
        let request = request.map_err(|error| Refusal::new(RefusalKind::Other, error.to_string()))?;
        self.client.request(request).await.map_err(|error| refusal(&error, &self.server))
    }
}

/// The operations that put a bundle in place of every other one, guarded by the version that was read.
fn trusting(configuration: &Value, bundle: &str) -> Vec<Value> {
    let webhooks = configuration.get("webhooks").and_then(Value::as_array).cloned().unwrap_or_default();
    let other =
        |webhook: &Value| webhook.pointer("/clientConfig/caBundle").is_none_or(|there| there != bundle);
    let changed = webhooks.iter().enumerate().filter(|(_, webhook)| other(webhook));
    let path = |at: usize| format!("/webhooks/{at}/clientConfig/caBundle");
    let mut patch: Vec<Value> =
        changed.map(|(at, _)| json!({"op": "add", "path": path(at), "value": bundle})).collect();
    if let (false, Some(version)) = (patch.is_empty(), configuration.pointer("/metadata/resourceVersion")) {
        patch.insert(0, json!({"op": "test", "path": "/metadata/resourceVersion", "value": version}));
    }
    patch
}

fn secrets(namespace: &str) -> String {
    format!("/api/v1/namespaces/{}/secrets", part(namespace))
}

fn part(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_bundles_are_replaced() {
        let configuration = json!({
            "metadata": {"resourceVersion": "7"},
            "webhooks": [
                {"clientConfig": {"url": "https://127.0.0.1/mutate"}},
                {"clientConfig": {"caBundle": "new"}},
                {"clientConfig": {"caBundle": "old"}},
            ],
        });
        let patch = trusting(&configuration, "new");
        let paths: Vec<_> = patch.iter().filter_map(|one| one["path"].as_str()).collect();
        assert_eq!(
            paths,
            [
                "/metadata/resourceVersion",
                "/webhooks/0/clientConfig/caBundle",
                "/webhooks/2/clientConfig/caBundle"
            ]
        );
        let done = json!({"metadata": {"resourceVersion": "8"}, "webhooks": [{"clientConfig": {"caBundle": "new"}}]});
        assert!(trusting(&done, "new").is_empty());
        assert!(trusting(&json!({}), "new").is_empty());
    }
}
