//! STS is not active in that region for the account.
//!
//! ## What you see
//! `RegionDisabledException: STS is not activated in this region for account` (403). It is no refusal by a policy.
//!
//! ## Why
//! The regional endpoint was asked, and the account that owns the role has STS switched off there, or has not opted in to
//! the region.
//!
//! ## How to tell
//! IAM console, Account settings, "Security Token Service (STS)"; `aws account get-region-opt-status --region-name REGION`.
//!
//! ## How to mend it
//! Activate it, or let the program ask a region that is active.
//!
//! ## Source
//! IAM User Guide, "Manage AWS STS in an AWS Region"; reference sts.md §3.2.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::{Case, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.region-inactive",
    title: "STS is not active in that region for the account",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::Caller, Link::Pod],
    source: include_str!("region_inactive.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = case.saw(|symptom| *symptom == Symptom::RegionDisabled);
    let region = case.region();
    let closed = region.as_ref().and_then(|region| {
        let listed = case.caller().regions.present()?.iter().find(|one| one.name.value == region.value)?;
        let status = listed.status.value.to_ascii_lowercase();
        matches!(status.as_str(), "not-opted-in" | "disabled" | "disabling").then(|| listed.status.clone())
    });
    let certainty = match (said, &closed, case.phase()) {
        (Some(_), ..) => Certainty::Certain,
        // An SDK that goes on after a refusal hides it.
        (None, Some(_), _) if case.signer().is_some() => Certainty::Possible,
        (None, Some(_), Phase::Unclear | Phase::Unseen | Phase::Before) => Certainty::Likely,
        _ => return None,
    };
    let shown = region.as_ref().map_or("REGION", |region| region.value.as_str());
    let place = if shown == "REGION" { "that region".to_owned() } else { format!("`{shown}`") };
    let mut finding =
        Finding::new(&CHECK, certainty, format!("STS is not active in {place} for the account")).because(
            "The regional endpoint of STS answers only for accounts that have it switched on there. It \
             says so before \
             it looks at token, provider or trust policy.",
        );
    if let Some(said) = said {
        finding = finding.at(said.at, "STS's answer");
    }
    if let Some(status) = &closed {
        finding = if said.is_some() {
            finding.beside(status.at, "the account's status there")
        } else {
            finding.at(status.at, "the region is not open to the account")
        };
    }
    if let Some(region) = &region {
        finding = finding.beside(region.at, "the program is set to this region");
    }
    let safety = if shown == "REGION" { Safety::ShowOnly } else { Safety::Review };
    Some(
        finding
            .fix(
                "open the region to the account, then activate STS there in the IAM console under \
                 Account settings",
                safety,
                &[format!("aws account enable-region --region-name {}", shell_word(shown))],
            )
            .fix(
                "or let the program ask a region that is active",
                Safety::ShowOnly,
                &["export AWS_ENDPOINT_URL_STS=https://sts.ACTIVE_REGION.amazonaws.com".into()],
            ),
    )
}
