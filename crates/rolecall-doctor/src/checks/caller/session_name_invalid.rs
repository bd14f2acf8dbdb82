//! The session name breaks its pattern or length.
//!
//! ## What you see
//! `1 validation error detected: Value '…' at 'roleSessionName' failed to satisfy constraint` (400).
//!
//! ## Why
//! A session name has 2 to 64 letters, digits and `_+=,.@-`. Names put together from a branch (`feature/x`), a repository
//! (`org/repo`) or a user (`dependabot[bot]`) often have a slash or brackets, or grow too long.
//!
//! ## How to tell
//! STS echoes the value in its answer.
//!
//! ## How to mend it
//! Replace the characters that are not allowed, and cut to 64.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity, RoleSessionName.

use rolecall_model::document::Text;
use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::edit::Edit;
use crate::fix::workload::{advise_template, change_template, set_env};
use crate::link::Link;
use crate::pipeline;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.session-name-invalid",
    title: "the session name breaks its pattern or length",
    severity: Severity::Error,
    reads: &[Link::Caller, Link::Workload, Link::Pod],
    source: include_str!("session_name_invalid.rs"),
    run: check,
};

/// The variable from which SDKs take the name.
const VARIABLE: &str = "AWS_ROLE_SESSION_NAME";
/// Keys by which pipelines name the session.
const KEYS: [&str; 4] = ["role-session-name", "role_session_name", VARIABLE, "session-name"];

fn check(case: &Case<'_>) -> Option<Finding> {
    let named = |field: &str| field.eq_ignore_ascii_case("roleSessionName");
    let said = case.saw(|symptom| matches!(symptom, Symptom::Validation { field, .. } if named(field)));
    // STS validates parameters first: any other answer of it shows that the name passed.
    if said.is_none() && case.reached_exchange() {
        return None;
    }
    let written = written(case);
    let flawed = written.iter().find(|text| flaw(&text.value).is_some());
    let echoed = said.and_then(|seen| match &seen.symptom {
        Symptom::Validation { value, .. } => value.clone(),
        _ => None,
    });
    let value = echoed.or_else(|| flawed.map(|text| text.value.clone()));
    if said.is_none() && flawed.is_none() {
        return None;
    }
    let title = match &value {
        Some(value) => format!("`{value}` is no session name"),
        None => "the session name is not valid".into(),
    };
    let reason = value.as_deref().and_then(flaw).unwrap_or_default();
    let mut finding = Finding::new(&CHECK, Certainty::Certain, title).because(format!(
        "{reason}STS takes 2 to 64 letters, digits and `_+=,.@-`. It looks at the parameters before \
         anything else, so \
         token, provider and trust policy were not looked at."
    ));
    if let Some(said) = said {
        finding = finding.at(said.at, "STS names the value");
    }
    if let Some(text) = flawed {
        finding = if said.is_some() {
            finding.beside(text.at, "it comes from here")
        } else {
            finding.at(text.at, "not a session name")
        };
    } else if let Some(text) = expression(case) {
        finding = finding.beside(text.at, "it is put together here");
    }
    if let Some(edit) = value.as_deref().and_then(|value| rename(case, value)) {
        let title = format!(
            "write `{}` in place of `{}` where the pod's template sets `{VARIABLE}`",
            mended(value.as_deref().unwrap_or_default()),
            value.as_deref().unwrap_or_default()
        );
        return Some(change_template(case, finding, title, edit));
    }
    let mended = value.as_deref().map_or_else(|| "NAME".into(), mended);
    let finding = advise_template(case, finding, &[VARIABLE]);
    Some(finding.fix(format!("give a name such as `{mended}`"), Safety::ShowOnly, &[]))
}

/// The mended name in the template, where it is the template that sets the name which was refused.
fn rename(case: &Case<'_>, refused: &str) -> Option<Edit> {
    set_env(case, |_, variable| {
        let own = variable.name.value == VARIABLE;
        let value =
            variable.value.as_ref().filter(|value| own && value.value == refused && is_plain(value))?;
        flaw(&value.value).map(|_| Some(mended(&value.value)))
    })
}

/// Whether Kubernetes hands the value on as it is written (Kubernetes documentation, "Define Dependent Environment
/// Variables").
fn is_plain(value: &Text) -> bool {
    !value.value.contains("$(")
}

/// Names as they are written down, without expressions that are rendered later.
fn written(case: &Case<'_>) -> Vec<Text> {
    let caller = case.caller();
    let requests = caller.request.present().into_iter().chain(&caller.logged_requests);
    let mut names: Vec<Text> = requests.filter_map(|request| request.session_name.clone()).collect();
    names.extend(case.variable(VARIABLE).filter(|text| !text.value.is_empty() && is_plain(text)));
    let piped = case.workflows().iter().flat_map(|workflow| pipeline::values(workflow, &KEYS));
    names.extend(piped.filter(|text| !text.value.contains(['$', '{'])));
    names
}

fn expression(case: &Case<'_>) -> Option<Text> {
    case.workflows().iter().flat_map(|workflow| pipeline::values(workflow, &KEYS)).next()
}

/// What a name has wrong, as a sentence with a blank after it.
fn flaw(name: &str) -> Option<String> {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(*c);
    if let Some(bad) = name.chars().find(|c| !allowed(c)) {
        return Some(format!("`{}` is not allowed in it. ", bad.escape_debug()));
    }
    let length = name.chars().count();
    (!(2..=64).contains(&length)).then(|| format!("It has {length} characters. "))
}

fn mended(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let name: String = name.chars().map(|c| if allowed(c) { c } else { '-' }).take(64).collect();
    if name.len() < 2 { "session".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["ci", "a@b.c,d=e+f_g-h", &"x".repeat(64)] {
            assert_eq!(flaw(name), None, "{name}");
        }
        for name in ["org/repo", "dependabot[bot]", "x", "", "two words", &"x".repeat(65), "größe"] {
            assert!(flaw(name).is_some(), "{name}");
            assert_eq!(flaw(&mended(name)), None, "{name}");
        }
    }
}
