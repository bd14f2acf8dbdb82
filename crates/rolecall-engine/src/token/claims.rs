//! The claims that STS reads: audience and its `azp` rule, tags, source identity, roles.
//!
//! Source: IAM User Guide, "Pass session tags in AWS STS"; reference sts.md §3.6 to §3.8.

use rolecall_model::json::Node;

/// The audience that STS reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience<'c> {
    /// `azp` is there: it is the audience, and `aud` becomes `oaud`.
    AuthorizedParty(&'c str),
    /// One `aud`.
    Single(&'c str),
    /// Several of them and no `azp`: refused.
    Several,
    /// None.
    Missing,
}

/// Session tags of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Key and value of each.
    pub tags: Vec<(String, String)>,
    /// Keys that go on to further sessions.
    pub transitive: Vec<String>,
}

const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";
const ROLES: &str = "https://aws.amazon.com/roles";

/// The audience that STS reads.
#[must_use]
pub fn audience(claims: &Node) -> Audience<'_> {
    if let Some(party) = claims.get("azp").and_then(Node::as_str) {
        return Audience::AuthorizedParty(party);
    }
    match claims.get("aud").map(Node::one_or_many) {
        Some([one]) => one.as_str().map_or(Audience::Missing, Audience::Single),
        Some([]) | None => Audience::Missing,
        Some(_) => Audience::Several,
    }
}

/// Session tags in the nested or the flattened form; none where the token carries none.
///
/// # Errors
/// Gives the sentence of STS for tags of a wrong form.
pub fn tags(claims: &Node) -> Result<Option<Tags>, &'static str> {
    let mut found = Tags::default();
    if let Some(nested) = claims.get(TAGS) {
        for member in nested.get("principal_tags").map(Node::members).unwrap_or_default() {
            match member.value.elements() {
                [value] => {
                    found.tags.push((member.key.clone(), value.as_str().ok_or(WRONG_FORM)?.to_owned()))
                }
                _ => return Err(WRONG_FORM),
            }
        }
        found.transitive.extend(strings(nested.get("transitive_tag_keys")));
    }
    for member in claims.members() {
        if let Some(key) = member.key.strip_prefix("https://aws.amazon.com/tags/principal_tags/") {
            found.tags.push((key.to_owned(), member.value.as_str().ok_or(WRONG_FORM)?.to_owned()));
        }
    }
    found.transitive.extend(strings(claims.get("https://aws.amazon.com/tags/transitive_tag_keys")));
    let within = found.tags.len() <= 50
        && found
            .tags
            .iter()
            .all(|(key, value)| (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256);
    match (found.tags.is_empty(), within) {
        (true, _) => Ok(None),
        (false, true) => Ok(Some(found)),
        (false, false) => Err("Unable to validate tags"),
    }
}

/// STS's words (reference sts.md §3.2).
const WRONG_FORM: &str = "principal_tags passed in claim is not in correct format";

fn strings(node: Option<&Node>) -> Vec<String> {
    node.map(|node| node.one_or_many().iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
        .unwrap_or_default()
}

/// The source identity that a token carries.
#[must_use]
pub fn source_identity(claims: &Node) -> Option<&str> {
    claims.get(SOURCE_IDENTITY).and_then(Node::as_str)
}

/// The roles that a token may be exchanged for; none where it does not say.
#[must_use]
pub fn roles(claims: &Node) -> Option<Vec<&str>> {
    claims.get(ROLES).map(|node| node.one_or_many().iter().filter_map(Node::as_str).collect())
}

/// Whether these are the claims of a token that a Secret keeps (Kubernetes, "Managing Service Accounts").
#[must_use]
pub fn is_legacy_kubernetes(claims: &Node) -> bool {
    claims.get("iss").and_then(Node::as_str) == Some("kubernetes/serviceaccount")
}
