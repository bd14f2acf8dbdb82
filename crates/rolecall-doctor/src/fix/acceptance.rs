//! Whether IAM would take an edit: its grammar, its quotas, and the claims that it demands for shared providers.

use rolecall_engine::issuers::known;
use rolecall_policy::document::{Effect, Policy, Statement};
use rolecall_policy::validate::{Gravity, Usage, too_large, validate};

use super::edit::Edit;
use crate::exchange::faults::split_key;

/// Client ids that a provider takes at most (IAM User Guide, "IAM and AWS STS quotas").
const CLIENT_IDS: usize = 100;

/// Why IAM would refuse the edit, a sentence each without a full stop; none where nothing speaks against it.
#[must_use]
pub fn obstacles(edit: &Edit) -> Vec<String> {
    match edit {
        Edit::SetTrustPolicy(edit) => policy(&edit.after, &edit.before, Usage::Trust),
        Edit::PutRolePolicy { after: Some(after), .. } | Edit::SetManagedPolicy { after, .. } => {
            policy(after, "", Usage::Identity)
        }
        Edit::SetProviderAudiences { after, .. } if after.len() > CLIENT_IDS => {
            vec![format!("a provider takes {CLIENT_IDS} client ids at most")]
        }
        _ => Vec::new(),
    }
}

fn policy(after: &str, before: &str, usage: Usage) -> Vec<String> {
    let policy = Policy::from_text(after);
    let flaws = validate(&policy, usage);
    let refused = flaws.iter().filter(|flaw| flaw.gravity() == Gravity::Error);
    let mut found: Vec<String> = refused.map(|flaw| flaw.message.clone()).collect();
    found.extend(too_large(after, usage).map(|flaw| flaw.message));
    if usage == Usage::Trust {
        let old = Policy::from_text(before);
        found.extend(
            policy_tenancy(&policy).filter(|sentence| !policy_tenancy(&old).any(|had| had == *sentence)),
        );
    }
    found
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
