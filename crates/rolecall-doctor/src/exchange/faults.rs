//! Why the trust policy's nearest statement does not admit the caller: each element that fails, told apart.
//!
//! The engine's trace says which condition failed; here it is said what kind of slip that is. One place decides,
//! so that no two causes claim the same byte.

use rolecall_engine::issuers::{KeySupport, key_support};
use rolecall_model::document::At;
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;
use rolecall_model::provider_url::{Likeness, likeness};
use rolecall_policy::document::{Condition, Statement, Word};
use rolecall_policy::pattern;

use super::PresentedToken;

/// A slip in one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The key's prefix is not the provider's name, or the claim's name is left out.
    KeyMismatch {
        /// The key that would have been right.
        wanted: String,
    },
    /// A subject under `:aud`, or an audience under `:sub`.
    KeySwapped {
        /// The key under which the value belongs.
        belongs: String,
    },
    /// STS offers no such key for this issuer.
    KeyUnsupported {
        /// The claim.
        claim: String,
        /// Since when it is offered, if it is by now.
        since: Option<Instant>,
    },
    /// A pattern under an operator that compares to the letter; it would have matched as a pattern.
    WildcardInEquals,
    /// The subject is another one.
    Subject,
    /// The audience is another one.
    Audience,
    /// Another condition fails.
    Other,
}

/// Names a condition key: what stands before the last colon, and the claim after it.
pub fn split_key(key: &str) -> (&str, &str) {
    key.rsplit_once(':').unwrap_or((key, ""))
}

/// Facts about the caller that telling faults apart needs.
pub struct Caller<'a> {
    /// The provider's name: host and path.
    pub provider: &'a str,
    /// What is presented.
    pub presented: &'a PresentedToken,
    /// The instant of judgement.
    pub now: Option<Instant>,
}

/// What kind of slip a failed condition is.
#[must_use]
pub fn classify(caller: &Caller<'_>, condition: &Condition) -> Fault {
    let key = condition.key.text.as_str();
    if key.eq_ignore_ascii_case(caller.provider) {
        return Fault::KeyMismatch { wanted: wanted_key(caller, condition) };
    }
    let (prefix, claim) = split_key(key);
    if is_global(prefix, key) {
        return global(claim);
    }
    if !prefix.eq_ignore_ascii_case(caller.provider) {
        return Fault::KeyMismatch { wanted: wanted_key(caller, condition) };
    }
    let claim = claim.to_ascii_lowercase();
    if condition.operator.text.eq_ignore_ascii_case("Null") && matches!(claim.as_str(), "sub" | "aud") {
        return Fault::Other;
    }
    match claim.as_str() {
        "sub" => subject(caller, condition),
        "aud" => audience(caller, condition),
        _ => match key_support(caller.provider, &claim, caller.now) {
            KeySupport::Always | KeySupport::Since(_) => Fault::Other,
            KeySupport::NotYet(since) => Fault::KeyUnsupported { claim, since: Some(since) },
            KeySupport::Never => Fault::KeyUnsupported { claim, since: None },
        },
    }
}

/// `aws:…`, `sts:…`, `iam:…` and keys of other services: one word without a dot before the colon.
fn is_global(prefix: &str, key: &str) -> bool {
    let first = key.split([':', '/']).next().unwrap_or_default();
    !first.is_empty()
        && !first.contains('.')
        && !prefix.contains("oidc")
        && !first.eq_ignore_ascii_case("arn")
        && !first.contains("http")
        && ["aws", "sts", "iam", "saml", "ec2", "s3", "kms", "organizations"]
            .iter()
            .any(|name| first.eq_ignore_ascii_case(name))
}

/// Keys that describe an AWS caller do not exist for a federated one (policy reference 10.12, doctor rule R24).
fn global(claim: &str) -> Fault {
    let name = claim.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let of_aws_callers = [
        "principalorgid",
        "principalorgpaths",
        "principalarn",
        "principalaccount",
        "principaltype",
        "principaltag",
        "multifactorauthpresent",
        "multifactorauthage",
        "username",
        "userid",
        "externalid",
        "sourcearn",
        "sourceaccount",
    ];
    if of_aws_callers.contains(&name.as_str()) {
        Fault::KeyUnsupported { claim: claim.to_owned(), since: None }
    } else {
        Fault::Other
    }
}

