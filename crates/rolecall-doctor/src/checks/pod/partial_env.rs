//! Only one of the two variables is set, so the webhook leaves the pod alone.
//!
//! ## What you see
//! The SDK says that the role ARN or the token file is not configured, or goes on to the node's role.
//!
//! ## Why
//! The webhook adds `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE` together, and only where neither is set. One of them
//! set by hand in the pod's template keeps it from adding the other.
//!
//! ## How to tell
//! `kubectl get pod POD -o yaml` shows one of the two variables.
//!
//! ## How to mend it
//! Take the variable out of the template and let the annotation do it.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook, handler; reference eks.md §3.3 point 3.

use rolecall_model::document::At;
use rolecall_model::evidence::pod::Container;

use super::named;
use crate::case::{Case, Injection};
use crate::check::Check;
use crate::checks::serviceaccount::{namespace, recreate};
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::workload::{advise_template, change_template, leave_to_the_webhook};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "pod.partial-env",
    title: "only one of the two variables is set, so the webhook leaves the pod alone",
    severity: Severity::Error,
    reads: &[Link::Pod, Link::ServiceAccount, Link::Caller],
    source: include_str!("partial_env.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let environment = case.caller().environment.present();
    let both = environment
        .is_some_and(|set| set.is_set("AWS_ROLE_ARN") && set.is_set("AWS_WEB_IDENTITY_TOKEN_FILE"));
    // Another container is set up: this one may be meant to be as it is, unless something failed.
    let beside = case.injected() == Some(Injection::Complete);
    if case.reached_exchange() || both || (beside && !case.went_without_role()) {
        return None;
    }
    let annotated = case.annotation().is_some();
    let (set, missing, place, certainty) = match (half_set(case), case.pod().pod.present()) {
        // Without the annotation the webhook would not have acted either way.
        (Some((set, missing, at)), _) if beside => (set, missing, at, Certainty::Likely),
        (Some((set, missing, at)), _) => {
            (set, missing, at, if annotated { Certainty::Certain } else { Certainty::Possible })
        }
        (None, Some(_)) => return None,
        (None, None) if annotated => {
            let (set, missing) = of_environment(case)?;
            (set, missing, case.given(set)?, Certainty::Likely)
        }
        (None, None) => return None,
    };
    let pod = case.pod().pod.present();
    let title = match pod {
        Some(pod) => format!("`{}` of pod `{}` is set and `{missing}` is not", set, named(pod)),
        None => format!("`{set}` is set and `{missing}` is not"),
    };
    let mut finding = Finding::new(&CHECK, certainty, title)
        .because(format!(
            "The webhook adds the two variables together, and only where neither is set. `{set}`, set \
             by hand, keeps it \
             from adding `{missing}`, and with one of the two an SDK has no web identity."
        ))
        .at(place, format!("set by hand; `{missing}` is missing beside it"));
    if let Some(pair) = case.annotation() {
        finding = finding.beside(pair.key.at, "the annotation would do it alone");
    }
    let half = |container: &Container| {
        container.env("AWS_ROLE_ARN").is_some() != container.env("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
    };
    if let Some(edit) = leave_to_the_webhook(case, half) {
        let title = format!("take `{set}` out of the pod's template, so that the webhook sets both");
        return Some(change_template(case, finding, title, edit));
    }
    let space = shell_word(namespace(pod.and_then(|pod| pod.namespace.as_ref())));
    let template = pod.filter(|pod| pod.kind != "Pod");
    let target = match template.and_then(|pod| Some((pod, pod.name.as_ref()?))) {
        Some((pod, name)) => format!("{}/{}", pod.kind.to_lowercase(), shell_word(&name.value)),
        None => "deployment/NAME".into(),
    };
    let mut commands = vec![format!("kubectl set env -n {space} {target} {set}-")];
    if template.is_none() {
        commands.push(recreate(case));
    }
    let finding = advise_template(case, finding, &[set]);
    Some(finding.fix(format!("take `{set}` out of the pod's template"), Safety::ShowOnly, &commands))
}

/// The first container with one of the two variables, and with nothing drawn in from elsewhere.
fn half_set(case: &Case<'_>) -> Option<(&'static str, &'static str, At)> {
    let (role, token) = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE");
    let pod = case.pod().pod.present()?;
    let containers = case.containers(pod);
    containers.into_iter().filter(|container| !container.env_from).find_map(|container| {
        let seen = |name| {
            container
                .env(name)
                .filter(|variable| variable.value.as_ref().is_none_or(|text| !text.value.is_empty()))
        };
        match (seen(role), seen(token)) {
            (Some(variable), None) => Some((role, token, variable.at)),
            (None, Some(variable)) => Some((token, role, variable.at)),
            _ => None,
        }
    })
}

fn of_environment(case: &Case<'_>) -> Option<(&'static str, &'static str)> {
    let environment = case.caller().environment.present()?;
    let (role, token) = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE");
    match (environment.is_set(role), environment.is_set(token)) {
        (true, false) => Some((role, token)),
        (false, true) => Some((token, role)),
        _ => None,
    }
}
