//! A refusal and a trust policy, as people post them, and nothing of the token: what the policy shows by itself.
//!
//! STS refused at the trust policy, so the token's issuer is registered. It is taken to be the one provider that the
//! policy names: then slips that lie in the policy alone come to light. Nothing that rests on this is certain.

use rolecall_model::document::{At, Located, Text};
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::attempt::Symptom;
use rolecall_policy::document::{Condition, Effect, Policy, Statement, Word};
use rolecall_policy::pattern::{Case as LetterCase, matches};

use super::faults::{is_exact, is_pattern, split_key};

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// The issuer that the policy is about; none where STS did not refuse, or the policy names several or none.
pub(super) fn issuer(evidence: &Evidence) -> Option<Text> {
    if !refused(evidence) {
        return None;
    }
    let trust = evidence.role.role.present()?.trust.as_ref()?;
    let policy = Policy::from_node(&trust.node);
    let entries = policy.statements.iter().flat_map(|statement| &statement.principal);
    let mut names = entries
        .flat_map(|principal| &principal.entries)
        .filter_map(|entry| Some((entry.value.text.split_once(":oidc-provider/")?.1, &entry.value)));
    let (name, word) = names.next().filter(|(name, _)| is_host(name))?;
    let alone = names.all(|(other, _)| other == name);
    // A list of the account's providers that lacks it shows that the token comes from another one.
    let listed = evidence.provider.list.present();
    let lacking = listed.is_some_and(|list| !list.iter().any(|arn| arn.value == word.text));
    (alone && !lacking).then(|| Located::new(format!("https://{name}"), At::new(trust.document, word.span)))
}

fn refused(evidence: &Evidence) -> bool {
    let attempt = &evidence.attempt;
    attempt.observations.iter().any(|seen| seen.symptom == Symptom::TrustDenied)
}

/// Whether a provider's name can be one: a host, and no variable that was left.
pub fn is_host(name: &str) -> bool {
    let host = name.split('/').next().unwrap_or_default();
    host.contains('.') && !name.contains(['$', '{', '<', ' ', '*'])
}

/// A condition that no caller at all can meet as it is meant, in every statement for web identities; and its value.
pub fn slip<'p>(
    policy: &'p Policy,
    is: impl Fn(&Condition, &Word) -> bool,
) -> Option<(&'p Condition, &'p Word)> {
    let allows = |statement: &&Statement| {
        let action = statement.action.as_ref().filter(|action| !action.negated);
        let web = |pattern: &Word| matches(&pattern.text, ACTION, LetterCase::Insensitive);
        statement.effect == Some(Effect::Allow)
            && action.is_some_and(|action| action.patterns.iter().any(web))
    };
    let of_statement = |statement: &'p Statement| {
        let all = |condition: &&Condition| {
            !condition.values.is_empty() && condition.values.iter().all(|value| is(condition, value))
        };
        let condition = statement.conditions.iter().find(all)?;
        Some((condition, condition.values.first()?))
    };
    let mut slips = policy.statements.iter().filter(allows).map(of_statement);
    let first = slips.next()??;
    slips.all(|slip| slip.is_some()).then_some(first)
}

/// A pattern where values are compared letter by letter.
#[must_use]
pub fn pattern_under_equals(condition: &Condition, value: &Word) -> bool {
    let (_, claim) = split_key(&condition.key.text);
    is_exact(&condition.operator)
        && is_pattern(&value.text)
        && ["sub", "aud"].iter().any(|name| claim.eq_ignore_ascii_case(name))
}

/// A subject under the audience's key, or the name of STS under the subject's.
#[must_use]
pub fn under_the_other_key(condition: &Condition, value: &Word) -> bool {
    const SUBJECTS: [&str; 5] =
        ["system:serviceaccount:", "repo:", "project_path:", "organization:", "spiffe://"];
    let (_, claim) = split_key(&condition.key.text);
    if claim.eq_ignore_ascii_case("aud") {
        SUBJECTS.iter().any(|shape| value.text.starts_with(shape))
    } else {
        claim.eq_ignore_ascii_case("sub") && value.text.starts_with("sts.amazonaws.com")
    }
}
