//! The issuer: discovery document, key set, certificate chain, the cluster that signs.

use super::fact::Fact;
use super::token::JsonObject;
use crate::document::{At, DocumentId, Text};

/// What is known of the issuer.
#[derive(Clone, Debug)]
pub struct IssuerEvidence {
    /// `.well-known/openid-configuration`
    pub discovery: Fact<JsonObject>,
    /// The key set.
    pub jwks: Fact<JsonObject>,
    /// What fetching the discovery document or key set answered, when it failed.
    pub fetch_failures: Vec<FetchFailure>,
    /// Chains of certificates that the issuer's host showed (`chain.txt`, `certs.txt`), one per host seen.
    pub chains: Fact<Vec<Chain>>,
    /// The cluster of the workload (`cluster.json`).
    pub cluster: Fact<Cluster>,
    /// The key set that the cluster itself shows (`cluster-jwks.json`); STS asks for the published one instead.
    pub cluster_jwks: Fact<JsonObject>,
    /// The address of a service that stands for AWS (`service.json`): it may reach what AWS cannot.
    pub service: Option<Text>,
}

/// A failed look-up of the issuer's documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFailure {
    /// `discovery` or `jwks`.
    pub what: &'static str,
    /// What was answered, first line: `HTTP/1.1 403 Forbidden`, `Could not resolve host: …`
    pub answer: Text,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
}

/// Certificates from the server's own up, as a tool printed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Certificates in the order sent.
    pub certificates: Vec<Certificate>,
    /// Where it is said that a trust store does not know the chain's authority.
    pub untrusted: Option<At>,
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its subject as printed.
    pub subject: String,
    /// SHA-1 of its DER, 40 lower-case hexadecimal digits, with its place.
    pub sha1: Text,
}

/// A cluster as `aws eks describe-cluster` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The document.
    pub document: DocumentId,
    /// Name.
    pub name: Option<Text>,
    /// ARN.
    pub arn: Option<Text>,
    /// Kubernetes version, such as `1.31`.
    pub version: Option<Text>,
    /// `identity.oidc.issuer`
    pub issuer: Option<Text>,
}
