//! Edits as commands of kubectl, every value quoted for a POSIX shell.

use rolecall_model::json::edit::quoted;

use crate::finding::shell_word;
use crate::fix::edit::Edit;

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
        Edit::PatchPodTemplate { namespace, kind, name, after, .. } => {
            let account = after.as_deref().map_or_else(|| "null".to_owned(), quoted);
            let patch = format!(r#"{{"spec":{{"template":{{"spec":{{"serviceAccountName":{account}}}}}}}}}"#);
            vec![format!(
                "kubectl patch {} -n {} {} --type merge -p {}",
                shell_word(&kind.to_ascii_lowercase()),
                shell_word(namespace),
                shell_word(name),
                shell_word(&patch)
            )]
        }
        Edit::RestartWorkload { namespace, kind, name } if restarts(kind) => vec![format!(
            "kubectl rollout restart -n {} {}",
            shell_word(namespace),
            shell_word(&format!("{}/{name}", kind.to_ascii_lowercase()))
        )],
        Edit::RestartWorkload { namespace, kind, name } if kind.eq_ignore_ascii_case("pod") => {
            vec![format!("kubectl delete pod -n {} {}", shell_word(namespace), shell_word(name))]
        }
        _ => Vec::new(),
    }
}

/// Kinds that `kubectl rollout restart` takes.
fn restarts(kind: &str) -> bool {
    ["deployment", "daemonset", "statefulset"].contains(&kind.to_ascii_lowercase().as_str())
}
