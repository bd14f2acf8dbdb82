//! GitHub Actions: which job may have an ID token.
//!
//! Source: GitHub documentation, "Workflow syntax" (`permissions`: a block sets everything that it does not name to none;
//! a job's block replaces the workflow's; a called workflow gets no more than the calling job has) and "OpenID Connect".

use rolecall_model::document::At;
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::{Member, Node};

use super::{Refusal, mention, place};

/// Where a workflow or one of its jobs grants `id-token: write`.
#[must_use]
pub fn grant_of_id_token(workflow: &Workflow) -> Option<At> {
    let jobs = workflow.node.get("jobs").map(Node::members).unwrap_or_default();
    let blocks = std::iter::once(&workflow.node).chain(jobs.iter().map(|job| &job.value));
    let granted = |block: &Node| {
        let permissions = block.get("permissions")?;
        grants(permissions).then(|| place(workflow, permissions.get("id-token").unwrap_or(permissions)))
    };
    blocks.into_iter().find_map(granted)
}

/// Where the step that assumes the role is given static keys as well.
#[must_use]
pub fn static_keys(workflow: &Workflow) -> Option<At> {
    let steps = jobs(workflow).iter().filter_map(|job| job.value.get("steps")).flat_map(Node::elements);
    let key = steps.filter_map(|step| step.get("with")).find_map(|given| {
        given.get("role-to-assume")?;
        given.get("aws-access-key-id")
    });
    key.map(|key| place(workflow, key))
}

/// Whether a workflow runs for pull requests and for nothing else.
#[must_use]
pub fn is_for_pull_requests(workflow: &Workflow) -> bool {
    let Some(on) = workflow.node.get("on") else { return false };
    let listed = on.elements().iter().filter_map(Node::as_str).chain(on.as_str());
    let mut events = listed.chain(on.members().iter().map(|member| member.key.as_str())).peekable();
    events.peek().is_some() && events.all(|event| event == "pull_request")
}

/// The first job that wants a token and may not have one. `GITHUB_JOB` in the environment names the job that ran.
pub(super) fn refusal(workflows: &[&Workflow], environment: Option<&Environment>) -> Option<Refusal> {
    let ran =
        environment.and_then(|environment| environment.get("GITHUB_JOB")).map(|text| text.value.as_str());
    let caller = workflows.iter().copied().find(|workflow| !workflow.called);
    let called = workflows.iter().copied().find(|workflow| workflow.called);
    let mut refusals = Vec::new();
    let mut granted = 0_usize;
    let mut judge = |refusal: Result<(), Refusal>| match refusal {
        Ok(()) => granted += 1,
        Err(refusal) => refusals.push(refusal),
    };
    for job in caller.into_iter().flat_map(jobs) {
        let Some(workflow) = caller else { break };
        if ran.is_some_and(|ran| ran != job.key && called.is_none()) {
            continue;
        }
        if job.value.get("uses").is_some() {
            calls(workflow, job, called, &mut judge);
        } else if let Some(role) = wants(workflow, &job.value) {
            judge(verdict(workflow, job, role, &format!("job `{}`", job.key)));
        }
    }
    if caller.is_none() {
        // Without the calling job only a block that leaves the token out decides.
        for (workflow, job) in
            called.iter().flat_map(|workflow| jobs(workflow).iter().map(move |job| (workflow, job)))
        {
            if let (Some(role), Some(_)) = (wants(workflow, &job.value), block(workflow, &job.value)) {
                judge(verdict(workflow, job, role, &format!("job `{}`", job.key)));
            }
        }
    }
    let mut first = refusals.into_iter().next()?;
    first.sure &= granted == 0;
    Some(first)
}

/// The jobs of a workflow.
pub(super) fn jobs(workflow: &Workflow) -> &[Member] {
    workflow.node.get("jobs").map(Node::members).unwrap_or_default()
}

