//! Which workload a pod comes of: what its owner references say, else its name and its labels.

use rolecall_model::document::Text;
use rolecall_model::evidence::pod::{Controller, Pod, Workload};
use rolecall_model::evidence::serviceaccount::Pair;

use super::Case;

impl<'a> Case<'a> {
    /// The workload whose template the pod was made from, or whose template stands in the pod's place; none where none,
    /// or more than one, can be it.
    #[must_use]
    pub fn maker(&self) -> Option<&'a Workload> {
        let evidence = self.pod();
        let pod = evidence.pod.present();
        let all = &evidence.workloads;
        let mut makers = all.iter().filter(|one| pod.is_none_or(|pod| makes(one, pod, all)));
        makers.next().filter(|_| makers.next().is_none())
    }
}

/// Whether a pod may come of the workload's template: it has the template's labels, and its controller is the workload
/// or one that the workload made. Where no controller is told, it has the workload's name before its own (Kubernetes
/// documentation, "Deployments", "StatefulSets", "Jobs", "Owners and Dependents").
fn makes(workload: &Workload, pod: &Pod, all: &[Workload]) -> bool {
    let template = &workload.template;
    if pod.kind != "Pod" {
        return pod.spec_at == template.spec_at;
    }
    let carries = |label: &Pair| {
        pod.labels.iter().any(|own| own.key.value == label.key.value && own.value.value == label.value.value)
    };
    if !same_space(template, pod) || !template.labels.iter().all(carries) {
        return false;
    }
    match &pod.controller {
        Some(controller) => controls(workload, controller, pod, all),
        None => pod.name.as_ref().zip(template.name.as_ref()).is_some_and(|(pod, workload)| {
            let rest = pod.value.strip_prefix(workload.value.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        }),
    }
}

/// Whether the workload is that controller, or made it.
fn controls(workload: &Workload, controller: &Controller, pod: &Pod, all: &[Workload]) -> bool {
    // Other groups have kinds of the same names.
    let is = |one: &Workload, controller: &Controller| {
        controller.is_built_in()
            && one.template.kind == controller.kind
            && name(&one.template) == controller.name
            && same_space(&one.template, pod)
    };
    match all.iter().find(|one| is(one, controller)) {
        Some(between) => is(workload, between.controller.as_ref().unwrap_or(controller)),
        None => controller.is_built_in() && made(workload, controller, pod),
    }
}

/// Whether the controller, which was not read, bears the name that the workload gives to what it makes: a Deployment
/// puts the hash of its template behind its own, a CronJob the time.
fn made(workload: &Workload, controller: &Controller, pod: &Pod) -> bool {
    let rest = controller.name.strip_prefix(name(&workload.template)).and_then(|rest| rest.strip_prefix('-'));
    let Some(rest) = rest else { return false };
    match (workload.template.kind.as_str(), controller.kind.as_str()) {
        ("Deployment", "ReplicaSet") => {
            let mut hashes = pod.labels.iter().filter(|label| label.key.value == "pod-template-hash");
            hashes.any(|label| label.value.value == rest)
        }
        ("CronJob", "Job") => !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

fn same_space(template: &Pod, pod: &Pod) -> bool {
    let spaces = pod.namespace.as_ref().zip(template.namespace.as_ref());
    spaces.is_none_or(|(pod, workload)| pod.value == workload.value)
}

fn name(template: &Pod) -> &str {
    template.name.as_ref().map_or("", |name: &Text| name.value.as_str())
}
