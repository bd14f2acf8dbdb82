//! Evaluation: the fast decision and the full trace, over the same statements by the same tests.

use crate::compile::{
    ActionPattern, Compiled, CompiledPrincipal, CompiledResource, CompiledStatement, PrincipalName,
    ResourcePattern, account,
};
use crate::context::{Context, Lookup};
use crate::document::Effect;
use crate::pattern::{Case, glob};
use crate::request::{Principal, PrincipalKind, Request};
use crate::trace::{ConditionTrace, Outcome, StatementTrace, Trace, Tri};
use crate::variable::Filled;

/// A statement by its indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementRef {
    /// Index of the policy.
    pub policy: usize,
    /// Index of the statement in it.
    pub statement: usize,
}

/// By which of the caller's names a resource policy granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// By the name at this index of the caller's names; 0 is the narrowest.
    Name(usize),
    /// By `*`.
    Everyone,
    /// By an element that names nobody: no Principal, or NotPrincipal.
    Unnamed,
}

/// What a set of policies says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What it comes to.
    pub outcome: Outcome,
    /// A statement that allows.
    pub allow: Option<StatementRef>,
    /// A statement that denies.
    pub deny: Option<StatementRef>,
    /// Every way in which allowing statements named the caller.
    pub grants: Grants,
}

/// The set of ways in which statements that allow named the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    names: u32,
    everyone: bool,
    unnamed: bool,
}

impl Grants {
    fn add(&mut self, grant: Grant) {
        match grant {
            Grant::Name(index) => {
                self.names |= 1_u32.checked_shl(u32::try_from(index).unwrap_or(31)).unwrap_or(0)
            }
            Grant::Everyone => self.everyone = true,
            Grant::Unnamed => self.unnamed = true,
        }
    }

    /// Whether a statement granted by this way.
    #[must_use]
    pub fn has(&self, grant: Grant) -> bool {
        match grant {
            Grant::Name(index) => {
                u32::try_from(index).is_ok_and(|index| self.names.checked_shr(index).unwrap_or(0) & 1 == 1)
            }
            Grant::Everyone => self.everyone,
            Grant::Unnamed => self.unnamed,
        }
    }
}

/// Actions longer than this are not AWS's; they are matched all the same, by a slower way.
const ACTION_BUFFER: usize = 128;

impl Compiled {
    /// What the policies say, without the reasons.
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let mut folded = [0_u8; ACTION_BUFFER];
        let mut tally = Tally::default();
        match fold(request.action, &mut folded) {
            Some(action) => {
                self.candidates(action).for_each(|statement| tally.add(statement, action, request))
            }
            None => {
                let action = request.action.to_ascii_lowercase();
                self.candidates(&action).for_each(|statement| tally.add(statement, &action, request));
            }
        }
        tally.decision()
    }

    /// What the policies say, and how every statement and condition came out.
    #[must_use]
    pub fn trace(&self, request: &Request<'_>) -> Trace {
        let action = request.action.to_ascii_lowercase();
        let mut tally = Tally::default();
        let statements = self.statements.iter().map(|statement| {
            tally.add(statement, &action, request);
            trace_statement(statement, &action, request)
        });
        let statements = statements.collect();
        Trace { outcome: tally.decision().outcome, statements }
    }
}

fn fold<'b>(action: &str, buffer: &'b mut [u8; ACTION_BUFFER]) -> Option<&'b str> {
    let slot = buffer.get_mut(..action.len())?;
    slot.copy_from_slice(action.as_bytes());
    slot.make_ascii_lowercase();
    std::str::from_utf8(slot).ok()
}

#[derive(Default)]
struct Tally {
    allow: Option<StatementRef>,
    deny: Option<StatementRef>,
    maybe_allow: bool,
    maybe_deny: bool,
    grants: Grants,
}

