//! The JSON patch (RFC 6902) that carries a mutation out, as the webhook writes it.
//!
//! The webhook replaces whole lists of containers by what its Kubernetes types make of them: known members in the order
//! of the types, empty ones left out, `resources` always there. Members that this table does not know are kept, where the
//! webhook would lose them.

use rolecall_model::json::edit::quoted;
use rolecall_model::json::write::compact;
use rolecall_model::json::{Kind, Node};

use super::{Container, Mechanism, Mutation, Token, Treatment};

/// One operation; every one of them is `add`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// A JSON pointer.
    pub path: &'static str,
    /// The value, as JSON.
    pub value: String,
}

/// The operations on a pod, in order.
#[must_use]
pub fn operations(pod: &Node, mutation: &Mutation) -> Vec<Operation> {
    let mut operations = Vec::new();
    if mutation.mechanism == Mechanism::PodIdentity {
        operations.push(label(pod));
    }
    if mutation.adds_volume {
        operations.push(volume(pod, &mutation.token));
    }
    let lists = [
        ("containers", "/spec/containers", &mutation.containers),
        ("initContainers", "/spec/initContainers", &mutation.init_containers),
    ];
    for (key, path, treated) in lists {
        if key == "containers" || !treated.is_empty() {
            let nodes = pod.path(&["spec", key]).map(Node::elements).unwrap_or_default();
            let each = nodes.iter().zip(treated).map(|(node, treated)| container(node, treated, mutation));
            operations.push(Operation { path, value: list(each) });
        }
    }
    operations
}

/// The patch as a document.
#[must_use]
pub fn document(operations: &[Operation]) -> String {
    list(
        operations
            .iter()
            .map(|one| format!("{{\"op\":\"add\",\"path\":{},\"value\":{}}}", quoted(one.path), one.value)),
    )
}

/// Pods that get Pod Identity are marked.
fn label(pod: &Node) -> Operation {
    let there = pod.path(&["metadata", "labels"]).is_some_and(|labels| !labels.members().is_empty());
    match there {
        true => Operation {
            path: "/metadata/labels/eks.amazonaws.com~1pod-identity",
            value: "\"enabled\"".into(),
        },
        false => Operation {
            path: "/metadata/labels",
            value: "{\"eks.amazonaws.com/pod-identity\":\"enabled\"}".into(),
        },
    }
}

/// The volume comes first in its list; a pod without the list gets one.
fn volume(pod: &Node, token: &Token) -> Operation {
    let audience = match token.audience.as_str() {
        "" => String::new(),
        audience => format!("\"audience\":{},", quoted(audience)),
    };
    let value = format!(
        "{{\"name\":{},\"projected\":{{\"sources\":[{{\"serviceAccountToken\":{{{audience}\"expirationSeconds\":{},\
         \"path\":{}}}}}]}}}}",
        quoted(&token.volume),
        token.expiration,
        quoted(&token.path)
    );
    match pod.path(&["spec", "volumes"]) {
        Some(node) if !node.is_null() => Operation { path: "/spec/volumes/0", value },
        _ => Operation { path: "/spec/volumes", value: format!("[{value}]") },
    }
}

/// The members of `core/v1 Container` in the order of its Go type.
const CONTAINER: [&str; 25] = [
    "name",
    "image",
    "command",
    "args",
    "workingDir",
    "ports",
    "envFrom",
    "env",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "volumeMounts",
    "volumeDevices",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "imagePullPolicy",
    "securityContext",
    "stdin",
    "stdinOnce",
    "tty",
];
const VARIABLE: [&str; 3] = ["name", "value", "valueFrom"];
const MOUNT: [&str; 7] =
    ["name", "readOnly", "recursiveReadOnly", "mountPath", "subPath", "mountPropagation", "subPathExpr"];

fn container(node: &Node, treated: &Container, mutation: &Mutation) -> String {
    let (env, mount) = match &treated.treatment {
        Treatment::Injected { env, mount } => (env.as_slice(), *mount),
        Treatment::Skipped | Treatment::Complete => (&[][..], false),
    };
    let added_env = env.iter().map(|(name, value)| match value.as_str() {
        "" => format!("{{\"name\":{}}}", quoted(name)),
        value => format!("{{\"name\":{},\"value\":{}}}", quoted(name), quoted(value)),
    });
    let added_mount = mount.then(|| {
        format!(
            "{{\"name\":{},\"readOnly\":true,\"mountPath\":{}}}",
            quoted(&mutation.token.volume),
            quoted(&mutation.mount_path)
        )
    });
    let entries = |key: &str, order: &[&str], always: &str| -> Vec<String> {
        let nodes = node.get(key).map(Node::elements).unwrap_or_default();
        nodes.iter().map(|entry| object(members(entry, order, always))).collect()
    };
    let env: Vec<String> = entries("env", &VARIABLE, "").into_iter().chain(added_env).collect();
    let mounts: Vec<String> =
        entries("volumeMounts", &MOUNT, "mountPath").into_iter().chain(added_mount).collect();
    let mut parts = members(node, &CONTAINER, "");
    parts.retain(|(key, _)| !matches!(*key, "env" | "volumeMounts"));
    for (key, list_of) in [("env", env), ("volumeMounts", mounts)] {
        if !list_of.is_empty() {
            parts.push((key, list(list_of.into_iter())));
        }
    }
    if !parts.iter().any(|(key, _)| *key == "resources") {
        parts.push(("resources", "{}".into()));
    }
    parts.sort_by_key(|(key, _)| CONTAINER.iter().position(|known| known == key).unwrap_or(CONTAINER.len()));
    object(parts)
}

/// The members of an object as its Go type writes them: the known ones in order, without empty values; then the rest.
fn members<'n>(node: &'n Node, order: &[&'n str], always: &str) -> Vec<(&'n str, String)> {
    let written = |value: &Node| {
        let mut out = String::new();
        compact(value, &mut out);
        out
    };
    let kept = |key: &&str| *key == "name" || *key == always;
    let known = order.iter().filter_map(|key| {
        let value = node.get(key).filter(|value| !is_empty(value));
        match value {
            Some(value) => Some((*key, written(value))),
            None => kept(key).then(|| (*key, "\"\"".into())),
        }
    });
    let rest = node.members().iter().filter(|member| !order.contains(&member.key.as_str()));
    known.chain(rest.map(|member| (member.key.as_str(), written(&member.value)))).collect()
}

/// What Go's `omitempty` leaves out.
fn is_empty(node: &Node) -> bool {
    match &node.kind {
        Kind::Null | Kind::Bool(false) => true,
        Kind::String(text) => text.is_empty(),
        Kind::Array(elements) => elements.is_empty(),
        _ => false,
    }
}

fn object(members: Vec<(&str, String)>) -> String {
    let parts: Vec<String> = members.iter().map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
    format!("{{{}}}", parts.join(","))
}

fn list(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(","))
}