/// A job that calls a reusable workflow: what the caller does not grant, the called one cannot have.
fn calls(
    workflow: &Workflow,
    job: &Member,
    called: Option<&Workflow>,
    judge: &mut dyn FnMut(Result<(), Refusal>),
) {
    let wanting = called.into_iter().flat_map(|called| jobs(called).iter().map(move |inner| (called, inner)));
    let wanting: Vec<_> =
        wanting.filter_map(|(called, inner)| Some((called, inner, wants(called, &inner.value)?))).collect();
    let role = match wanting.first() {
        Some((_, _, role)) => *role,
        None if called.is_some() => return,
        // The called workflow was not read: a role handed over to it tells that it wants a token.
        None => match given_role(workflow, &job.value) {
            Some(role) => role,
            None => return,
        },
    };
    let outer = verdict(
        workflow,
        job,
        role,
        &format!("job `{}`, which calls the workflow that assumes the role,", job.key),
    );
    if outer.is_err() {
        return judge(outer);
    }
    for (called, inner, role) in wanting {
        match block(called, &inner.value) {
            Some(_) => {
                judge(verdict(called, inner, role, &format!("job `{}` of the called workflow", inner.key)))
            }
            None => judge(Ok(())),
        }
    }
}

/// The permissions block that is in force for a job.
fn block<'n>(workflow: &'n Workflow, job: &'n Node) -> Option<&'n Node> {
    job.get("permissions").or_else(|| workflow.node.get("permissions"))
}

fn verdict(workflow: &Workflow, job: &Member, role: At, who: &str) -> Result<(), Refusal> {
    let in_force = block(workflow, &job.value);
    if in_force.is_some_and(grants) {
        return Ok(());
    }
    let (at, label, why) = match in_force {
        Some(block) => (
            place(workflow, block),
            "no `id-token: write` in this block",
            format!(
                "GitHub gives a job an ID token only if its permissions say `id-token: write`. A \
                 permissions block sets \
                 everything that it does not name to none, so {who} gets no token."
            ),
        ),
        None => (
            At::new(workflow.document, job.key_span),
            "no `permissions` here or for the workflow",
            format!(
                "GitHub gives a job an ID token only if its permissions say `id-token: write`, which no \
                 default does. \
                 There is no permissions block, so {who} gets no token."
            ),
        ),
    };
    Err(Refusal {
        at,
        label: label.into(),
        why,
        mend: format!(
            "give job `{}` the permissions `id-token: write` and `contents: read` (a block must name \
             all that the job needs)",
            job.key
        ),
        job: Some(job.key.as_str().into()),
        role: Some(role),
        sure: true,
        goes_on: false,
    })
}

/// Whether a permissions block grants the token.
pub(crate) fn grants(permissions: &Node) -> bool {
    permissions.as_str() == Some("write-all")
        || permissions.get("id-token").and_then(Node::as_str) == Some("write")
}

/// Where a job wants a token: the credentials action with a role and nothing that takes the token's place, or a script
/// that asks for one.
pub(super) fn wants(workflow: &Workflow, job: &Node) -> Option<At> {
    let steps = job.get("steps").map(Node::elements).unwrap_or_default();
    steps.iter().find_map(|step| {
        let asks = ["ACTIONS_ID_TOKEN_REQUEST", "getIDToken"];
        let run = step.get("run").or_else(|| step.path(&["with", "script"]));
        if let Some(text) = run.and_then(|run| mention(workflow, run, &asks)) {
            return Some(text.at);
        }
        let given = step.get("with")?;
        let role = given.get("role-to-assume").or_else(|| given.get("aws-role-to-assume"))?;
        let other =
            ["aws-access-key-id", "web-identity-token-file"].iter().any(|key| given.get(key).is_some());
        let chains = given.get("role-chaining").and_then(Node::scalar) == Some("true");
        (!other && !chains).then(|| place(workflow, role))
    })
}

/// Where a job hands a role to the workflow that it calls.
fn given_role(workflow: &Workflow, job: &Node) -> Option<At> {
    let inputs = [job.get("with"), job.get("secrets")].into_iter().flatten().flat_map(Node::members);
    let role = |member: &&Member| {
        let key = member.key.to_ascii_lowercase();
        key.contains("role") || member.value.as_str().is_some_and(|text| text.contains(":role/"))
    };
    inputs.into_iter().find(role).map(|member| place(workflow, &member.value))
}
