//! THE TABLE of what can explain what was seen: for each symptom the causes that lead to it.
//!
//! A finding that is true but does not lead to the failure seen is not the answer to the user's question. Sources:
//! reference sts.md §3.2 and §8, doctor rules §13.

use rolecall_model::evidence::attempt::{Observation, Symptom};

use crate::case::{Case, Injection, Phase};

/// Whether a cause explains what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It leads to a symptom that was seen, or nothing was seen that could speak against it.
    Explains,
    /// It is true on the evidence, but the failure that was seen is another one.
    Beside,
}

/// Whether `cause` leads to what was seen in `case`.
#[must_use]
pub fn fit(case: &Case<'_>, cause: &str) -> Fit {
    let told = |seen: &&Observation| !matches!(seen.symptom, Symptom::OtherError { .. });
    let mut telling: Vec<&Observation> = case.attempt().observations.iter().filter(told).collect();
    if telling.iter().any(|seen| seen.headline) {
        telling.retain(|seen| seen.headline);
    }
    let trail = case.refused_in_trail() && explained(&Symptom::TrustDenied, None, cause);
    let nothing_seen = telling.is_empty() && !case.refused_in_trail();
    let seen = telling.iter().any(|seen| explained(&seen.symptom, as_role(case, seen), cause));
    // A success shown, and no failure: nothing before permissions can be the trouble.
    if case.phase() == Phase::Admitted {
        return Fit::Beside;
    }
    if case.pulled_by_kubelet() {
        return if cause == "caller.wrong-identity" { Fit::Explains } else { Fit::Beside };
    }
    // Without variables and token the program never asked STS, so nothing that STS would say explains what was seen.
    let never_asked = case.injected() == Some(Injection::None)
        && case.configured() != Some(true)
        && matches!(case.phase(), Phase::OtherIdentity | Phase::Before);
    if never_asked && ["trust.", "provider.", "issuer."].iter().any(|link| cause.starts_with(link)) {
        return Fit::Beside;
    }
    if nothing_seen || seen || trail { Fit::Explains } else { Fit::Beside }
}

fn as_role(case: &Case<'_>, seen: &Observation) -> Option<bool> {
    match &seen.symptom {
        Symptom::Denied(denial) => case.is_the_role(&denial.principal),
        _ => None,
    }
}

/// Whether `cause` can lead to the symptom, nothing else known.
#[must_use]
pub fn can_explain(symptom: &Symptom, cause: &str) -> bool {
    explained(symptom, None, cause)
}

fn explained(symptom: &Symptom, as_role: Option<bool>, cause: &str) -> bool {
    let rows = causes_of(symptom, as_role);
    rows.iter().any(|row| if row.ends_with('.') { cause.starts_with(row) } else { cause == *row })
}

/// Everything that keeps a workload from its role in silence, so that it goes on as somebody else or as nobody.
const SILENT: &[&str] =
    &["serviceaccount.", "pod.", "caller.", "token.", "issuer.", "provider.", "trust.", "role."];
const EVERYTHING: &[&str] = &[
    "serviceaccount.",
    "pod.",
    "caller.",
    "token.",
    "issuer.",
    "provider.",
    "trust.",
    "role.",
    "permission.",
];
const WAY_TO_STS: &[&str] = &[
    "caller.endpoint-wrong",
    "caller.endpoint-unreachable",
    "caller.tls-untrusted",
    "caller.region-inactive",
];
const TOKEN_FILE: &[&str] = &[
    "pod.",
    "serviceaccount.",
    "token.not-issued",
    "token.malformed",
    "caller.token-path-cached",
    "caller.not-configured",
];

