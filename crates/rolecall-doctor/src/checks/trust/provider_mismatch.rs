//! The trust policy names another OIDC provider than the token's issuer.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403). The right provider exists, or the answer would be
//! `No OpenIDConnect provider found`.
//!
//! ## Why
//! `Federated` must hold the ARN of the provider for exactly this issuer, in the role's own account: another cluster's
//! id, another region, the account of the cluster in place of that of the role, an old issuer, an ARN that was rendered
//! half, or a bare URL does not match. A rebuilt cluster has a new id.
//!
//! ## How to tell
//! The ARN is `arn:PARTITION:iam::ACCOUNT_OF_THE_ROLE:oidc-provider/` followed by the issuer without `https://`.
//!
//! ## How to mend it
//! Write the right ARN, and the same host and path into the condition keys.
//!
//! ## Source
//! IAM User Guide, "Principal"; policy reference rules 7.12 and 10.5.

use rolecall_model::arn::Arn;
use rolecall_model::provider_url::{Likeness, is_built_in};
use rolecall_policy::trace::Tri;

use super::{certainty, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::{at, named_provider};
use crate::exchange::posted;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.provider-mismatch",
    title: "the trust policy names another OIDC provider than the token's issuer",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role, Link::Issuer],
    source: include_str!("provider_mismatch.rs"),
    run: check,
};

/// Nothing tells the issuer, but what stands under Federated can be no provider at all.
fn by_itself(case: &Case<'_>) -> Option<Finding> {
    let (trust, severity) = super::posted(case)?;
    let principals = trust.policy.statements.iter().flat_map(|statement| &statement.principal);
    let entries = principals.flat_map(|principal| &principal.entries);
    let mut federated = entries.filter(|entry| entry.kind.text == "Federated").map(|entry| &entry.value);
    let first = federated.next().filter(|value| is_no_provider(&value.text))?;
    if !federated.all(|value| is_no_provider(&value.text)) {
        return None;
    }
    let mut finding = Finding::new(&CHECK, Certainty::Likely, format!("`{}` is no OIDC provider", first.text))
        .because("A Federated principal is `arn:PARTITION:iam::ACCOUNT:oidc-provider/HOST/PATH`, or one of the providers that are built into IAM. This names none, so the statement admits nobody.")
        .at(at(trust.document, first), "no provider");
    let title =
        "name the provider's ARN under Federated, and begin the condition keys with its host and path";
    finding.severity = severity;
    if severity == Severity::Error {
        finding = finding.note(super::IN_VAIN);
    }
    Some(finding.fix(title, Safety::ShowOnly, &super::store(case)))
}

fn is_no_provider(value: &str) -> bool {
    let named = Arn::parse(value).and_then(|arn| arn.oidc_provider().map(posted::is_host));
    let saml = value.contains(":saml-provider/");
    named != Some(true) && !is_built_in(value) && !saml
}

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Trust);
    let trust = exchange.trust.as_ref()?;
    let named = exchange.federated.as_deref().zip(exchange.provider_name.as_deref());
    let (Some((statement, nearest)), Some((wanted, name))) = (trust.nearest_statement(), named) else {
        return by_itself(case);
    };
    if nearest.principal != Tri::No || !trust.has_federated() {
        return None;
    }
    let entries =
        statement.principal.as_ref().map(|principal| principal.entries.as_slice()).unwrap_or_default();
    let federated = entries.iter().filter(|entry| entry.kind.text == "Federated");
    let entry =
        federated.max_by_key(|entry| named_provider(&entry.value.text, name) != Likeness::Different)?;
    let finding = Finding::new(
        &CHECK,
        certainty(case),
        format!("the trust policy trusts `{}`, the token comes from `{name}`", entry.value.text),
    )
    .because(why(&entry.value.text, wanted, name))
    .differs(at(trust.document, &entry.value), "another provider", wanted, &entry.value.text);
    let advice = format!("name `{wanted}` under Federated, and begin the condition keys with `{name}`");
    Some(with_admission(case, finding, advice))
}

fn why(named: &str, wanted: &str, name: &str) -> String {
    let (Some(found), Some(right)) = (Arn::parse(named), Arn::parse(wanted)) else {
        return if is_built_in(named) {
            "The policy trusts one of IAM's built-in providers.".into()
        } else {
            format!("`{named}` is no provider ARN; the one for this issuer is `{wanted}`.")
        };
    };
    let found_name = found.oidc_provider().unwrap_or_default();
    if found_name == name && found.account != right.account {
        return format!(
            "The provider is that of account {}, but IAM takes only providers of the role's own account, {}.",
            found.account, right.account
        );
    }
    if found_name.is_empty() {
        return "The ARN names no provider: the issuer was rendered to nothing, or it is no oidc-provider."
            .into();
    }
    match named_provider(named, name) {
        Likeness::Slash => "The two differ by a trailing slash, and IAM compares whole strings.".into(),
        Likeness::Case => "The two differ by letter case, and IAM compares with case.".into(),
        Likeness::HostVariant => {
            "Same path, another host: the policy was written for another region or host name.".into()
        }
        Likeness::Scheme => "The ARN must not hold the scheme `https://`.".into(),
        _ if found.partition != right.partition => "The ARN is one of another partition.".into(),
        _ => "This is another issuer: another cluster, another tenant, or the one before a rebuild.".into(),
    }
}
