//! The subject that a CI platform would put into the token of this job, where neither token nor CloudTrail shows it.
//!
//! Source: GitHub Docs, "OpenID Connect reference" (an environment comes before the event, a pull request before the
//! ref); GitLab documentation, "ID token payload". Customised subjects cannot be foreseen: nothing here is certain.

use rolecall_model::document::{Located, Text};
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::{Platform, Workflow};
use rolecall_policy::document::Policy;

use super::{github_subject, gitlab};

/// Issuer, subject and audience as they are to be expected.
#[derive(Clone, Debug)]
pub struct Expected {
    /// `iss`, with its scheme.
    pub issuer: Text,
    /// `sub`
    pub subject: Text,
    /// `aud`, where the definition names it.
    pub audience: Option<Text>,
}

/// What the job's token would say; none where the evidence leaves it open.
#[must_use]
pub fn expected(evidence: &Evidence) -> Option<Expected> {
    let environment = evidence.caller.environment.present();
    let of = |platform: Platform| evidence.workflows.iter().find(|workflow| workflow.platform == platform);
    if let Some(workflow) = of(Platform::GitHub) {
        return on_github(evidence, workflow, environment);
    }
    on_gitlab(of(Platform::GitLab), environment?)
}

fn on_github(
    evidence: &Evidence,
    workflow: &Workflow,
    environment: Option<&Environment>,
) -> Option<Expected> {
    let variable = |name: &str| environment.and_then(|variables| variables.get(name)).cloned();
    let trusted = trusted_subjects(evidence);
    // Ids of owner and repository stand in newer subjects, and nothing here knows them.
    if trusted.iter().any(|subject| subject.split(':').nth(1).is_some_and(|name| name.contains('@'))) {
        return None;
    }
    let job = variable("GITHUB_JOB").map(|text| text.value);
    let end = github_subject::end_of_subject(
        workflow,
        job.as_deref(),
        &variable("GITHUB_EVENT_NAME"),
        &variable("GITHUB_REF"),
    )?;
    let repository = match variable("GITHUB_REPOSITORY") {
        Some(text) => text.value,
        None => the_repository(&trusted)?,
    };
    let issuer = match variable("GITHUB_SERVER_URL").map(|text| text.value) {
        None => "https://token.actions.githubusercontent.com".to_owned(),
        Some(server) if server == "https://github.com" => {
            "https://token.actions.githubusercontent.com".to_owned()
        }
        Some(server) => match server.strip_prefix("https://").filter(|host| host.ends_with(".ghe.com")) {
            Some(host) => format!("https://token.actions.{host}"),
            None => format!("{server}/_services/token"),
        },
    };
    Some(Expected {
        issuer: Located::new(issuer, end.at),
        subject: Located::new(format!("repo:{repository}:{}", end.value), end.at),
        audience: github_subject::audience(workflow),
    })
}

fn on_gitlab(workflow: Option<&Workflow>, environment: &Environment) -> Option<Expected> {
    let project = environment.get("CI_PROJECT_PATH")?;
    let name = environment.get("CI_COMMIT_REF_NAME")?;
    let kind = if environment.get("CI_COMMIT_TAG").is_some() { "tag" } else { "branch" };
    let issuer = environment.get("CI_SERVER_URL").map_or("https://gitlab.com", |url| url.value.as_str());
    let subject = format!("project_path:{}:ref_type:{kind}:ref:{}", project.value, name.value);
    Some(Expected {
        issuer: Located::new(issuer.to_owned(), project.at),
        subject: Located::new(subject, name.at),
        audience: workflow.and_then(gitlab::audience),
    })
}

/// Subjects that the role's trust policy names.
fn trusted_subjects(evidence: &Evidence) -> Vec<String> {
    let Some(trust) = evidence.role.role.present().and_then(|role| role.trust.as_ref()) else {
        return Vec::new();
    };
    let policy = Policy::from_node(&trust.node);
    let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let subjects = conditions.filter(|condition| condition.key.text.to_ascii_lowercase().ends_with(":sub"));
    subjects.flat_map(|condition| &condition.values).map(|value| value.text.clone()).collect()
}

/// The one repository that the trust policy names: where nothing tells which one ran, it is taken to be meant.
fn the_repository(trusted: &[String]) -> Option<String> {
    let mut names = trusted.iter().filter_map(|subject| subject.strip_prefix("repo:")?.split(':').next());
    let first = names.next().filter(|name| name.contains('/') && !name.contains(['*', '?']))?;
    names.all(|other| other == first).then(|| first.to_owned())
}