fn wanted_key(caller: &Caller<'_>, condition: &Condition) -> String {
    let (_, claim) = split_key(&condition.key.text);
    let subjects = condition.values.iter().any(|value| looks_like_subject(caller, &value.text));
    let claim = match claim {
        claim
            if ["sub", "aud", "amr", "email", "oaud"]
                .iter()
                .any(|known| claim.eq_ignore_ascii_case(known)) =>
        {
            claim
        }
        _ if subjects => "sub",
        _ => "aud",
    };
    format!("{}:{claim}", caller.provider)
}

fn subject(caller: &Caller<'_>, condition: &Condition) -> Fault {
    let Some(subject) = &caller.presented.subject else { return Fault::Subject };
    let audience = caller.presented.audience.as_ref().map(|audience| audience.text.value.as_str());
    let only_audiences = !condition.values.is_empty()
        && condition.values.iter().all(|value| {
            Some(value.text.as_str()) == audience || value.text.starts_with("sts.amazonaws.com")
        });
    if only_audiences {
        return Fault::KeySwapped { belongs: format!("{}:aud", caller.provider) };
    }
    if is_exact(&condition.operator)
        && condition
            .values
            .iter()
            .any(|value| is_pattern(&value.text) && matches_as_pattern(&value.text, &subject.text.value))
    {
        return Fault::WildcardInEquals;
    }
    Fault::Subject
}

fn audience(caller: &Caller<'_>, condition: &Condition) -> Fault {
    if !condition.values.is_empty()
        && condition.values.iter().all(|value| looks_like_subject(caller, &value.text))
    {
        return Fault::KeySwapped { belongs: format!("{}:sub", caller.provider) };
    }
    let Some(audience) = &caller.presented.audience else { return Fault::Audience };
    if is_exact(&condition.operator)
        && condition
            .values
            .iter()
            .any(|value| is_pattern(&value.text) && matches_as_pattern(&value.text, &audience.text.value))
    {
        return Fault::WildcardInEquals;
    }
    Fault::Audience
}

/// Whether a value is shaped as a subject of this caller: equal to it, or of the same grammar.
fn looks_like_subject(caller: &Caller<'_>, value: &str) -> bool {
    let presented = caller.presented.subject.as_ref().map(|subject| subject.text.value.as_str());
    let shapes = ["system:serviceaccount:", "repo:", "project_path:", "organization:", "org/", "spiffe://"];
    presented.is_some_and(|subject| subject == value || matches_as_pattern(value, subject) && value.len() > 1)
        || shapes.iter().any(|shape| value.starts_with(shape))
}

/// Whether the operator compares to the letter, whatever its qualifiers.
#[must_use]
pub fn is_exact(operator: &Word) -> bool {
    let name = operator.text.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("stringequals")
}

/// Whether a value holds a wildcard.
#[must_use]
pub fn is_pattern(value: &str) -> bool {
    value.contains(['*', '?'])
}

/// Whether a value would match under `StringLike`.
#[must_use]
pub fn matches_as_pattern(value: &str, actual: &str) -> bool {
    pattern::matches(value, actual, pattern::Case::Sensitive)
}

/// The value of a condition that comes nearest to `actual`: most leading characters in common.
#[must_use]
pub fn nearest<'c>(condition: &'c Condition, actual: &str) -> Option<&'c Word> {
    let common = |value: &str| {
        value.chars().zip(actual.chars()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
    };
    condition.values.iter().max_by_key(|value| common(&value.text))
}

/// How a provider that a trust policy names relates to the one that is wanted.
#[must_use]
pub fn named_provider(arn: &str, wanted: &str) -> Likeness {
    let name = arn.split_once(":oidc-provider/").map_or(arn, |(_, name)| name);
    likeness(name, wanted)
}

/// A place in the trust policy's document.
#[must_use]
pub fn at(document: rolecall_model::document::DocumentId, word: &Word) -> At {
    At::new(document, word.span)
}

/// Whether a statement has a Federated principal.
#[must_use]
pub fn is_federated(statement: &Statement) -> bool {
    let principal = statement.principal.as_ref();
    principal.is_some_and(|principal| principal.entries.iter().any(|entry| entry.kind.text == "Federated"))
}

/// Whether a node holds nothing.
#[must_use]
pub fn is_blank(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.trim().is_empty())
}
