//! The trust policy restricts no subject: everybody whom the issuer knows gets in.
//!
//! ## What you see
//! Nothing: it works, for everybody. On a shared issuer such as GitHub's that is every repository of the platform; on a
//! cluster's it is every pod.
//!
//! ## Why
//! A condition on `:aud` is no barrier: whoever asks for a token chooses its audience. Only `:sub` (or the claim that names
//! the tenant, where STS offers one) tells callers apart. IAM refuses to store such a policy for issuers that many tenants
//! share, but leaves roles alone that are older than that rule (June 2025).
//!
//! ## How to tell
//! No condition of the statement is on `ISSUER:sub`.
//!
//! ## How to mend it
//! Add a condition on `:sub` that names the one caller.
//!
//! ## Source
//! IAM User Guide, "Identity-provider controls for shared OIDC providers"; doctor rules X1, X2, X4, X16.

use rolecall_engine::issuers::known;
use rolecall_policy::condition::operator;
use rolecall_policy::document::Condition;

use super::{admissions, store};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.subject-unrestricted",
    title: "the trust policy restricts no subject: everybody whom the issuer knows gets in",
    severity: Severity::Warning,
    reads: &[Link::Trust, Link::Role],
    source: include_str!("subject_unrestricted.rs"),
    run: check,
};

/// Claims of which one is as good as a subject (policy reference section 11).
const TENANT_CLAIMS: [&str; 8] = [
    "repository_id",
    "repository",
    "repository_owner_id",
    "job_workflow_ref",
    "project_id",
    "namespace_id",
    "organization_id",
    "oidc.circleci.com/project-id",
];

fn check(case: &Case<'_>) -> Option<Finding> {
    let admission = admissions(case).into_iter().find(|admission| {
        let negated = |condition: &Condition| {
            operator::parse(&condition.operator.text).map(|operator| operator.base.negated)
        };
        let restricts = |condition: &Condition| negated(condition) == Some(false);
        let excludes = |condition: &Condition| negated(condition) == Some(true);
        let on = |claim: &str| admission.on_claim(claim).any(restricts);
        let by_audience = known(admission.provider, None).issuer().tenancy == Some("aud") && on("aud");
        // A key of another name is no restriction that works, but no sign of carelessness either: another cause tells.
        let misnamed = admission.statement.conditions.iter().any(|condition| {
            condition.key.text.to_ascii_lowercase().ends_with(":sub") && !excludes(condition)
        });
        !on("sub") && !by_audience && !misnamed && !TENANT_CLAIMS.iter().any(|claim| on(claim))
    })?;
    let statement = admission.statement;
    let who = if known(admission.provider, None).is_kubernetes() {
        "every pod of the cluster"
    } else {
        "everybody whom this issuer knows"
    };
    Some(
        Finding::new(&CHECK, Certainty::Certain, format!("{who} may assume this role"))
            .because(format!("No condition on `{}:sub` restricts the statement. An audience is chosen by whoever asks for the token, so it is no barrier.", admission.provider))
            .at(admission.trust.at(statement.condition_span.unwrap_or(statement.span)), "no condition on `:sub` here")
            .fix(format!("add a condition on `{}:sub`", admission.provider), Safety::ShowOnly, &store(case)),
    )
}
