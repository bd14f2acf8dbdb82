//! Policies made for speed: statements indexed by action and resource, condition keys interned, values read once.
//!
//! The same form serves the fast decision and the full trace, so that the two cannot disagree.

use std::collections::HashMap;

use crate::condition::CompiledCondition;
use crate::condition::arn::ArnPattern;
use crate::document::{
    ActionElement, Broken, Condition, Effect, Policy, PrincipalElement, ResourceElement, Statement,
};
use crate::index::{At, Index, Key};
use crate::pattern::Pattern;

/// Policies ready for evaluation: one set, whose statements are a union.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    statements: Vec<CompiledStatement>,
    /// Condition keys in lower case, each once.
    keys: Vec<Box<str>>,
    index: Index,
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledStatement {
    pub policy: usize,
    pub statement: usize,
    pub effect: Option<Effect>,
    pub broken: Broken,
    pub principal: Option<CompiledPrincipal>,
    pub not_action: bool,
    pub actions: Box<[Pattern]>,
    pub resource: Option<CompiledResource>,
    /// Each with the position of its key among the set's keys.
    pub conditions: Box<[(usize, CompiledCondition)]>,
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledPrincipal {
    pub negated: bool,
    pub everyone: bool,
    /// Kind and name; an account by its twelve digits (rule 7.4).
    pub entries: Box<[(Box<str>, Box<str>)]>,
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledResource {
    pub negated: bool,
    pub patterns: Box<[ArnPattern]>,
}

impl Compiled {
    /// Makes policies ready.
    #[must_use]
    pub fn compile(policies: &[&Policy]) -> Compiled {
        Compiler::default().run(policies)
    }

    /// Makes policies ready that stand on a resource, trust policies among them. There a statement without Principal
    /// cannot be read, where elsewhere it concerns the one to whom the policy belongs (rule 1.11).
    #[must_use]
    pub fn compile_resource_policies(policies: &[&Policy]) -> Compiled {
        Compiler { naming: true, ..Compiler::default() }.run(policies)
    }

    /// Whether there is no statement at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    pub(crate) fn statements(&self) -> &[CompiledStatement] {
        &self.statements
    }

    pub(crate) fn keys(&self) -> &[Box<str>] {
        &self.keys
    }

    /// Calls `each` with the statements that may concern an action in lower case and a resource, and with whether the
    /// action is known to fit. A statement may come more than once.
    pub(crate) fn candidates<'s>(
        &'s self,
        action: &str,
        resource: Option<&str>,
        each: &mut impl FnMut(&'s CompiledStatement, bool),
    ) {
        self.index.find(action, resource, &mut |at, fits| {
            if let Some(statement) = self.statements.get(at as usize) {
                each(statement, fits);
            }
        });
    }
}

#[derive(Default)]
struct Compiler {
    compiled: Compiled,
    /// Where each condition key stands among the set's keys.
    positions: HashMap<String, usize>,
    /// Whether every statement must name principals.
    naming: bool,
}

impl Compiler {
    fn run(mut self, policies: &[&Policy]) -> Compiled {
        for (policy, document) in policies.iter().enumerate() {
            let variables = document.uses_variables();
            for statement in &document.statements {
                self.statement(policy, statement, variables);
            }
        }
        self.compiled.index.seal();
        self.compiled
    }

    fn statement(&mut self, policy: usize, statement: &Statement, variables: bool) {
        let mut broken = statement.broken;
        broken.principal |= self.naming && statement.principal.is_none();
        let patterns = statement.action.iter().flat_map(|element| &element.patterns);
        let actions: Vec<String> = patterns.map(|pattern| pattern.text.to_ascii_lowercase()).collect();
        let compiled = CompiledStatement {
            policy,
            statement: statement.index,
            effect: statement.effect,
            broken,
            principal: statement.principal.as_ref().map(principal),
            not_action: statement.action.as_ref().is_some_and(|element| element.negated),
            actions: actions.iter().map(|action| Pattern::parse(action, true, false)).collect(),
            resource: statement.resource.as_ref().map(|element| resource(element, variables)),
            conditions: statement.conditions.iter().map(|one| self.condition(one, variables)).collect(),
        };
        let at = At::try_from(self.compiled.statements.len()).unwrap_or(At::MAX);
        self.compiled.index.add(at, &key(&compiled, statement.action.as_ref(), &actions));
        self.compiled.statements.push(compiled);
    }

    fn condition(&mut self, condition: &Condition, variables: bool) -> (usize, CompiledCondition) {
        let key = condition.key.text.to_ascii_lowercase();
        let next = self.compiled.keys.len();
        let position = *self.positions.entry(key.clone()).or_insert(next);
        if position == next {
            self.compiled.keys.push(key.into());
        }
        let values = condition.values.iter().map(|value| value.text.as_str());
        (position, CompiledCondition::new(&condition.operator.text, values, variables))
    }
}

/// What the statement is found by. A part that cannot be read may concern anything.
fn key<'s>(
    compiled: &'s CompiledStatement,
    action: Option<&ActionElement>,
    actions: &'s [String],
) -> Key<'s> {
    let open = compiled.broken.action || action.is_none_or(|element| element.negated);
    let texts = || actions.iter().map(String::as_str).collect();
    let plain = compiled.resource.as_ref().filter(|resource| !resource.negated && !compiled.broken.resource);
    let prefixes = plain.map(|resource| resource.patterns.iter().map(ArnPattern::prefix).collect::<Vec<_>>());
    Key {
        actions: (!open).then(texts),
        prefixes: prefixes.filter(|prefixes| prefixes.iter().all(|prefix| !prefix.is_empty())),
    }
}

/// `"*"` and `{"AWS": "*"}` both mean everyone (rule 7.2).
fn principal(element: &PrincipalElement) -> CompiledPrincipal {
    let star = element.entries.iter().any(|entry| entry.kind.text == "AWS" && entry.value.text == "*");
    let entries = element.entries.iter().map(|entry| {
        let (kind, value) = (entry.kind.text.as_str(), entry.value.text.as_str());
        let account = account(value).filter(|_| kind == "AWS");
        (kind.into(), account.unwrap_or(value).into())
    });
    CompiledPrincipal {
        negated: element.negated,
        everyone: element.everyone.is_some() || star,
        entries: entries.collect(),
    }
}

/// The account that a name stands for: twelve digits, or `arn:PARTITION:iam::ACCOUNT:root`, which are the same (rule 7.4).
pub(crate) fn account(name: &str) -> Option<&str> {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account(name) {
        return Some(name);
    }
    let (partition, account) = name.strip_prefix("arn:")?.strip_suffix(":root")?.split_once(":iam::")?;
    (!partition.contains(':') && is_account(account)).then_some(account)
}

fn resource(element: &ResourceElement, variables: bool) -> CompiledResource {
    let patterns = element.patterns.iter().map(|pattern| ArnPattern::of_resource(&pattern.text, variables));
    CompiledResource { negated: element.negated, patterns: patterns.collect() }
}
