//! Denials that name their caller: `User: ARN is not authorized to perform: ACTION on resource: RESOURCE because …`

use rolecall_model::evidence::attempt::{Denial, Symptom};

use crate::text::{line_at, places, word};

pub(super) fn find(text: &str) -> Vec<(usize, usize, Symptom)> {
    let mut found = Vec::new();
    for at in places(text, "is not authorized to perform") {
        found.extend(named(text, at));
    }
    for at in places(text, "no permissions for [") {
        found.extend(search_service(text, at));
    }
    found
}

fn named(text: &str, at: usize) -> Option<(usize, usize, Symptom)> {
    let before = text.get(..at)?;
    // The caller stands right before, after `User:`; an ARN alone is taken too.
    let from = before.len().saturating_sub(400);
    let near = before.get((from..before.len()).find(|start| before.is_char_boundary(*start))?..)?;
    let start = near.rfind("User: ").map(|found| found + "User: ".len()).or_else(|| near.rfind("arn:"))?;
    let principal = word(near.get(start..)?);
    let rest = text.get(at + "is not authorized to perform".len()..)?;
    let action = word(rest.trim_start_matches([':', ' ']));
    if action.is_empty() || !action.contains(':') {
        return None;
    }
    let line = line_at(rest, 0).1;
    let resource = line
        .split_once("on resource: ")
        .map(|(_, after)| word(after).to_owned())
        .filter(|resource| !resource.is_empty());
    let reason = [" because ", " with an explicit deny"].iter().find_map(|mark| {
        let (_, after) = line.split_once(mark)?;
        let whole =
            if mark.contains("deny") { format!("with an explicit deny{after}") } else { after.to_owned() };
        let end = whole.find(['"', '\\', '(', '\t']).unwrap_or(whole.len());
        Some(whole.get(..end)?.trim().to_owned())
    });
    let end =
        at + "is not authorized to perform".len() + line.find(action).map_or(0, |found| found + action.len());
    if action.eq_ignore_ascii_case("sts:AssumeRoleWithWebIdentity") {
        return Some((at, end, Symptom::TrustDenied));
    }
    let start = at.saturating_sub(near.len() - start);
    Some((
        start,
        end,
        Symptom::Denied(Denial {
            principal: principal.to_owned(),
            action: action.to_owned(),
            resource,
            reason,
        }),
    ))
}

/// OpenSearch prints the caller as `User [name=ARN, …]`.
fn search_service(text: &str, at: usize) -> Option<(usize, usize, Symptom)> {
    let (_, line) = line_at(text, at);
    let action = text.get(at + "no permissions for [".len()..)?.split(']').next()?;
    let principal = word(line.split_once("name=")?.1);
    let principal = principal.starts_with("arn:").then_some(principal)?;
    let denial =
        Denial { principal: principal.to_owned(), action: action.to_owned(), resource: None, reason: None };
    Some((at, at + "no permissions for [".len() + action.len(), Symptom::Denied(denial)))
}

/// A refusal that says neither who nor why: the last resort, only where nothing else was recognised.
pub(super) fn bare(text: &str) -> Option<(usize, usize, Symptom)> {
    let marks = [
        "AccessDenied",
        "Access Denied",
        "UnauthorizedOperation",
        "not authorized to perform this operation",
        "403 Forbidden",
        "Forbidden",
        "status code: 403",
        "StatusCode: 403",
        "HTTP 403",
    ];
    let (at, mark) = marks.iter().filter_map(|mark| text.find(mark).map(|at| (at, mark))).min()?;
    let service = text
        .split_once("(Service: ")
        .map(|(_, after)| after.split([';', ',', ')']).next().unwrap_or_default().to_owned());
    Some((at, at + mark.len(), Symptom::BareDenied { service }))
}
