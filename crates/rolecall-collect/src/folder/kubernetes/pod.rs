//! Pods and the templates of what makes pods.

use rolecall_model::document::{At, DocumentId};
use rolecall_model::evidence::pod::{
    Container, Controller, EnvVar, Mount, Pod, ProjectedToken, Rollout, Volume, Workload,
};
use rolecall_model::evidence::{Evidence, Fact, UnreadReason};
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;

use super::{created, pairs, text};

/// Takes a pod, or the template of a Deployment and its kin. False for other kinds.
pub(super) fn take(evidence: &mut Evidence, id: DocumentId, file: &str, kind: &str, node: &Node) -> bool {
    let template = match kind {
        "Pod" => Some(node),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => node.path(&["spec", "template"]),
        "CronJob" => node.path(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    };
    let Some(template) = template else { return false };
    let pod = read(id, kind, node, template);
    let is_webhook = file.to_ascii_lowercase().starts_with("webhook");
    if kind != "Pod" && !is_webhook {
        evidence.pod.workloads.push(Workload {
            template: pod.clone(),
            labels: pairs(id, node.path(&["metadata", "labels"])),
            annotations: pairs(id, node.path(&["metadata", "annotations"])),
            controller: controller(node),
            rollout: rollout(kind, node),
        });
    }
    let slot = if is_webhook { &mut evidence.pod.webhook_pod } else { &mut evidence.pod.pod };
    // The API server gives every pod an account: where a pod that it made has none, the text breaks off before it.
    if kind == "Pod" && !is_webhook && pod.created.is_some() && pod.service_account.is_none() {
        if let Fact::Unread { why } = slot {
            why.reason = UnreadReason::Broken("the pod breaks off before its service account".into());
        }
        return true;
    }
    // A running pod says more than the template it was made from.
    let keep = slot.present().is_some_and(|known| known.kind == "Pod" || kind != "Pod");
    if !keep {
        *slot = Fact::read(pod, id);
    }
    true
}

fn read(id: DocumentId, kind: &str, whole: &Node, template: &Node) -> Pod {
    let spec = template.get("spec");
    let at = |keys: &[&str]| spec.and_then(|spec| spec.path(keys));
    let list = |key: &str| at(&[key]).map(Node::elements).unwrap_or_default();
    let containers = list("initContainers")
        .iter()
        .map(|node| (node, true))
        .chain(list("containers").iter().map(|node| (node, false)));
    let ready = template.path(&["status", "conditions"]).map(Node::elements).unwrap_or_default();
    let ready = ready.iter().find(|condition| condition.get("type").and_then(Node::as_str) == Some("Ready"));
    let is_ready = ready
        .and_then(|condition| condition.get("status")?.scalar())
        .map(|status| status.eq_ignore_ascii_case("true"));
    Pod {
        document: id,
        kind: kind.to_owned(),
        name: text(id, whole, &["metadata", "name"]),
        namespace: text(id, whole, &["metadata", "namespace"]),
        created: created(whole),
        controller: controller(whole).filter(|_| kind == "Pod"),
        labels: pairs(id, template.path(&["metadata", "labels"])),
        annotations: pairs(id, template.path(&["metadata", "annotations"])),
        service_account: spec.and_then(|spec| {
            text(id, spec, &["serviceAccountName"]).or_else(|| text(id, spec, &["serviceAccount"]))
        }),
        containers: containers.map(|(node, init)| container(id, node, init)).collect(),
        volumes: list("volumes").iter().filter_map(|node| volume(id, node)).collect(),
        fs_group: at(&["securityContext", "fsGroup"]).and_then(Node::as_integer),
        run_as_user: at(&["securityContext", "runAsUser"]).and_then(Node::as_integer),
        host_network: at(&["hostNetwork"]).and_then(Node::as_bool).unwrap_or(false),
        windows: ["kubernetes.io/os", "beta.kubernetes.io/os"]
            .iter()
            .any(|key| at(&["nodeSelector", key]).and_then(Node::as_str) == Some("windows")),
        ready_since: ready
            .and_then(|condition| Instant::parse(condition.get("lastTransitionTime")?.as_str()?))
            .filter(|_| is_ready == Some(true)),
        ready: is_ready,
        spec_at: At::new(id, spec.map_or(template.span, |spec| spec.span)),
    }
}

/// The owner reference that is marked as the controller, or the only one.
fn controller(node: &Node) -> Option<Controller> {
    let owners = node.path(&["metadata", "ownerReferences"])?.elements();
    let marked = owners.iter().find(|owner| owner.get("controller").and_then(Node::as_bool) == Some(true));
    let owner = marked.or_else(|| owners.first().filter(|_| owners.len() == 1))?;
    let text = |key: &str| Some(owner.get(key)?.scalar()?.to_owned());
    Some(Controller { api: text("apiVersion"), kind: text("kind")?, name: text("name")? })
}

/// Kubernetes API reference, `DeploymentSpec`, `StatefulSetUpdateStrategy`, `DaemonSetUpdateStrategy`.
fn rollout(kind: &str, node: &Node) -> Rollout {
    let strategy = |keys: &[&str]| node.path(&["spec", "updateStrategy"]).and_then(|node| node.path(keys));
    match kind {
        "Deployment" if node.path(&["spec", "paused"]).and_then(Node::as_bool) == Some(true) => {
            Rollout::Paused
        }
        "StatefulSet" | "DaemonSet" if strategy(&["type"]).and_then(Node::as_str) == Some("OnDelete") => {
            Rollout::OnDelete
        }
        "StatefulSet" => match strategy(&["rollingUpdate", "partition"]).and_then(Node::as_integer) {
            Some(first) if first > 0 => Rollout::Partition(first),
            _ => Rollout::ByKind,
        },
        _ => Rollout::ByKind,
    }
}

fn container(id: DocumentId, node: &Node, init: bool) -> Container {
    let list = |key: &str| node.get(key).map(Node::elements).unwrap_or_default();
    let variable = |one: &Node| {
        Some(EnvVar { name: text(id, one, &["name"])?, value: value(id, one), at: At::new(id, one.span) })
    };
    let mount = |one: &Node| {
        Some(Mount {
            name: one.get("name")?.as_str()?.to_owned(),
            path: text(id, one, &["mountPath"])?,
            sub_path_expr: text(id, one, &["subPathExpr"]),
        })
    };
    let words = list("command").iter().chain(list("args"));
    Container {
        name: text(id, node, &["name"])
            .unwrap_or_else(|| rolecall_model::document::Located::new(String::new(), At::new(id, node.span))),
        image: text(id, node, &["image"]),
        init,
        env: list("env").iter().filter_map(variable).collect(),
        env_from: !list("envFrom").is_empty(),
        mounts: list("volumeMounts").iter().filter_map(mount).collect(),
        run_as_user: node.path(&["securityContext", "runAsUser"]).and_then(Node::as_integer),
        arguments: words.filter_map(|word| text(id, word, &[])).collect(),
        at: At::new(id, node.span),
    }
}

/// A variable without `value` and `valueFrom` is an empty one.
fn value(id: DocumentId, node: &Node) -> Option<rolecall_model::document::Text> {
    match (node.get("value"), node.get("valueFrom")) {
        (Some(value), _) => Some(rolecall_model::document::Located::new(
            value.scalar().unwrap_or_default().to_owned(),
            At::new(id, value.span),
        )),
        (None, Some(_)) => None,
        (None, None) => Some(rolecall_model::document::Located::new(String::new(), At::new(id, node.span))),
    }
}

fn volume(id: DocumentId, node: &Node) -> Option<Volume> {
    let sources = node.path(&["projected", "sources"]).map(Node::elements).unwrap_or_default();
    let token = |source: &Node| {
        let token = source.get("serviceAccountToken")?;
        Some(ProjectedToken {
            audience: text(id, token, &["audience"]),
            expiration: token.get("expirationSeconds").and_then(Node::as_integer),
            path: text(id, token, &["path"]),
        })
    };
    Some(Volume {
        name: text(id, node, &["name"])?,
        tokens: sources.iter().filter_map(token).collect(),
        projected: node.get("projected").is_some(),
        secret: node.path(&["secret", "secretName"]).and_then(Node::as_str).map(str::to_owned),
    })
}
