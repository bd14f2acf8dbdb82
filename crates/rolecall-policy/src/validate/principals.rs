//! Principal and NotPrincipal: whether they may stand here, and whether they can name anybody (section 7).

use crate::document::{Effect, PrincipalElement, PrincipalEntry, Statement};

use super::{Found, Usage};

/// Providers that AWS knows without a provider resource (rule 10.5).
const BUILT_IN: [&str; 4] =
    ["accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com"];

pub(super) fn check(found: &mut Found, statement: &Statement, usage: Usage) {
    match &statement.principal {
        None if usage.names_principals() && !statement.broken.principal => {
            found.refuse(statement.span, "Missing required field Principal");
        }
        Some(element) if !usage.names_principals() => {
            found.refuse(element.span, "Policy document should not specify a principal.");
        }
        Some(element) => {
            form(found, statement, element, usage);
            element.entries.iter().for_each(|entry| name(found, entry, usage));
            if usage == Usage::Trust {
                actions(found, statement, element);
            }
        }
        None => {}
    }
}

/// The element as a whole (rules 1.12, 1.13, 7.2, 7.3, 7.11, 8.6).
fn form(found: &mut Found, statement: &Statement, element: &PrincipalElement, usage: Usage) {
    let empty = element.everyone.is_none() && element.entries.is_empty() && !statement.broken.principal;
    if empty {
        found.mislead(element.span, "nobody is named: the statement does nothing");
    }
    if element.negated && usage == Usage::Trust {
        found.refuse(element.span, "Allow with NotPrincipal is not allowed.");
    } else if element.negated && statement.effect == Some(Effect::Allow) {
        found.mislead(
            element.span,
            "`NotPrincipal` with `Allow` grants to everyone else, anonymous callers included",
        );
    }
    let star = element.entries.iter().find(|entry| entry.kind.text == "AWS" && entry.value.text == "*");
    match (usage, element.everyone, star) {
        (Usage::Trust, Some(span), _) => {
            found.refuse(span, "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".");
        }
        (Usage::Trust, None, Some(star)) if statement.effect == Some(Effect::Allow) => {
            found.mislead(star.value.span, "`*` is everyone, in every account");
        }
        (Usage::Rcp, None, None) => {
            found.refuse(element.span, "a resource control policy names `*` and nobody else")
        }
        _ => {}
    }
}

/// One name. Whether what it names exists is not known here.
fn name(found: &mut Found, entry: &PrincipalEntry, usage: Usage) {
    let value = entry.value.text.as_str();
    let sound = match entry.kind.text.as_str() {
        "AWS" if is_unique_id(value) => {
            found.mislead(entry.value.span, "a bare id: the user or role that stood here was deleted");
            true
        }
        "AWS" => value == "*" || is_aws(value),
        "Service" => value.contains('.') && !value.contains(['*', '?', '/', ':']),
        "Federated" if usage == Usage::Trust => BUILT_IN.contains(&value) || is_provider(value),
        _ => true,
    };
    if !sound {
        let kind = match entry.kind.text.as_str() {
            "AWS" => "AWS".to_owned(),
            other => other.to_ascii_uppercase(),
        };
        found.refuse(entry.value.span, format!("Invalid principal in policy: \"{kind}\":\"{value}\""));
    }
}

/// Twelve digits, or an ARN of an account, user, role or session; groups cannot be principals, and no wildcard stands for
/// several of them (rules 7.2, 7.4 to 7.7, 7.10).
fn is_aws(value: &str) -> bool {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account(value) {
        return true;
    }
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = parts.as_slice() else { return false };
    let kinds: &[&str] = match *service {
        "iam" => &["user/", "role/"],
        "sts" => &["assumed-role/", "federated-user/"],
        _ => return false,
    };
    let named = kinds.iter().any(|kind| resource.strip_prefix(kind).is_some_and(|name| !name.is_empty()));
    let root = *service == "iam" && *resource == "root";
    partition.starts_with("aws") && is_account(account) && (named || root) && !resource.contains(['*', '?'])
}

fn is_provider(value: &str) -> bool {
    let resource =
        value.strip_prefix("arn:").and_then(|rest| rest.split_once(":iam::")).map(|(_, rest)| rest);
    let name = resource.and_then(|rest| rest.split_once(':')).map(|(_, name)| name);
    name.is_some_and(|name| name.starts_with("oidc-provider/") || name.starts_with("saml-provider/"))
}

/// What is left of a principal after it was deleted (rule 7.8).
fn is_unique_id(value: &str) -> bool {
    let prefix = ["AIDA", "AROA"].iter().any(|prefix| value.starts_with(prefix));
    prefix
        && value.len() >= 16
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Who works with which action (rule 10.6; ValidatePolicy, "mismatched action for principal").
fn actions(found: &mut Found, statement: &Statement, element: &PrincipalElement) {
    if element.everyone.is_some() || element.entries.is_empty() {
        return;
    }
    let any = |fits: &dyn Fn(&PrincipalEntry) -> bool| element.entries.iter().any(fits);
    let saml = |entry: &PrincipalEntry| entry.value.text.contains(":saml-provider/");
    let federated = |entry: &PrincipalEntry| entry.kind.text == "Federated";
    for pattern in
        statement.action.iter().filter(|action| !action.negated).flat_map(|action| &action.patterns)
    {
        let (fits, whom) = match pattern.text.to_ascii_lowercase().as_str() {
            "sts:assumerole" => (any(&|entry| !federated(entry)), "an AWS or Service principal"),
            "sts:assumerolewithwebidentity" => {
                (any(&|entry| federated(entry) && !saml(entry)), "a web identity provider")
            }
            "sts:assumerolewithsaml" => (any(&saml), "a SAML provider"),
            _ => continue,
        };
        if !fits {
            found.mislead(
                pattern.span,
                format!("`{}` works only for {whom}, and none is named", pattern.text),
            );
        }
    }
}
