//! Roles: CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole
//! (reference iam.md §3).

use std::collections::BTreeMap;

use rolecall_state::change::Change;
use rolecall_state::entity::Role;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::document;
use super::quota;
use crate::call::{Call, Changes, changed, created, unchanged};
use crate::id::{self, Prefix};

/// `MaxSessionDuration` where the request does not say, in seconds.
const DEFAULT_DURATION: u32 = 3600;

/// CreateRole.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let (name, trust_policy) = (call.text("RoleName"), call.text("AssumeRolePolicyDocument"));
    document::trust(call, trust_policy)?;
    if call.account.roles.find(name).is_some() {
        let sentence = format!("Role with name {name} already exists.");
        return Err(Fault::new(Code::EntityAlreadyExists, sentence));
    }
    quota::ROLES.admit(call.account.roles.len())?;
    let role = Role {
        account: call.account_id().to_owned(),
        path: call.path().to_owned(),
        name: name.to_owned(),
        id: id::mint(Prefix::Role, call.account_id(), call.random),
        created: call.now,
        trust_policy: trust_policy.to_owned(),
        description: call.params.get("Description").map(str::to_owned),
        max_session_duration: duration(call).unwrap_or(DEFAULT_DURATION),
        permissions_boundary: call.params.get("PermissionsBoundary").map(str::to_owned),
        tags: call.tags()?,
        inline_policies: BTreeMap::new(),
        attached_policies: Vec::new(),
        last_used: None,
    };
    out.structure("Role", |out| {
        head(call, out, &role);
        rest(out, &role);
    });
    Ok(created(role))
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
        head(call, out, role);
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
    let before = modifiable(call)?;
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
    let before = modifiable(call)?;
    let role = Role { description: Some(call.text("Description").to_owned()), ..before.value.clone() };
    out.structure("Role", |out| whole(call, out, &role));
    Ok(changed(&before, Change::put(role)))
}

/// UpdateAssumeRolePolicy. A policy that locks everybody out is accepted.
///
/// # Errors
/// As IAM.
pub fn update_trust(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = modifiable(call)?;
    let text = call.text("PolicyDocument");
    document::trust(call, text)?;
    let role = Role { trust_policy: text.to_owned(), ..before.value.clone() };
    Ok(changed(&before, Change::put(role)))
}

/// DeleteRole: refused while anything hangs on the role, in the order of reference iam.md §3.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let role = modifiable(call)?;
    let conflict = if !call.account.instance_profiles_of(&role.name).is_empty() {
        Some("must remove roles from instance profile first.")
    } else if !role.attached_policies.is_empty() {
        Some("must detach all policies first.")
    } else if !role.inline_policies.is_empty() {
        Some("must delete policies first.")
    } else {
        None
    };
    match conflict {
        Some(why) => Err(Fault::new(Code::DeleteConflict, format!("Cannot delete entity, {why}"))),
        None => Ok(changed(&role, Change::delete(&role.value))),
    }
}

/// Writes what every answer says of a role.
pub fn head(call: &Call<'_>, out: &mut Writer, role: &Role) {
    out.text("Path", &role.path);
    out.text("RoleName", &role.name);
    out.text("RoleId", &role.id);
    out.text("Arn", &role.arn(call.partition()));
    out.instant("CreateDate", role.created);
    out.document("AssumeRolePolicyDocument", &role.trust_policy);
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
    head(call, out, role);
    out.int("MaxSessionDuration", i64::from(role.max_session_duration));
    out.structure("RoleLastUsed", |out| {
        if let Some(used) = &role.last_used {
            out.instant("LastUsedDate", used.at);
            out.text("Region", &used.region);
        }
    });
    rest(out, role);
}

/// The role that the request names, unless it is one that only AWS may change.
fn modifiable(call: &Call<'_>) -> Result<rolecall_state::view::Shared<Role>, Fault> {
    let role = call.role()?;
    if role.path.starts_with("/aws-service-role/") {
        let name = &role.name;
        let sentence = format!(
            "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
        );
        return Err(Fault::new(Code::UnmodifiableEntity, sentence));
    }
    Ok(role)
}

fn duration(call: &Call<'_>) -> Option<u32> {
    call.number("MaxSessionDuration").and_then(|seconds| u32::try_from(seconds).ok())
}
