//! Policies beside and after the trust policy.

use super::fact::Fact;
use crate::document::{DocumentId, Text};
use crate::json::Node;

/// What is known of permissions.
#[derive(Clone, Debug)]
pub struct PermissionEvidence {
    /// Policies attached to the role (`identity-policies.json`).
    pub identity: Fact<Vec<NamedPolicy>>,
    /// The permissions boundary (`boundary.json`).
    pub boundary: Fact<Vec<NamedPolicy>>,
    /// Service control policies (`scp.json`), by level if the file gives levels, root first.
    pub scp: Fact<Vec<Vec<NamedPolicy>>>,
    /// Resource control policies (`rcp.json`).
    pub rcp: Fact<Vec<Vec<NamedPolicy>>>,
    /// Session policies (`session-policy.json`).
    pub session: Fact<Vec<NamedPolicy>>,
    /// The policy of a VPC endpoint (`vpc-endpoint-policy.json`, `vpce.json`).
    pub vpc_endpoint: Fact<Vec<NamedPolicy>>,
    /// The policy on the resource that was asked for (`resource-policy.json`, `bucket-policy.json` …).
    pub resource: Fact<Vec<NamedPolicy>>,
}

/// A policy with the name it goes by.
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// Name or ARN, if the file gives one.
    pub name: Option<Text>,
    /// ARN, if the file gives one: a managed policy has one, an inline policy has none.
    pub arn: Option<Text>,
    /// The document it stands in.
    pub document: DocumentId,
    /// The policy.
    pub node: Node,
}
