//! What IAM refuses to store, and what it stores although it misleads, by what the policy is used for.
//!
//! Sentences are IAM's own where they are recorded (reference iam.md §4.2, §5.1); rules by number.

use rolecall_model::span::Span;

use crate::condition::operator::{self, Family, Qualifier};
use crate::document::{Condition, Effect, FlawKind, Policy, PolicyFlaw, Statement};
use crate::variable::variables;

/// What a policy is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// A role's trust policy.
    Trust,
    /// Attached to a user, group or role.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Passed with a call.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// On a resource.
    Resource,
    /// On a VPC endpoint.
    VpcEndpoint,
}

/// How much a flaw weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// IAM refuses the document.
    Error,
    /// It is stored and misleads.
    Warning,
}

impl PolicyFlaw {
    /// How much it weighs.
    #[must_use]
    pub fn gravity(&self) -> Gravity {
        match self.kind {
            FlawKind::Refused => Gravity::Error,
            FlawKind::Misleading => Gravity::Warning,
        }
    }
}

/// All flaws: those of reading and those of this usage, in the order of the document.
#[must_use]
pub fn validate(policy: &Policy, usage: Usage) -> Vec<PolicyFlaw> {
    let mut found = Found { flaws: policy.flaws.clone() };
    for statement in &policy.statements {
        found.principal(statement, usage);
        found.resource(statement, usage);
        if usage == Usage::Trust {
            found.trust_actions(statement);
        }
        for condition in &statement.conditions {
            found.condition(condition, statement, policy.uses_variables());
        }
    }
    found.sids(policy);
    found.flaws.sort_by_key(|flaw| flaw.span.start);
    found.flaws
}

struct Found {
    flaws: Vec<PolicyFlaw>,
}

impl Found {
    fn refuse(&mut self, span: Span, message: impl Into<String>) {
        self.flaws.push(PolicyFlaw { span, kind: FlawKind::Refused, message: message.into() });
    }

    fn mislead(&mut self, span: Span, message: impl Into<String>) {
        self.flaws.push(PolicyFlaw { span, kind: FlawKind::Misleading, message: message.into() });
    }

    /// Rules 1.11, 1.12, 7.11.
    fn principal(&mut self, statement: &Statement, usage: Usage) {
        let required = matches!(usage, Usage::Trust | Usage::Resource | Usage::VpcEndpoint | Usage::Rcp);
        match &statement.principal {
            None if required && !statement.broken.any() => {
                self.refuse(statement.span, "Missing required field Principal")
            }
            Some(element) if !required => {
                self.refuse(element.span, "Policy document should not specify a principal.")
            }
            Some(element) if usage == Usage::Trust && element.negated => {
                self.refuse(element.span, "Allow with NotPrincipal is not allowed.");
            }
            Some(element) if usage == Usage::Trust => {
                if let Some(star) = element.everyone {
                    self.refuse(star, "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".");
                }
            }
            _ => {}
        }
    }

    /// Rules 1.10, 1.12.
    fn resource(&mut self, statement: &Statement, usage: Usage) {
        match (&statement.resource, usage) {
            (Some(element), Usage::Trust) if element.negated => {
                self.refuse(element.span, "AssumeRole policy must not contain resources.");
            }
            (Some(element), Usage::Trust) => self.refuse(element.span, "Has prohibited field Resource"),
            (None, Usage::Trust | Usage::Resource) => {}
            (None, _) if !statement.broken.any() => {
                self.refuse(statement.span, "Policy statement must contain resources.")
            }
            _ => {}
        }
    }

    /// Only STS's own actions stand in a trust policy (reference iam.md §4.1).
    fn trust_actions(&mut self, statement: &Statement) {
        for pattern in statement.action.iter().flat_map(|action| &action.patterns) {
            let sts = pattern.text.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:"));
            if !sts && pattern.text != "*" {
                self.refuse(pattern.span, "AssumeRole policy may only specify STS AssumeRole actions.");
            }
        }
    }

    fn condition(&mut self, condition: &Condition, statement: &Statement, versioned: bool) {
        let Some(operator) = operator::parse(&condition.operator.text) else { return };
        let exact = matches!(operator.base.family, Family::String { like: false, .. });
        for value in &condition.values {
            if exact && value.text.replace("${*}", "").replace("${?}", "").contains(['*', '?']) {
                self.mislead(
                    value.span,
                    format!(
                        "`{}` takes no wildcards: this value is compared letter by letter",
                        condition.operator.text
                    ),
                );
            }
            let takes = matches!(operator.base.family, Family::String { .. } | Family::Arn);
            let holds_variable = !variables(&value.text).is_empty();
            if holds_variable && !takes {
                self.mislead(value.span, format!("`{}` takes no variables", condition.operator.text));
            } else if holds_variable && !versioned {
                self.mislead(
                    value.span,
                    "without \"Version\": \"2012-10-17\" this is no variable but plain text",
                );
            }
        }
        let claim =
            [":sub", ":aud"].iter().any(|claim| condition.key.text.to_ascii_lowercase().ends_with(claim));
        if operator.qualifier == Qualifier::ForAllValues && claim && statement.effect == Some(Effect::Allow) {
            self.mislead(condition.operator.span, "`ForAllValues` holds for a request that lacks the key");
        }
    }

    /// Rule 1.9.
    fn sids(&mut self, policy: &Policy) {
        let sids: Vec<_> = policy.statements.iter().filter_map(|statement| statement.sid.as_ref()).collect();
        for (index, sid) in sids.iter().enumerate() {
            if !sid.text.is_empty() && sids.iter().take(index).any(|earlier| earlier.text == sid.text) {
                self.refuse(sid.span, "The Statement Ids in the policy are not unique");
            }
        }
    }
}
