//! Of the roles that were listed, the one that the caller asks for is the one that the evidence is about.

use rolecall_model::evidence::{Evidence, Fact, Source};
use rolecall_model::json::{Kind, Node};

/// Inputs of pipelines that name the role of a web identity.
const INPUTS: [&str; 6] =
    ["role-to-assume", "aws-role-to-assume", "role-arn", "role_arn", "AWS_ROLE_ARN", "ROLE_ARN"];

/// Where no file was the role's own, takes it from among the others by its ARN.
pub(super) fn pick(evidence: &mut Evidence) {
    if !evidence.role.role.is_unread() || evidence.role.others.is_empty() {
        return;
    }
    let others = &evidence.role.others;
    let wanted = asked(evidence);
    let found = wanted.iter().find_map(|arn| others.iter().find(|role| role.arn.value == *arn));
    if let Some(role) = found.cloned() {
        let source = Source::Document(role.document);
        evidence.role.role = Fact::Present { value: role, source };
    }
}

/// ARNs that the caller asks for, the nearest to the wire first.
fn asked(evidence: &Evidence) -> Vec<String> {
    let caller = &evidence.caller;
    let web = |operation: Option<&str>| operation.is_none_or(|name| name == "AssumeRoleWithWebIdentity");
    let requests = caller.request.present().into_iter().chain(&caller.logged_requests);
    let sent = requests
        .filter(|request| web(request.operation.as_deref()))
        .filter_map(|request| request.role_arn.as_ref());
    let events = evidence.attempt.events.iter().filter(|event| event.name == "AssumeRoleWithWebIdentity");
    let environment = caller.environment.present().and_then(|variables| variables.get("AWS_ROLE_ARN"));
    let containers = evidence.pod.pod.present().into_iter().flat_map(|pod| &pod.containers);
    let injected = containers.filter_map(|container| container.env("AWS_ROLE_ARN")?.value.as_ref());
    let accounts = evidence.serviceaccount.account.present();
    let annotated = accounts.into_iter().flat_map(|account| &account.annotations);
    let annotated = annotated.filter(|pair| pair.key.value.ends_with("/role-arn")).map(|pair| &pair.value);
    let found = sent.chain(events.filter_map(|event| event.role_arn.as_ref()));
    let found = found.chain(environment).chain(injected).chain(annotated).map(|arn| arn.value.clone());
    let mut found: Vec<String> = found.collect();
    for workflow in &evidence.workflows {
        inputs(&workflow.node, &mut found);
    }
    found
}

fn inputs(node: &Node, found: &mut Vec<String>) {
    if let Kind::Object(members) = &node.kind {
        let named = members.iter().filter(|member| INPUTS.contains(&member.key.as_str()));
        found.extend(named.filter_map(|member| member.value.as_str()).map(str::to_owned));
    }
    node.members().iter().for_each(|member| inputs(&member.value, found));
    node.elements().iter().for_each(|element| inputs(element, found));
}
