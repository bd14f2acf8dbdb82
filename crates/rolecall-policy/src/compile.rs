//! Policies made for speed: statements found by action, keys folded, literal values compared as such.
//!
//! The same form serves the fast decision and the full trace, so that the two cannot disagree.

use std::collections::HashMap;

use crate::condition;
use crate::document::{ActionElement, Effect, Policy, PrincipalElement, ResourceElement, Statement};
use crate::pattern::Token;
use crate::variable::Template;

/// Policies ready for evaluation.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    pub(crate) statements: Vec<CompiledStatement>,
    /// Statements whose actions are all written out, by action in lower case.
    by_action: HashMap<Box<str>, Vec<u32>>,
    /// Statements with a wildcard action of one service, by service in lower case.
    by_service: HashMap<Box<str>, Vec<u32>>,
    /// Statements that may concern any action.
    always: Vec<u32>,
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledStatement {
    pub policy: usize,
    pub statement: usize,
    pub effect: Option<Effect>,
    pub unreadable: bool,
    pub principal: Option<CompiledPrincipal>,
    pub actions: Vec<ActionPattern>,
    pub not_action: bool,
    pub resource: Option<CompiledResource>,
    pub conditions: Vec<condition::Compiled>,
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledPrincipal {
    pub negated: bool,
    pub everyone: bool,
    pub entries: Vec<(String, PrincipalName)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalName {
    /// An account: twelve digits or its root ARN, which are the same (rule 7.4).
    Account(String),
    /// Any other name, compared as a whole (rule 7.12).
    Name(String),
}

#[derive(Clone, Debug)]
pub(crate) enum ActionPattern {
    Exact(Box<str>),
    Glob(Vec<Token>),
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledResource {
    pub negated: bool,
    pub patterns: Vec<ResourcePattern>,
}

#[derive(Clone, Debug)]
pub(crate) enum ResourcePattern {
    /// `*`
    All,
    /// Five parts and the sixth, which may hold variables (rule 3.5).
    Arn { parts: [Vec<Token>; 5], rest: Template },
    /// Fewer than six parts: compared as one text, our choice (open question 11).
    Text(Vec<Token>),
}

impl Compiled {
    /// Makes policies ready; they are one set, whose statements are a union.
    #[must_use]
    pub fn compile(policies: &[&Policy]) -> Compiled {
        let mut compiled = Compiled::default();
        for (index, policy) in policies.iter().enumerate() {
            for statement in &policy.statements {
                compiled.statements.push(compile_statement(index, statement, policy.uses_variables()));
            }
        }
        compiled.index();
        compiled
    }

    fn index(&mut self) {
        for (at, statement) in self.statements.iter().enumerate() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if statement.not_action || statement.actions.is_empty() {
                self.always.push(at);
                continue;
            }
            for action in &statement.actions {
                let list = match action {
                    ActionPattern::Exact(name) => self.by_action.entry(name.clone()).or_default(),
                    ActionPattern::Glob(tokens) => match literal_service(tokens) {
                        Some(service) => self.by_service.entry(service.into_boxed_str()).or_default(),
                        None => &mut self.always,
                    },
                };
                if list.last() != Some(&at) {
                    list.push(at);
                }
            }
        }
    }

    /// Statements that may concern an action given in lower case, some perhaps twice.
    pub(crate) fn candidates(&self, action: &str) -> impl Iterator<Item = &CompiledStatement> {
        let service = action.split_once(':').map_or(action, |(service, _)| service);
        let exact = self.by_action.get(action).map(Vec::as_slice).unwrap_or_default();
        let service = self.by_service.get(service).map(Vec::as_slice).unwrap_or_default();
        let all = exact.iter().chain(service).chain(&self.always);
        all.filter_map(|at| self.statements.get(*at as usize))
    }
}

fn compile_statement(policy: usize, statement: &Statement, variables: bool) -> CompiledStatement {
    let action = statement.action.as_ref();
    CompiledStatement {
        policy,
        statement: statement.index,
        effect: statement.effect,
        unreadable: statement.unreadable,
        principal: statement.principal.as_ref().map(compile_principal),
        actions: action.map(compile_actions).unwrap_or_default(),
        not_action: action.is_some_and(|action| action.negated),
        resource: statement.resource.as_ref().map(|resource| compile_resource(resource, variables)),
        conditions: statement
            .conditions
            .iter()
            .map(|condition| {
                let values: Vec<&str> = condition.values.iter().map(|value| value.text.as_str()).collect();
                condition::Compiled::new(&condition.operator.text, &condition.key.text, &values, variables)
            })
            .collect(),
    }
}

/// `"*"` and `{"AWS": "*"}` both mean everyone (rule 7.2).
fn compile_principal(element: &PrincipalElement) -> CompiledPrincipal {
    let star = element.entries.iter().any(|entry| entry.kind.text == "AWS" && entry.value.text == "*");
    CompiledPrincipal {
        negated: element.negated,
        everyone: element.everyone.is_some() || star,
        entries: element
            .entries
            .iter()
            .map(|entry| (entry.kind.text.clone(), name(&entry.kind.text, &entry.value.text)))
            .collect(),
    }
}

fn name(kind: &str, value: &str) -> PrincipalName {
    match account(value).filter(|_| kind == "AWS") {
        Some(account) => PrincipalName::Account(account.to_owned()),
        None => PrincipalName::Name(value.to_owned()),
    }
}

/// The account that a name stands for: twelve digits, or `arn:PARTITION:iam::ACCOUNT:root`.
pub(crate) fn account(value: &str) -> Option<&str> {
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(value) {
        return Some(value);
    }
    let account = value
        .strip_prefix("arn:")?
        .strip_suffix(":root")?
        .split_once(":iam::")
        .map(|(_, account)| account)?;
    digits(account).then_some(account)
}

fn compile_actions(element: &ActionElement) -> Vec<ActionPattern> {
    let one = |text: &str| {
        let folded = text.to_ascii_lowercase();
        if folded.contains(['*', '?']) {
            ActionPattern::Glob(folded.chars().map(Token::of_pattern).collect())
        } else {
            ActionPattern::Exact(folded.into_boxed_str())
        }
    };
    element.patterns.iter().map(|pattern| one(&pattern.text)).collect()
}

/// The service of a pattern whose wildcards all stand after the colon.
fn literal_service(tokens: &[Token]) -> Option<String> {
    let colon = tokens.iter().position(|token| *token == Token::Is(':'))?;
    tokens.iter().take(colon).map(|token| if let Token::Is(c) = token { Some(*c) } else { None }).collect()
}

fn compile_resource(element: &ResourceElement, variables: bool) -> CompiledResource {
    let patterns = element.patterns.iter().map(|pattern| compile_pattern(&pattern.text, variables));
    CompiledResource { negated: element.negated, patterns: patterns.collect() }
}

/// Splits before variables are filled in: a variable may hold a colon (rule 3.5).
fn compile_pattern(text: &str, variables: bool) -> ResourcePattern {
    if text == "*" {
        return ResourcePattern::All;
    }
    let tokens = |text: &str| text.chars().map(Token::of_pattern).collect::<Vec<_>>();
    let split: Vec<&str> = text.splitn(6, ':').collect();
    match split.as_slice() {
        [a, b, c, d, e, rest] => ResourcePattern::Arn {
            parts: [tokens(a), tokens(b), tokens(c), tokens(d), tokens(e)],
            rest: Template::parse(rest, true, variables),
        },
        _ => ResourcePattern::Text(tokens(text)),
    }
}
