//! Manifests as `kubectl get … -o yaml` prints them, alone or in a List, and what EKS and Cognito say beside them.

pub(super) mod describe;
mod pod;

use rolecall_model::document::{At, DocumentId, Located, Text};
use rolecall_model::evidence::serviceaccount::{
    Association, IdentityPool, Namespace, Pair, Pairs, ServiceAccount,
};
use rolecall_model::evidence::token::JsonObject;
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;

/// Takes an object in by its kind. False where the kind means nothing here.
pub(super) fn manifest(evidence: &mut Evidence, id: DocumentId, file: &str, node: &Node) -> bool {
    let kind = node.get("kind").and_then(Node::as_str).unwrap_or_default();
    match kind {
        "List" => {
            let items = node.get("items").map(Node::elements).unwrap_or_default();
            items.iter().fold(false, |taken, item| manifest(evidence, id, file, item) | taken)
        }
        "ServiceAccount" => service_account(evidence, id, node),
        "Namespace" => {
            let name = text(id, node, &["metadata", "name"]);
            let read = name.map(|name| Namespace {
                document: id,
                name,
                labels: pairs(id, node.path(&["metadata", "labels"])),
                annotations: pairs(id, node.path(&["metadata", "annotations"])),
            });
            read.is_some_and(|namespace| {
                evidence.serviceaccount.namespace = Fact::read(namespace, id);
                true
            })
        }
        "MutatingWebhookConfiguration" => {
            evidence.pod.webhook = Fact::read(JsonObject { document: id, node: node.clone() }, id);
            true
        }
        "NetworkPolicy" => {
            let object = JsonObject { document: id, node: node.clone() };
            match &mut evidence.pod.network_policies {
                Fact::Present { value, .. } => value.push(object),
                fact => *fact = Fact::read(vec![object], id),
            }
            true
        }
        _ => pod::take(evidence, id, file, kind, node),
    }
}

fn service_account(evidence: &mut Evidence, id: DocumentId, node: &Node) -> bool {
    let Some(name) = text(id, node, &["metadata", "name"]) else { return false };
    let metadata = node.get("metadata");
    let account = ServiceAccount {
        document: id,
        name,
        namespace: text(id, node, &["metadata", "namespace"]),
        created: created(node),
        annotations: pairs(id, node.path(&["metadata", "annotations"])),
        metadata_at: At::new(id, metadata.map_or(node.span, |metadata| metadata.span)),
        annotated: metadata.and_then(annotated),
    };
    take_account(evidence, id, account);
    true
}

fn take_account(evidence: &mut Evidence, id: DocumentId, account: ServiceAccount) {
    if evidence.serviceaccount.account.present().is_none() {
        evidence.serviceaccount.account = Fact::read(account, id);
    } else {
        evidence.serviceaccount.others.push(account);
    }
}

/// Of several accounts the one that the pod runs under is the one that the evidence is about.
pub(super) fn pair(evidence: &mut Evidence) {
    let (Some(pod), Fact::Present { value: account, source }) =
        (evidence.pod.pod.present(), &mut evidence.serviceaccount.account)
    else {
        return;
    };
    let runs_under = |account: &ServiceAccount| {
        let name = pod.service_account.as_ref().map_or("default", |name| name.value.as_str());
        let spaces = pod.namespace.as_ref().zip(account.namespace.as_ref());
        name == account.name.value && spaces.is_none_or(|(pod, account)| pod.value == account.value)
    };
    if runs_under(account) {
        return;
    }
    if let Some(own) = evidence.serviceaccount.others.iter_mut().find(|other| runs_under(other)) {
        std::mem::swap(account, own);
        *source = rolecall_model::evidence::Source::Document(account.document);
    }
}

/// When a manager last wrote annotations.
fn annotated(metadata: &Node) -> Option<Instant> {
    let managers = metadata.get("managedFields").map(Node::elements).unwrap_or_default();
    let wrote = managers
        .iter()
        .filter(|manager| manager.path(&["fieldsV1", "f:metadata", "f:annotations"]).is_some());
    wrote.filter_map(|manager| Instant::parse(manager.get("time")?.as_str()?)).max()
}

pub(super) fn created(node: &Node) -> Option<Instant> {
    Instant::parse(node.path(&["metadata", "creationTimestamp"])?.as_str()?)
}

pub(super) fn text(id: DocumentId, node: &Node, keys: &[&str]) -> Option<Text> {
    let found = node.path(keys)?;
    Some(Located::new(found.scalar()?.to_owned(), At::new(id, found.span)))
}

pub(super) fn pairs(id: DocumentId, node: Option<&Node>) -> Pairs {
    let pair = |member: &rolecall_model::json::Member| {
        let value = member.value.scalar().unwrap_or_default().to_owned();
        Pair {
            key: Located::new(member.key.clone(), At::new(id, member.key_span)),
            value: Located::new(value, At::new(id, member.value.span)),
        }
    };
    node.map(|node| node.members().iter().map(pair).collect()).unwrap_or_default()
}

/// `describe-pod-identity-association`, `list-pod-identity-associations`, or a bare one.
pub(super) fn associations(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let listed = root.get("associations").or_else(|| root.get("association")).unwrap_or(root);
    let one = |node: &Node| Association {
        document: id,
        cluster: text(id, node, &["clusterName"]),
        namespace: text(id, node, &["namespace"]),
        service_account: text(id, node, &["serviceAccount"]),
        role_arn: text(id, node, &["roleArn"]),
        target_role_arn: text(id, node, &["targetRoleArn"]),
        arn: text(id, node, &["associationArn"]),
        at: At::new(id, node.span),
    };
    let all: Vec<Association> =
        listed.one_or_many().iter().filter(|node| node.get("serviceAccount").is_some()).map(one).collect();
    evidence.serviceaccount.associations = if all.is_empty() {
        Fact::Absent { source: rolecall_model::evidence::Source::Document(id) }
    } else {
        Fact::read(all, id)
    };
}

/// `aws cognito-identity describe-identity-pool` with `get-identity-pool-roles` beside it.
pub(super) fn identity_pool(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let pool = IdentityPool {
        document: id,
        id: text(id, root, &["IdentityPoolId"]),
        authenticated_role: text(id, root, &["Roles", "authenticated"]),
        unauthenticated_role: text(id, root, &["Roles", "unauthenticated"]),
        allows_guests: root.get("AllowUnauthenticatedIdentities").and_then(Node::as_bool),
    };
    evidence.serviceaccount.identity_pool = Fact::read(pool, id);
}
