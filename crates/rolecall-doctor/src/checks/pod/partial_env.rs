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

use super::named;
use crate::case::{Case, Injection};
use crate::check::Check;
use crate::checks::serviceaccount::{namespace, recreate};
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
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
    if case.reached_exchange() || case.configured() == Some(true) {
        return None;
    }
    let annotated = case.annotation().is_some();
    let (set, missing, certainty) = match case.injection() {
        // Without the annotation the webhook would not have acted either way.
        Some(Injection::Partial { set, missing }) => {
            (set, missing, if annotated { Certainty::Certain } else { Certainty::Possible })
        }
        Some(_) => return None,
        None if annotated => {
            let (set, missing) = of_environment(case)?;
            (set, missing, Certainty::Likely)
        }
        None => return None,
    };
    let place = case.variable_at(set)?;
    let pod = case.pod().pod.present();
    let title = match pod {
        Some(pod) => format!("`{}` of pod `{}` is set and `{missing}` is not", set, named(pod)),
        None => format!("`{set}` is set and `{missing}` is not"),
    };
    let mut finding = Finding::new(&CHECK, certainty, title)
        .because(format!(
            "The webhook adds the two variables together, and only where neither is set. `{set}`, set by hand, keeps it \
             from adding `{missing}`, and with one of the two an SDK has no web identity."
        ))
        .at(place, format!("set by hand; `{missing}` is missing beside it"));
    if let Some(pair) = case.annotation() {
        finding = finding.beside(pair.key.at, "the annotation would do it alone");
    }
    let space = shell_word(namespace(pod.and_then(|pod| pod.namespace.as_ref())));
    let template = pod.filter(|pod| pod.kind != "Pod");
    let target = match template.and_then(|pod| Some((pod, pod.name.as_ref()?))) {
        Some((pod, name)) => format!("{}/{}", pod.kind.to_lowercase(), shell_word(&name.value)),
        None => "deployment/NAME".into(),
    };
    let safety = if template.is_some() { Safety::Review } else { Safety::ShowOnly };
    let mut commands = vec![format!("kubectl set env -n {space} {target} {set}-")];
    if template.is_none() {
        commands.push(recreate(case));
    }
    Some(finding.fix(format!("take `{set}` out of the pod's template"), safety, &commands))
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
