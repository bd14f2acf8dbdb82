//! A slow evaluator written from the policy reference, rule by rule, sharing nothing with the one under test but the
//! reader of documents. It knows no unread facts.

use rolecall_policy::document::{Condition, Effect, Policy, Statement};
use rolecall_policy::trace::Outcome;

use crate::generate::{Facts, Scene};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sign {
    Is(char),
    One,
    Run,
}

pub fn outcome(scene: &Scene, facts: &Facts) -> Outcome {
    let policies: Vec<Policy> = scene.documents.iter().map(|text| Policy::from_text(text)).collect();
    let mut allowed = false;
    for policy in &policies {
        for statement in &policy.statements {
            if applies(statement, scene, facts, policy.uses_variables()) {
                match statement.effect.unwrap() {
                    Effect::Deny => return Outcome::Deny,
                    Effect::Allow => allowed = true,
                }
            }
        }
    }
    if allowed { Outcome::Allow } else { Outcome::NoMatch }
}

fn applies(statement: &Statement, scene: &Scene, facts: &Facts, variables: bool) -> bool {
    action(statement, &scene.action)
        && resource(statement, &scene.resource, facts, variables)
        && principal(statement, scene)
        && statement.conditions.iter().all(|one| condition(one, facts, variables))
}

/// Section 2.
fn action(statement: &Statement, action: &str) -> bool {
    let element = statement.action.as_ref().unwrap();
    let fits = |text: &str| glob(&signs(&text.to_lowercase(), true), &action.to_lowercase());
    let any = element.patterns.iter().any(|pattern| fits(&pattern.text));
    !element.patterns.is_empty() && any != element.negated
}

/// Section 3.
fn resource(statement: &Statement, resource: &str, facts: &Facts, variables: bool) -> bool {
    let element = statement.resource.as_ref().unwrap();
    let any = element.patterns.iter().any(|pattern| one_resource(&pattern.text, resource, facts, variables));
    !element.patterns.is_empty() && any != element.negated
}

fn one_resource(pattern: &str, resource: &str, facts: &Facts, variables: bool) -> bool {
    if pattern == "*" {
        return true;
    }
    let mut rest: Vec<&str> = Vec::new();
    let mut left = pattern;
    while rest.len() < 5 {
        let colon = left.find(':').filter(|at| !variables || left.find("${").is_none_or(|open| open > *at));
        if variables && colon.is_none() && left.contains("${") {
            return false;
        }
        let Some(at) = colon else { break };
        rest.push(&left[..at]);
        left = &left[at + 1..];
    }
    rest.push(left);
    rest.resize(6, "*");
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    parts.len() == 6
        && rest.iter().zip(parts).all(|(pattern, part)| {
            filled(pattern, facts, true, variables).is_some_and(|signs| glob(&signs, part))
        })
}

/// Section 7.
fn principal(statement: &Statement, scene: &Scene) -> bool {
    let Some(element) = &statement.principal else { return true };
    let plain = |name: &str| name.replace("arn:aws:iam::", "").replace(":root", "");
    let listed = |name: &String| element.entries.iter().any(|entry| plain(&entry.value.text) == plain(name));
    let everyone = element.entries.iter().any(|entry| entry.value.text == "*");
    let any = scene.names.iter().any(listed);
    match (element.negated, statement.effect.unwrap()) {
        _ if element.entries.is_empty() => false,
        (false, _) => everyone || any,
        (true, _) if everyone => false,
        (true, Effect::Allow) => !any,
        (true, Effect::Deny) => scene.bounded || scene.names.is_empty() || !scene.names.iter().all(listed),
    }
}

