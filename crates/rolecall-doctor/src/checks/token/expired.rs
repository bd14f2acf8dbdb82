//! The token has expired.
//!
//! ## What you see
//! `ExpiredTokenException: Token expired: current date/time N must be before the expiration date/time M` (400).
//!
//! ## Why
//! The token's `exp` has passed; STS grants five minutes. Kubelet renews the file long before that, so an expired token means
//! that the program read it once and keeps it, that the file was copied somewhere, or, in CI, that the job took longer
//! than its token lives.
//!
//! ## How to tell
//! Compare the expiry in the message with `exp` of the file now: a fresh file means that the program holds an old token.
//!
//! ## How to mend it
//! Have the SDK read the file each time (its own web identity provider does); in CI ask for a token just before it is
//! used.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity; Kubernetes, "Managing Service Accounts".

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::instant::Instant;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.expired",
    title: "the token has expired",
    severity: Severity::Error,
    reads: &[Link::Token],
    source: include_str!("expired.rs"),
    run: check,
};

/// Seconds that STS grants beyond `exp` (AWS STS API reference).
const GRACE: i64 = 300;

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = case.saw(|symptom| matches!(symptom, Symptom::TokenExpired { .. } | Symptom::TokenTooOld));
    let expiry = case.token().claims.present().and_then(|claims| claims.integer("exp"));
    let over = matches!((&expiry, case.now()), (Some(expiry), Some(now)) if now.0 > expiry.value.saturating_add(GRACE));
    if said.is_none() && !over {
        return None;
    }
    let (now, sent) = match said.map(|seen| &seen.symptom) {
        Some(Symptom::TokenExpired { now, expiry }) => (*now, *expiry),
        _ => (case.now().map(|now| now.0), expiry.as_ref().map(|expiry| expiry.value)),
    };
    let title = match (now, sent) {
        (Some(now), Some(sent)) if now > sent => {
            format!("the token expired {} before the call", span(now - sent))
        }
        _ => "the token has expired".into(),
    };
    let mut finding = Finding::new(&CHECK, Certainty::Certain, title);
    let renewed = matches!((sent, &expiry), (Some(sent), Some(file)) if file.value > sent.saturating_add(60));
    finding = finding.because(if renewed {
        "The token in the file is fresh, and the one that was sent is older: the program read the file once and keeps what it read. Clients must read the file anew before each exchange."
    } else {
        "STS compares `exp` with its own clock and grants five minutes. No policy was looked at."
    });
    if let Some(said) = said {
        finding = finding.at(said.at, "STS's answer");
    }
    if let Some(expiry) = &expiry {
        let label = format!(
            "{} {}",
            if renewed { "the file now holds a token until" } else { "expires" },
            Instant(expiry.value)
        );
        finding =
            if said.is_some() { finding.beside(expiry.at, label) } else { finding.at(expiry.at, label) };
    }
    Some(finding.fix(
        "have the program read the token file anew, or mint a token just before it is used",
        Safety::ShowOnly,
        &[],
    ))
}

fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
