//! The value given as role ARN is no ARN of a role.
//!
//! ## What you see
//! `ValidationError: Request ARN is invalid` (400), or `… is invalid`.
//!
//! ## Why
//! STS wants `arn:PARTITION:iam::ACCOUNT:role/NAME`. People give the ARN of a policy, of an assumed-role session
//! (`arn:aws:sts::…:assumed-role/…`), of an instance profile, a bare name, or a template whose variable was never
//! rendered. The webhook injects whatever stands in the annotation; it only logs that the form is wrong.
//!
//! ## How to tell
//! Look at the value that reached the program: `kubectl exec POD -- printenv AWS_ROLE_ARN`.
//!
//! ## How to mend it
//! Give the role's own ARN: `aws iam get-role --role-name NAME --query Role.Arn --output text`.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity; amazon-eks-pod-identity-webhook.

use rolecall_model::arn::{Arn, RoleArnFlaw, parse_role_arn};
use rolecall_model::document::At;
use rolecall_model::evidence::attempt::{Observation, Symptom};

use crate::case::{Case, RequestedFrom};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::workflow;
use crate::fix::workload::rename_role;
use crate::link::Link;
use crate::pipeline;

/// The check.
pub const CHECK: Check = Check {
    slug: "role.arn-malformed",
    title: "the value given as role ARN is no ARN of a role",
    severity: Severity::Error,
    reads: &[Link::Role, Link::Workload],
    source: include_str!("arn_malformed.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = case.saw(|symptom| match symptom {
        Symptom::Validation { field, .. } => field.eq_ignore_ascii_case("roleArn"),
        other => *other == Symptom::RequestArnInvalid,
    });
    let requested = case.requested().filter(|requested| requested.from != RequestedFrom::RoleFile);
    let flawed = requested.and_then(|requested| Some((requested, requested.parsed().err()?)));
    let Some((requested, flaw)) = flawed else {
        return written(case, said?.at).or_else(|| said.map(unseen));
    };
    let value = &requested.arn.value;
    let shown = if value.trim().is_empty() { "nothing".to_owned() } else { format!("`{value}`") };
    let mut finding = Finding::new(&CHECK, Certainty::Certain, format!("{shown} is no ARN of a role"))
        .because(format!("{} STS wants `arn:PARTITION:iam::ACCOUNT:role/NAME`, and refuses before it looks at anything else.", reason(flaw, value)))
        .at(requested.arn.at, "not a role ARN");
    if let Some(said) = said {
        finding = finding.beside(said.at, "STS's answer");
    }
    let right = case.role().role.present().map(|role| role.arn.value.clone());
    Some(match right {
        Some(arn) => {
            match rename_role(case, &arn).or_else(|| Some(vec![workflow::rename_role(case, value, &arn)?])) {
                Some(edits) => finding.change(format!("give `{arn}`"), Safety::Review, edits),
                None => finding.fix(format!("give `{arn}`"), Safety::ShowOnly, &[]),
            }
        }
        None => finding.fix(
            "give the role's own ARN",
            Safety::ShowOnly,
            &["aws iam get-role --role-name NAME --query Role.Arn --output text".into()],
        ),
    })
}

/// The value stands in STS's answer at most.
fn unseen(seen: &Observation) -> Finding {
    let empty = matches!(&seen.symptom, Symptom::Validation { value: Some(value), .. } if value.is_empty());
    let (title, why) = if empty {
        (
            "the role's ARN is empty",
            "The variable that should hold the ARN is not set where the call is made.",
        )
    } else {
        (
            "STS says that the role's ARN is invalid",
            "What was sent as RoleArn is no ARN of a role. The request itself was not read, so the value is not known.",
        )
    };
    Finding::new(&CHECK, Certainty::Likely, title).because(why).at(seen.at, "STS's answer").fix(
        "print the value that reaches the program, and give the role's own ARN",
        Safety::ShowOnly,
        &["printenv AWS_ROLE_ARN".into()],
    )
}

/// A pipeline gives something that is neither an ARN nor an expression which becomes one when the job runs.
fn written(case: &Case<'_>, said: At) -> Option<Finding> {
    let given = case.workflows().iter().find_map(pipeline::role_input)?;
    let literal = !given.value.contains('$') && parse_role_arn(&given.value).is_err();
    let title = format!("`{}` is no ARN of a role", given.value);
    let finding = Finding::new(&CHECK, Certainty::Certain, title)
        .because("STS wants `arn:PARTITION:iam::ACCOUNT:role/NAME`. A name alone leaves out the account, and without credentials nobody can look it up.")
        .at(given.at, "not a role ARN")
        .beside(said, "the answer");
    let right = case.role().role.present().map(|role| role.arn.value.clone());
    let right = right.filter(|arn| literal && parse_role_arn(arn).is_ok());
    if let Some(arn) = right
        && let Some(edit) = workflow::rename_role(case, &given.value, &arn)
    {
        return Some(finding.change(format!("give `{arn}`"), Safety::Review, vec![edit]));
    }
    literal.then(|| {
        finding.fix(
            "give the role's own ARN",
            Safety::ShowOnly,
            &["aws iam get-role --role-name NAME --query Role.Arn --output text".into()],
        )
    })
}

fn reason(flaw: RoleArnFlaw, value: &str) -> &'static str {
    match flaw {
        RoleArnFlaw::Empty => {
            "The value is empty: a variable that was not set, or a secret of another environment."
        }
        RoleArnFlaw::Unrendered => "It still holds a variable that was never rendered.",
        RoleArnFlaw::OtherService if Arn::parse(value).is_some_and(|arn| arn.assumed_role().is_some()) => {
            "It is the ARN of a session of the role, as `aws sts get-caller-identity` prints it, not of the role."
        }
        RoleArnFlaw::OtherService => "It is an ARN of another service.",
        RoleArnFlaw::NotARole => {
            "It is an ARN of something other than a role: a policy, a user, an instance profile, or a colon too many."
        }
        RoleArnFlaw::Account => "Its account is not twelve digits.",
        RoleArnFlaw::Characters => "Blanks, quotes or line ends stand in or around it.",
        RoleArnFlaw::NotAnArn => "It is no ARN at all.",
    }
}
