//! Which role is asked for, and by whom that is known.

use rolecall_model::arn::{Arn, RoleArnFlaw, parse_role_arn};
use rolecall_model::document::Text;
use rolecall_model::evidence::Evidence;

/// Who says which role is asked for, the nearest to the wire first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedFrom {
    /// The request itself, or a log of it.
    Request,
    /// CloudTrail.
    Trail,
    /// The environment of the process.
    Environment,
    /// The pod's variables.
    Pod,
    /// The service account's annotation.
    Annotation,
    /// A pipeline definition.
    Workflow,
    /// Nobody: it is the role whose file was given.
    RoleFile,
}

/// The role asked for.
#[derive(Clone, Debug)]
pub struct Requested {
    /// The ARN as written.
    pub arn: Text,
    /// Who says so.
    pub from: RequestedFrom,
}

impl Requested {
    /// The ARN in its parts.
    ///
    /// # Errors
    /// Says why the text is no role ARN.
    pub fn parsed(&self) -> Result<Arn, RoleArnFlaw> {
        parse_role_arn(&self.arn.value)
    }
}

/// Keys by which pipelines name the role they want.
const ROLE_KEYS: [&str; 6] =
    ["role-to-assume", "aws-role-to-assume", "role-arn", "role_arn", "AWS_ROLE_ARN", "ROLE_ARN"];

pub(super) fn requested(evidence: &Evidence) -> Option<Requested> {
    let found = |arn: &Text, from| Some(Requested { arn: arn.clone(), from });
    let caller = &evidence.caller;
    let asks_web_identity = |operation: &Option<String>| {
        operation.as_deref().is_none_or(|name| name == "AssumeRoleWithWebIdentity")
    };
    let requests = caller.request.present().into_iter().chain(&caller.logged_requests);
    let asked = requests
        .filter(|request| asks_web_identity(&request.operation))
        .find_map(|request| request.role_arn.as_ref());
    if let Some(arn) = asked {
        return found(arn, RequestedFrom::Request);
    }
    let events = evidence.attempt.events.iter().filter(|event| event.name == "AssumeRoleWithWebIdentity");
    if let Some(arn) = events.filter_map(|event| event.role_arn.as_ref()).next_back() {
        return found(arn, RequestedFrom::Trail);
    }
    let environment = caller.environment.present().and_then(|variables| variables.get("AWS_ROLE_ARN"));
    if let Some(arn) = environment {
        return found(arn, RequestedFrom::Environment);
    }
    let pod = evidence.pod.pod.present();
    let variables =
        pod.iter().flat_map(|pod| &pod.containers).filter_map(|container| container.env("AWS_ROLE_ARN"));
    if let Some(arn) = variables.filter_map(|variable| variable.value.as_ref()).next() {
        return found(arn, RequestedFrom::Pod);
    }
    let account = evidence.serviceaccount.account.present();
    let annotation = account.and_then(|account| super::injection::role_annotation(&account.annotations));
    if let Some(pair) = annotation {
        return found(&pair.value, RequestedFrom::Annotation);
    }
    let written = evidence.workflows.iter().find_map(|workflow| {
        super::pipeline::values_of(workflow, &ROLE_KEYS).into_iter().find(|text| is_literal_arn(&text.value))
    });
    if let Some(arn) = written {
        return found(&arn, RequestedFrom::Workflow);
    }
    let file = evidence.role.role.present().filter(|role| !role.arn.value.is_empty());
    file.and_then(|role| found(&role.arn, RequestedFrom::RoleFile))
}

/// Expressions such as `${{ vars.ROLE }}` are rendered when the job runs: they say nothing about the ARN.
fn is_literal_arn(text: &str) -> bool {
    text.starts_with("arn:") && !text.contains("${{")
}
