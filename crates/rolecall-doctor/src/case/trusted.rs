//! Whom the role's trust policy is meant for, read without evaluating it: principals by kind, and the subjects named.

use rolecall_model::document::{At, Located, Text};
use rolecall_model::evidence::role::TrustDocument;
use rolecall_model::json::{Kind, Node};

use super::Case;

/// Principals and subjects that a trust policy names in statements that allow.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// `Federated` principals.
    pub federated: Vec<Text>,
    /// `AWS` principals.
    pub aws: Vec<Text>,
    /// `Service` principals.
    pub service: Vec<Text>,
    /// Values under keys that end in `:sub`.
    pub subjects: Vec<Text>,
}

impl Trusted {
    /// Whether it is meant for EKS Pod Identity and for nothing else.
    #[must_use]
    pub fn is_for_pod_identity(&self) -> bool {
        self.federated.is_empty() && self.service.iter().any(|name| name.value == "pods.eks.amazonaws.com")
    }
}

impl Case<'_> {
    /// Whom the role's trust policy is meant for; none where it was not read.
    #[must_use]
    pub fn trusted(&self) -> Option<Trusted> {
        let role = self.role().role.present()?;
        Some(read(role.trust.as_ref()?))
    }
}

fn read(trust: &TrustDocument) -> Trusted {
    let mut trusted = Trusted::default();
    let statements = trust.node.get("Statement").map(Node::one_or_many).unwrap_or_default();
    for statement in statements {
        if statement.get("Effect").and_then(Node::as_str) == Some("Deny") {
            continue;
        }
        principals(trust, statement, &mut trusted);
        let conditions = statement.get("Condition").map(Node::members).unwrap_or_default();
        for member in conditions.iter().flat_map(|operator| operator.value.members()) {
            if member.key.to_ascii_lowercase().ends_with(":sub") {
                trusted.subjects.extend(texts(trust, &member.value));
            }
        }
    }
    trusted
}

fn principals(trust: &TrustDocument, statement: &Node, trusted: &mut Trusted) {
    let Some(principal) = statement.get("Principal") else { return };
    if let Kind::String(_) = principal.kind {
        trusted.aws.extend(texts(trust, principal));
    }
    for member in principal.members() {
        let list = match member.key.as_str() {
            "Federated" => &mut trusted.federated,
            "AWS" => &mut trusted.aws,
            "Service" => &mut trusted.service,
            _ => continue,
        };
        list.extend(texts(trust, &member.value));
    }
}

fn texts(trust: &TrustDocument, node: &Node) -> Vec<Text> {
    let text =
        |node: &Node| Some(Located::new(node.as_str()?.to_owned(), At::new(trust.document, node.span)));
    node.one_or_many().iter().filter_map(text).collect()
}
