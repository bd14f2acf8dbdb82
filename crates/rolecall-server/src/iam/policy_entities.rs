//! ListEntitiesForPolicy: who uses a managed policy, as permissions or as boundary (reference iam.md §5.2).

use rolecall_state::entity::{Group, Role, User};
use rolecall_state::key::Kind;
use rolecall_state::view::{Referrer, Shared};
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use crate::call::{Call, Changes, no_such, unchanged};

/// An entity that uses a policy.
enum Entity {
    Group(Shared<Group>),
    User(Shared<User>),
    Role(Shared<Role>),
}

/// ListEntitiesForPolicy. The page counts entities of all kinds together: groups, then users, then roles.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let arn = call.text("PolicyArn");
    let missing = || no_such(format!("Policy {arn} does not exist or is not attachable."));
    let arn = call.policy_of(arn)?.ok_or_else(missing)?.arn(call.partition());
    let entities = entities(call, &arn);
    let (page, last) = call.slice(&entities, &Entity::key)?;
    out.list("PolicyGroups", page.iter().filter_map(Entity::group), |out, group| {
        out.text("GroupName", &group.name);
        out.text("GroupId", &group.id);
    });
    out.list("PolicyUsers", page.iter().filter_map(Entity::user), |out, user| {
        out.text("UserName", &user.name);
        out.text("UserId", &user.id);
    });
    out.list("PolicyRoles", page.iter().filter_map(Entity::role), |out, role| {
        out.text("RoleName", &role.name);
        out.text("RoleId", &role.id);
    });
    call.more(out, last.as_deref());
    Ok(unchanged())
}

/// What uses a policy and passes the request's filters, in the order of the pages.
fn entities(call: &Call<'_>, arn: &str) -> Vec<Entity> {
    let usage = call.params.get("PolicyUsageFilter");
    let mut referrers: Vec<Referrer> = Vec::new();
    if usage != Some("PermissionsBoundary") {
        referrers.extend(call.account.attachments(arn));
    }
    if usage != Some("PermissionsPolicy") {
        referrers.extend(call.account.boundary_uses(arn));
    }
    let kind = call.params.get("EntityFilter");
    let path = call.params.get("PathPrefix").unwrap_or("/");
    let found = referrers.iter().filter_map(|referrer| find(call, referrer));
    let mut entities: Vec<Entity> = found
        .filter(|entity| kind.is_none_or(|kind| kind == entity.kind()) && entity.path().starts_with(path))
        .collect();
    entities.sort_by_cached_key(Entity::key);
    entities.dedup_by_key(|entity| entity.key());
    entities
}

fn find(call: &Call<'_>, referrer: &Referrer) -> Option<Entity> {
    match referrer.kind {
        Kind::Group => call.account.groups.find(&referrer.name).map(Entity::Group),
        Kind::User => call.account.users.find(&referrer.name).map(Entity::User),
        Kind::Role => call.account.roles.find(&referrer.name).map(Entity::Role),
        _ => None,
    }
}

impl Entity {
    fn kind(&self) -> &'static str {
        match self {
            Entity::Group(_) => "Group",
            Entity::User(_) => "User",
            Entity::Role(_) => "Role",
        }
    }

    fn path(&self) -> &str {
        match self {
            Entity::Group(group) => &group.path,
            Entity::User(user) => &user.path,
            Entity::Role(role) => &role.path,
        }
    }

    fn key(&self) -> String {
        match self {
            Entity::Group(group) => format!("1/{}", group.name.to_ascii_lowercase()),
            Entity::User(user) => format!("2/{}", user.name.to_ascii_lowercase()),
            Entity::Role(role) => format!("3/{}", role.name.to_ascii_lowercase()),
        }
    }

    fn group(&self) -> Option<&Group> {
        if let Entity::Group(group) = self { Some(&group.value) } else { None }
    }

    fn user(&self) -> Option<&User> {
        if let Entity::User(user) = self { Some(&user.value) } else { None }
    }

    fn role(&self) -> Option<&Role> {
        if let Entity::Role(role) = self { Some(&role.value) } else { None }
    }
}
