//! Managed policies: the default version is compared, and another one takes its place. Versions are never deleted: which
//! ones somebody still wants is not known here.

use aws_sdk_iam::Client;
use rolecall_live::aws::refusal;
use rolecall_live::refusal::Refusal;

use crate::aws::{decoded, same};

/// Versions that IAM keeps of a policy (IAM User Guide, "Versioning IAM policies").
const VERSIONS: usize = 5;

/// A version: its id, whether it is in force, and what it says.
struct Version {
    id: String,
    is_default: bool,
    document: String,
}

/// The document in force.
///
/// # Errors
/// Where it cannot be read.
pub(crate) async fn default(client: &Client, arn: &str) -> Result<String, Refusal> {
    let answer = client.get_policy().policy_arn(arn).send().await;
    let answer = answer.map_err(|error| refusal("GetPolicy", &error))?;
    let id = answer.policy().and_then(|policy| policy.default_version_id()).unwrap_or("v1");
    document(client, arn, id).await
}

/// Puts a document in force: by the version that says so already, as the one before the change does when it is undone,
/// else by a new one, which IAM makes and puts in force in one call.
///
/// # Errors
/// Where a call is refused; with five versions there is no room for another one.
pub(crate) async fn set(client: &Client, arn: &str, wanted: &str) -> Result<(), Refusal> {
    let versions = versions(client, arn).await?;
    if let Some(there) = versions.iter().find(|version| same(&version.document, wanted)) {
        if there.is_default {
            return Ok(());
        }
        let call = client.set_default_policy_version().policy_arn(arn).version_id(&there.id);
        let done = call.send().await;
        return done.map(drop).map_err(|error| refusal("SetDefaultPolicyVersion", &error));
    }
    let call = client.create_policy_version().policy_arn(arn).policy_document(wanted).set_as_default(true);
    let done = call.send().await;
    let full = versions.len() >= VERSIONS;
    done.map(drop).map_err(|error| match (refusal("CreatePolicyVersion", &error), full) {
        (refused, true) => refused.remedied(format!(
            "`{arn}` has {VERSIONS} versions, which is all that IAM keeps: delete one that nobody needs with \
             `aws iam delete-policy-version`, then run it again"
        )),
        (refused, false) => refused,
    })
}

async fn versions(client: &Client, arn: &str) -> Result<Vec<Version>, Refusal> {
    let answer = client.list_policy_versions().policy_arn(arn).send().await;
    let answer = answer.map_err(|error| refusal("ListPolicyVersions", &error))?;
    let mut versions = Vec::new();
    for version in answer.versions() {
        let id = version.version_id().unwrap_or_default().to_owned();
        let document = document(client, arn, &id).await?;
        versions.push(Version { id, is_default: version.is_default_version(), document });
    }
    Ok(versions)
}

async fn document(client: &Client, arn: &str, id: &str) -> Result<String, Refusal> {
    let answer = client.get_policy_version().policy_arn(arn).version_id(id).send().await;
    let answer = answer.map_err(|error| refusal("GetPolicyVersion", &error))?;
    Ok(decoded(answer.policy_version().and_then(|version| version.document()).unwrap_or_default()))
}
