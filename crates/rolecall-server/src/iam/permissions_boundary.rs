//! Permissions boundaries of roles and users: Put, Delete, and the boundary given at creation (reference iam.md §3).

use rolecall_state::change::Change;
use rolecall_state::entity::{Entity, ManagedPolicy, Role, User};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::attached_policy::{attachable, rely_on};
use super::holder::Holder;
use crate::call::{Call, Changes, changed, no_such};
use crate::compiled::managed_policy;

/// A role or user: groups have no boundary.
pub trait Bounded: Holder
where
    Entity: From<Self>,
{
    /// Its boundary's ARN, to be changed.
    fn boundary_mut(&mut self) -> &mut Option<String>;
}

impl Bounded for Role {
    fn boundary_mut(&mut self) -> &mut Option<String> {
        &mut self.permissions_boundary
    }
}

impl Bounded for User {
    fn boundary_mut(&mut self) -> &mut Option<String> {
        &mut self.permissions_boundary
    }
}

/// Put…PermissionsBoundary.
///
/// # Errors
/// As IAM.
pub fn put<B: Bounded>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<B>,
{
    let before = B::modifiable(call)?;
    let boundary = asked(call)?;
    if let Some(policy) = &boundary {
        attachable(policy, "permissions boundary")?;
    }
    let mut entity = before.value.clone();
    *entity.boundary_mut() = boundary.as_ref().map(|policy| policy.arn(call.partition()));
    let mut changes = changed(&before, Change::put(entity));
    if let Some(policy) = &boundary {
        rely_on(&mut changes, policy);
    }
    Ok(changes)
}

/// Delete…PermissionsBoundary; one that is not set does not matter.
///
/// # Errors
/// As IAM.
pub fn delete<B: Bounded>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<B>,
{
    let before = B::modifiable(call)?;
    let mut entity = before.value.clone();
    *entity.boundary_mut() = None;
    Ok(changed(&before, Change::put(entity)))
}

/// The policy that `PermissionsBoundary` names; none where it is not given.
///
/// # Errors
/// Where the text is no policy's ARN, or there is no such policy.
pub fn asked(call: &Call<'_>) -> Result<Option<Shared<ManagedPolicy>>, Fault> {
    let Some(arn) = call.params.get("PermissionsBoundary") else { return Ok(None) };
    let form = rolecall_model::arn::Arn::parse(arn);
    if !form.is_some_and(|form| form.service == "iam" && form.resource.starts_with("policy/")) {
        return Err(Fault::new(Code::InvalidInput, format!("ARN {arn} is not valid.")));
    }
    let usable =
        |policy: &Shared<ManagedPolicy>| policy.account == "aws" || policy.account == call.account_id();
    let missing = || no_such(format!("Scope ARN: {arn} does not exist or is not attachable."));
    managed_policy(call.view, arn).filter(usable).ok_or_else(missing).map(Some)
}
