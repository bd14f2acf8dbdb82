//! Edits of workloads: the annotation of a service account, the template of pods, and pods made anew so that the
//! webhook sees them.

use rolecall_model::document::Text;
use rolecall_model::evidence::pod::{Container, EnvVar, Rollout, Workload};
use rolecall_model::evidence::serviceaccount::ServiceAccount;

use super::edit::{Edit, Variable};
use super::made_anew::pod_of_template;
use super::preview::preview;
use crate::case::{Case, ROLE_ARN, RequestedFrom, TOKEN_FILE, TokenMount};
use crate::checks::serviceaccount::ROLE_KEY;
use crate::finding::{Finding, Safety};

/// Makes the pods anew; none where no pod was read or it has no name, where the webhook would inject none of its
/// containers this time either, and where there is no pod yet whose deletion would do it and a mark on the template does
/// not.
#[must_use]
pub fn restart(case: &Case<'_>) -> Option<Edit> {
    let pod = case.pod().pod.present()?;
    let held = case.maker().is_some_and(|maker| maker.rollout != Rollout::ByKind);
    if case.would_be_injected() == Some(false) || (held && pod.kind != "Pod") {
        return None;
    }
    Some(Edit::RestartWorkload {
        namespace: pod.namespace.as_ref()?.value.clone(),
        kind: pod.kind.clone(),
        name: pod.name.as_ref()?.value.clone(),
    })
}

/// Whether a workload of this kind makes its pods anew by itself when its template changes.
#[must_use]
pub fn rolls(kind: &str) -> bool {
    ["Deployment", "StatefulSet", "DaemonSet"].contains(&kind)
}

/// The workload whose template can be changed so that other pods come of it by themselves. The template of a Job cannot be changed
/// once it is made, nor can a pod's, and pods of a ReplicaSet stay as they are (Kubernetes API reference, `Job`,
/// `ReplicaSet`).
#[must_use]
pub fn template<'a>(case: &Case<'a>) -> Option<&'a Workload> {
    let changes = |kind: &str| rolls(kind) || kind == "CronJob";
    let maker = case.maker().filter(|workload| changes(&workload.template.kind));
    maker.filter(|workload| workload.rollout == Rollout::ByKind)
}

/// Lets the pods of the workload run as another account.
#[must_use]
pub fn run_as(case: &Case<'_>, account: &str) -> Option<Edit> {
    let template = &template(case)?.template;
    Some(Edit::PatchPodTemplate {
        namespace: template.namespace.as_ref()?.value.clone(),
        kind: template.kind.clone(),
        name: template.name.as_ref()?.value.clone(),
        before: template.service_account.as_ref().map(|name| name.value.clone()),
        after: Some(account.to_owned()),
    })
}

/// Changes variables of the template's containers. `after` is asked for each and gives none where one stays, else the
/// new value, or that it is taken out. None where nothing changes, and where one of them is drawn from elsewhere, stands
/// twice, or is drawn on by the container itself.
#[must_use]
pub fn set_env(
    case: &Case<'_>,
    after: impl Fn(&Container, &EnvVar) -> Option<Option<String>>,
) -> Option<Edit> {
    let template = &template(case)?.template;
    let mut variables = Vec::new();
    for container in &template.containers {
        for (place, variable) in container.env.iter().enumerate() {
            let Some(after) = after(container, variable) else { continue };
            let name = &variable.name.value;
            let before = variable.value.as_ref()?.value.clone();
            let twice = container.env.iter().filter(|other| other.name.value == *name).count() > 1;
            if twice || dependent(container, name).is_some() {
                return None;
            }
            let container = container.name.value.clone();
            variables.push(Variable { container, name: name.clone(), place, before: Some(before), after });
        }
    }
    let (namespace, name) = (template.namespace.as_ref()?, template.name.as_ref()?);
    (!variables.is_empty()).then(|| Edit::SetContainerEnv {
        namespace: namespace.value.clone(),
        kind: template.kind.clone(),
        name: name.value.clone(),
        variables,
    })
}

