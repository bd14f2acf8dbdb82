//! The pod identity webhook: its configuration, and its own pod where it runs in the cluster.

use serde_json::Value;

use super::client::Kubernetes;
use super::object::yaml;
use crate::desk::{Desk, Side};
use crate::refusal::{Refusal, RefusalKind};

/// Reads `webhook.yaml`, and `webhook-pod.yaml` where the configuration names a service.
pub(crate) async fn webhook(desk: &Desk, kubernetes: &Kubernetes) {
    let path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    let listed =
        desk.ask(Side::Kubernetes, "list mutatingwebhookconfigurations", 1, kubernetes.get(path)).await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(refusal) => return desk.failed("webhook", &refusal),
    };
    let configurations = listed.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(found) = configurations.into_iter().find(is_pod_identity) else {
        let line = "Error from server (NotFound): no mutating webhook configuration is one of the pod identity webhook";
        return desk.failed("webhook", &Refusal::new(RefusalKind::NotFound, line));
    };
    let service = found
        .get("webhooks")
        .and_then(Value::as_array)
        .and_then(|webhooks| {
            webhooks.iter().find_map(|webhook| webhook.pointer("/clientConfig/service/namespace"))
        })
        .and_then(Value::as_str)
        .map(str::to_owned);
    desk.put("webhook.yaml", yaml(found, "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"));
    if let Some(namespace) = service {
        pod(desk, kubernetes, &namespace).await;
    }
}

/// The name that the webhook and everybody who installs it give it (amazon-eks-pod-identity-webhook, deploy/).
fn is_pod_identity(configuration: &Value) -> bool {
    let named = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .is_some_and(|name| name.contains("pod-identity-webhook") || name.contains("rolecall"))
    };
    let webhooks = configuration.get("webhooks").and_then(Value::as_array).cloned().unwrap_or_default();
    named(configuration.pointer("/metadata/name"))
        || webhooks
            .iter()
            .any(|webhook| named(webhook.get("name")) || named(webhook.pointer("/clientConfig/service/name")))
}

async fn pod(desk: &Desk, kubernetes: &Kubernetes, namespace: &str) {
    let path =
        format!("/api/v1/namespaces/{namespace}/pods?labelSelector=app%3Dpod-identity-webhook&limit=20");
    let listed = desk.ask(Side::Kubernetes, "list pods of the webhook", 2, kubernetes.get(&path)).await;
    let Ok(listed) = listed else { return };
    let pods = listed.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let ready = |pod: &Value| {
        let conditions =
            pod.pointer("/status/conditions").and_then(Value::as_array).cloned().unwrap_or_default();
        conditions.iter().any(|one| {
            one.get("type").is_some_and(|name| name == "Ready")
                && one.get("status").is_some_and(|status| status == "True")
        })
    };
    // One that is ready serves for all.
    if let Some(pod) = pods.iter().find(|pod| ready(pod)).or_else(|| pods.first()) {
        desk.put("webhook-pod.yaml", yaml(pod.clone(), "v1", "Pod"));
    }
}
