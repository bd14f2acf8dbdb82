//! The SDK does not know web identity.
//!
//! ## What you see
//! The pod is injected, nothing else is set, and yet the node's role signs, or no credentials are found.
//!
//! ## Why
//! `AWS_WEB_IDENTITY_TOKEN_FILE` means something only to SDKs from September 2019 on (Java v1 1.11.704, Go v1 1.23.13, boto3
//! 1.9.220, CLI 1.16.232, JavaScript v2 2.525.0, C++ 1.7.174, .NET 3.3.659.1, PHP 3.110.7, Ruby 3.58.0). Programs with a
//! credential chain of their own have learnt it later, or lost it again in a release.
//!
//! ## How to tell
//! The version of the SDK in the image; `userAgent` of the refused call in CloudTrail.
//!
//! ## How to mend it
//! Take a release that is built on a newer SDK.
//!
//! ## Source
//! Amazon EKS User Guide, "Use IRSA with the AWS SDK"; reference cli.md §8.

use rolecall_model::evidence::attempt::Symptom;

use super::{credentials_overridden, who, would_be_refused};
use crate::case::{Case, Sdk, SignerKind};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.sdk-too-old",
    title: "the SDK does not know web identity",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::Caller, Link::Pod, Link::Trust],
    source: include_str!("sdk_too_old.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    // Whoever shows one of these knows web identity, and was kept from it.
    let tried = |symptom: &Symptom| {
        matches!(
            symptom,
            Symptom::SdkModuleMissing { .. }
                | Symptom::TokenFileUnreadable { .. }
                | Symptom::TokenFileMissing { .. }
                | Symptom::TokenFileEmpty
                | Symptom::PathCached
                | Symptom::Throttled
                | Symptom::Unreachable { .. }
                | Symptom::HostUnknown { .. }
                | Symptom::TlsUntrusted { .. }
        )
    };
    if case.configured() != Some(true)
        || case.reached_exchange()
        || case.saw(tried).is_some()
        || case.pulled_by_kubelet()
    {
        return None;
    }
    let signer =
        case.signer().filter(|signer| !matches!(signer.kind, SignerKind::User | SignerKind::WebIdentity));
    let nothing = case.saw(|symptom| matches!(symptom, Symptom::NoCredentials | Symptom::ImdsAsked));
    let at = signer.as_ref().map(|signer| signer.arn.at).or(nothing.map(|seen| seen.at))?;
    if credentials_overridden::is_rivalled(case) {
        return None;
    }
    let sdk = case.sdk();
    let certainty = match &sdk {
        Sdk::Knows { .. } => return None,
        // A refusal that the program hides looks the same.
        _ if would_be_refused(case) => Certainty::Possible,
        Sdk::TooOld { .. } => Certainty::Certain,
        Sdk::Unknown => Certainty::Likely,
    };
    let title = match &sdk {
        Sdk::TooOld { shown, since } => {
            format!("`{}` does not know web identity; the first that does is {since}", shown.value)
        }
        _ => "the program passes over web identity, which is fully set up".into(),
    };
    let mut finding = Finding::new(&CHECK, certainty, title).because(
        "Role and token file are in the environment and nothing else is, so an SDK that knows web \
         identity would use \
         them. This program goes on to the end of its chain. Role, trust policy and provider were not asked.",
    );
    if let Sdk::TooOld { shown, .. } = &sdk {
        finding = finding.at(shown.at, "older than web identity").beside(at, "so this came of it");
    } else {
        finding = finding.at(at, "the end of the chain, not the role");
    }
    if let Some(token) = case.given("AWS_WEB_IDENTITY_TOKEN_FILE") {
        finding = finding.beside(token, "web identity is set up");
    }
    Some(
        finding
            .note("a program with a credential chain of its own may lack web identity in some releases only")
            .fix(
                "take a release of the program that is built on a newer SDK, then look who signs",
                Safety::ShowOnly,
                &[who(case)],
            ),
    )
}
