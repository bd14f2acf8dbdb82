//! Causes that STS and IAM decide, each with evidence that shows it and with near misses that do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "exchange/admits.rs"]
mod admits;
mod ask;
#[path = "exchange/linking.rs"]
mod linking;
#[path = "exchange/mending.rs"]
mod mending;
#[path = "exchange/narrowing.rs"]
mod narrowing;
#[path = "exchange/permission.rs"]
mod permission;
#[path = "exchange/token.rs"]
mod token;
#[path = "exchange/trust.rs"]
mod trust;

use ask::{CERTAIN, Files, LIKELY, POSSIBLE, Wanted, table};

const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/app";
const GITHUB: &str = "token.actions.githubusercontent.com";

/// One file of a folder.
type File = (&'static str, String);

fn error(text: &str) -> File {
    ("error.txt", text.to_owned())
}

/// 1 June 2025, noon, as seconds and as text: the instant of judgement of most rows.
const NOON: i64 = 1_748_779_200;

fn noon() -> File {
    ("now.txt", "2025-06-01T12:00:00Z\n".to_owned())
}

fn refused() -> File {
    error("Not authorized to perform sts:AssumeRoleWithWebIdentity")
}

/// Claims of a GitHub job on the branch main, with these members in place of the usual ones or beside them.
fn claims(changed: &str) -> File {
    let usual = [
        ("iss", format!("\"https://{GITHUB}\"")),
        ("sub", "\"repo:org/app:ref:refs/heads/main\"".to_owned()),
        ("aud", "\"sts.amazonaws.com\"".to_owned()),
        ("iat", (NOON - 60).to_string()),
        ("exp", (NOON + 600).to_string()),
    ];
    let members = usual.iter().filter(|(name, _)| !changed.contains(&format!("\"{name}\":")));
    let members: Vec<String> = members.map(|(name, value)| format!("\"{name}\": {value}")).collect();
    let all = [members.join(", "), changed.to_owned()].into_iter().filter(|part| !part.is_empty());
    ("token.claims.json", format!("{{{}}}", all.collect::<Vec<_>>().join(", ")))
}

/// The role, with these statements in its trust policy.
fn role(statements: &str) -> File {
    created("2025-03-01T00:00:00Z", statements)
}

fn created(when: &str, statements: &str) -> File {
    let text = format!(
        r#"{{"Role": {{"RoleName": "app", "Arn": "{ROLE_ARN}", "CreateDate": "{when}",
          "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{statements}]}}}}}}"#
    );
    ("role.json", text)
}

/// A statement that allows tokens of GitHub under this condition; `condition` is what stands in its braces.
fn allow(condition: &str) -> String {
    statement("Allow", GITHUB, condition)
}

fn statement(effect: &str, provider: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect": "{effect}", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{provider}"}},
          "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{condition}}}}}"#
    )
}

/// A condition on a claim of GitHub's.
fn on(operator: &str, claim: &str, value: &str) -> String {
    format!(r#""{operator}": {{"{GITHUB}:{claim}": "{value}"}}"#)
}
