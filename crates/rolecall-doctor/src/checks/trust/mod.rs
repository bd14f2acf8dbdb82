//! Causes in the role's trust policy.

pub mod action_missing;
pub mod audience_mismatch;
pub mod condition_key_dead;
pub mod condition_key_mismatch;
pub mod condition_key_swapped;
pub mod condition_key_unsupported;
pub mod condition_other;
pub mod explicit_deny;
pub mod malformed;
pub mod no_federated_principal;
pub mod provider_mismatch;
pub mod pull_request_admitted;
pub mod session_tags;
pub mod set_operator_on_claim;
pub mod subject_mismatch;
pub mod subject_renamable;
pub mod subject_too_wide;
pub mod subject_unrestricted;
pub mod wildcard_in_equals;

use rolecall_policy::condition::operator;
use rolecall_policy::document::{Condition, Effect, Statement, Word};
use rolecall_policy::pattern::{Case as LetterCase, matches};

use crate::case::{Case, Phase};
use crate::exchange::faults::{is_exact, split_key};
use crate::exchange::trust::TrustView;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::admit::{Values, admit};
use crate::link::Link;

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

/// An Allow statement for web identities and the provider that it trusts.
struct Admission<'t> {
    trust: &'t TrustView,
    statement: &'t Statement,
    /// The provider's name.
    provider: &'t str,
}

/// The trust policy, where nothing at all is known of the token's subject: slips of the policy by itself are then the
/// best that can be told. They explain a refusal that was seen, and are a warning where nothing was seen.
fn posted<'c>(case: &'c Case<'_>) -> Option<(&'c TrustView, Severity)> {
    use rolecall_model::evidence::attempt::Symptom;
    let severity = match case.phase() {
        Phase::Unseen => Severity::Warning,
        _ => case.saw(|symptom| *symptom == Symptom::TrustDenied).map(|_| Severity::Error)?,
    };
    let unknown = case.subject().is_none() && case.token().claims.present().is_none();
    Some((case.exchange(Link::Trust).trust.as_ref().filter(|_| unknown)?, severity))
}

/// What the trust policy admits, statement by statement and provider by provider, whoever calls now.
fn admissions<'c>(case: &'c Case<'_>) -> Vec<Admission<'c>> {
    let Some(trust) = case.exchange(Link::Trust).trust.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for statement in
        trust.policy.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow))
    {
        let action = statement.action.as_ref().filter(|action| !action.negated);
        let web = action.is_some_and(|action| {
            action.patterns.iter().any(|p| matches(&p.text, ACTION, LetterCase::Insensitive))
        });
        let entries = statement
            .principal
            .iter()
            .filter(|principal| !principal.negated)
            .flat_map(|principal| &principal.entries);
        for entry in entries.filter(|entry| web && entry.kind.text == "Federated") {
            let provider = entry
                .value
                .text
                .split_once(":oidc-provider/")
                .map_or(entry.value.text.as_str(), |(_, name)| name);
            found.push(Admission { trust, statement, provider });
        }
    }
    found
}

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

impl<'t> Admission<'t> {
    /// Conditions on a claim of this provider, whatever the operator.
    fn on_claim(&self, claim: &str) -> impl Iterator<Item = &'t Condition> + use<'t, '_> {
        let claim = claim.to_owned();
        self.statement.conditions.iter().filter(move |condition| {
            let (prefix, name) = split_key(&condition.key.text);
            prefix.eq_ignore_ascii_case(self.provider) && name.eq_ignore_ascii_case(&claim)
        })
    }

    /// Values of conditions on the subject under operators that take patterns.
    fn subject_patterns(&self) -> impl Iterator<Item = &'t Word> + use<'t, '_> {
        let like = |condition: &&Condition| {
            let operator = operator::parse(&condition.operator.text);
            operator.is_some_and(|operator| !operator.base.negated) && !is_exact(&condition.operator)
        };
        self.on_claim("sub").filter(like).flat_map(|condition| &condition.values)
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

/// Adds the edits that admit this caller, the one that locks nobody out first; where none can be made, `advice`.
fn with_admission<'c>(case: &'c Case<'c>, finding: Finding, advice: String) -> Finding {
    let finding = finding.note(IN_VAIN);
    let Some(beside) = admit(case, Values::Beside) else {
        return finding.fix(advice, Safety::ShowOnly, &store(case));
    };
    let finding = finding.change(beside.title(), beside.safety, vec![beside.edit.clone()]);
    match admit(case, Values::Instead).filter(|instead| instead.edit != beside.edit) {
        Some(instead) => {
            finding.change(format!("or {}", instead.title()), Safety::Review, vec![instead.edit])
        }
        None => finding,
    }
}

/// `KEY` under `OPERATOR`, for a title.
fn named(condition: &Condition) -> String {
    format!("`{}` under `{}`", condition.key.text, condition.operator.text)
}
