//! Who is in which group: AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser (reference iam.md §6).

use rolecall_state::change::Change;
use rolecall_state::entity::Group;
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::{group, quota, user};
use crate::call::{Call, Changes, changed, unchanged};

/// AddUserToGroup; a user that is in it already stays so.
///
/// # Errors
/// As IAM.
pub fn add(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let member = call.user()?;
    let before = call.group()?;
    if before.members.contains(&member.id) {
        return Ok(unchanged());
    }
    quota::GROUPS_OF_USER.admit(call.account.groups_of(&member.id).len())?;
    let mut group = before.value.clone();
    group.members.push(member.id.clone());
    let mut changes = changed(&before, Change::put(group));
    user::rely_on(&mut changes, &member);
    Ok(changes)
}

/// RemoveUserFromGroup; a user that is not in it stays out.
///
/// # Errors
/// As IAM.
pub fn remove(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let member = call.user()?;
    let before = call.group()?;
    if !before.members.contains(&member.id) {
        return Ok(unchanged());
    }
    let mut group = before.value.clone();
    group.members.retain(|id| *id != member.id);
    Ok(changed(&before, Change::put(group)))
}

/// ListGroupsForUser.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let groups = call.account.groups_of(&call.user()?.id);
    let order = |group: &Shared<Group>| group.name.to_ascii_lowercase();
    call.page_of(&groups, "Groups", order, out, |out, group| group::head(call, out, group))?;
    Ok(unchanged())
}
