//! What IAM refuses to store, and what it stores although it misleads, by what the policy is used for.
//!
//! Sentences are IAM's own where they are recorded (reference iam.md §4.2, §5.1); the rest follow the "IAM policy validation
//! check reference". Condition keys, actions and services are not looked up: IAM does not either.

mod conditions;
mod elements;
mod principals;
mod size;

use rolecall_model::span::Span;

use crate::document::{FlawKind, Policy, PolicyFlaw, Statement, Word};

pub use size::{size, too_large};

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

impl Usage {
    /// Whether Principal is required; where it is not, it is forbidden (rule 1.11).
    #[must_use]
    pub fn names_principals(self) -> bool {
        matches!(self, Usage::Trust | Usage::Resource | Usage::VpcEndpoint | Usage::Rcp)
    }

    /// Whether IAM itself stores it, or STS takes it: then IAM's grammar holds to the letter.
    #[must_use]
    pub fn is_iams(self) -> bool {
        matches!(self, Usage::Trust | Usage::Identity | Usage::Boundary | Usage::Session)
    }
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

/// All flaws, those of reading and those of this usage, in the order of the document. The size is not among them: it needs
/// the text, see [`too_large`].
#[must_use]
pub fn validate(policy: &Policy, usage: Usage) -> Vec<PolicyFlaw> {
    let mut found = Found { flaws: policy.flaws.clone() };
    found.head(policy, usage);
    for statement in &policy.statements {
        principals::check(&mut found, statement, usage);
        elements::check(&mut found, statement, usage, policy.uses_variables());
        conditions::check(&mut found, statement, policy.uses_variables());
        found.characters(statement);
    }
    found.flaws.sort_by_key(|flaw| (flaw.span.start, flaw.kind == FlawKind::Misleading));
    found.flaws.dedup();
    found.flaws
}

/// Flaws found so far.
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

    /// Version, Id and Sid (rules 1.2, 1.9).
    fn head(&mut self, policy: &Policy, usage: Usage) {
        let old = policy.version.as_ref().is_none_or(|version| version.text == "2008-10-17");
        if old && matches!(usage, Usage::Identity | Usage::Boundary) && !policy.statements.is_empty() {
            let span = policy.version.as_ref().map_or(policy.span, |version| version.span);
            self.refuse(span, "Policy document must be version 2012-10-17 or greater.");
        }
        if let Some(id) = policy.id.as_ref().filter(|_| !usage.names_principals()) {
            self.mislead(id.span, "`Id` has no place in this kind of policy");
        }
        let sids: Vec<&Word> =
            policy.statements.iter().filter_map(|statement| statement.sid.as_ref()).collect();
        let mut seen = std::collections::HashSet::new();
        for sid in sids.into_iter().filter(|sid| !sid.text.is_empty()) {
            if usage.is_iams() && !sid.text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                let message = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
                               expression [0-9A-Za-z]*";
                self.refuse(sid.span, message);
            }
            if !seen.insert(sid.text.as_str()) {
                self.refuse(
                    sid.span,
                    match usage {
                        Usage::Trust => "The Statement Ids in the policy are not unique",
                        _ => "Statement IDs (SID) in a single policy must be unique.",
                    },
                );
            }
        }
    }

    /// Tab, line feed, carriage return, U+0020 to U+00FF (rule 1.7).
    fn characters(&mut self, statement: &Statement) {
        let principals =
            statement.principal.iter().flat_map(|element| &element.entries).map(|entry| &entry.value);
        let actions = statement.action.iter().flat_map(|element| &element.patterns);
        let resources = statement.resource.iter().flat_map(|element| &element.patterns);
        let values = statement.conditions.iter().flat_map(|condition| &condition.values);
        let keys = statement.conditions.iter().map(|condition| &condition.key);
        for word in principals.chain(actions).chain(resources).chain(keys).chain(values).chain(&statement.sid)
        {
            let strange = |c: &char| !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}');
            if let Some(c) = word.text.chars().find(strange) {
                self.refuse(
                    word.span,
                    format!("the character U+{:04X} is not allowed in a policy", u32::from(c)),
                );
            }
        }
    }
}
