//! Roles: the output of `aws iam get-role` and `list-roles`, or a trust policy alone.

use percent_encoding::percent_decode_str;
use rolecall_model::document::{At, Document, DocumentId, Located, Text};
use rolecall_model::evidence::role::{Role, TrustDocument};
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;

pub(super) fn main(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let Some(role) = read(evidence, id, root.get("Role").unwrap_or(root)) else { return };
    // A bare trust policy beside the role's own file is the policy as it would be: everything else stays the role's.
    match &mut evidence.role.role {
        Fact::Present { value: known, .. } if root.get("Statement").is_some() => known.trust = role.trust,
        fact => *fact = Fact::read(role, id),
    }
}

pub(super) fn other(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let role = read(evidence, id, root.get("Role").unwrap_or(root));
    evidence.role.others.extend(role);
}

/// `aws iam list-roles`
pub(super) fn list(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let listed = root.get("Roles").or_else(|| root.get("RoleDetailList")).unwrap_or(root);
    for node in listed.elements() {
        let role = read(evidence, id, node.get("Role").unwrap_or(node));
        evidence.role.others.extend(role);
    }
    evidence.role.listed = root.get("IsTruncated").and_then(Node::as_bool) != Some(true);
}

pub(super) fn draft(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let trust = trust(evidence, id, root.get("AssumeRolePolicyDocument").unwrap_or(root));
    evidence.role.drafts.extend(trust);
}

fn read(evidence: &mut Evidence, id: DocumentId, node: &Node) -> Option<Role> {
    let text = |key: &str| -> Option<Text> {
        let node = node.get(key)?;
        Some(Located::new(node.as_str()?.to_owned(), At::new(id, node.span)))
    };
    let bare = node.get("Statement").is_some();
    let policy = if bare { Some(node) } else { node.get("AssumeRolePolicyDocument") };
    let trust = policy.and_then(|policy| trust(evidence, id, policy));
    if !bare && text("Arn").is_none() && text("RoleName").is_none() && trust.is_none() {
        return None;
    }
    let tag =
        |tag: &Node| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned()));
    Some(Role {
        document: id,
        arn: text("Arn").unwrap_or_else(|| Located::new(String::new(), At::new(id, node.span))),
        name: text("RoleName"),
        path: text("Path"),
        id: text("RoleId"),
        created: instant(node.get("CreateDate")),
        last_used: instant(node.path(&["RoleLastUsed", "LastUsedDate"])),
        trust,
        max_session: node
            .get("MaxSessionDuration")
            .and_then(|value| Some((value.as_integer()?, At::new(id, value.span)))),
        boundary_arn: node
            .path(&["PermissionsBoundary", "PermissionsBoundaryArn"])
            .and_then(|value| Some(Located::new(value.as_str()?.to_owned(), At::new(id, value.span)))),
        tags: node
            .get("Tags")
            .map(|tags| tags.elements().iter().filter_map(tag).collect())
            .unwrap_or_default(),
    })
}

pub(super) fn instant(node: Option<&Node>) -> Option<Instant> {
    let node = node?;
    Instant::parse(
        node.scalar()?.split('.').next().filter(|_| node.as_str().is_none()).or_else(|| node.as_str())?,
    )
}

/// The CLI prints the policy as an object; the API gives it percent-encoded, which becomes a document of its own.
fn trust(evidence: &mut Evidence, id: DocumentId, node: &Node) -> Option<TrustDocument> {
    let Some(text) = node.as_str() else {
        return Some(TrustDocument { document: id, node: node.clone() });
    };
    let decoded = if text.trim_start().starts_with('{') {
        text.to_owned()
    } else {
        percent_decode_str(text).decode_utf8_lossy().into_owned()
    };
    let name = evidence.documents.get(id).map(|document| document.name.clone()).unwrap_or_default();
    let document = Document::json(format!("{name} (trust policy)"), decoded);
    let root = document.root.clone()?;
    Some(TrustDocument { document: evidence.documents.add(document), node: root })
}
