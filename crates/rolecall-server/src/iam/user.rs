//! Users: CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser (reference iam.md §6).

use std::collections::BTreeMap;

use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{Kept, User};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::attached_policy;
use super::document::principals;
use super::{already_exists, in_use, permissions_boundary, quota};
use crate::call::{Call, Changes, changed, created, unchanged};
use crate::id::{self, Prefix};
use crate::who::Actor;

/// CreateUser.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let name = call.text("UserName");
    let tags = call.tags()?;
    let boundary = permissions_boundary::asked(call)?;
    if call.account.users.find(name).is_some() {
        return Err(already_exists(format!("User with name {name} already exists.")));
    }
    quota::USERS.admit(call.account.users.len())?;
    let user = User {
        account: call.account_id().to_owned(),
        path: call.path().to_owned(),
        name: name.to_owned(),
        id: id::mint(Prefix::User, call.account_id(), call.random),
        created: call.now,
        permissions_boundary: boundary.as_ref().map(|policy| policy.arn(call.partition())),
        tags,
        inline_policies: BTreeMap::new(),
        attached_policies: Vec::new(),
        password_last_used: None,
    };
    out.structure("User", |out| whole(call, out, &user));
    let mut changes = created(user);
    if let Some(policy) = &boundary {
        attached_policy::rely_on(&mut changes, policy);
    }
    Ok(changes)
}

/// GetUser; without `UserName` it is the caller, also where that is the account's root.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    if call.params.get("UserName").is_none() && matches!(call.who.actor, Actor::Root) {
        let created = call.account.account().map(|account| account.created);
        out.structure("User", |out| {
            out.text("UserId", call.account_id());
            out.text("Arn", &call.who.arn());
            out.instant("CreateDate", created.unwrap_or(call.now));
        });
        return Ok(unchanged());
    }
    let user = call.user_or_self()?;
    out.structure("User", |out| whole(call, out, &user));
    Ok(unchanged())
}

/// ListUsers.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    call.page(&call.account.users, "Users", out, |out, user| head(call, out, user))?;
    Ok(unchanged())
}

/// UpdateUser: renames and moves; the unique id stays. Trust policies that name the user go along, since IAM keeps
/// the id in place of the ARN (reference iam.md §4.1).
///
/// # Errors
/// As IAM.
pub fn update(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = call.user()?;
    let mut user = before.value.clone();
    if let Some(name) = call.params.get("NewUserName") {
        let other = call.account.users.find(name).filter(|other| other.id != user.id);
        if other.is_some() {
            return Err(already_exists(format!("User with name {name} already exists.")));
        }
        user.name = name.to_owned();
    }
    if let Some(path) = call.params.get("NewPath") {
        user.path = path.to_owned();
    }
    let (old_arn, new_arn) = (before.arn(call.partition()), user.arn(call.partition()));
    let mut changes = renamed(&before, user);
    if old_arn != new_arn {
        principals::replace(call, &old_arn, &new_arn, &mut changes);
    }
    Ok(changes)
}

fn renamed(before: &Shared<User>, user: User) -> Changes {
    let moved = user.key() != before.value.key();
    let absent = moved.then(|| Compare::absent(user.key()));
    let mut changes = changed(before, Change::delete(&before.value));
    changes.compare.extend(absent);
    changes.changes.push(Change::put(user));
    changes
}

/// DeleteUser: refused while anything hangs on the user.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let user = call.user()?;
    let account = &call.account;
    let why = if !account.groups_of(&user.id).is_empty() {
        Some("must remove users from group first.")
    } else if account.login_profiles.get(&user.id).is_some() {
        Some("must delete login profile first.")
    } else if !account.access_keys_of(&user.id).is_empty() {
        Some("must delete access keys first.")
    } else if !user.attached_policies.is_empty() {
        Some("must detach all policies first.")
    } else if !user.inline_policies.is_empty() {
        Some("must delete policies first.")
    } else {
        None
    };
    if let Some(why) = why {
        return Err(in_use(why));
    }
    let mut changes = changed(&user, Change::delete(&user.value));
    principals::replace(call, &user.arn(call.partition()), &user.id, &mut changes);
    Ok(changes)
}

/// Writes what every answer says of a user.
pub fn head(call: &Call<'_>, out: &mut Writer, user: &User) {
    out.text("Path", &user.path);
    out.text("UserName", &user.name);
    out.text("UserId", &user.id);
    out.text("Arn", &user.arn(call.partition()));
    out.instant("CreateDate", user.created);
    if let Some(used) = user.password_last_used {
        out.instant("PasswordLastUsed", used);
    }
}

fn whole(call: &Call<'_>, out: &mut Writer, user: &User) {
    head(call, out, user);
    if let Some(arn) = &user.permissions_boundary {
        super::boundary(out, arn);
    }
    super::tags_if(out, &user.tags);
}

/// Makes changes rest on a user, such that whoever deletes it meanwhile sees it changed.
pub fn rely_on(changes: &mut Changes, user: &Shared<User>) {
    changes.compare.push(Compare::unchanged(user));
    changes.changes.push(Change::put(user.value.clone()));
}
