//! Versions of managed policies: Create, Get, List, SetDefault, Delete (reference iam.md §5.2).

use rolecall_state::change::Change;
use rolecall_state::entity::{ManagedPolicy, PolicyVersion};
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::managed_policy::modifiable;
use super::{document, quota};
use crate::call::{Call, Changes, changed, no_such, unchanged};

/// CreatePolicyVersion.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let before = modifiable(call)?;
    let text = call.text("PolicyDocument");
    document::managed(text)?;
    if before.versions.len() >= quota::VERSIONS {
        let sentence = "A managed policy can have up to 5 versions. Before you create a new version, you must \
                        delete an existing version.";
        return Err(Fault::new(Code::LimitExceeded, sentence));
    }
    let mut policy = before.value.clone();
    let version = PolicyVersion { number: policy.next_version, created: call.now, document: text.to_owned() };
    policy.next_version += 1;
    policy.updated = call.now;
    if call.flag("SetAsDefault") {
        policy.default_version = version.number;
    }
    out.structure("PolicyVersion", |out| head(out, &policy, &version));
    policy.versions.push(version);
    Ok(changed(&before, Change::put(policy)))
}

/// GetPolicyVersion.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let policy = call.policy_of(call.text("PolicyArn"))?.ok_or_else(|| missing(call))?;
    let version = find(call, &policy)?;
    out.structure("PolicyVersion", |out| whole(out, &policy, version));
    Ok(unchanged())
}

/// ListPolicyVersions, the newest first, without their documents.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let policy = call.policy()?;
    let versions: Vec<&PolicyVersion> = policy.versions.iter().rev().collect();
    let key = |version: &&PolicyVersion| version.number.to_string();
    call.page_of(&versions, "Versions", key, out, |out, version| head(out, &policy, version))?;
    Ok(unchanged())
}

/// SetDefaultPolicyVersion.
///
/// # Errors
/// As IAM.
pub fn set_default(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    call.policy_of(call.text("PolicyArn"))?.ok_or_else(|| missing(call))?;
    let before = modifiable(call)?;
    let default_version = find(call, &before)?.number;
    let policy = ManagedPolicy { default_version, updated: call.now, ..before.value.clone() };
    Ok(changed(&before, Change::put(policy)))
}

/// DeletePolicyVersion.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = modifiable(call)?;
    let number = find(call, &before)?.number;
    if number == before.default_version {
        let sentence = "Cannot delete the default version of a policy.";
        return Err(Fault::new(Code::DeleteConflict, sentence));
    }
    let mut policy = before.value.clone();
    policy.versions.retain(|version| version.number != number);
    Ok(changed(&before, Change::put(policy)))
}

fn find<'p>(call: &Call<'_>, policy: &'p ManagedPolicy) -> Result<&'p PolicyVersion, Fault> {
    let id = call.text("VersionId");
    let number = id.strip_prefix('v').and_then(|number| number.parse().ok());
    let found = number.and_then(|number| policy.version(number));
    found.ok_or_else(|| missing(call))
}

/// The version, or the whole policy, is not there.
fn missing(call: &Call<'_>) -> Fault {
    let (arn, id) = (call.text("PolicyArn"), call.text("VersionId"));
    no_such(format!("Policy {arn} version {id} does not exist or is not attachable."))
}

/// Writes a version with its document.
pub fn whole(out: &mut Writer, policy: &ManagedPolicy, version: &PolicyVersion) {
    out.document("Document", &version.document);
    head(out, policy, version);
}

fn head(out: &mut Writer, policy: &ManagedPolicy, version: &PolicyVersion) {
    out.text("VersionId", &format!("v{}", version.number));
    out.bool("IsDefaultVersion", version.number == policy.default_version);
    out.instant("CreateDate", version.created);
}
