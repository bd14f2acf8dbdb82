//! GitLab CI: a job has an ID token only under the names that its `id_tokens` list.
//!
//! Source: GitLab documentation, "OpenID Connect (OIDC) authentication using ID tokens", and the removal of `CI_JOB_JWT`,
//! `CI_JOB_JWT_V1` and `CI_JOB_JWT_V2` in GitLab 17.0.

use rolecall_model::document::{At, Text};
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::{Member, Node};

use super::{Refusal, mention, place, strings};

/// How far `extends` is followed.
const MAX_EXTENDS: usize = 8;
/// Top-level keys that are no jobs.
const NO_JOBS: [&str; 7] = ["default", "include", "stages", "variables", "workflow", "image", "spec"];

/// The first job that uses a token it does not have.
pub(super) fn refusal(workflow: &Workflow) -> Option<Refusal> {
    let jobs = workflow.node.members().iter().filter(|job| !NO_JOBS.contains(&job.key.as_str()));
    jobs.filter(|job| !job.key.starts_with('.')).find_map(|job| of_job(workflow, job))
}

fn of_job(workflow: &Workflow, job: &Member) -> Option<Refusal> {
    let (chain, whole) = ancestors(workflow, &job.value);
    let gone = chain.iter().find_map(|part| mention(workflow, part, &["CI_JOB_JWT"]));
    let used = gone.or_else(|| chain.iter().find_map(|part| token_use(workflow, part)))?;
    let name =
        if used.value.contains("CI_JOB_JWT") { "CI_JOB_JWT_V2".into() } else { variable(&used.value)? };
    let defaults = workflow.node.get("default").into_iter().chain([&workflow.node]);
    let lists = chain.iter().copied().chain(defaults).filter_map(|part| part.get("id_tokens"));
    if lists.into_iter().any(|tokens| tokens.get(&name).is_some()) {
        return None;
    }
    let removed = name.starts_with("CI_JOB_JWT");
    let why = if removed {
        "GitLab no longer makes `CI_JOB_JWT` and its kin: since 17.0 a job has only the ID tokens that \
         it lists under \
         `id_tokens`. The variable is empty, so the token file is too."
            .to_owned()
    } else {
        format!(
            "A GitLab job has only the ID tokens that it lists under `id_tokens`, and `{name}` is not \
             among them. The \
             variable is empty, so the token file is too."
        )
    };
    let token = if removed { "AWS_ID_TOKEN" } else { name.as_str() };
    Some(Refusal {
        at: used.at,
        label: if removed {
            "this variable no longer exists".into()
        } else {
            "no such token is listed".to_owned()
        },
        why,
        mend: format!(
            "list `{token}` under `id_tokens` of job `{}`, with the audience that the provider takes, \
             and write that variable to the token file",
            job.key
        ),
        job: None,
        role: Some(At::new(workflow.document, job.key_span)),
        sure: whole || removed,
        goes_on: true,
    })
}

/// The audience of the ID tokens, where the definition names one alone.
pub(super) fn audience(workflow: &Workflow) -> Option<Text> {
    let listed = super::values(workflow, &["aud"]);
    let first = listed.first()?;
    let plain = !first.value.contains('$') && listed.iter().all(|other| other.value == first.value);
    plain.then(|| first.clone())
}

/// The job and what it extends, nearest first, and whether all of it stands in this file.
fn ancestors<'n>(workflow: &'n Workflow, job: &'n Node) -> (Vec<&'n Node>, bool) {
    let mut chain = vec![job];
    let mut whole = workflow.node.get("include").is_none();
    let mut next = 0;
    while let Some(part) = chain.get(next).copied() {
        next += 1;
        let parents = part.get("extends").map(Node::one_or_many).unwrap_or_default();
        for name in parents.iter().filter_map(Node::as_str) {
            match workflow.node.get(name) {
                Some(parent) if chain.len() < MAX_EXTENDS => chain.push(parent),
                _ => whole = false,
            }
        }
    }
    (chain, whole)
}

/// A line of a script that sends a variable as web identity token or writes one to the token file.
fn token_use(workflow: &Workflow, part: &Node) -> Option<Text> {
    let scripts = ["before_script", "script"].into_iter().filter_map(|key| part.get(key));
    let lines: Vec<Text> = scripts.flat_map(|script| strings(workflow, script)).collect();
    let about =
        part.path(&["variables", "AWS_WEB_IDENTITY_TOKEN_FILE"]).map(|node| place(workflow, node)).is_some()
            || lines.iter().any(|line| line.value.contains("AWS_WEB_IDENTITY_TOKEN_FILE"));
    lines.into_iter().find(|line| {
        variable(&line.value).is_some() && (about || line.value.contains("--web-identity-token"))
    })
}

/// The variable that a line sends as token: after `--web-identity-token`, or echoed into a file.
fn variable(script: &str) -> Option<String> {
    let of_option = script
        .split_once("--web-identity-token")
        .map(|(_, rest)| rest.trim_start_matches(['=', ' ', '"', '\'']));
    let written = || {
        let line = script.lines().find(|line| {
            let line = line.trim_start();
            (line.starts_with("echo ") || line.starts_with("printf "))
                && line.contains('>')
                && line.contains('$')
        })?;
        line.find('$').and_then(|start| line.get(start..))
    };
    let rest = of_option.filter(|rest| rest.starts_with('$')).or_else(written)?;
    let name: String = rest
        .trim_start_matches(['$', '{'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_are_sent() {
        let table = [
            (
                "aws sts assume-role-with-web-identity --web-identity-token $GITLAB_OIDC_TOKEN",
                Some("GITLAB_OIDC_TOKEN"),
            ),
            ("aws sts x --web-identity-token=\"${TOKEN}\" --role-arn $ROLE", Some("TOKEN")),
            ("echo \"${AWS_TOKEN}\" > $AWS_WEB_IDENTITY_TOKEN_FILE", Some("AWS_TOKEN")),
            ("aws sts x --web-identity-token file://token", None),
            ("echo done", None),
        ];
        for (line, wanted) in table {
            assert_eq!(variable(line).as_deref(), wanted, "{line}");
        }
    }
}
