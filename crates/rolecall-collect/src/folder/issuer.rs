//! The cluster, certificate chains, and failed look-ups of the issuer's documents.

use rolecall_model::document::{At, DocumentId, Located};
use rolecall_model::evidence::issuer::{Certificate, Chain, Cluster, FetchFailure};
use rolecall_model::evidence::{Evidence, Fact, UnreadReason};
use rolecall_model::json::Node;
use rolecall_model::span::Span;

use crate::debug_log::status_of;

/// `aws eks describe-cluster`
pub(super) fn cluster(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let node = root.get("cluster").unwrap_or(root);
    let text = |keys: &[&str]| {
        let found = node.path(keys)?;
        Some(Located::new(found.as_str()?.to_owned(), At::new(id, found.span)))
    };
    let cluster = Cluster {
        document: id,
        name: text(&["name"]),
        arn: text(&["arn"]),
        version: text(&["version"]),
        issuer: text(&["identity", "oidc", "issuer"]),
    };
    evidence.issuer.cluster = Fact::read(cluster, id);
}

/// `kubectl get --raw /.well-known/openid-configuration`: what the cluster itself says of its issuer. It tells the issuer
/// where EKS was not asked; its `jwks_uri` is an address inside the cluster's network, which STS never asks.
pub(super) fn cluster_discovery(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    if evidence.issuer.cluster.present().is_some_and(|cluster| cluster.issuer.is_some()) {
        return;
    }
    let Some(node) = root.get("issuer") else { return };
    let issuer = node.as_str().map(|issuer| Located::new(issuer.to_owned(), At::new(id, node.span)));
    let cluster = Cluster { document: id, name: None, arn: None, version: None, issuer };
    evidence.issuer.cluster = Fact::read(cluster, id);
}

/// `service.json`: the service that stood for AWS. AWS's own endpoints are AWS.
pub(super) fn service(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    const OF_AWS: [&str; 4] =
        [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn"];
    let Some(node) = root.get("EndpointUrl") else { return };
    let Some(url) = node.as_str() else { return };
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default().to_ascii_lowercase();
    if !OF_AWS.iter().any(|end| host.ends_with(end)) {
        evidence.issuer.service = Some(Located::new(url.to_owned(), At::new(id, node.span)));
    }
}

/// Words of a comment that say of the chain below that a trust store does not know its authority.
const UNTRUSTED: &str = "not in the trust store";

/// Fingerprints as `openssl x509 -fingerprint -sha1` and other tools print them, certificates in the order sent. A line
/// that begins another host, or a certificate number that does not grow, begins another chain.
pub(super) fn chains(evidence: &mut Evidence, id: DocumentId, text: &str) {
    let mut chains: Vec<Chain> = Vec::new();
    let mut subject = String::new();
    let mut last = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let number = trimmed.split_whitespace().next().and_then(|first| first.parse::<u32>().ok());
        if trimmed.starts_with('#') || number.is_some_and(|number| last.is_some_and(|last| number <= last)) {
            let untrusted = trimmed.starts_with('#') && trimmed.contains(UNTRUSTED);
            let at = At::new(id, Span::new(start, start + line.trim_end().len()));
            chains.push(Chain { untrusted: untrusted.then_some(at), ..Chain::default() });
        }
        last = number.or(if trimmed.starts_with('#') { None } else { last });
        if let Some((_, after)) = trimmed.split_once("s:") {
            subject = after.trim().to_owned();
        }
        if let Some((digits, offset)) = fingerprint(line) {
            let at = At::new(id, Span::new(start + offset.start, start + offset.end));
            if chains.is_empty() {
                chains.push(Chain::default());
            }
            if let Some(chain) = chains.last_mut() {
                chain.certificates.push(Certificate {
                    subject: std::mem::take(&mut subject),
                    sha1: Located::new(digits, at),
                });
            }
        }
        start += line.len();
    }
    chains.retain(|chain| !chain.certificates.is_empty());
    evidence.issuer.chains = Fact::read(chains, id);
}

/// Forty hexadecimal digits, colons between pairs allowed, after `sha1:` or `Fingerprint=`.
fn fingerprint(line: &str) -> Option<(String, std::ops::Range<usize>)> {
    let folded = line.to_ascii_lowercase();
    let mark = ["sha1 fingerprint=", "fingerprint=", "sha1:", "sha-1:", "sha1="]
        .iter()
        .find_map(|mark| folded.find(mark).map(|at| at + mark.len()))?;
    let rest = line.get(mark..)?;
    let gap = rest.len() - rest.trim_start().len();
    let value = rest.get(gap..)?;
    let end = value.find(|c: char| !c.is_ascii_hexdigit() && c != ':').unwrap_or(value.len());
    let digits: String =
        value.get(..end)?.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect();
    (digits.len() == 40).then(|| (digits, mark + gap..mark + gap + end))
}

/// What begins the answer of a collector that never reached the issuer.
const NOT_ASKED: &str = "not fetched from here";

/// `discovery.error`, `jwks.error`: what the issuer answered. That a collector could not reach it, from wherever it ran,
/// says nothing of what STS gets.
pub(super) fn fetch_failure(evidence: &mut Evidence, id: DocumentId, stem: &str, text: &str, at: At) {
    let line = text.get(at.span.range()).unwrap_or_default().to_owned();
    let what = if stem == "jwks" { "jwks" } else { "discovery" };
    let fact = if what == "jwks" { &mut evidence.issuer.jwks } else { &mut evidence.issuer.discovery };
    if line.starts_with(NOT_ASKED) {
        if let Fact::Unread { why } = fact {
            why.reason = UnreadReason::Denied(line);
        }
        return;
    }
    let status = status_of(&line);
    let source = rolecall_model::evidence::Source::Document(id);
    if status == Some(404) {
        *fact = Fact::Absent { source };
    }
    evidence.issuer.fetch_failures.push(FetchFailure { what, answer: Located::new(line, at), status });
}
