//! The caller asks for a longer session than it may have.
//!
//! ## What you see
//! `The requested DurationSeconds exceeds the MaxSessionDuration set for this role.`, or `… exceeds the 1 hour session
//! limit for roles assumed by role chaining.` (ValidationError, 400).
//!
//! ## Why
//! A session lasts at most the role's `MaxSessionDuration`, one hour unless raised. A role assumed with the credentials of
//! another role lasts one hour at most, whatever it allows.
//!
//! ## How to tell
//! Compare the request's `DurationSeconds` with `aws iam get-role --query Role.MaxSessionDuration`.
//!
//! ## How to mend it
//! Ask for less, or raise the role's maximum. In a chain only asking for less helps.
//!
//! ## Source
//! AWS STS API reference, AssumeRole and AssumeRoleWithWebIdentity; IAM User Guide, "Methods to assume a role".

use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::edit::Edit;
use crate::link::Link;
use crate::pipeline::values;

/// The check.
pub const CHECK: Check = Check {
    slug: "role.session-too-long",
    title: "the caller asks for a longer session than it may have",
    severity: Severity::Error,
    reads: &[Link::Role, Link::Caller, Link::Workload],
    source: include_str!("session_too_long.rs"),
    run: check,
};

/// Seconds that a chained session may last (policy reference rule 10.14).
const CHAIN_LIMIT: i64 = 3600;

/// The longest MaxSessionDuration, in seconds (IAM API reference, UpdateRole).
const LONGEST: i64 = 43_200;

/// The duration that a pipeline's definition writes outright.
fn written(case: &Case<'_>) -> Option<(i64, At)> {
    let keys = ["role-duration-seconds", "role_session_duration", "duration_seconds"];
    let values = case.workflows().iter().flat_map(|workflow| values(workflow, &keys));
    values.into_iter().find_map(|text| Some((text.value.parse().ok()?, text.at)))
}

fn check(case: &Case<'_>) -> Option<Finding> {
    let caller = case.caller();
    let requests = || caller.request.present().into_iter().chain(&caller.logged_requests);
    if let Some(said) = case.saw(|symptom| *symptom == Symptom::DurationAboveChain) {
        let mut finding = Finding::new(&CHECK, Certainty::Certain, "a chained session lasts one hour at most")
            .because("The credentials that sign this call are themselves those of a role. STS limits such a session to 3600 seconds, whatever the role's MaxSessionDuration says.")
            .at(said.at, "STS's answer");
        if let Some((seconds, at)) = requests()
            .filter_map(|request| request.duration_seconds)
            .find(|(seconds, _)| *seconds > CHAIN_LIMIT)
        {
            finding = finding.beside(at, format!("asks for {seconds} seconds"));
        }
        return Some(finding.fix("ask for 3600 seconds or less", Safety::ShowOnly, &[]));
    }
    let said = case.saw(|symptom| *symptom == Symptom::DurationAboveRole);
    let role = case.role().role.present();
    let allowed = role.and_then(|role| role.max_session);
    let asked = requests().filter_map(|request| request.duration_seconds).next().or_else(|| written(case));
    let over = matches!((asked, allowed), (Some((asked, _)), Some((allowed, _))) if asked > allowed);
    if said.is_none() && !over {
        return None;
    }
    let mut finding = Finding::new(
        &CHECK,
        Certainty::Certain,
        match (asked, allowed) {
            (Some((asked, _)), Some((allowed, _))) => {
                format!("the caller asks for {asked} seconds, the role allows {allowed}")
            }
            _ => "the caller asks for a longer session than the role allows".into(),
        },
    )
    .because("DurationSeconds may not exceed the role's MaxSessionDuration.");
    if let Some((asked, at)) = asked {
        finding = finding.at(at, format!("asks for {asked} seconds"));
    }
    if let Some((allowed, at)) = allowed {
        finding = finding.beside(at, format!("the role allows {allowed}"));
    }
    if let Some(said) = said {
        finding = finding.answered(said.at);
    }
    let name = role.and_then(|role| role.name.as_ref()).map_or("ROLE", |name| name.value.as_str());
    let wanted = asked.map_or_else(|| "SECONDS".to_owned(), |(asked, _)| asked.min(LONGEST).to_string());
    let finding = finding.fix("ask for a shorter session", Safety::ShowOnly, &[]);
    let title = "or raise the role's maximum (twelve hours at most)";
    if let (Some((asked, _)), Some((before, _)), Some(role)) = (asked, allowed, role)
        && asked <= LONGEST
    {
        let role = role.name.as_ref().map_or(name, |name| name.value.as_str()).to_owned();
        let edit = Edit::SetMaxSessionDuration { role, before, after: asked };
        return Some(finding.change(title, Safety::Review, vec![edit]));
    }
    Some(finding.fix(
        title,
        Safety::ShowOnly,
        &[format!("aws iam update-role --role-name {} --max-session-duration {wanted}", shell_word(name))],
    ))
}