/// An entry that ends with a dot means the whole link.
fn causes_of(symptom: &Symptom, as_role: Option<bool>) -> &'static [&'static str] {
    match symptom {
        Symptom::TrustDenied | Symptom::CognitoPoolRefused => &[
            "trust.",
            "permission.rcp",
            "permission.vpc-endpoint",
            "role.not-found",
            "role.not-propagated",
            "serviceaccount.annotation-wrong-role",
            "serviceaccount.not-used",
            "pod.stale",
            "pod.two-mechanisms",
            "token.not-issued",
            "token.role-not-authorized",
            "caller.wrong-identity",
            "caller.wrong-flow",
        ],
        Symptom::NoProvider { .. } => &[
            "provider.missing",
            "provider.url-mismatch",
            "role.not-found",
            "role.not-propagated",
            "caller.endpoint-wrong",
            "caller.wrong-flow",
            "caller.wrong-identity",
            "serviceaccount.annotation-wrong-role",
            "pod.stale",
            "token.legacy",
        ],
        Symptom::IncorrectAudience | Symptom::SeveralAudiences => &[
            "provider.audience-unregistered",
            "token.audience-wrong",
            "token.azp-overrides-audience",
            "token.legacy",
            "role.not-propagated",
            "pod.stale",
        ],
        Symptom::KeyNotRetrieved | Symptom::IdpCommunication => {
            &["issuer.", "token.signature-invalid", "provider.thumbprint-mismatch"]
        }
        Symptom::IdpRejected => &["token.", "issuer."],
        Symptom::ThumbprintMismatch => &["provider.thumbprint-mismatch"],
        Symptom::NotAJwt => &[
            "token.malformed",
            "token.algorithm-unsupported",
            "token.claim-type",
            "token.not-issued",
            "caller.sdk-too-old",
        ],
        Symptom::TokenNotValidated => &["token.", "issuer."],
        Symptom::MissingClaim { .. } => {
            &["token.legacy", "token.claim-missing", "token.claim-type", "token.audience-wrong"]
        }
        Symptom::TokenExpired { .. } | Symptom::TokenTooOld => {
            &["token.expired", "caller.token-path-cached", "token.not-yet-valid"]
        }
        Symptom::TokenNotYetValid => &["token.not-yet-valid"],
        Symptom::TagsMalformed => &["token.claim-type", "trust.session-tags", "token.malformed"],
        Symptom::RolesClaimRefused => &["token.role-not-authorized"],
        Symptom::RequestArnInvalid => {
            &["role.arn-malformed", "serviceaccount.annotation-wrong-role", "pod.stale"]
        }
        Symptom::Validation { field, .. } if field.eq_ignore_ascii_case("roleSessionName") => {
            &["caller.session-name-invalid"]
        }
        Symptom::Validation { field, .. } if field.eq_ignore_ascii_case("durationSeconds") => {
            &["role.session-too-long"]
        }
        Symptom::Validation { field, .. } if field.eq_ignore_ascii_case("webIdentityToken") => {
            &["token.malformed", "token.not-issued"]
        }
        Symptom::Validation { .. } => &["role.arn-malformed", "caller.", "token.malformed"],
        Symptom::DurationAboveRole | Symptom::DurationAboveChain => &["role.session-too-long"],
        Symptom::RegionDisabled => &["caller.region-inactive", "caller.endpoint-wrong"],
        Symptom::SessionExpired => &[
            "caller.credentials-overridden",
            "caller.token-path-cached",
            "caller.wrong-identity",
            "token.expired",
        ],
        Symptom::KeysUnknown => &[
            "caller.credentials-overridden",
            "caller.wrong-identity",
            "caller.endpoint-wrong",
            "caller.region-inactive",
        ],
        Symptom::Throttled => &["caller.sts-throttled"],
        Symptom::PackedPolicyTooLarge => &["permission.session-policy", "trust.session-tags"],
        Symptom::MalformedPolicy { .. } => &["trust.malformed", "permission.session-policy"],
        Symptom::Denied(denial) => causes_of_denial(&denial.action, as_role),
        Symptom::BareDenied { .. } => EVERYTHING,
        Symptom::NoCredentials | Symptom::ImdsAsked | Symptom::OtherSourceUsed { .. } => SILENT,
        Symptom::RoleArnNotSet | Symptom::TokenFileNotSet => {
            &["caller.not-configured", "pod.", "serviceaccount.", "token.not-issued"]
        }
        Symptom::TokenFileUnreadable { .. } => &["pod.token-unreadable", "token.malformed"],
        Symptom::TokenFileMissing { .. } | Symptom::TokenFileEmpty | Symptom::PathCached => TOKEN_FILE,
        Symptom::Unreachable { .. } | Symptom::HostUnknown { .. } | Symptom::TlsUntrusted { .. } => {
            WAY_TO_STS
        }
        Symptom::IdTokenNotIssued => &["token.not-issued"],
        Symptom::SdkModuleMissing { .. } => &["caller.sdk-module-missing"],
        Symptom::OtherError { .. } => EVERYTHING,
    }
}

fn causes_of_denial(action: &str, as_role: Option<bool>) -> &'static [&'static str] {
    let assumes =
        action.eq_ignore_ascii_case("sts:AssumeRole") || action.eq_ignore_ascii_case("sts:TagSession");
    match as_role {
        Some(true) if assumes => &["permission.chain", "role.session-too-long"],
        // The role works, but another one may have been meant.
        Some(true) => {
            &["permission.", "pod.stale", "pod.two-mechanisms", "serviceaccount.annotation-wrong-role"]
        }
        _ if assumes => &[
            "serviceaccount.",
            "pod.",
            "caller.",
            "token.",
            "issuer.",
            "provider.",
            "trust.",
            "role.",
            "permission.chain",
        ],
        Some(false) => SILENT,
        None => EVERYTHING,
    }
}
