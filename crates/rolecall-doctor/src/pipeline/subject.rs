//! The subject that a CI platform would put into the token of this job, where neither token nor CloudTrail shows it.
//!
//! Source: GitHub Docs, "OpenID Connect reference" (an environment comes before the event, a pull request before the
//! ref); GitLab documentation, "ID token payload"; the other platforms in their own files. A customised subject is foreseen only
//! where whoever asks says how it is made: nothing here is certain.

use rolecall_model::document::{Located, Text};
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::{Platform, Workflow};
use rolecall_policy::document::Policy;

use super::{azure, bitbucket, buildkite, circleci, github_subject, gitlab};

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

/// Variables that no platform sets: what whoever asks says of the run (`rolecall diagnose --environment …`).
pub mod said {
    /// The environment that the job deploys to.
    pub const ENVIRONMENT: &str = "ROLECALL_ENVIRONMENT";
    /// `ids`: the repository's subjects carry the ids of owner and repository.
    pub const SUBJECT_FORM: &str = "ROLECALL_SUBJECT_FORM";
    /// The claims of a customised subject, as `include_claim_keys` lists them, with commas between.
    pub const SUBJECT_CLAIMS: &str = "ROLECALL_SUBJECT_CLAIMS";
    /// The user whose CircleCI pipeline it is.
    pub const USER_ID: &str = "ROLECALL_USER_ID";
    /// The id of the Azure DevOps organisation.
    pub const ORGANIZATION_ID: &str = "ROLECALL_ORGANIZATION_ID";
    /// The audience that the job asks for.
    pub const AUDIENCE: &str = "ROLECALL_AUDIENCE";
    /// The service connection of Azure DevOps.
    pub const SERVICE_CONNECTION: &str = "ROLECALL_SERVICE_CONNECTION";
}

/// What the job's token would say; none where the evidence leaves it open.
#[must_use]
pub fn expected(evidence: &Evidence) -> Option<Expected> {
    let environment = evidence.caller.environment.present();
    let found = on_platform(evidence, environment)?;
    let audience = environment.and_then(|environment| environment.get(said::AUDIENCE)).cloned();
    Some(Expected { audience: audience.or(found.audience), ..found })
}

fn on_platform(evidence: &Evidence, environment: Option<&Environment>) -> Option<Expected> {
    let of = |platform: Platform| evidence.workflows.iter().find(|workflow| workflow.platform == platform);
    let set = |name: &str| environment.is_some_and(|environment| environment.get(name).is_some());
    if of(Platform::GitHub).is_some() || set("GITHUB_REPOSITORY") {
        return on_github(evidence, of(Platform::GitHub), environment);
    }
    let environment = environment?;
    on_gitlab(of(Platform::GitLab), environment)
        .or_else(|| bitbucket::expected(environment))
        .or_else(|| circleci::expected(environment))
        .or_else(|| buildkite::expected(environment))
        .or_else(|| azure::expected(of(Platform::AzureDevOps), environment))
}

fn on_github(
    evidence: &Evidence,
    workflow: Option<&Workflow>,
    environment: Option<&Environment>,
) -> Option<Expected> {
    let variable = |name: &str| environment.and_then(|variables| variables.get(name)).cloned();
    let text = |name: &str| variable(name).map(|text| text.value).filter(|value| !value.is_empty());
    let trusted = trusted_subjects(evidence);
    let named = variable(said::ENVIRONMENT).map(|text| github_subject::environment(&text));
    let run = github_subject::Run {
        job: text("GITHUB_JOB"),
        event: variable("GITHUB_EVENT_NAME"),
        git_ref: variable("GITHUB_REF"),
    };
    let end = named.or_else(|| match workflow {
        Some(workflow) => github_subject::end_of_subject(workflow, &run),
        None => github_subject::end_of_run(&run),
    })?;
    let repository = match text("GITHUB_REPOSITORY") {
        Some(repository) => repository,
        None => the_repository(&trusted)?,
    };
    // Repositories made since 15 July 2026, and those that opted in, have ids in their subjects; nothing of a run tells
    // which it is (GitHub changelog, 2026-04-23), so whoever asks does, or the trust policy.
    let by_ids = text(said::SUBJECT_FORM).as_deref() == Some("ids")
        || trusted.iter().any(|subject| subject.split(':').nth(1).is_some_and(|name| name.contains('@')));
    let shown = match by_ids {
        false => repository,
        true => {
            let (owner, name) = repository.split_once('/')?;
            let (owner_id, id) = (text("GITHUB_REPOSITORY_OWNER_ID")?, text("GITHUB_REPOSITORY_ID")?);
            format!("{owner}@{owner_id}/{name}@{id}")
        }
    };
    let subject = match text(said::SUBJECT_CLAIMS) {
        None => format!("repo:{shown}:{}", end.value),
        Some(keys) => github_subject::customised(&keys, &shown, &end.value, environment?)?,
    };
    Some(Expected {
        issuer: Located::new(github_issuer(text("GITHUB_SERVER_URL").as_deref()), end.at),
        subject: Located::new(subject, end.at),
        audience: workflow.and_then(github_subject::audience),
    })
}

fn github_issuer(server: Option<&str>) -> String {
    match server {
        None | Some("https://github.com") => "https://token.actions.githubusercontent.com".to_owned(),
        Some(server) => match server.strip_prefix("https://").filter(|host| host.ends_with(".ghe.com")) {
            Some(host) => format!("https://token.actions.{host}"),
            None => format!("{server}/_services/token"),
        },
    }
}

fn on_gitlab(workflow: Option<&Workflow>, environment: &Environment) -> Option<Expected> {
    let project = environment.get("CI_PROJECT_PATH")?;
    let name = environment.get("CI_COMMIT_REF_NAME")?;
    let kind = if environment.is_set("CI_COMMIT_TAG") { "tag" } else { "branch" };
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
