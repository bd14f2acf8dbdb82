//! Edits as commands of the AWS CLI, every value quoted for a POSIX shell.

use super::flush;
use crate::finding::shell_word;
use crate::fix::edit::Edit;

/// The commands; none for an edit that is not AWS's.
pub(super) fn render(edit: &Edit) -> Vec<String> {
    match edit {
        Edit::SetTrustPolicy(edit) => vec![format!(
            "aws iam update-assume-role-policy {} --policy-document {}",
            option("--role-name", &edit.role),
            shell_word(&flush(&edit.after))
        )],
        Edit::SetProviderAudiences { provider, before, after } => audiences(provider, before, after),
        Edit::SetProviderThumbprints { provider, after, .. } => {
            let list: Vec<String> = after.iter().map(|print| shell_word(print)).collect();
            vec![format!(
                "aws iam update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn {} --thumbprint-list {}",
                shell_word(provider),
                list.join(" ")
            )]
        }
        Edit::CreateProvider { url, audiences, .. } => {
            let list: Vec<String> = audiences.iter().map(|audience| shell_word(audience)).collect();
            vec![format!(
                "aws iam create-open-id-connect-provider --url {} --client-id-list {}",
                shell_word(url),
                list.join(" ")
            )]
        }
        Edit::SetMaxSessionDuration { role, after, .. } => {
            vec![format!(
                "aws iam update-role {} --max-session-duration {after}",
                option("--role-name", role)
            )]
        }
        Edit::PutRolePolicy { role, name, after: Some(document), .. } => vec![format!(
            "aws iam put-role-policy {} {} --policy-document {}",
            option("--role-name", role),
            option("--policy-name", name),
            shell_word(&flush(document))
        )],
        Edit::PutRolePolicy { role, name, after: None, .. } => vec![format!(
            "aws iam delete-role-policy {} {}",
            option("--role-name", role),
            option("--policy-name", name)
        )],
        Edit::SetManagedPolicy { policy, after, .. } => vec![format!(
            "aws iam create-policy-version {} --policy-document {} --set-as-default",
            option("--policy-arn", policy),
            shell_word(&flush(after))
        )],
        _ => Vec::new(),
    }
}

/// An option and its value. IAM's names may begin with a dash, which the CLI takes for an option of its own unless the
/// value is tied to the one before.
fn option(name: &str, value: &str) -> String {
    let tie = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{tie}{}", shell_word(value))
}

/// Client ids are added and removed one by one: IAM has no call that replaces the list.
fn audiences(provider: &str, before: &[String], after: &[String]) -> Vec<String> {
    let command = |verb: &str, id: &String| {
        format!(
            "aws iam {verb}-open-id-connect-provider --open-id-connect-provider-arn {} {}",
            shell_word(provider),
            option("--client-id", id)
        )
    };
    let added = after.iter().filter(|id| !before.contains(id)).map(|id| command("add-client-id-to", id));
    let gone = before.iter().filter(|id| !after.contains(id)).map(|id| command("remove-client-id-from", id));
    added.chain(gone).collect()
}
