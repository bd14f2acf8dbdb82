//! Files whose name says nothing: what their shape, or a word in their name, tells.
//!
//! They fill what no known name has filled and never displace it.

use rolecall_model::evidence::Evidence;
use rolecall_model::json;

use super::place::{Place, place_of};
use crate::shape;

/// Words in the names of policy files, the more telling first.
const POLICY_WORDS: [(&str, Place); 13] = [
    ("boundary", Place::Boundary),
    ("scp", Place::Scp),
    ("service-control", Place::Scp),
    ("rcp", Place::Rcp),
    ("resource-control", Place::Rcp),
    ("session", Place::Session),
    ("vpce", Place::VpcEndpoint),
    ("endpoint", Place::VpcEndpoint),
    ("bucket", Place::Resource),
    ("key-policy", Place::Resource),
    ("resource", Place::Resource),
    ("polic", Place::Identity),
    ("permission", Place::Identity),
];

/// The place of a file; none where nothing tells, or where the place is taken.
pub(super) fn place(evidence: &Evidence, name: &str, text: &str) -> Option<Place> {
    let lower = name.to_ascii_lowercase();
    let shaped = shape::known_as(text);
    let named = policy(&lower, text).filter(|place| match shaped {
        // Identity policies name no principal.
        Some("trust.json") => *place != Place::Identity,
        other => other.is_none(),
    });
    if let Some(place) = named {
        return vacant(evidence, place);
    }
    match shaped {
        Some("trust.json") => vacant(evidence, Place::Role).filter(|place| *place == Place::Role),
        Some(known) => vacant(evidence, place_of(known)?),
        None => words(evidence, &lower, text),
    }
}

/// Whether a text is a trust policy, whatever its file is called.
pub(super) fn is_trust(text: &str) -> bool {
    shape::known_as(text) == Some("trust.json")
}

/// A policy document, told by a word in its name: its shape does not tell what it is attached to.
fn policy(lower: &str, text: &str) -> Option<Place> {
    let named = POLICY_WORDS.iter().find(|(word, _)| lower.contains(word)).map(|(_, place)| *place)?;
    let trust = lower.contains("trust") || lower.contains("assume");
    let is_json = lower.ends_with(".json") && text.contains("\"Statement\"");
    (is_json && !trust && json::parse(text).root.is_some()).then_some(named)
}

/// Logs and environments by their extension.
fn words(evidence: &Evidence, lower: &str, text: &str) -> Option<Place> {
    let (stem, extension) = lower.rsplit_once('.').unwrap_or((lower, ""));
    if !matches!(extension, "log" | "txt" | "out" | "err") {
        return None;
    }
    if is_environment(text) {
        return vacant(evidence, Place::Environment);
    }
    let headline = extension == "err" || stem.contains("error") || stem.contains("stderr");
    Some(if headline { Place::Error } else { Place::Log })
}

/// Lines of `NAME=VALUE` and nothing else, one of them about AWS or a pipeline.
fn is_environment(text: &str) -> bool {
    let bare = |line: &str| {
        let line = line.trim();
        ["declare -x ", "export "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line).to_owned()
    };
    let mut lines = text.lines().map(bare).filter(|line| !line.is_empty()).peekable();
    let variable = |line: &String| {
        let name = line.split('=').next().unwrap_or_default();
        line.contains('=') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    lines.peek().is_some()
        && lines.all(|line| variable(&line))
        && ["AWS_", "CI=", "KUBERNETES_"].iter().any(|name| text.contains(name))
}

fn vacant(evidence: &Evidence, place: Place) -> Option<Place> {
    let free = match place {
        Place::Role if evidence.role.role.is_unread() => true,
        Place::Role => return Some(Place::OtherRole),
        Place::Providers => evidence.provider.list.is_unread(),
        Place::Provider => evidence.provider.detail.is_unread(),
        Place::Cluster => evidence.issuer.cluster.is_unread(),
        Place::Jwks => evidence.issuer.jwks.is_unread(),
        Place::Discovery => evidence.issuer.discovery.is_unread(),
        Place::Claims => evidence.token.claims.is_unread(),
        Place::Header => evidence.token.header.is_unread(),
        Place::Token => evidence.token.raw.is_unread() && evidence.token.claims.is_unread(),
        Place::Request => evidence.caller.request.is_unread(),
        Place::Environment => evidence.caller.environment.is_unread(),
        Place::Association => evidence.serviceaccount.associations.is_unread(),
        Place::IdentityPool => evidence.serviceaccount.identity_pool.is_unread(),
        Place::Identity => evidence.permission.identity.is_unread(),
        Place::Boundary => evidence.permission.boundary.is_unread(),
        Place::Session => evidence.permission.session.is_unread(),
        Place::Resource => evidence.permission.resource.is_unread(),
        Place::VpcEndpoint => evidence.permission.vpc_endpoint.is_unread(),
        Place::Scp => evidence.permission.scp.is_unread(),
        Place::Rcp => evidence.permission.rcp.is_unread(),
        _ => true,
    };
    free.then_some(place)
}
