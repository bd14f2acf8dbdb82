//! The token is not valid yet.
//!
//! ## What you see
//! STS refuses a token that was minted a moment ago.
//!
//! ## Why
//! `nbf` or `iat` lies ahead of STS's clock: the issuer's clock is fast, as on machines without time synchronisation, or
//! the token was minted for later.
//!
//! ## How to tell
//! Compare `iat` and `nbf` with the time at STS (the `Date` header of any answer of AWS).
//!
//! ## How to mend it
//! Synchronise the issuer's clock.
//!
//! ## Source
//! RFC 7519 §4.1.5 and §4.1.6; reference sts.md §3.4.

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::instant::Instant;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.not-yet-valid",
    title: "the token is not valid yet",
    severity: Severity::Error,
    reads: &[Link::Token],
    source: include_str!("not_yet_valid.rs"),
    run: check,
};

/// Seconds by which a token may come from the future; AWS does not publish its own figure (reference sts.md §3.4).
const SKEW: i64 = 300;

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = case.saw(|symptom| *symptom == Symptom::TokenNotYetValid);
    let claims = case.token().claims.present();
    let ahead = case.now().and_then(|now| {
        let late = |name: &'static str| {
            let time = claims?.integer(name)?;
            (time.value > now.0.saturating_add(SKEW)).then_some((name, time, now))
        };
        late("nbf").or_else(|| late("iat"))
    });
    if said.is_none() && ahead.is_none() {
        return None;
    }
    let mut finding = Finding::new(
        &CHECK,
        if ahead.is_some() { Certainty::Certain } else { Certainty::Likely },
        match &ahead {
            Some((name, time, _)) => format!("`{name}` of the token lies ahead: {}", Instant(time.value)),
            None => "the token is not valid yet".into(),
        },
    )
    .because(
        "STS takes no token before its time. The issuer's clock is fast, or the token was minted for later.",
    );
    if let Some((_, time, now)) = &ahead {
        finding = finding.at(time.at, format!("{} seconds ahead of {now}", time.value - now.0));
    }
    if let Some(said) = said {
        finding = finding.answered(said.at);
    }
    Some(finding.fix("synchronise the issuer's clock", Safety::ShowOnly, &["chronyc tracking".into()]))
}
