//! An attempt as the files of an evidence folder, so that the doctor can say why it ended as it did.

use crate::attempts::Attempt;
use serde_json::{Value, json};

/// The attempt as it was: its event, its time, and the trust policy that the role had then, where that is known.
#[must_use]
pub fn then(attempt: &Attempt, trust: Option<&str>) -> Vec<(String, String)> {
    let mut files = vec![
        ("cloudtrail.json".to_owned(), event(attempt)),
        ("now.txt".to_owned(), format!("{}\n", attempt.record.event_time)),
    ];
    files.extend(error(attempt).map(|said| ("error.txt".to_owned(), said)));
    if let Some(trust) = trust {
        files.push(("role.json".to_owned(), role(attempt, trust)));
    }
    files
}

/// The attempt as it would be made now: who asks for which role with whose token, and not how it ended then.
#[must_use]
pub fn again(attempt: &Attempt) -> Vec<(String, String)> {
    let mut attempt = attempt.clone();
    attempt.record.error_code = None;
    attempt.record.error_message = None;
    vec![("cloudtrail.json".to_owned(), event(&attempt))]
}

/// What the caller was told, where the record says it: of a refusal by a trust policy it says nothing (reference
/// cloudtrail.md §3.1), of a refused token our own has STS's sentence.
fn error(attempt: &Attempt) -> Option<String> {
    let code = attempt.code.as_deref().filter(|code| *code != "AccessDenied")?;
    let (name, said) = (&attempt.record.event_name, attempt.record.error_message.as_deref()?);
    Some(format!("An error occurred ({code}) when calling the {name} operation: {said}\n"))
}

fn event(attempt: &Attempt) -> String {
    let text = attempt.record.to_json();
    match serde_json::from_slice::<Value>(&text) {
        // Several lines, so that carets have lines to point into.
        Ok(value) => format!("{value:#}\n"),
        Err(_) => String::from_utf8_lossy(&text).into_owned(),
    }
}

/// The role as `aws iam get-role` prints it, as far as the trail knows it.
fn role(attempt: &Attempt, trust: &str) -> String {
    let trust = serde_json::from_str::<Value>(trust).unwrap_or_else(|_| Value::from(trust));
    let role = json!({
        "RoleName": attempt.role(),
        "Arn": attempt.role_arn,
        "AssumeRolePolicyDocument": trust,
    });
    format!("{:#}\n", json!({"Role": role}))
}