/// Why no other pods come of a changed template by themselves.
fn held(workload: &Workload) -> Option<String> {
    let name = workload.template.name.as_ref().map_or("NAME", |name| name.value.as_str());
    let kind = &workload.template.kind;
    Some(match workload.rollout {
        Rollout::ByKind => return None,
        Rollout::OnDelete => format!(
            "{kind} `{name}` makes a pod of its new template only when the old one is deleted (`updateStrategy: \
             OnDelete`): delete its pods after the change"
        ),
        Rollout::Paused => format!(
            "{kind} `{name}` is paused: no pod comes of the change before it is resumed (`kubectl rollout resume`)"
        ),
        Rollout::Partition(first) => format!(
            "{kind} `{name}` leaves its pods below ordinal {first} at the template of before (`partition`): lower it \
             after the change"
        ),
    })
}

/// What of a container draws on a variable of it, in words: another variable, an argument, the path of a mount. Without
/// the variable Kubernetes leaves `$(NAME)` there as it is written, and what the webhook adds comes too late for it
/// (Kubernetes documentation, "Define Dependent Environment Variables").
fn dependent(container: &Container, name: &str) -> Option<String> {
    let draws = |text: &Text| references(&text.value, name);
    let variable = container.env.iter().find(|one| one.value.as_ref().is_some_and(draws));
    let place = match variable {
        Some(other) => format!("`{}`", other.name.value),
        None if container.arguments.iter().any(draws) => "the command line".to_owned(),
        None if container.mounts.iter().any(|mount| mount.sub_path_expr.as_ref().is_some_and(draws)) => {
            "the path of a mount".to_owned()
        }
        None => return None,
    };
    Some(format!("{place} of container `{}` draws on `{name}`", container.name.value))
}

/// Whether a text has `$(NAME)`; `$$` stands for one dollar and begins none.
fn references(text: &str, name: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        let named = after.strip_prefix('(').and_then(|after| after.strip_prefix(name));
        if named.is_some_and(|after| after.starts_with(')')) {
            return true;
        }
        rest = after.strip_prefix('$').unwrap_or(after);
    }
    false
}

/// Advice on the template and on variables of it, which says what keeps them from being changed.
#[must_use]
pub fn advise_template(case: &Case<'_>, finding: Finding, names: &[&str]) -> Finding {
    let finding = match case.maker().and_then(held) {
        Some(why) => finding.note(why),
        None => finding,
    };
    let template = case.maker().map(|workload| &workload.template).or_else(|| case.pod().pod.present());
    let containers = template.map(|template| template.containers.as_slice()).unwrap_or_default();
    let set = |container: &&Container, name: &str| container.env(name).is_some();
    let found = containers.iter().find_map(|container| {
        names.iter().filter(|name| set(&container, name)).find_map(|name| dependent(container, name))
    });
    match found {
        Some(fact) => finding.note(format!("{fact}: change that first")),
        None => finding,
    }
}

/// Takes the two variables of the mechanism out of containers that someone set up by hand, so that the webhook does it.
/// None where the webhook would not then give each of them a token, and where another role was set by hand than the
/// account names: which of them is meant is not known.
#[must_use]
pub fn leave_to_the_webhook(case: &Case<'_>, by_hand: impl Fn(&Container) -> bool) -> Option<Edit> {
    let role = case.annotation()?;
    let is_ours = |one: &EnvVar| [ROLE_ARN, TOKEN_FILE].contains(&one.name.value.as_str());
    let edit = set_env(case, |container, one| (is_ours(one) && by_hand(container)).then_some(None))?;
    let Edit::SetContainerEnv { variables, .. } = &edit else { return None };
    let other = |one: &Variable| {
        let value = one.before.as_deref().unwrap_or_default();
        one.name == ROLE_ARN && !value.is_empty() && value != role.value.value
    };
    if variables.iter().any(other) {
        return None;
    }
    let after = preview(case.evidence(), std::slice::from_ref(&edit));
    let after = Case::new(&after);
    let pod = pod_of_template(after.evidence(), &after.maker()?.template)?;
    let given = |one: &Variable| {
        let container = pod.containers.iter().find(|container| container.name.value == one.container);
        container.is_some_and(|container| {
            container.env(ROLE_ARN).is_some()
                && after.token_mount(&pod, container) == Some(TokenMount::Mounted)
        })
    };
    variables.iter().all(given).then_some(edit)
}

