//! The issuer's key set lacks the token's key.
//!
//! ## What you see
//! `Couldn't retrieve verification key from your identity provider` (400), although the key set can be fetched.
//!
//! ## Why
//! STS looks for the key whose `kid` equals that of the token's header. It is not there when keys were rotated and a
//! published copy was not renewed, when another cluster signs under the same issuer URL, or when the key set was written
//! without `kid`: a token without `kid` needs a key whose `kid` is the empty string, not one that lacks the member.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows the header; compare `kid` with the key set.
//!
//! ## How to mend it
//! Publish the current key set (`kubectl get --raw /openid/v1/jwks`), old and new keys side by side while tokens of both are
//! in use.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook issue 12; reference sts.md §3.4.

use rolecall_model::document::At;
use rolecall_model::evidence::token::JsonObject;
use rolecall_model::json::Node;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "issuer.key-missing",
    title: "the issuer's key set lacks the token's key",
    severity: Severity::Error,
    reads: &[Link::Issuer, Link::Token],
    source: include_str!("key_missing.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let jwks = case.issuer().jwks.present()?;
    // The key set that was read may not be the one that STS gets: unreachable from outside comes first.
    if !case.issuer().fetch_failures.is_empty() {
        return None;
    }
    match case.token().header.present() {
        Some(header) => of_the_token(case, jwks, header),
        None => of_the_cluster(case, jwks),
    }
}

/// Without a token: keys of the cluster that the published set lacks. Where it has none of them, whichever signs is not
/// there; where it has some, the missing one may not sign yet, or no longer.
fn of_the_cluster(case: &Case<'_>, jwks: &JsonObject) -> Option<Finding> {
    let own = case.issuer().cluster_jwks.present()?;
    let (published, shown) = (ids(jwks), ids(own));
    let lacking: Vec<&str> = shown.iter().copied().filter(|id| !published.contains(id)).collect();
    if lacking.is_empty() {
        return None;
    }
    let none = lacking.len() == shown.len();
    let certainty = match (none, super::key_not_retrieved(case)) {
        (true, Some(_)) => Certainty::Certain,
        (true, None) | (false, Some(_)) => Certainty::Likely,
        (false, None) => Certainty::Possible,
    };
    let title = match none {
        true => "the published key set has none of the cluster's keys".to_owned(),
        false => format!("the published key set lacks the cluster's key `{}`", lacking.join("`, `")),
    };
    let finding = Finding::new(&CHECK, certainty, title)
        .because(
            "STS takes the key whose `kid` equals the token's from the published set. The cluster shows keys that are \
             not in it: the published copy was not renewed when the keys changed, or is another cluster's.",
        )
        .at(jwks.at(jwks.node.get("keys").unwrap_or(&jwks.node)), "what STS gets")
        .beside(own.at(own.node.get("keys").unwrap_or(&own.node)), "what the cluster shows");
    let finding = match none {
        true => finding,
        false => finding.note("which key signs, a token tells: `--probe` gets one"),
    };
    Some(publish(finding))
}

fn ids(jwks: &JsonObject) -> Vec<&str> {
    let keys = jwks.node.get("keys").map(Node::elements).unwrap_or_default();
    keys.iter().filter_map(|key| key.get("kid")?.as_str()).collect()
}

fn publish(finding: Finding) -> Finding {
    finding.fix(
        "publish the signer's current key set, old keys beside new ones",
        Safety::ShowOnly,
        &["kubectl get --raw /openid/v1/jwks > keys.json".into()],
    )
}

fn of_the_token(case: &Case<'_>, jwks: &JsonObject, header: &JsonObject) -> Option<Finding> {
    let wanted = header.text("kid").map(|kid| kid.value).unwrap_or_default();
    let keys = jwks.node.get("keys").map(Node::elements).unwrap_or_default();
    if keys.iter().any(|key| key.get("kid").and_then(Node::as_str) == Some(wanted.as_str())) {
        return None;
    }
    let lacking = keys.iter().find(|key| key.get("kid").is_none());
    let place = match lacking {
        Some(key) => At::new(jwks.document, key.span),
        None => jwks.at(jwks.node.get("keys").unwrap_or(&jwks.node)),
    };
    let named = if wanted.is_empty() { "without a key id".to_owned() } else { format!("`{wanted}`") };
    let label =
        if lacking.is_some() { "this key has no `kid` member" } else { "no key with the token's `kid`" };
    let header_at = header.node.get("kid").map_or(header.at(&header.node), |node| header.at(node));
    let said = super::key_not_retrieved(case).is_some();
    let listed: Vec<_> = keys.iter().filter_map(|key| key.get("kid")?.as_str()).collect();
    let mut finding = Finding::new(&CHECK, if said { Certainty::Certain } else { Certainty::Likely }, format!("no key of the key set fits the token's key id {named}"))
        .because(if lacking.is_some() {
            "STS compares the key's `kid` with the token's. A key that lacks the member fits no token, not even one without a key id: write `\"kid\": \"\"`."
        } else {
            "STS takes the key whose `kid` equals the token's, and there is none. The key set is older or newer than the token, or that of another signer."
        })
        .at(place, label)
        .beside(header_at, "the token's key id");
    if !listed.is_empty() {
        finding = finding.note(format!("the key set holds {}", listed.join(", ")));
    }
    Some(publish(finding))
}
