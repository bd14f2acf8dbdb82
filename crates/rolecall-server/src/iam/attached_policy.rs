//! Managed policies attached to roles, users and groups: Attach, Detach, List (reference iam.md §3).

use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{Entity, ManagedPolicy};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::holder::Holder;
use crate::call::{Call, Changes, changed, no_such, unchanged};
use crate::compiled::managed_policy;

/// Attach…Policy; a policy that is attached already stays so.
///
/// # Errors
/// As IAM.
pub fn attach<H: Holder>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<H>,
{
    let before = H::modifiable(call)?;
    let arn = call.text("PolicyArn");
    let missing = || no_such(format!("Policy {arn} does not exist or is not attachable."));
    let policy = call.policy_of(arn)?.ok_or_else(missing)?;
    attachable(&policy, H::WORD)?;
    let arn = policy.arn(call.partition());
    if before.attached().contains(&arn) {
        return Ok(unchanged());
    }
    H::ATTACHED.admit(before.attached().len())?;
    let mut holder = before.value.clone();
    holder.attached_mut().push(arn);
    let mut changes = changed(&before, Change::put(holder));
    rely_on(&mut changes, &policy);
    Ok(changes)
}

/// Whether a policy may be attached to what a customer makes: those of service-linked roles are for these roles alone.
///
/// # Errors
/// `PolicyNotAttachable`; the sentence for roles is recorded, the other one is the API reference's.
pub fn attachable(policy: &ManagedPolicy, word: &str) -> Result<(), Fault> {
    if policy.account != "aws" || !policy.path.starts_with("/aws-service-role/") {
        return Ok(());
    }
    let sentence = match word {
        "role" => "Cannot attach a Service Role Policy to a Customer Role.",
        _ => "AWS service role policies can only be attached to the service-linked role for that service.",
    };
    Err(Fault::new(Code::PolicyNotAttachable, sentence))
}

/// Makes changes rest on a policy, such that whoever deletes it meanwhile sees it changed. AWS's own are never deleted.
pub fn rely_on(changes: &mut Changes, policy: &Shared<ManagedPolicy>) {
    if policy.account != "aws" {
        changes.compare.push(Compare::unchanged(policy));
        changes.changes.push(Change::put(policy.value.clone()));
    }
}

/// Detach…Policy.
///
/// # Errors
/// As IAM.
pub fn detach<H: Holder>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<H>,
{
    let before = H::modifiable(call)?;
    let arn = call.policy()?.arn(call.partition());
    let mut holder = before.value.clone();
    holder.attached_mut().retain(|attached| *attached != arn);
    if holder.attached().len() == before.attached().len() {
        return Err(no_such(format!("Policy {arn} was not found.")));
    }
    Ok(changed(&before, Change::put(holder)))
}

/// ListAttached…Policies; `PathPrefix` is one of the policies' paths.
///
/// # Errors
/// As IAM.
pub fn list<H: Holder>(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<H>,
{
    let holder = H::named(call)?;
    let prefix = call.params.get("PathPrefix").unwrap_or("/");
    let mut policies = attached(call, holder.attached());
    policies.retain(|policy| policy.path.starts_with(prefix));
    policies.sort_by_cached_key(order);
    call.page_of(&policies, "AttachedPolicies", order, out, |out, policy| item(call, out, policy))?;
    Ok(unchanged())
}

/// By what lists of policies are sorted: an account's policy and one of AWS may bear the same name.
#[must_use]
pub fn order(policy: &Shared<ManagedPolicy>) -> String {
    format!("{}/{}", policy.name.to_ascii_lowercase(), policy.account)
}

/// The policies of ARNs that are attached.
#[must_use]
pub fn attached(call: &Call<'_>, arns: &[String]) -> Vec<Shared<ManagedPolicy>> {
    arns.iter().filter_map(|arn| managed_policy(call.view, arn)).collect()
}

/// Writes name and ARN of an attached policy.
pub fn item(call: &Call<'_>, out: &mut Writer, policy: &ManagedPolicy) {
    out.text("PolicyName", &policy.name);
    out.text("PolicyArn", &policy.arn(call.partition()));
}
