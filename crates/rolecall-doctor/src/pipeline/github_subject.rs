//! The end of a GitHub subject, behind the repository: environment, pull request or ref of the job that wants a role.

use rolecall_model::document::{Located, Text};
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::{Member, Node};

use super::github::{jobs, wants};
use super::{place, values};

/// What is known of the run.
pub(super) struct Run {
    /// The job, by its key.
    pub job: Option<String>,
    /// The event.
    pub event: Option<Text>,
    /// `refs/heads/…` or `refs/tags/…`
    pub git_ref: Option<Text>,
}

/// `environment:NAME`, `pull_request` or `ref:REF`; none where the evidence leaves it open.
pub(super) fn end_of_subject(workflow: &Workflow, run: &Run) -> Option<Text> {
    let wanting = |job: &&Member| {
        run.job.as_ref().map_or_else(|| wants(workflow, &job.value).is_some(), |ran| *ran == job.key)
    };
    let mut ends = jobs(workflow).iter().filter(wanting).map(|job| end_of_job(workflow, &job.value, run));
    let first = ends.next()??;
    ends.all(|end| end.is_some_and(|end| end.value == first.value)).then_some(first)
}

/// The same of a run whose workflow was not read, by its environment alone.
pub(super) fn end_of_run(run: &Run) -> Option<Text> {
    end_of_event(run.event.clone()?, run.git_ref.as_ref())
}

/// The end for an environment: a colon of its name would read as a separator.
pub(super) fn environment(name: &Text) -> Text {
    Located::new(format!("environment:{}", name.value.replace(':', "%3A")), name.at)
}

/// A subject made of the claims that a repository or organisation chose (GitHub Docs, "OpenID Connect reference":
/// `include_claim_keys`); none where one of them is not known.
pub(super) fn customised(
    keys: &str,
    repository: &str,
    end: &str,
    environment: &Environment,
) -> Option<String> {
    let variable = |name: &str| environment.get(name).map(|text| text.value.replace(':', "%3A"));
    let of = |key: &str| match key {
        "repo" => Some(format!("repo:{repository}")),
        "context" => Some(end.to_owned()),
        "repository"
        | "actor"
        | "ref"
        | "sha"
        | "workflow"
        | "run_id"
        | "repository_id"
        | "actor_id"
        | "repository_owner"
        | "repository_owner_id"
        | "event_name"
        | "ref_type"
        | "workflow_ref"
        | "head_ref"
        | "base_ref"
        | "runner_environment" => {
            let name = match key {
                "runner_environment" => "RUNNER_ENVIRONMENT".to_owned(),
                key => format!("GITHUB_{}", key.to_ascii_uppercase()),
            };
            Some(format!("{key}:{}", variable(&name)?))
        }
        // Of a job that is not in a called workflow they are the same.
        "job_workflow_ref" => Some(format!("{key}:{}", variable("GITHUB_WORKFLOW_REF")?)),
        "environment" => Some(format!("{key}:{}", end.strip_prefix("environment:")?)),
        _ => None,
    };
    let parts: Option<Vec<String>> = keys.split(',').map(|key| of(key.trim())).collect();
    parts.map(|parts| parts.join(":"))
}

fn end_of_job(workflow: &Workflow, job: &Node, run: &Run) -> Option<Text> {
    let given = job.get("environment").map(|node| node.get("name").unwrap_or(node));
    if let Some(node) = given {
        let name = node.as_str().filter(|name| !name.contains("${{"))?;
        return Some(environment(&Located::new(name.to_owned(), place(workflow, node))));
    }
    let on = workflow.node.get("on")?;
    let only = only_event(on).map(|name| Located::new(name.to_owned(), place(workflow, on)));
    let event = run.event.clone().or(only)?;
    if event.value == "push" && run.git_ref.is_none() {
        let push = on.get("push")?;
        let [one] = push.get("branches").map(Node::one_or_many)? else { return None };
        let name =
            one.as_str().filter(|name| push.get("tags").is_none() && !name.contains(['*', '?', '!', '[']))?;
        return Some(Located::new(format!("ref:refs/heads/{name}"), place(workflow, one)));
    }
    end_of_event(event, run.git_ref.as_ref())
}

fn end_of_event(event: Text, git_ref: Option<&Text>) -> Option<Text> {
    match (event.value.as_str(), git_ref) {
        ("pull_request", _) => Some(Located::new("pull_request".into(), event.at)),
        // What the token says for these, GitHub does not document.
        ("pull_request_target" | "pull_request_review" | "merge_group", _) => None,
        (_, Some(git_ref)) => Some(Located::new(format!("ref:{}", git_ref.value), git_ref.at)),
        _ => None,
    }
}

fn only_event(on: &Node) -> Option<&str> {
    let mut events = on.as_str().into_iter().chain(on.elements().iter().filter_map(Node::as_str));
    let mut keys = on.members().iter().map(|member| member.key.as_str());
    let first = events.next().or_else(|| keys.next())?;
    (events.next().is_none() && keys.next().is_none()).then_some(first)
}

/// The audience that the credentials action asks for: its input, else the name of STS.
pub(super) fn audience(workflow: &Workflow) -> Option<Text> {
    let asked = values(workflow, &["audience"]);
    if let Some(text) = asked.into_iter().next() {
        return (!text.value.contains("${{")).then_some(text);
    }
    let action = values(workflow, &["uses"]);
    let action =
        action.into_iter().find(|text| text.value.starts_with("aws-actions/configure-aws-credentials@v"))?;
    Some(Located::new("sts.amazonaws.com".to_owned(), action.at))
}
