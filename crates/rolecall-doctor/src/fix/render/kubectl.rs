//! Edits as commands of kubectl, every value quoted for a POSIX shell.

use crate::finding::shell_word;
use crate::fix::edit::{Edit, Variable};

/// The commands; none for an edit that is not Kubernetes', and for kinds whose pods kubectl has no command to make anew:
/// a Job runs once, and a CronJob makes other pods by itself.
pub(super) fn render(edit: &Edit) -> Vec<String> {
    match edit {
        Edit::AnnotateServiceAccount { namespace, name, key, after, .. } => {
            let change = match after {
                Some(value) => shell_word(&format!("{key}={value}")),
                None => shell_word(&format!("{key}-")),
            };
            let flags = if after.is_some() { "--overwrite " } else { "" };
            vec![format!(
                "kubectl annotate serviceaccount {flags}-n {} {} {change}",
                shell_word(namespace),
                shell_word(name)
            )]
        }
        Edit::CreateServiceAccount { namespace, name, annotations } => {
            let account = format!("serviceaccount -n {} {}", shell_word(namespace), shell_word(name));
            let annotate = annotations.iter().map(|(key, value)| {
                format!("kubectl annotate {account} {}", shell_word(&format!("{key}={value}")))
            });
            std::iter::once(format!("kubectl create {account}")).chain(annotate).collect()
        }
        Edit::PatchPodTemplate { namespace, kind, name, after: Some(account), .. } => vec![format!(
            "kubectl set serviceaccount -n {} {} {}",
            shell_word(namespace),
            workload(kind, name),
            shell_word(account)
        )],
        // What is taken away is given as null.
        Edit::PatchPodTemplate { namespace, kind, name, after: None, .. } => {
            let mut patch =
                r#"{"template":{"spec":{"serviceAccountName":null,"serviceAccount":null}}}"#.to_owned();
            if kind == "CronJob" {
                patch = format!(r#"{{"jobTemplate":{{"spec":{patch}}}}}"#);
            }
            let patch = shell_word(&format!(r#"{{"spec":{patch}}}"#));
            let target = format!("{} -n {}", workload(kind, name), shell_word(namespace));
            vec![format!("kubectl patch {target} --type merge -p {patch}")]
        }
        Edit::SetContainerEnv { namespace, kind, name, variables } => {
            let target = format!("-n {} {}", shell_word(namespace), workload(kind, name));
            let of_one = |variables: &[Variable]| {
                let container = variables.first().map_or("", |one| one.container.as_str());
                let words = variables.iter().map(|one| match &one.after {
                    Some(value) => shell_word(&format!("{}={value}", one.name)),
                    None => shell_word(&format!("{}-", one.name)),
                });
                let words: Vec<String> = words.collect();
                format!("kubectl set env {target} -c {} {}", shell_word(container), words.join(" "))
            };
            variables.chunk_by(|one, next| one.container == next.container).map(of_one).collect()
        }
        Edit::RestartWorkload { namespace, kind, name } if restarts(kind) => {
            vec![format!("kubectl rollout restart -n {} {}", shell_word(namespace), workload(kind, name))]
        }
        Edit::RestartWorkload { namespace, kind, name } if kind.eq_ignore_ascii_case("pod") => {
            vec![format!("kubectl delete pod -n {} {}", shell_word(namespace), shell_word(name))]
        }
        _ => Vec::new(),
    }
}

fn workload(kind: &str, name: &str) -> String {
    shell_word(&format!("{}/{name}", kind.to_ascii_lowercase()))
}

/// Kinds that `kubectl rollout restart` takes.
fn restarts(kind: &str) -> bool {
    ["deployment", "daemonset", "statefulset"].contains(&kind.to_ascii_lowercase().as_str())
}
