//! The pod that comes of a template, or of a pod that was passed over, once the webhook has seen it.

use rolecall_engine::inject::{Container as Plan, Mutation, Treatment};
use rolecall_model::document::{At, Located};
use rolecall_model::evidence::pod::{Container, EnvVar, Mount, Pod, ProjectedToken, Volume};
use rolecall_model::evidence::{Evidence, Fact};

use crate::case::{Case, Injection};

/// The pod that a template makes now; none where the evidence does not tell what the webhook would do to it, and where
/// the webhook is at fault.
pub(super) fn pod_of_template(evidence: &Evidence, template: &Pod) -> Option<Pod> {
    let mut anew = evidence.clone();
    let mut pod = bare(template);
    anew.pod.pod = Fact::read(pod.clone(), template.document);
    let case = Case::new(&anew);
    if !case.misses().iter().all(|miss| miss.recreate) {
        return None;
    }
    match case.mutation() {
        Some(mutation) => injected(&mut pod, &mutation),
        // The webhook leaves alone what runs under an account without a role.
        None if case.used_account().is_some() && case.annotation().is_none() => {}
        None => return None,
    }
    Some(pod)
}

/// The pod as it would be created now; none where the evidence does not tell. A pod that was injected before says nothing
/// certain about the template that its successor comes from, and a webhook that is at fault injects nothing.
pub(super) fn pod_made_anew(evidence: &Evidence) -> Option<Pod> {
    let case = Case::new(evidence);
    let pod = evidence.pod.pod.present()?;
    let untouched = case.injection() == Some(Injection::None);
    let reachable = case.misses().iter().all(|miss| miss.recreate);
    if !untouched || !reachable || case.would_be_injected() != Some(true) {
        return None;
    }
    let mut pod = bare(pod);
    injected(&mut pod, &case.mutation()?);
    Some(pod)
}

/// A pod of which nothing is known yet but what its maker says.
fn bare(pod: &Pod) -> Pod {
    Pod { kind: "Pod".to_owned(), created: None, ready: None, ready_since: None, ..pod.clone() }
}

fn injected(pod: &mut Pod, mutation: &Mutation) {
    let at = pod.spec_at;
    if mutation.adds_volume {
        pod.volumes.insert(0, volume(mutation, at));
    }
    let treated: Vec<&Plan> = mutation.init_containers.iter().chain(&mutation.containers).collect();
    for container in &mut pod.containers {
        if let Some(plan) = treated.iter().find(|plan| plan.name == container.name.value) {
            treat(container, plan, mutation);
        }
    }
}

fn treat(container: &mut Container, plan: &Plan, mutation: &Mutation) {
    let Treatment::Injected { env, mount } = &plan.treatment else { return };
    let at = container.at;
    container.env.extend(env.iter().map(|(name, value)| EnvVar {
        name: Located::new((*name).to_owned(), at),
        value: Some(Located::new(value.clone(), at)),
        at,
    }));
    if *mount {
        let path = Located::new(mutation.mount_path.clone(), at);
        container.mounts.push(Mount { name: mutation.token.volume.clone(), path, sub_path_expr: None });
    }
}

fn volume(mutation: &Mutation, at: At) -> Volume {
    let token = &mutation.token;
    Volume {
        name: Located::new(token.volume.clone(), at),
        tokens: vec![ProjectedToken {
            audience: Some(token.audience.clone())
                .filter(|text| !text.is_empty())
                .map(|text| Located::new(text, at)),
            expiration: Some(token.expiration),
            path: Some(Located::new(token.path.clone(), at)),
        }],
        projected: true,
        secret: None,
    }
}
