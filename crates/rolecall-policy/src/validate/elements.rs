//! Action and Resource: whether they may stand here, and whether they can match anything (sections 1 to 3).

use crate::document::{ActionElement, ResourceElement, Statement, Word};
use crate::pattern::Pattern;
use crate::variable::variables;

use super::{Found, Usage};

/// Actions of a trust policy (reference iam.md §4.1).
const TRUST_ACTIONS: [&str; 6] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
];

pub(super) fn check(found: &mut Found, statement: &Statement, usage: Usage, versioned: bool) {
    if let Some(element) = &statement.action {
        actions(found, statement, element, usage);
    }
    match (&statement.resource, usage) {
        (Some(element), Usage::Trust) if element.negated => {
            found.refuse(element.span, "AssumeRole policy must not contain resources.");
        }
        (Some(element), Usage::Trust) => found.refuse(element.span, "Has prohibited field Resource"),
        (Some(element), _) => resources(found, statement, element, usage, versioned),
        (None, Usage::Trust | Usage::Resource) => {}
        (None, _) if statement.broken.resource => {}
        (None, _) => found.refuse(statement.span, "Policy statement must contain resources."),
    }
}

/// Rules 1.13, 2.2, 2.4.
fn actions(found: &mut Found, statement: &Statement, element: &ActionElement, usage: Usage) {
    if element.patterns.is_empty() && !statement.broken.action {
        match usage.is_iams() {
            true => found.refuse(element.span, "Policy statement must contain actions."),
            false => found.mislead(element.span, "no action is listed: the statement does nothing"),
        }
    }
    for pattern in &element.patterns {
        let text = pattern.text.as_str();
        let variable = !variables(text).is_empty();
        if variable {
            found.mislead(pattern.span, "variables are not allowed in actions: this is plain text");
        }
        match text.matches(':').count() {
            _ if variable || text == "*" => {}
            0 => found.refuse(
                pattern.span,
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            ),
            1 => vendor(found, pattern),
            _ => found.refuse(pattern.span, "Actions/Condition can contain only one colon."),
        }
        if usage == Usage::Trust && !is_trust_action(text) {
            found.refuse(pattern.span, "AssumeRole policy may only specify STS AssumeRole actions.");
        }
    }
}

fn vendor(found: &mut Found, pattern: &Word) {
    let vendor = pattern.text.split(':').next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | '?');
    if vendor.is_empty() || !vendor.chars().all(fits) {
        found.refuse(pattern.span, format!("Vendor {vendor} is not valid"));
    }
}

/// Reports disagree on wildcards here; one that covers an action of trust policies is let pass.
fn is_trust_action(text: &str) -> bool {
    let pattern = text.to_ascii_lowercase();
    let covers = |action: &&str| crate::pattern::matches(&pattern, action, crate::pattern::Case::Sensitive);
    TRUST_ACTIONS.iter().any(covers)
}

/// Rules 1.13, 3.2, 3.3, 3.5, 3.6.
fn resources(
    found: &mut Found,
    statement: &Statement,
    element: &ResourceElement,
    usage: Usage,
    versioned: bool,
) {
    if element.patterns.is_empty() && !statement.broken.resource {
        match usage.is_iams() {
            true => found.refuse(element.span, "Policy statement must contain resources."),
            false => found.mislead(element.span, "no resource is listed: the statement does nothing"),
        }
    }
    for pattern in &element.patterns {
        arn(found, pattern, usage);
        variables_in(found, pattern, element.negated, versioned);
    }
}

fn arn(found: &mut Found, pattern: &Word, usage: Usage) {
    let text = pattern.text.as_str();
    if text == "*" {
        return;
    }
    if !text.starts_with("arn:") {
        return found.refuse(pattern.span, format!("Resource {text} must be in ARN format or \"*\"."));
    }
    let service = text.split(':').nth(2).unwrap_or_default();
    if service.is_empty() || service.contains(['*', '?']) {
        return found
            .refuse(pattern.span, "Resource vendor must be fully qualified and cannot contain regexes.");
    }
    if Pattern::parse(text, true, true).split_colons(6).len() < 6 {
        match usage {
            // "IAM identifiers": such a policy is answered with MalformedPolicyDocument.
            Usage::Session => found.refuse(pattern.span, "a session policy takes no incomplete ARN"),
            _ => found.mislead(pattern.span, "an incomplete ARN: `*` stands in every part that is missing"),
        }
    }
}

fn variables_in(found: &mut Found, pattern: &Word, negated: bool, versioned: bool) {
    let named = variables(&pattern.text);
    if named.is_empty() {
        return;
    }
    let parts = Pattern::parse(&pattern.text, true, true).split_colons(6);
    if !versioned {
        found.mislead(pattern.span, "without \"Version\": \"2012-10-17\" this is no variable but plain text");
    } else if parts.iter().take(5).any(Pattern::has_variables) {
        found.mislead(
            pattern.span,
            "a variable may stand in the sixth part of an ARN alone: this matches nothing",
        );
    } else if negated && named.iter().any(|variable| !variable.has_default()) {
        let message = "where the variable has no value this excludes nothing: the statement widens";
        found.mislead(pattern.span, message);
    }
    if named.iter().any(|variable| !variable.is_well_formed()) {
        found.mislead(pattern.span, "a variable is written `${key}` or `${key, 'default'}`");
    }
}
