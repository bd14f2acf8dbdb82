//! Whether IAM would take an edit: its grammar, its quotas, and the claims that it demands for shared providers.

use rolecall_engine::issuers::known;
use rolecall_model::evidence::Evidence;
use rolecall_model::json::edit::pretty;
use rolecall_policy::document::{Effect, Policy, Statement};
use rolecall_policy::validate::{Gravity, Usage, size, too_large, validate};

use super::edit::Edit;
use crate::exchange::faults::split_key;

/// Client ids that a provider takes at most (IAM User Guide, "IAM and AWS STS quotas").
const CLIENT_IDS: usize = 100;

/// Characters that the inline policies of a role come to at most, all of them together (IAM User Guide, "IAM and AWS STS
/// quotas").
const INLINE_OF_ROLE: usize = 10_240;

/// How far AWS raises the quota of trust policies at most (IAM User Guide, "IAM and AWS STS quotas").
const RAISED_TRUST: usize = 8_192;

/// Why IAM would refuse the edits, a sentence each without a full stop; none where nothing speaks against them.
#[must_use]
pub fn obstacles(evidence: &Evidence, edits: &[Edit]) -> Vec<String> {
    let mut found: Vec<String> = edits.iter().flat_map(of_one).collect();
    found.extend(inline(evidence, edits));
    found
}

fn of_one(edit: &Edit) -> Vec<String> {
    match edit {
        Edit::SetTrustPolicy(edit) => {
            let mut found = policy(&edit.after, Usage::Trust);
            let (old, new) = (Policy::from_text(&edit.before), Policy::from_text(&edit.after));
            found.extend(
                policy_tenancy(&new).filter(|sentence| !policy_tenancy(&old).any(|had| had == *sentence)),
            );
            // One that is larger already shows that the account's quota was raised, and not how far.
            let raised = too_large(&edit.before, Usage::Trust).is_some();
            match raised {
                true if size(&edit.after) > RAISED_TRUST => {
                    found.push(format!("a trust policy takes {RAISED_TRUST} characters at most"));
                }
                true => {}
                false => found.extend(too_large(&edit.after, Usage::Trust).map(|flaw| flaw.message)),
            }
            found
        }
        Edit::SetManagedPolicy { after, .. } => {
            let mut found = policy(after, Usage::Identity);
            found.extend(too_large(after, Usage::Identity).map(|flaw| flaw.message));
            found
        }
        Edit::PutRolePolicy { after: Some(after), .. } => policy(after, Usage::Identity),
        Edit::SetProviderAudiences { after, .. } if after.len() > CLIENT_IDS => {
            vec![format!("a provider takes {CLIENT_IDS} client ids at most")]
        }
        _ => Vec::new(),
    }
}

fn policy(after: &str, usage: Usage) -> Vec<String> {
    let flaws = validate(&Policy::from_text(after), usage);
    let refused = flaws.iter().filter(|flaw| flaw.gravity() == Gravity::Error);
    refused.map(|flaw| flaw.message.clone()).collect()
}

/// The quota that the inline policies of the role share, those that were read counted in.
fn inline(evidence: &Evidence, edits: &[Edit]) -> Option<String> {
    let put = |edit: &'_ Edit| match edit {
        Edit::PutRolePolicy { role, name, after, .. } => {
            Some((role.clone(), name.clone(), after.as_deref().map_or(0, size)))
        }
        _ => None,
    };
    let put: Vec<(String, String, usize)> = edits.iter().filter_map(put).collect();
    let (role, ..) = put.first()?;
    let mut kept = 0;
    for named in evidence.permission.identity.present().into_iter().flatten() {
        let changed =
            || named.name.as_ref().is_some_and(|known| put.iter().any(|(_, name, _)| *name == known.value));
        if named.arn.is_none() && !changed() {
            kept += size(&pretty(&named.node, "", ""));
        }
    }
    let all = put.iter().map(|(_, _, size)| size).sum::<usize>() + kept;
    (all > INLINE_OF_ROLE)
        .then(|| format!("Maximum policy size of {INLINE_OF_ROLE} bytes exceeded for role {role}"))
}

/// IAM stores no trust policy for a shared issuer that leaves open whose tenant may come (IAM User Guide,
/// "Identity-provider controls for shared OIDC providers").
fn policy_tenancy(policy: &Policy) -> impl Iterator<Item = String> + use<'_> {
    let allows = policy.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow));
    allows.flat_map(|statement| {
        let entries = statement.principal.iter().flat_map(|principal| &principal.entries);
        let names = entries.filter_map(|entry| entry.value.text.split_once(":oidc-provider/"));
        names.filter_map(|(_, name)| {
            let claim = known(name, None).issuer().tenancy?;
            let sentence = || format!("IAM demands a condition on `{name}:{claim}` for this shared issuer");
            (!restricts(statement, name, claim)).then(sentence)
        })
    })
}

fn restricts(statement: &Statement, provider: &str, claim: &str) -> bool {
    statement.conditions.iter().any(|condition| {
        let (prefix, name) = split_key(&condition.key.text);
        prefix.eq_ignore_ascii_case(provider) && name.eq_ignore_ascii_case(claim)
    })
}
