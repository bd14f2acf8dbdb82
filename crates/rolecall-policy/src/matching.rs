//! Whether a statement applies to a request, element by element: the one place that decision and trace share.

use crate::compile::{CompiledPrincipal, CompiledStatement, account};
use crate::context::{Context, Lookup};
use crate::document::Effect;
use crate::evaluate::Grant;
use crate::pattern::{Case, Fit};
use crate::request::{Principal, Request};
use crate::trace::Tri;

/// Condition keys looked up so many at most are remembered; the rest are looked up each time.
const REMEMBERED: usize = 12;

/// What is known of the condition keys of a set of policies; each looked up once.
pub(crate) struct Facts<'r> {
    keys: &'r [Box<str>],
    context: &'r Context,
    known: [Option<Lookup<'r>>; REMEMBERED],
}

impl<'r> Facts<'r> {
    pub fn new(keys: &'r [Box<str>], context: &'r Context) -> Self {
        Facts { keys, context, known: [None; REMEMBERED] }
    }

    /// What is known of the key at a position of the set's keys.
    pub fn get(&mut self, position: usize) -> Lookup<'r> {
        let look = || self.keys.get(position).map_or(Lookup::Absent, |key| self.context.get_folded(key));
        match self.known.get_mut(position) {
            Some(slot) => *slot.get_or_insert_with(look),
            None => look(),
        }
    }
}

/// Whether a statement applies; cheap questions first. `fits_action`: its action is known to fit.
pub(crate) fn applies(
    statement: &CompiledStatement,
    fits_action: bool,
    action: &str,
    request: &Request<'_>,
    facts: &mut Facts<'_>,
) -> Tri {
    let mut all = if fits_action { Tri::Yes } else { self::fits_action(statement, action) };
    if all != Tri::No {
        all = all.and(fits_resource(statement, request));
    }
    if all != Tri::No {
        all = all.and(fits_principal(statement, &request.principal));
    }
    for (key, condition) in &statement.conditions {
        if all == Tri::No {
            return Tri::No;
        }
        all = all.and(condition.holds(facts.get(*key), request.context));
    }
    all.and(legible(statement))
}

/// An illegible condition may or may not hold. (An illegible effect is the tally's matter.)
pub(crate) fn legible(statement: &CompiledStatement) -> Tri {
    if statement.broken.condition { Tri::Unknown } else { Tri::Yes }
}

/// Whether an action in lower case fits (rules 2.1 to 2.3). An empty list means that the statement does nothing
/// (rule 1.13).
pub(crate) fn fits_action(statement: &CompiledStatement, action: &str) -> Tri {
    if statement.broken.action {
        return Tri::Unknown;
    }
    if statement.actions.is_empty() {
        return Tri::No;
    }
    let listed = statement.actions.iter().any(|pattern| pattern.fits(action, Case::Sensitive));
    Tri::from(listed != statement.not_action)
}

/// Whether the resource fits (rules 3.1 to 3.7).
pub(crate) fn fits_resource(statement: &CompiledStatement, request: &Request<'_>) -> Tri {
    let Some(resource) = request.resource else { return Tri::Yes };
    if statement.broken.resource {
        return Tri::Unknown;
    }
    let Some(element) = &statement.resource else {
        // In a trust policy the role itself is the resource; elsewhere Resource is required (rule 1.10).
        return if statement.principal.is_some() { Tri::Yes } else { Tri::Unknown };
    };
    if element.patterns.is_empty() {
        return Tri::No;
    }
    let mut listed = Tri::No;
    for pattern in &element.patterns {
        // A pattern with an unresolved variable matches no resource, in either element (rule 3.6).
        if let Fit::Is(fits) = pattern.meets(resource, request.context) {
            listed = listed.or(fits);
        }
        if listed == Tri::Yes {
            break;
        }
    }
    if element.negated { listed.not() } else { listed }
}

/// Whether the caller fits (rules 7.1 to 7.12); yes where there is no Principal element.
pub(crate) fn fits_principal(statement: &CompiledStatement, caller: &Principal<'_>) -> Tri {
    if statement.broken.principal {
        return Tri::Unknown;
    }
    let Some(element) = &statement.principal else { return Tri::Yes };
    if element.everyone {
        return Tri::from(!element.negated);
    }
    if element.entries.is_empty() {
        return Tri::No;
    }
    let fits = match (element.negated, statement.effect) {
        (false, _) => caller.names.iter().any(|name| lists(element, caller, name)),
        // Avoided by AWS's advice; to leave somebody out of a grant, any name of theirs is enough.
        (true, Some(Effect::Allow)) => !caller.names.iter().any(|name| lists(element, caller, name)),
        // With a permissions boundary such a Deny applies whatever is named. Else every name of the caller must be
        // listed: the session, its role and the account (rule 7.11).
        (true, _) => {
            let all = caller.names.iter().all(|name| lists(element, caller, name));
            caller.bounded || caller.names.is_empty() || !all
        }
    };
    Tri::from(fits)
}

/// By which name an Allow statement that applies, or may apply, named the caller. A Principal that cannot be read may have
/// named everyone.
pub(crate) fn grant(statement: &CompiledStatement, caller: &Principal<'_>) -> Grant {
    match &statement.principal {
        _ if statement.broken.principal => Grant::Everyone,
        None => Grant::Unnamed,
        Some(element) if element.everyone || element.negated => Grant::Everyone,
        Some(element) => {
            let named = caller.names.iter().position(|name| lists(element, caller, name));
            named.map_or(Grant::Unnamed, Grant::Name)
        }
    }
}

/// Whether an element lists a name of the caller. Names compare as a whole, to the letter (rules 7.2, 7.12).
fn lists(element: &CompiledPrincipal, caller: &Principal<'_>, name: &str) -> bool {
    let Some(kind) = caller.kind.name() else { return false };
    let name = account(name).unwrap_or(name);
    element.entries.iter().any(|(wanted, value)| **value == *name && **wanted == *kind)
}