/// Who writes the workload, and will write it again as it was; none where nothing tells.
fn rendered_by(workload: &Workload) -> Option<String> {
    const MARKS: [(&str, &str); 5] = [
        ("meta.helm.sh/release-name", "Helm"),
        ("argocd.argoproj.io/tracking-id", "Argo CD"),
        ("argocd.argoproj.io/instance", "Argo CD"),
        ("kustomize.toolkit.fluxcd.io/name", "Flux"),
        ("helm.toolkit.fluxcd.io/name", "Flux"),
    ];
    let all = || workload.labels.iter().chain(&workload.annotations);
    let marked = |(key, who): &(&str, &str)| {
        all().any(|pair| pair.key.value == *key).then(|| format!("{who} (`{key}`)"))
    };
    // What renders a chart itself goes before the chart.
    let found = MARKS.iter().skip(1).chain(MARKS.first()).find_map(marked);
    // An operator makes workloads as what it is given says.
    let controller = || {
        let controller = workload.controller.as_ref()?;
        Some(format!("{} `{}`, which controls it", controller.kind, controller.name))
    };
    let label = || {
        let pair = all().find(|pair| pair.key.value == "app.kubernetes.io/managed-by")?;
        Some(format!("{} (`{}`)", pair.value.value, pair.key.value))
    };
    found.or_else(controller).or_else(label)
}

/// Mends a finding by a change of the template, and says who will write that over.
#[must_use]
pub fn change_template(case: &Case<'_>, finding: Finding, title: impl Into<String>, edit: Edit) -> Finding {
    let finding = finding.change(title, Safety::Review, vec![edit]);
    match template(case).and_then(rendered_by) {
        Some(who) => finding.note(format!(
            "the workload is rendered by {who}: change its source too, or the next rendering undoes the fix"
        )),
        None => finding,
    }
}

/// Puts an annotation on an account; none where its namespace is not known.
#[must_use]
pub fn annotate(account: &ServiceAccount, key: &str, after: Option<&str>) -> Option<Edit> {
    let known = account.annotations.iter().rev().find(|pair| pair.key.value == key);
    Some(Edit::AnnotateServiceAccount {
        namespace: account.namespace.as_ref()?.value.clone(),
        name: account.name.value.clone(),
        key: key.to_owned(),
        before: known.map(|pair| pair.value.value.clone()),
        after: after.map(str::to_owned),
    })
}

/// Annotates the account that the workload uses with a role, and makes its pods anew where one was read.
#[must_use]
pub fn give_role(case: &Case<'_>, account: &ServiceAccount, role: &str) -> Option<Vec<Edit>> {
    let mut edits = vec![annotate(account, ROLE_KEY, Some(role))?];
    edits.extend(restart(case));
    Some(edits)
}

/// The same, where it is the account's annotation that names the role which is asked for now.
#[must_use]
pub fn rename_role(case: &Case<'_>, role: &str) -> Option<Vec<Edit>> {
    let requested = case.requested()?;
    let account = case.serviceaccount().account.present()?;
    let pair = account.annotations.iter().rev().find(|pair| pair.key.value == ROLE_KEY)?;
    let from = matches!(
        requested.from,
        RequestedFrom::Annotation | RequestedFrom::Pod | RequestedFrom::Environment | RequestedFrom::Request
    );
    (from && pair.value.value == requested.arn.value).then(|| give_role(case, account, role)).flatten()
}
