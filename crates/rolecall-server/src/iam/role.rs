//! Roles: CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole
//! (reference iam.md §3).

use std::collections::BTreeMap;

use rolecall_state::change::Change;
use rolecall_state::entity::Role;
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::document::{self, principals};
use super::holder::Holder;
use super::{already_exists, attached_policy, in_use, permissions_boundary, quota};
use crate::call::{Call, Changes, changed, created, unchanged};
use crate::id::{self, Prefix};

/// `MaxSessionDuration` where the request does not say, in seconds.
const DEFAULT_DURATION: u32 = 3600;

/// CreateRole.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let name = call.text("RoleName");
    let submitted = call.text("AssumeRolePolicyDocument");
    let tags = call.tags()?;
    let trust = document::trust(call, submitted)?;
    let boundary = permissions_boundary::asked(call)?;
    if call.account.roles.find(name).is_some() {
        return Err(already_exists(format!("Role with name {name} already exists.")));
    }
    quota::ROLES.admit(call.account.roles.len())?;
    let role = Role {
        account: call.account_id().to_owned(),
        path: call.path().to_owned(),
        name: name.to_owned(),
        id: id::mint(Prefix::Role, call.account_id(), call.random),
        created: call.now,
        trust_policy: trust.document,
        description: call.params.get("Description").map(str::to_owned),
        max_session_duration: duration(call).unwrap_or(DEFAULT_DURATION),
        permissions_boundary: boundary.as_ref().map(|policy| policy.arn(call.partition())),
        tags,
        inline_policies: BTreeMap::new(),
        attached_policies: Vec::new(),
        last_used: None,
    };
    out.structure("Role", |out| {
        // This answer shows the document as it was submitted; later ones as it is kept.
        head(call, out, &role, submitted);
        rest(out, &role);
    });
    let mut changes = created(role);
    trust.principals.iter().for_each(|principal| principal.rely_on(&mut changes));
    if let Some(policy) = &boundary {
        attached_policy::rely_on(&mut changes, policy);
    }
    Ok(changes)
}

/// GetRole.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let role = call.role()?;
    out.structure("Role", |out| whole(call, out, &role));
    Ok(unchanged())
}

/// ListRoles.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    call.page(&call.account.roles, "Roles", out, |out, role| {
        head(call, out, role, &role.trust_policy);
        out.text_if("Description", role.description.as_deref());
        out.int("MaxSessionDuration", i64::from(role.max_session_duration));
    })?;
    Ok(unchanged())
}

/// UpdateRole: members that are not given stay as they are.
///
/// # Errors
/// As IAM.
pub fn update(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = Role::modifiable(call)?;
    let mut role = before.value.clone();
    if let Some(description) = call.params.get("Description") {
        role.description = Some(description.to_owned());
    }
    if let Some(duration) = duration(call) {
        role.max_session_duration = duration;
    }
    Ok(changed(&before, Change::put(role)))
}

/// UpdateRoleDescription.
///
/// # Errors
/// As IAM.
pub fn update_description(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let before = Role::modifiable(call)?;
    let role = Role { description: Some(call.text("Description").to_owned()), ..before.value.clone() };
    // As at creation: without the longest session and the last use.
    out.structure("Role", |out| {
        head(call, out, &role, &role.trust_policy);
        rest(out, &role);
    });
    Ok(changed(&before, Change::put(role)))
}

/// UpdateAssumeRolePolicy. A policy that locks everybody out is accepted.
///
/// # Errors
/// As IAM.
pub fn update_trust(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = Role::modifiable(call)?;
    let trust = document::trust(call, call.text("PolicyDocument"))?;
    let role = Role { trust_policy: trust.document, ..before.value.clone() };
    let mut changes = changed(&before, Change::put(role));
    trust.principals.iter().for_each(|principal| principal.rely_on(&mut changes));
    Ok(changes)
}

/// DeleteRole: refused while anything hangs on the role, in the order of reference iam.md §3.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let role = Role::modifiable(call)?;
    let why = if !call.account.instance_profiles_of(&role.name).is_empty() {
        Some("must remove roles from instance profile first.")
    } else if !role.attached_policies.is_empty() {
        Some("must detach all policies first.")
    } else if !role.inline_policies.is_empty() {
        Some("must delete policies first.")
    } else {
        None
    };
    match why {
        Some(why) => Err(in_use(why)),
        None => Ok(deleted(call, &role)),
    }
}

/// The deletion of a role; trust policies that name it keep its id.
pub fn deleted(call: &Call<'_>, role: &Shared<Role>) -> Changes {
    let mut changes = changed(role, Change::delete(&role.value));
    principals::replace(call, &role.arn(call.partition()), &role.id, &mut changes);
    changes
}

/// Writes what every answer says of a role, with its trust policy.
pub fn head(call: &Call<'_>, out: &mut Writer, role: &Role, trust_policy: &str) {
    out.text("Path", &role.path);
    out.text("RoleName", &role.name);
    out.text("RoleId", &role.id);
    out.text("Arn", &role.arn(call.partition()));
    out.instant("CreateDate", role.created);
    out.document("AssumeRolePolicyDocument", trust_policy);
}

fn rest(out: &mut Writer, role: &Role) {
    out.text_if("Description", role.description.as_deref());
    if let Some(arn) = &role.permissions_boundary {
        super::boundary(out, arn);
    }
    super::tags_if(out, &role.tags);
}

/// Writes a role as GetRole does.
fn whole(call: &Call<'_>, out: &mut Writer, role: &Role) {
    head(call, out, role, &role.trust_policy);
    out.int("MaxSessionDuration", i64::from(role.max_session_duration));
    last_used(call, out, role);
    rest(out, role);
}

/// Writes when the role was last used; an empty structure if never.
pub fn last_used(call: &Call<'_>, out: &mut Writer, role: &Role) {
    out.structure("RoleLastUsed", |out| {
        if let Some(used) = call.desk.uses.of_role(role) {
            out.instant("LastUsedDate", used.at);
            out.text("Region", &used.region);
        }
    });
}

fn duration(call: &Call<'_>) -> Option<u32> {
    call.number("MaxSessionDuration").and_then(|seconds| u32::try_from(seconds).ok())
}