/// Section 4.
fn condition(condition: &Condition, facts: &Facts, variables: bool) -> bool {
    let (qualifier, rest) = condition.operator.text.split_once(':').unwrap_or(("", &condition.operator.text));
    let (operator, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |rest| (rest, true));
    let negated = operator.contains("Not");
    let found = facts.values.get(&condition.key.text).filter(|(values, _)| !values.is_empty());
    let wanted: Vec<&str> = condition.values.iter().map(|value| value.text.as_str()).collect();
    if operator == "Null" {
        let null = found.is_none_or(|(values, _)| values.iter().all(String::is_empty));
        return match qualifier {
            "ForAllValues" => true,
            "ForAnyValue" => false,
            _ => wanted.contains(&if null { "true" } else { "false" }),
        };
    }
    if wanted.is_empty() {
        return found.is_none() && (qualifier == "ForAllValues" || (qualifier.is_empty() && if_exists));
    }
    let Some((values, multivalued)) = found else {
        return qualifier == "ForAllValues" || (qualifier.is_empty() && (if_exists || negated));
    };
    let one = |actual: &String| satisfies(operator, negated, &wanted, actual, facts, variables);
    match qualifier {
        "ForAllValues" => values.iter().all(String::is_empty) || values.iter().all(one),
        "ForAnyValue" => values.iter().any(one),
        _ if *multivalued && !negated => false,
        _ => values.iter().all(one),
    }
}

/// Section 5: one value of the request against the list.
fn satisfies(op: &str, negated: bool, wanted: &[&str], actual: &str, facts: &Facts, variables: bool) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let tests: Vec<Option<bool>> = wanted
        .iter()
        .map(|text| match op {
            "Bool" => ["true", "false"].contains(text).then(|| (*text == "true") == (actual == "true")),
            "NumericEquals" | "NumericNotEquals" => Some(number(actual)? == number(text)?),
            "NumericLessThan" => Some(number(actual)? < number(text)?),
            _ if op.contains("IgnoreCase") => {
                let signs = filled(&text.to_lowercase(), facts, false, variables);
                Some(signs.is_some_and(|signs| glob(&signs, &actual.to_lowercase())))
            }
            _ => {
                let signs = filled(text, facts, op.contains("Like"), variables);
                Some(signs.is_some_and(|signs| glob(&signs, actual)))
            }
        })
        .collect();
    let any = tests.contains(&Some(true));
    if negated { !any && !tests.contains(&None) } else { any }
}

/// Section 6: none where a variable has neither value nor default.
fn filled(text: &str, facts: &Facts, wildcards: bool, variables: bool) -> Option<Vec<Sign>> {
    if !variables {
        return Some(signs(text, wildcards));
    }
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        out.extend(signs(&rest[..at], wildcards));
        let close = rest.find('}')?;
        let inner = &rest[at + 2..close];
        rest = &rest[close + 1..];
        if inner == "*" {
            out.push(Sign::Is('*'));
            continue;
        }
        let (key, default) =
            inner.split_once(", ").map_or((inner, None), |(key, text)| (key, Some(text.trim_matches('\''))));
        let value = match facts.values.get(key) {
            Some((_, true)) if key == "k:m" && !facts.values[key].0.is_empty() => None,
            Some((values, _)) => values.first().map(String::as_str).or(default),
            None => default,
        };
        out.extend(value?.chars().map(Sign::Is));
    }
    out.extend(signs(rest, wildcards));
    Some(out)
}

fn signs(text: &str, wildcards: bool) -> Vec<Sign> {
    let sign = |c| match c {
        '*' if wildcards => Sign::Run,
        '?' if wildcards => Sign::One,
        c => Sign::Is(c),
    };
    text.chars().map(sign).collect()
}

fn glob(pattern: &[Sign], text: &str) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return text.is_empty() };
    let mut after = text.chars();
    let next = after.next();
    match first {
        Sign::Run => glob(rest, text) || (next.is_some() && glob(pattern, after.as_str())),
        Sign::One => next.is_some() && glob(rest, after.as_str()),
        Sign::Is(c) => next == Some(*c) && glob(rest, after.as_str()),
    }
}
