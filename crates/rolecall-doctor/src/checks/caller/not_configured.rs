//! Role ARN or token file is not set.
//!
//! ## What you see
//! `Unable to locate credentials`, `Could not load credentials from any providers`, `… but has no role ARN configured`.
//!
//! ## Why
//! An SDK uses web identity only if both `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE` are set, or the same in a profile.
//! A name that is nearly right (`AWS_WEB_IDENTITY_ROLE_FILE`, `AWS_ROLE`) is not looked at.
//!
//! ## How to tell
//! `env | grep ^AWS_` in the step or process that fails.
//!
//! ## How to mend it
//! Set both variables for that very step, the second to a file that holds the token.
//!
//! ## Source
//! AWS SDKs and Tools Reference Guide, "Assume role credential provider"; reference cli.md §2.

use rolecall_model::document::{At, Text};
use rolecall_model::evidence::attempt::Symptom;

use crate::case::{Case, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;
use crate::near::distance;
use crate::pipeline;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.not-configured",
    title: "role ARN or token file is not set",
    severity: Severity::Error,
    reads: &[Link::Caller, Link::Workload, Link::ServiceAccount, Link::Pod, Link::Role],
    source: include_str!("not_configured.rs"),
    run: check,
};

const ROLE: &str = "AWS_ROLE_ARN";
const TOKEN: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

fn check(case: &Case<'_>) -> Option<Finding> {
    let silent = |symptom: &Symptom| {
        matches!(
            symptom,
            Symptom::NoCredentials | Symptom::ImdsAsked | Symptom::RoleArnNotSet | Symptom::TokenFileNotSet
        )
    };
    let seen = case.saw(silent)?;
    // In a pod, account and webhook set the variables: what they did wrong is the cause.
    let kubernetes = case.pod().pod.present().is_some() || case.serviceaccount().account.present().is_some();
    if case.phase() != Phase::Before || case.was_set_up() || kubernetes || case.by_pod_identity() {
        return None;
    }
    // The client is given the role as an input, not by variables.
    let input = case.workflows().iter().find_map(pipeline::role_input);
    if let Some(input) = input {
        return if input.value.contains("${{") { rendered_to_nothing(case, &input, seen.at) } else { None };
    }
    let near = near(case);
    let certainty = certainty(case, &seen.symptom, near.is_some());
    let missing: Vec<&str> = [ROLE, TOKEN]
        .into_iter()
        .filter(|name| case.variable(name).is_none_or(|text| text.value.is_empty()))
        .collect();
    let title = format!("{} not set", listed(&missing, case.caller().environment.present().is_some()));
    let mut finding = Finding::new(&CHECK, certainty, title).because(
        "An SDK looks for web identity under `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE`, and \
         wants both. With one \
         of them it has no credentials, and STS was never asked: role, trust policy and provider do not \
         matter yet.",
    );
    finding = match &near {
        Some((name, meant)) => finding
            .differs(name.at, "no SDK looks at this name", *meant, name.value.clone())
            .beside(seen.at, "so nothing was found"),
        None => finding.at(seen.at, "nothing was found"),
    };
    let role = case.requested().map_or("ROLE_ARN", |requested| requested.arn.value.as_str());
    let mut commands = Vec::new();
    if missing.contains(&ROLE) {
        commands.push(format!("export {ROLE}={}", shell_word(role)));
    }
    if missing.contains(&TOKEN) {
        commands.push(format!("export {TOKEN}=TOKEN_FILE"));
    }
    let safety =
        if missing.contains(&TOKEN) || role == "ROLE_ARN" { Safety::ShowOnly } else { Safety::Review };
    Some(finding.fix("set both variables for the step that fails", safety, &commands))
}