impl Tally {
    fn add(&mut self, statement: &CompiledStatement, action: &str, request: &Request<'_>) {
        let found = StatementRef { policy: statement.policy, statement: statement.statement };
        match (statement.effect, applies(statement, action, request)) {
            (_, Tri::No) => {}
            (Some(Effect::Allow), Tri::Yes) => {
                self.allow = self.allow.or(Some(found));
                self.grants.add(grant(statement.principal.as_ref(), &request.principal));
            }
            (Some(Effect::Deny), Tri::Yes) => self.deny = self.deny.or(Some(found)),
            (Some(Effect::Allow), Tri::Unknown) => self.maybe_allow = true,
            // A statement whose effect is not legible may be a Deny (rule 1.14).
            (Some(Effect::Deny), Tri::Unknown) | (None, _) => self.maybe_deny = true,
        }
    }

    /// A known Deny wins. A Deny that may apply leaves open what would otherwise be allowed; where nothing allows, the
    /// answer is no either way.
    fn decision(self) -> Decision {
        let outcome = match (self.deny, self.maybe_deny, self.allow, self.maybe_allow) {
            (Some(_), ..) => Outcome::Deny,
            (None, true, Some(_), _) | (None, true, None, true) => Outcome::Undetermined,
            (None, false, Some(_), _) => Outcome::Allow,
            (None, false, None, true) => Outcome::Undetermined,
            (None, _, None, false) => Outcome::NoMatch,
        };
        Decision { outcome, allow: self.allow, deny: self.deny, grants: self.grants }
    }
}

fn applies(statement: &CompiledStatement, action: &str, request: &Request<'_>) -> Tri {
    let mut all = fits_action(statement, action);
    if all == Tri::No {
        return Tri::No;
    }
    all = all.and(fits_principal(statement, &request.principal));
    if all == Tri::No {
        return Tri::No;
    }
    all = all.and(fits_resource(statement, request));
    for condition in &statement.conditions {
        if all == Tri::No {
            return Tri::No;
        }
        all = all.and(condition.evaluate(request.context).holds);
    }
    legible(statement, all)
}

/// An illegible part may turn a yes into anything.
fn legible(statement: &CompiledStatement, all: Tri) -> Tri {
    if statement.unreadable && all == Tri::Yes { Tri::Unknown } else { all }
}

fn fits_action(statement: &CompiledStatement, action: &str) -> Tri {
    if statement.actions.is_empty() && statement.unreadable {
        return Tri::Unknown;
    }
    // An empty list means that the statement does nothing (rule 1.13).
    if statement.actions.is_empty() {
        return Tri::No;
    }
    let fits = statement.actions.iter().any(|pattern| match pattern {
        ActionPattern::Exact(name) => **name == *action,
        ActionPattern::Glob(tokens) => glob(tokens, action, Case::Sensitive),
    });
    Tri::from(fits != statement.not_action)
}

fn fits_principal(statement: &CompiledStatement, caller: &Principal<'_>) -> Tri {
    let Some(element) = &statement.principal else { return Tri::Yes };
    if !element.negated {
        return Tri::from(
            element.everyone || element.entries.iter().any(|entry| names(entry, caller).is_some()),
        );
    }
    if element.everyone {
        return Tri::No;
    }
    if statement.effect == Some(Effect::Deny) && caller.bounded {
        return Tri::Yes;
    }
    // To leave a caller out, every name of it must be listed: the account, the role and the session (rule 7.11).
    let listed = |index: usize| {
        element.entries.iter().any(|entry| names(entry, caller).is_some_and(|found| found == index))
    };
    let each = |(index, name): (usize, &&str)| {
        listed(index) || element.entries.iter().any(|entry| is_named(entry, caller.kind, name))
    };
    let spared = !caller.names.is_empty() && caller.names.iter().enumerate().all(each);
    Tri::from(!spared)
}

/// The index of the caller's name that an entry names.
fn names(entry: &(String, PrincipalName), caller: &Principal<'_>) -> Option<usize> {
    caller.names.iter().position(|name| is_named(entry, caller.kind, name))
}

