//! The request's parameters against the model's constraints (reference sts.md §2.1 and §2.2).

use rolecall_model::arn::{Arn, RoleArnFlaw, parse_role_arn};

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::verdict::{Missing, Outcome};
use crate::world::{Given, Token};

const SESSION_NAME: &str = r"[\w+=,.@-]*";

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let request = scene.request;
    let mut violations = Vec::new();
    if let Given::Known(name) = request.session_name {
        session_name(name, &mut violations);
    }
    if let Given::Known(seconds) = request.duration {
        let rule = |rule: &str| {
            format!(
                "Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {rule}"
            )
        };
        if seconds < 900 {
            violations.push(rule("greater than or equal to 900"));
        } else if seconds > 43_200 {
            violations.push(rule("less than or equal to 43200"));
        }
    }
    if let Token::Raw(text) | Token::Parsed { text, .. } = request.token {
        // The value of this member is never echoed.
        if text.len() < 4 {
            violations.push("Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4".into());
        } else if text.len() > 20_000 {
            violations.push("Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000".into());
        }
    }
    if let Given::Known(arn) = request.role_arn {
        length("roleArn", arn, 20, 2048, &mut violations);
    }
    if !violations.is_empty() {
        return Outcome::Refuse(Refusal::Validation(violations));
    }
    let told = match request.role_arn {
        Given::Known(arn) => role_arn(arn),
        Given::Absent => Outcome::Refuse(Refusal::Validation(vec![
            "Value null at 'roleArn' failed to satisfy constraint: Member must not be null".into(),
        ])),
        Given::Unread => Outcome::Undetermined(Missing::Parameter("RoleArn")),
    };
    // A parameter that nobody read may break a constraint.
    match (told, request.session_name, request.duration) {
        (Outcome::Pass, Given::Unread, _) => Outcome::Undetermined(Missing::Parameter("RoleSessionName")),
        (Outcome::Pass, _, Given::Unread) => Outcome::Undetermined(Missing::Parameter("DurationSeconds")),
        (told, ..) => told,
    }
}

fn session_name(name: &str, violations: &mut Vec<String>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !name.chars().all(fits) {
        violations.push(format!("Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: {SESSION_NAME}"));
    }
    length("roleSessionName", name, 2, 64, violations);
}

fn length(field: &str, value: &str, least: usize, most: usize, violations: &mut Vec<String>) {
    let count = value.chars().count();
    let rule = |rule: String| {
        format!("Value '{value}' at '{field}' failed to satisfy constraint: Member must have length {rule}")
    };
    if count < least {
        violations.push(rule(format!("greater than or equal to {least}")));
    } else if count > most {
        violations.push(rule(format!("less than or equal to {most}")));
    }
}

fn role_arn(text: &str) -> Outcome {
    match parse_role_arn(text) {
        Ok(_) => Outcome::Pass,
        Err(RoleArnFlaw::NotAnArn) if Arn::parse(text).is_none() => {
            Outcome::Refuse(Refusal::NotAnArn(text.to_owned()))
        }
        Err(_) => Outcome::Refuse(Refusal::RoleArn),
    }
}
