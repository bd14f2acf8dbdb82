//! GetAccountAuthorizationDetails: everything that permissions come from, in one list of pages (reference iam.md §8).

use rolecall_state::entity::{Group, Kept, ManagedPolicy, Role, User};
use rolecall_state::view::{PageRequest, Shared, Table};
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::attached_policy::{attached, item};
use super::{instance_profile, managed_policy, policy_version, role};
use crate::call::{Call, Changes, unchanged};

/// The entities of a page.
#[derive(Default)]
struct Details {
    users: Vec<Shared<User>>,
    groups: Vec<Shared<Group>>,
    roles: Vec<Shared<Role>>,
    policies: Vec<Shared<ManagedPolicy>>,
}

/// Kinds of the `Filter`, in the order of the pages; a marker is the kind's place here and a name.
const KINDS: [&str; 5] = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"];

/// GetAccountAuthorizationDetails.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let (details, last) = page(call)?;
    out.list("UserDetailList", &details.users, |out, user| user_detail(call, out, user));
    out.list("GroupDetailList", &details.groups, |out, group| group_detail(call, out, group));
    out.list("RoleDetailList", &details.roles, |out, role| role_detail(call, out, role));
    out.list("Policies", &details.policies, |out, policy| policy_detail(call, out, policy));
    call.more(out, last.as_deref());
    Ok(unchanged())
}

/// A page that goes through the kinds one after another, and where it ended if more follows.
fn page(call: &Call<'_>) -> Result<(Details, Option<String>), Fault> {
    let filter = call.params.texts("Filter");
    let marker = call.marker()?.unwrap_or_default();
    let (start, after) = match marker.split_once('/') {
        Some((kind, name)) => (kind.parse::<usize>().map_err(|_| bad_marker())?, Some(name)),
        None if marker.is_empty() => (0, None),
        None => return Err(bad_marker()),
    };
    let mut details = Details::default();
    let mut room = call.limit();
    for (kind, name) in KINDS.iter().enumerate().skip(start) {
        if !filter.is_empty() && !filter.contains(name) {
            continue;
        }
        let cut = details.take(call, kind, after.filter(|_| kind == start), &mut room);
        if let Some(cut) = cut {
            return Ok((details, Some(format!("{kind}/{cut}"))));
        }
    }
    Ok((details, None))
}

fn bad_marker() -> Fault {
    Fault::new(Code::ValidationError, "Invalid Marker.")
}

impl Details {
    /// Takes what there is room for of one kind; gives the name after which the next page begins, where more follows.
    fn take(
        &mut self,
        call: &Call<'_>,
        kind: usize,
        after: Option<&str>,
        room: &mut usize,
    ) -> Option<String> {
        match kind {
            0 => fill(&mut self.users, &call.account.users, after, room, |_| true),
            1 => fill(&mut self.groups, &call.account.groups, after, room, |_| true),
            2 => fill(&mut self.roles, &call.account.roles, after, room, |_| true),
            3 => fill(&mut self.policies, &call.account.policies, after, room, |_| true),
            _ => {
                // Of AWS's own those that are in use.
                let used =
                    |policy: &ManagedPolicy| call.account.attachment_count(&policy.arn(call.partition())) > 0;
                fill(&mut self.policies, &call.view.account("aws")?.policies, after, room, used)
            }
        }
    }
}

fn fill<T: Kept>(
    into: &mut Vec<Shared<T>>,
    table: &Table<T>,
    after: Option<&str>,
    room: &mut usize,
    wanted: impl Fn(&T) -> bool,
) -> Option<String> {
    let mut last = after.unwrap_or_default().to_owned();
    loop {
        // One more than there is room for tells whether anything follows.
        let request =
            PageRequest { after: Some(&last), limit: room.saturating_add(1), ..PageRequest::default() };
        let page = table.page(&request);
        for found in page.items {
            let name = found.value.name().into_owned();
            if wanted(&found.value) {
                if *room == 0 {
                    return Some(last);
                }
                *room -= 1;
                into.push(found);
            }
            last = name;
        }
        if !page.more {
            return None;
        }
    }
}

fn user_detail(call: &Call<'_>, out: &mut Writer, user: &User) {
    out.text("Path", &user.path);
    out.text("UserName", &user.name);
    out.text("UserId", &user.id);
    out.text("Arn", &user.arn(call.partition()));
    out.instant("CreateDate", user.created);
    if !user.inline_policies.is_empty() {
        inline(out, "UserPolicyList", user.inline_policies.iter());
    }
    let groups = call.account.groups_of(&user.id);
    out.texts("GroupList", groups.iter().map(|group| &group.value.name));
    managed(call, out, &user.attached_policies);
    if let Some(arn) = &user.permissions_boundary {
        super::boundary(out, arn);
    }
    super::tags(out, &user.tags);
}

fn group_detail(call: &Call<'_>, out: &mut Writer, group: &Group) {
    super::group::head(call, out, group);
    inline(out, "GroupPolicyList", group.inline_policies.iter());
    managed(call, out, &group.attached_policies);
}

fn role_detail(call: &Call<'_>, out: &mut Writer, role: &Role) {
    role::head(call, out, role, &role.trust_policy);
    let profiles = call.account.instance_profiles_of(&role.name);
    out.list("InstanceProfileList", &profiles, |out, profile| instance_profile::head(call, out, profile));
    inline(out, "RolePolicyList", role.inline_policies.iter());
    managed(call, out, &role.attached_policies);
    if let Some(arn) = &role.permissions_boundary {
        super::boundary(out, arn);
    }
    super::tags(out, &role.tags);
    role::last_used(call, out, role);
}

fn policy_detail(call: &Call<'_>, out: &mut Writer, policy: &ManagedPolicy) {
    managed_policy::head(call, out, policy);
    out.list("PolicyVersionList", policy.versions.iter().rev(), |out, version| {
        policy_version::whole(out, policy, version);
    });
}

fn inline<'p>(out: &mut Writer, name: &str, policies: impl Iterator<Item = (&'p String, &'p String)>) {
    out.list(name, policies, |out, (name, text)| {
        out.text("PolicyName", name);
        out.document("PolicyDocument", text);
    });
}

fn managed(call: &Call<'_>, out: &mut Writer, arns: &[String]) {
    out.list("AttachedManagedPolicies", attached(call, arns), |out, policy| item(call, out, &policy));
}
