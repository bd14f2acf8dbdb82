//! Groups: CreateGroup, GetGroup, ListGroups, UpdateGroup, DeleteGroup (reference iam.md §6).

use std::collections::BTreeMap;

use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{Group, Kept, User};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::{already_exists, in_use, quota, user};
use crate::call::{Call, Changes, changed, created, unchanged};
use crate::id::{self, Prefix};

/// CreateGroup.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let name = call.text("GroupName");
    if call.account.groups.find(name).is_some() {
        return Err(already_exists(format!("Group with name {name} already exists.")));
    }
    quota::GROUPS.admit(call.account.groups.len())?;
    let group = Group {
        account: call.account_id().to_owned(),
        path: call.path().to_owned(),
        name: name.to_owned(),
        id: id::mint(Prefix::Group, call.account_id(), call.random),
        created: call.now,
        members: Vec::new(),
        inline_policies: BTreeMap::new(),
        attached_policies: Vec::new(),
    };
    out.structure("Group", |out| head(call, out, &group));
    Ok(created(group))
}

/// GetGroup: the group and a page of its users.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let group = call.group()?;
    out.structure("Group", |out| head(call, out, &group));
    let mut users: Vec<Shared<User>> =
        group.members.iter().filter_map(|id| call.view.user_by_id(id)).collect();
    let order = |user: &Shared<User>| user.name.to_ascii_lowercase();
    users.sort_by_cached_key(order);
    call.page_of(&users, "Users", order, out, |out, user| user::head(call, out, user))?;
    Ok(unchanged())
}

/// ListGroups.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    call.page(&call.account.groups, "Groups", out, |out, group| head(call, out, group))?;
    Ok(unchanged())
}

/// UpdateGroup: renames and moves; the unique id stays.
///
/// # Errors
/// As IAM.
pub fn update(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = call.group()?;
    let mut group = before.value.clone();
    if let Some(name) = call.params.get("NewGroupName") {
        let other = call.account.groups.find(name).filter(|other| other.id != group.id);
        if other.is_some() {
            return Err(already_exists(format!("Group with name {name} already exists.")));
        }
        group.name = name.to_owned();
    }
    if let Some(path) = call.params.get("NewPath") {
        group.path = path.to_owned();
    }
    let absent = (group.key() != before.value.key()).then(|| Compare::absent(group.key()));
    let mut changes = changed(&before, Change::delete(&before.value));
    changes.compare.extend(absent);
    changes.changes.push(Change::put(group));
    Ok(changes)
}

/// DeleteGroup: refused while it has users or policies.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let group = call.group()?;
    let why = if !group.members.is_empty() {
        Some("must remove users from group first.")
    } else if !group.attached_policies.is_empty() {
        Some("must detach all policies first.")
    } else if !group.inline_policies.is_empty() {
        Some("must delete policies first.")
    } else {
        None
    };
    match why {
        Some(why) => Err(in_use(why)),
        None => Ok(changed(&group, Change::delete(&group.value))),
    }
}

/// Writes what every answer says of a group.
pub fn head(call: &Call<'_>, out: &mut Writer, group: &Group) {
    out.text("Path", &group.path);
    out.text("GroupName", &group.name);
    out.text("GroupId", &group.id);
    out.text("Arn", &group.arn(call.partition()));
    out.instant("CreateDate", group.created);
}
