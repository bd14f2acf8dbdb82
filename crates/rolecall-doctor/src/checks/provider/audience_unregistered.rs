//! The provider's client ids lack the token's audience.
//!
//! ## What you see
//! `InvalidIdentityToken: Incorrect token audience` (400).
//!
//! ## Why
//! A provider lists the audiences it takes (`ClientIDList`); the token's `aud` must be one of them, letter by letter. EKS
//! tokens have `sts.amazonaws.com` in every partition, China included: `sts.amazonaws.com.cn`, `sts.amazon.com`, a
//! regional host or `amazonaws.com` do not fit.
//!
//! ## How to tell
//! `aws iam get-open-id-connect-provider --open-id-connect-provider-arn ARN` against the token's `aud`.
//!
//! ## How to mend it
//! Add the audience; nothing that works now is lost.
//!
//! ## When it is not this
//! Where the token was minted for somebody else altogether, the token is at fault: `token.audience-wrong`.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity; reference sts.md §3.6.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::exchange::audience::{AudienceFault, audience_fault};
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::edit::Edit;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "provider.audience-unregistered",
    title: "the provider's client ids lack the token's audience",
    severity: Severity::Error,
    reads: &[Link::Provider, Link::Token, Link::Trust, Link::Role],
    source: include_str!("audience_unregistered.rs"),
    run: check,
};

/// STS says so, and the token was not read.
fn unread(case: &Case<'_>, certainty: Certainty) -> Finding {
    let arn = case.exchange(Link::Provider).federated.clone().unwrap_or_else(|| "ARN".into());
    let finding = Finding::new(&CHECK, certainty, "the provider does not take the token's audience").because(
        "STS looks for the token's audience among the provider's client ids before it looks at the role. They are \
         compared letter by letter. Token and client ids, side by side, tell which of the two is meant.",
    );
    let said = case.saw(|symptom| *symptom == Symptom::IncorrectAudience);
    let finding = said.into_iter().fold(finding, |finding, seen| finding.at(seen.at, "STS's answer"));
    finding.fix(
        "add the token's audience to the provider's client ids, or mint the token for one of them",
        Safety::ShowOnly,
        &[format!(
            "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {} --client-id AUDIENCE",
            shell_word(&arn)
        )],
    )
}

fn check(case: &Case<'_>) -> Option<Finding> {
    let (fault, certainty) = audience_fault(case)?;
    if fault != AudienceFault::Provider {
        return None;
    }
    let exchange = case.exchange(Link::Provider);
    let audience = case.audience().map(|audience| audience.text);
    let Some(named) = audience.as_ref().map(|audience| audience.value.as_str()) else {
        return Some(unread(case, certainty));
    };
    let mut finding = Finding::new(&CHECK, certainty, format!("the provider does not take the audience `{named}`"))
        .because("STS looks for the token's audience among the provider's client ids before it looks at the role. They are compared letter by letter.");
    let detail = case.provider().detail.present();
    if let Some((provider, at)) = detail.and_then(|provider| Some((provider, provider.client_ids_at?))) {
        let listed: Vec<_> = provider.client_ids.iter().flatten().map(|id| id.value.as_str()).collect();
        finding = match listed.as_slice() {
            [] => finding.at(at, "no audience is listed here"),
            listed => finding.differs(at, "the audience is not listed here", named, listed.join(", ")),
        };
    }
    if let Some(audience) = &audience {
        finding = finding.beside(audience.at, "the token's audience");
    }
    let title = format!("add `{named}` to the provider's client ids");
    let listed = detail.and_then(|provider| provider.client_ids.as_ref());
    if let (Some(listed), Some(arn), Some(audience)) = (listed, &exchange.federated, &audience) {
        let before: Vec<String> = listed.iter().map(|id| id.value.clone()).collect();
        let after = before.iter().chain([&audience.value]).cloned().collect();
        let edit = Edit::SetProviderAudiences { provider: arn.clone(), before, after };
        return Some(finding.change(title, Safety::Review, vec![edit]));
    }
    let arn = exchange.federated.clone().unwrap_or_else(|| "ARN".into());
    let safety = if exchange.federated.is_some() { Safety::Review } else { Safety::ShowOnly };
    Some(finding.fix(
        title,
        safety,
        &[format!(
            "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {} --client-id {}",
            shell_word(&arn),
            shell_word(named)
        )],
    ))
}
