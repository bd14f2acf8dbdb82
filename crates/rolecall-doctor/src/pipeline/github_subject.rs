//! The end of a GitHub subject, behind the repository: environment, pull request or ref of the job that wants a role.

use rolecall_model::document::{Located, Text};
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::{Member, Node};

use super::github::{jobs, wants};
use super::{place, values};

/// `environment:NAME`, `pull_request` or `ref:REF`; none where the evidence leaves it open.
pub(super) fn end_of_subject(
    workflow: &Workflow,
    ran: Option<&str>,
    event: &Option<Text>,
    branch: &Option<Text>,
) -> Option<Text> {
    let wanting =
        |job: &&Member| ran.map_or_else(|| wants(workflow, &job.value).is_some(), |ran| ran == job.key);
    let mut ends =
        jobs(workflow).iter().filter(wanting).map(|job| end_of_job(workflow, &job.value, event, branch));
    let first = ends.next()??;
    ends.all(|end| end.is_some_and(|end| end.value == first.value)).then_some(first)
}

fn end_of_job(workflow: &Workflow, job: &Node, event: &Option<Text>, branch: &Option<Text>) -> Option<Text> {
    let given = job.get("environment").map(|node| node.get("name").unwrap_or(node));
    if let Some(node) = given {
        let name = node.as_str().filter(|name| !name.contains("${{"))?;
        // A colon of the name would read as a separator.
        return Some(Located::new(
            format!("environment:{}", name.replace(':', "%3A")),
            place(workflow, node),
        ));
    }
    let on = workflow.node.get("on")?;
    let only = only_event(on).map(|name| Located::new(name.to_owned(), place(workflow, on)));
    let event = event.clone().or(only)?;
    let named = |value: String, at| Some(Located::new(value, at));
    match (event.value.as_str(), branch) {
        ("pull_request", _) => named("pull_request".into(), event.at),
        // What the token says for these, GitHub does not document.
        ("pull_request_target" | "pull_request_review" | "merge_group", _) => None,
        (_, Some(branch)) => named(format!("ref:{}", branch.value), branch.at),
        ("push", None) => {
            let push = on.get("push")?;
            let [one] = push.get("branches").map(Node::one_or_many)? else { return None };
            let name = one
                .as_str()
                .filter(|name| push.get("tags").is_none() && !name.contains(['*', '?', '!', '[']))?;
            named(format!("ref:refs/heads/{name}"), place(workflow, one))
        }
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
