//! Managed policies: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy (reference iam.md §5.2).

use rolecall_state::change::Change;
use rolecall_state::entity::{ManagedPolicy, PolicyVersion};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::attached_policy::order;
use super::tags::{self, Tagged};
use super::{already_exists, document, quota};
use crate::call::{Call, Changes, changed, created, unchanged};
use crate::id::{self, Prefix};

/// CreatePolicy.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let (name, text) = (call.text("PolicyName"), call.text("PolicyDocument"));
    document::managed(text)?;
    let tags = tags::asked::<ManagedPolicy>(call)?;
    if call.account.policies.find(name).is_some() {
        let sentence = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(already_exists(sentence));
    }
    quota::POLICIES.admit(call.account.policies.len())?;
    let policy = ManagedPolicy {
        account: call.account_id().to_owned(),
        path: call.path().to_owned(),
        name: name.to_owned(),
        id: id::mint(Prefix::Policy, call.account_id(), call.random),
        created: call.now,
        updated: call.now,
        description: call.params.get("Description").map(str::to_owned),
        tags,
        versions: vec![PolicyVersion { number: 1, created: call.now, document: text.to_owned() }],
        default_version: 1,
        next_version: 2,
    };
    // The description is not in this answer; the tags are as they were given.
    out.structure("Policy", |out| {
        head(call, out, &policy);
        if !policy.tags.is_empty() {
            out.list("Tags", &policy.tags, super::tag);
        }
    });
    Ok(created(policy))
}

/// GetPolicy.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let policy = call.policy()?;
    out.structure("Policy", |out| {
        head(call, out, &policy);
        out.text_if("Description", policy.description.as_deref());
        out.list("Tags", ManagedPolicy::sorted(&policy.tags), super::tag);
    });
    Ok(unchanged())
}

/// ListPolicies: the account's own, AWS's, or both.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let mut policies: Vec<Shared<ManagedPolicy>> = Vec::new();
    let scope = call.params.get("Scope").unwrap_or("All");
    if scope != "AWS" {
        policies.extend(call.account.policies.all());
    }
    if let Some(aws) = call.view.account("aws").filter(|_| scope != "Local") {
        policies.extend(aws.policies.all());
    }
    let prefix = call.params.get("PathPrefix").unwrap_or("/");
    policies.retain(|policy| policy.path.starts_with(prefix) && is_used(call, policy));
    policies.sort_by_cached_key(order);
    call.page_of(&policies, "Policies", order, out, |out, policy| head(call, out, policy))?;
    Ok(unchanged())
}

/// Whether a policy passes `OnlyAttached` and `PolicyUsageFilter`.
fn is_used(call: &Call<'_>, policy: &ManagedPolicy) -> bool {
    let arn = policy.arn(call.partition());
    let permissions = || call.account.attachment_count(&arn) > 0;
    let boundary = || call.account.boundary_count(&arn) > 0;
    match (call.params.get("PolicyUsageFilter"), call.flag("OnlyAttached")) {
        (Some("PermissionsPolicy"), true) => permissions(),
        (Some("PermissionsBoundary"), _) => boundary(),
        (_, true) => permissions() || boundary(),
        (_, false) => true,
    }
}

/// DeletePolicy: nothing may use it, and the default version must be the only one.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let policy = modifiable(call)?;
    let arn = policy.arn(call.partition());
    if call.account.attachment_count(&arn) + call.account.boundary_count(&arn) > 0 {
        return Err(Fault::new(Code::DeleteConflict, "Cannot delete a policy attached to entities."));
    }
    if policy.versions.len() > 1 {
        let sentence = "This policy has more than one version. Before you delete a policy, you must delete the \
                        policy's versions. The default version is deleted with the policy.";
        return Err(Fault::new(Code::DeleteConflict, sentence));
    }
    Ok(changed(&policy, Change::delete(&policy.value)))
}

/// The policy that the request names, unless it is one of AWS: those nobody may change, whatever is allowed.
///
/// # Errors
/// As IAM.
pub fn modifiable(call: &Call<'_>) -> Result<Shared<ManagedPolicy>, Fault> {
    let policy = call.policy()?;
    if policy.account != "aws" {
        return Ok(policy);
    }
    let (caller, arn) = (call.who.arn(), policy.arn(call.partition()));
    let action = call.operation;
    let sentence =
        format!("User: {caller} is not authorized to perform: iam:{action} on resource: policy {arn}");
    Err(Fault::new(Code::AccessDenied, sentence))
}

/// Writes what lists say of a policy.
pub fn head(call: &Call<'_>, out: &mut Writer, policy: &ManagedPolicy) {
    out.text("PolicyName", &policy.name);
    out.text("PolicyId", &policy.id);
    out.text("Arn", &policy.arn(call.partition()));
    out.text("Path", &policy.path);
    out.text("DefaultVersionId", &format!("v{}", policy.default_version));
    usage(call, out, policy);
    out.bool("IsAttachable", true);
    out.instant("CreateDate", policy.created);
    out.instant("UpdateDate", policy.updated);
}

/// Writes how often a policy is used in the caller's account.
fn usage(call: &Call<'_>, out: &mut Writer, policy: &ManagedPolicy) {
    let arn = policy.arn(call.partition());
    let count = |uses: usize| i64::try_from(uses).unwrap_or(i64::MAX);
    out.int("AttachmentCount", count(call.account.attachment_count(&arn)));
    out.int("PermissionsBoundaryUsageCount", count(call.account.boundary_count(&arn)));
}
