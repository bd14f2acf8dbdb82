//! Instance profiles: Create, Get, List, Delete, and the one role that each may have (reference iam.md §6).

use rolecall_policy::context::Context;
use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{InstanceProfile, Role};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::holder::Holder;
use super::{already_exists, in_use, quota, role};
use crate::call::{Call, Changes, changed, created, no_such, unchanged};
use crate::id::{self, Prefix};
use crate::permission;

/// CreateInstanceProfile.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let name = call.text("InstanceProfileName");
    let tags = call.tags()?;
    if call.account.instance_profiles.find(name).is_some() {
        return Err(already_exists(format!("Instance Profile {name} already exists.")));
    }
    quota::INSTANCE_PROFILES.admit(call.account.instance_profiles.len())?;
    let profile = InstanceProfile {
        account: call.account_id().to_owned(),
        path: call.path().to_owned(),
        name: name.to_owned(),
        id: id::mint(Prefix::InstanceProfile, call.account_id(), call.random),
        created: call.now,
        role: None,
        tags,
    };
    out.structure("InstanceProfile", |out| {
        head(call, out, &profile);
        super::tags_if(out, &profile.tags);
    });
    Ok(created(profile))
}

/// GetInstanceProfile.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let profile = call.instance_profile()?;
    out.structure("InstanceProfile", |out| {
        head(call, out, &profile);
        super::tags(out, &profile.tags);
    });
    Ok(unchanged())
}

/// ListInstanceProfiles, without tags.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let profiles = &call.account.instance_profiles;
    call.page(profiles, "InstanceProfiles", out, |out, profile| head(call, out, profile))?;
    Ok(unchanged())
}

/// ListInstanceProfilesForRole.
///
/// # Errors
/// As IAM.
pub fn list_for_role(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let profiles = call.account.instance_profiles_of(&call.role()?.name);
    let order = |profile: &Shared<InstanceProfile>| profile.name.to_ascii_lowercase();
    call.page_of(&profiles, "InstanceProfiles", order, out, |out, profile| head(call, out, profile))?;
    Ok(unchanged())
}

/// DeleteInstanceProfile: refused while it has a role.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let profile = call.instance_profile()?;
    if profile.role.is_some() {
        return Err(in_use("must remove roles from instance profile first."));
    }
    Ok(changed(&profile, Change::delete(&profile.value)))
}

/// AddRoleToInstanceProfile; the caller must be allowed to pass the role to EC2.
///
/// # Errors
/// As IAM.
pub fn add_role(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = call.instance_profile()?;
    let role = Role::modifiable(call)?;
    may_pass(call, &role)?;
    quota::ROLES_IN_PROFILE.admit(usize::from(before.role.is_some()))?;
    let profile = InstanceProfile { role: Some(role.name.clone()), ..before.value.clone() };
    let mut changes = changed(&before, Change::put(profile));
    // Whoever deletes the role meanwhile sees a change.
    changes.compare.push(Compare::unchanged(&role));
    changes.changes.push(Change::put(role.value.clone()));
    Ok(changes)
}

/// RemoveRoleFromInstanceProfile.
///
/// # Errors
/// As IAM.
pub fn remove_role(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = call.instance_profile()?;
    let role = &Role::modifiable(call)?.name;
    if before.role.as_ref() != Some(role) {
        let sentence = format!("Role {role} in Instance Profile {} cannot be found.", before.name);
        return Err(no_such(sentence));
    }
    Ok(changed(&before, Change::put(InstanceProfile { role: None, ..before.value.clone() })))
}

fn may_pass(call: &Call<'_>, role: &Role) -> Result<(), Fault> {
    let mut context = Context::new();
    call.who.keys(&mut context);
    call.origin.keys(call.now, "us-east-1", &mut context);
    context.set("iam:PassedToService", ["ec2.amazonaws.com".to_owned()]);
    permission::allow(call, "iam:PassRole", &role.arn(call.partition()), &context)
}

/// Writes what every answer says of a profile, its role included.
pub fn head(call: &Call<'_>, out: &mut Writer, profile: &InstanceProfile) {
    out.text("Path", &profile.path);
    out.text("InstanceProfileName", &profile.name);
    out.text("InstanceProfileId", &profile.id);
    out.text("Arn", &profile.arn(call.partition()));
    out.instant("CreateDate", profile.created);
    let role = profile.role.as_ref().and_then(|name| call.account.roles.get(name));
    out.list("Roles", role, |out, role| role::head(call, out, &role, &role.trust_policy));
}
