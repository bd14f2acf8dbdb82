//! Causes in the role's trust policy.

pub mod action_missing;
pub mod audience_mismatch;
pub mod condition_key_mismatch;
pub mod condition_key_swapped;
pub mod condition_key_unsupported;
pub mod condition_other;
pub mod explicit_deny;
pub mod malformed;
pub mod no_federated_principal;
pub mod provider_mismatch;
pub mod session_tags;
pub mod subject_mismatch;
pub mod wildcard_in_equals;

use rolecall_policy::document::Condition;

use crate::case::Case;
use crate::finding::{Certainty, Finding, Safety, shell_word};

/// Where people look in vain after this 403.
const IN_VAIN: &str = "policies attached to the role, permissions boundaries and SCPs do not matter for this call; \
                       only the trust policy (and resource control policies) decide it";

/// How sure a fault in a condition is: certain where the token or CloudTrail shows what was presented.
fn certainty(case: &Case<'_>) -> Certainty {
    use crate::case::Via;
    match case.subject().map(|subject| subject.via) {
        Some(Via::Token | Via::Trail) => Certainty::Certain,
        _ => Certainty::Likely,
    }
}

/// The command that stores a changed trust policy.
fn store(case: &Case<'_>) -> Vec<String> {
    let role = case.role().role.present();
    let name = role.and_then(|role| role.name.as_ref()).map_or("ROLE", |name| name.value.as_str());
    vec![format!(
        "aws iam update-assume-role-policy --role-name {} --policy-document file://trust.json",
        shell_word(name)
    )]
}

/// Adds the change to one condition as a fix.
fn with_change(case: &Case<'_>, finding: Finding, change: String) -> Finding {
    finding.fix(change, Safety::Review, &store(case)).note(IN_VAIN)
}

/// `KEY` under `OPERATOR`, for a title.
fn named(condition: &Condition) -> String {
    format!("`{}` under `{}`", condition.key.text, condition.operator.text)
}
