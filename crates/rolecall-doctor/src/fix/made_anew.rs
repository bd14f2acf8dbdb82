//! The pod that comes of a template, or of a pod that was passed over, once the webhook has seen it.

use rolecall_engine::inject::{Container as Plan, Mutation, Treatment};
use rolecall_model::document::{At, Located};
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::pod::{Container, EnvVar, Mount, Pod, ProjectedToken, Volume};

use crate::case::{Case, Injection};

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
    Some(injected(pod, &case.mutation()?))
}

fn injected(pod: &Pod, mutation: &Mutation) -> Pod {
    let mut pod = pod.clone();
    let at = pod.spec_at;
    "Pod".clone_into(&mut pod.kind);
    pod.created = None;
    pod.ready = None;
    pod.ready_since = None;
    if mutation.adds_volume {
        pod.volumes.insert(0, volume(mutation, at));
    }
    let treated: Vec<&Plan> = mutation.init_containers.iter().chain(&mutation.containers).collect();
    for container in &mut pod.containers {
        if let Some(plan) = treated.iter().find(|plan| plan.name == container.name.value) {
            treat(container, plan, mutation);
        }
    }
    pod
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
        container.mounts.push(Mount { name: mutation.token.volume.clone(), path });
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
