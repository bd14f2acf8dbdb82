//! A claim has a type that STS refuses.
//!
//! ## What you see
//! `InvalidIdentityToken` (400): `not a valid JWT`, or a sentence about the format of tags.
//!
//! ## Why
//! `exp`, `iat` and `nbf` must be whole numbers: decimals and strings are refused. The values of
//! `https://aws.amazon.com/tags` `principal_tags` must be arrays of one string each in the nested form.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows the claims as they are written.
//!
//! ## How to mend it
//! Have the issuer write the claim in the right type.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity; IAM User Guide, "Pass session tags in AWS STS".

use rolecall_model::document::At;
use rolecall_model::json::{Kind, Node};

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.claim-type",
    title: "a claim has a type that STS refuses",
    severity: Severity::Error,
    reads: &[Link::Token],
    source: include_str!("claim_type.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let claims = case.token().claims.present()?;
    let (name, node, wanted) =
        times(&claims.node).or_else(|| texts(&claims.node)).or_else(|| tags(&claims.node))?;
    Some(
        Finding::new(
            &CHECK,
            Certainty::Certain,
            format!("`{name}` is {}, STS wants {wanted}", node.kind_name()),
        )
        .because("STS reads this claim in one type only, and refuses the token otherwise.")
        .at(At::new(claims.document, node.span), format!("must be {wanted}"))
        .fix(format!("have the issuer write `{name}` as {wanted}"), Safety::ShowOnly, &[]),
    )
}

fn times(claims: &Node) -> Option<(&'static str, &Node, &'static str)> {
    ["exp", "iat", "nbf"].into_iter().find_map(|name| {
        let node = claims.get(name).filter(|node| !node.is_null() && node.as_integer().is_none())?;
        Some((name, node, "a whole number"))
    })
}

fn texts(claims: &Node) -> Option<(&'static str, &Node, &'static str)> {
    let single = ["iss", "sub", "azp"].into_iter().find_map(|name| {
        let node = claims.get(name).filter(|node| !node.is_null() && node.as_str().is_none())?;
        Some((name, node, "a string"))
    });
    let audience = claims
        .get("aud")
        .filter(|node| !node.is_null() && node.one_or_many().iter().any(|one| one.as_str().is_none()));
    single.or(audience.map(|node| ("aud", node, "a string or an array of strings")))
}

fn tags(claims: &Node) -> Option<(&'static str, &Node, &'static str)> {
    let tags = claims.path(&["https://aws.amazon.com/tags", "principal_tags"])?;
    let plain = |node: &&Node| !matches!(&node.kind, Kind::Array(values) if values.len() == 1 && values.iter().all(|value| value.as_str().is_some()));
    let node = tags.members().iter().map(|member| &member.value).find(plain)?;
    Some(("https://aws.amazon.com/tags", node, "an array of one string"))
}