/// A role input that is an expression: a secret or variable that this run does not have renders to nothing.
fn rendered_to_nothing(case: &Case<'_>, input: &Text, seen: At) -> Option<Finding> {
    // Without a token the client finds nothing either, whatever the role says.
    if pipeline::refusal(case.workflows(), case.caller().environment.present()).is_some() {
        return None;
    }
    Some(
        Finding::new(
            &CHECK,
            Certainty::Likely,
            format!("the role `{}` seems to be empty in this run", input.value),
        )
        .because(
            "The job may have a token, and the role it is to assume comes from an expression. A \
                 secret or variable \
                 that is not there for this repository, environment or event (forks and Dependabot have \
                 secrets of their own) renders to nothing, and the client then looks for credentials \
                 elsewhere.",
        )
        .at(input.at, "renders to nothing where the secret or variable is not there")
        .beside(seen, "so nothing was found")
        .fix(
            "set the secret or variable where this run can see it, or write the ARN out: it is no \
                  secret",
            Safety::ShowOnly,
            &["gh variable list".into(), "gh secret list".into()],
        ),
    )
}

fn listed(missing: &[&str], read: bool) -> String {
    match missing {
        _ if !read => "role or token file is".into(),
        [one] => format!("`{one}` is"),
        _ => format!("`{ROLE}` and `{TOKEN}` are"),
    }
}

fn certainty(case: &Case<'_>, symptom: &Symptom, near: bool) -> Certainty {
    let Some(environment) = case.caller().environment.present() else {
        let half = matches!(symptom, Symptom::RoleArnNotSet | Symptom::TokenFileNotSet);
        return if half || near { Certainty::Likely } else { Certainty::Possible };
    };
    // Here others hand the role in: the webhook, or an action or orb whose inputs were not read.
    let elsewhere = ["KUBERNETES_SERVICE_HOST", "GITHUB_ACTIONS"].iter().any(|name| environment.is_set(name));
    let orb = environment.is_set("CIRCLECI") && case.workflows().is_empty();
    let half = environment.is_set(ROLE) || environment.is_set(TOKEN) || near;
    match (elsewhere || orb, half) {
        (true, false) => Certainty::Possible,
        (true, true) => Certainty::Likely,
        (false, true) => Certainty::Certain,
        (false, false) => Certainty::Likely,
    }
}

/// Variables that SDKs do know and whose names come near.
const KNOWN: [&str; 4] = [ROLE, TOKEN, "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_PROVIDER_ID"];

/// A variable whose name was meant to be one of the two, as environment or pipeline set it.
fn near(case: &Case<'_>) -> Option<(Text, &'static str)> {
    let environment = case.caller().environment.present();
    let set = environment.into_iter().flat_map(|environment| &environment.variables);
    let set = set.map(|variable| Text { value: variable.name.clone(), at: variable.at });
    let exported = case.workflows().iter().flat_map(pipeline::exports);
    set.chain(exported).find_map(|name| {
        let meant = meant(&name.value)?;
        case.variable(meant).is_none_or(|text| text.value.is_empty()).then_some((name, meant))
    })
}

/// Which of the two a name was meant to be.
fn meant(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    if KNOWN.contains(&name) {
        return None;
    }
    if upper.contains("WEB_IDENTITY") || distance(&upper, TOKEN) <= 4 {
        return Some(TOKEN);
    }
    let role = matches!(
        upper.as_str(),
        "AWS_ROLE" | "AWS_ROLE_NAME" | "AWS_IAM_ROLE" | "AWS_IAM_ROLE_ARN" | "ROLE_ARN" | "AWS_OIDC_ROLE_ARN"
    );
    (role || distance(&upper, ROLE) <= 2).then_some(ROLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_meant_otherwise() {
        let table = [
            ("AWS_WEB_IDENTITY_ROLE_FILE", Some(TOKEN)),
            ("AWS_WEB_IDENTITY_TOKEN", Some(TOKEN)),
            ("AWS_ROLE", Some(ROLE)),
            ("AWS_ROLE_ARM", Some(ROLE)),
            ("aws_role_arn", Some(ROLE)),
            ("AWS_ROLE_ARN", None),
            ("AWS_ROLE_SESSION_NAME", None),
            ("AWS_REGION", None),
            ("PATH", None),
        ];
        for (name, wanted) in table {
            assert_eq!(meant(name), wanted, "{name}");
        }
    }
}