fn is_named((kind, wanted): &(String, PrincipalName), caller: PrincipalKind, name: &str) -> bool {
    caller.name() == Some(kind.as_str())
        && match wanted {
            PrincipalName::Account(id) => account(name) == Some(id.as_str()),
            PrincipalName::Name(text) => text == name,
        }
}

fn grant(element: Option<&CompiledPrincipal>, caller: &Principal<'_>) -> Grant {
    let Some(element) = element.filter(|element| !element.negated) else { return Grant::Unnamed };
    let named = element.entries.iter().filter_map(|entry| names(entry, caller)).min();
    match named {
        Some(index) if !element.everyone => Grant::Name(index),
        _ if element.everyone => Grant::Everyone,
        Some(index) => Grant::Name(index),
        None => Grant::Unnamed,
    }
}

fn fits_resource(statement: &CompiledStatement, request: &Request<'_>) -> Tri {
    let Some(resource) = request.resource else { return Tri::Yes };
    match &statement.resource {
        Some(element) => element_holds(element, resource, request.context),
        // A trust policy has no resources: its role is the resource.
        None if statement.principal.is_some() => Tri::Yes,
        None => Tri::Unknown,
    }
}

/// A pattern with an unresolved variable matches no resource, in either element (rule 3.6).
fn element_holds(element: &CompiledResource, resource: &str, context: &Context) -> Tri {
    if element.patterns.is_empty() {
        return Tri::No;
    }
    let any = element
        .patterns
        .iter()
        .fold(Tri::No, |found, pattern| found.or(pattern_holds(pattern, resource, context)));
    match (element.negated, any) {
        (false, any) => any,
        (true, Tri::Yes) => Tri::No,
        (true, Tri::No) => Tri::Yes,
        (true, Tri::Unknown) => Tri::Unknown,
    }
}

fn pattern_holds(pattern: &ResourcePattern, resource: &str, context: &Context) -> Tri {
    match pattern {
        ResourcePattern::All => Tri::Yes,
        ResourcePattern::Text(tokens) => Tri::from(glob(tokens, resource, Case::Sensitive)),
        ResourcePattern::Arn { parts, rest } => {
            let mut split = resource.splitn(6, ':');
            for part in parts {
                if !split.next().is_some_and(|value| glob(part, value, Case::Sensitive)) {
                    return Tri::No;
                }
            }
            let Some(sixth) = split.next() else { return Tri::No };
            match rest.fixed() {
                Some(tokens) => Tri::from(glob(tokens, sixth, Case::Sensitive)),
                None => match rest.fill(context) {
                    Filled::Tokens(tokens) => Tri::from(glob(&tokens, sixth, Case::Sensitive)),
                    Filled::Unresolved => Tri::No,
                    Filled::Unknown => Tri::Unknown,
                },
            }
        }
    }
}

fn trace_statement(statement: &CompiledStatement, action: &str, request: &Request<'_>) -> StatementTrace {
    let conditions: Vec<ConditionTrace> = statement
        .conditions
        .iter()
        .enumerate()
        .map(|(index, condition)| {
            let outcome = condition.evaluate(request.context);
            let actual = match request.context.get_folded(&condition.key) {
                Lookup::Present { values, .. } => values.to_vec(),
                _ => Vec::new(),
            };
            ConditionTrace {
                condition: index,
                holds: outcome.holds,
                presence: outcome.presence,
                actual,
                note: outcome.note,
            }
        })
        .collect();
    let principal = fits_principal(statement, &request.principal);
    let action = fits_action(statement, action);
    let resource = fits_resource(statement, request);
    let held = conditions.iter().fold(Tri::Yes, |all, condition| all.and(condition.holds));
    let applies = legible(statement, principal.and(action).and(resource).and(held));
    StatementTrace {
        policy: statement.policy,
        statement: statement.statement,
        effect: statement.effect,
        principal,
        action,
        resource,
        conditions,
        applies,
    }
}
