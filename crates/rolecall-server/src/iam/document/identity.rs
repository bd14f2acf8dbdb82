//! Identity policies: what IAM refuses, in the order in which it looks (reference iam.md §5.1).

use std::collections::HashSet;

use rolecall_model::json::{Kind, Node, parse};
use rolecall_policy::condition::operator;

use super::{legacy_date, resource};

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";
/// Elements of a policy; `Conditions` is let pass.
const TOP: [&str; 4] = ["Version", "Id", "Statement", "Conditions"];
/// Elements of a statement.
const STATEMENT: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Whether IAM would store a document as an identity policy; else its sentence.
///
/// # Errors
/// The sentence of the first rule that is broken, in IAM's order of rules.
pub fn check(text: &str) -> Result<(), String> {
    let parsed = parse(text);
    let root = parsed.root.filter(|_| !parsed.flaws.iter().any(rolecall_model::json::Flaw::is_syntax));
    let root = root.ok_or(SYNTAX)?;
    require(is_sound(&root), SYNTAX)?;
    let version = root.get("Version").and_then(Node::as_str);
    require(version == Some("2012-10-17"), "Policy document must be version 2012-10-17 or greater.")?;
    let statements = root.get("Statement").map(Node::one_or_many).unwrap_or_default();
    require(statements.iter().all(survives_legacy_parsing), LEGACY)?;
    let fault_of_resources = resource::check(statements).map_err(|resource::Unparsable| LEGACY)?;
    let names_principal = |one: &Node| one.get("Principal").or(one.get("NotPrincipal")).is_some();
    require(!statements.iter().any(names_principal), "Policy document should not specify a principal.")?;
    sids(statements)?;
    let has_actions = |one: &Node| has_values(one, "Action", "NotAction");
    require(statements.iter().all(has_actions), "Policy statement must contain actions.")?;
    fault_of_resources.map_or(Ok(()), Err)?;
    statements.iter().flat_map(|one| texts(one, ["Action", "NotAction"])).try_for_each(action)?;
    let has_resources = |one: &Node| has_values(one, "Resource", "NotResource");
    require(statements.iter().all(has_resources), "Policy statement must contain resources.")
}

fn require(holds: bool, sentence: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(sentence.to_owned()) }
}

/// The grammar, as far as every break of it has the same sentence.
fn is_sound(root: &Node) -> bool {
    let known =
        |node: &Node, names: &[&str]| node.members().iter().all(|member| names.contains(&&*member.key));
    let is_text = |node: &Node, name: &str| node.get(name).is_none_or(|value| value.as_str().is_some());
    let version = root.get("Version");
    let statements = root.get("Statement").map(Node::one_or_many).unwrap_or_default();
    is_object(root)
        && known(root, &TOP)
        && version.is_none_or(|version| matches!(version.as_str(), Some("2012-10-17" | "2008-10-17")))
        && is_text(root, "Id")
        && !statements.is_empty()
        && statements.iter().all(|one| {
            is_object(one)
                && known(one, &STATEMENT)
                && is_text(one, "Sid")
                && is_effect(one.get("Effect"))
                && is_either(one, "Action", "NotAction")
                && is_either(one, "Resource", "NotResource")
                && one.get("Condition").is_none_or(is_condition)
        })
}

fn is_object(node: &Node) -> bool {
    matches!(node.kind, Kind::Object(_))
}

/// In any letter case: another spelling than AWS's fails later, with another sentence.
fn is_effect(node: Option<&Node>) -> bool {
    let text = node.and_then(Node::as_str).unwrap_or_default();
    text.eq_ignore_ascii_case("Allow") || text.eq_ignore_ascii_case("Deny")
}

/// At most one of an element and its negation, which is a text or a list of texts.
fn is_either(statement: &Node, plain: &str, negated: &str) -> bool {
    let value = match (statement.get(plain), statement.get(negated)) {
        (Some(_), Some(_)) => return false,
        (plain, negated) => plain.or(negated),
    };
    value.is_none_or(|value| match &value.kind {
        Kind::String(_) => true,
        Kind::Array(items) => items.iter().all(|item| item.as_str().is_some() || item.is_null()),
        _ => false,
    })
}

/// An unknown operator is let pass where it tests nothing.
fn is_condition(node: &Node) -> bool {
    is_object(node)
        && node.members().iter().all(|block| {
            let tests = block.value.members();
            let is_value = |node: &Node| !matches!(node.kind, Kind::Object(_) | Kind::Null);
            is_object(&block.value)
                && tests.iter().all(|test| is_value(&test.value))
                && (tests.is_empty() || operator::parse(&block.key).is_some())
        })
}

/// What IAM's older reader demands beyond the grammar: the exact spelling of the effect, dates that are dates.
fn survives_legacy_parsing(statement: &Node) -> bool {
    let effect = statement.get("Effect").and_then(Node::as_str);
    let blocks = statement.get("Condition").map(Node::members).unwrap_or_default();
    let dates = blocks.iter().filter(|block| {
        let name = block.key.strip_prefix("ForAnyValue:").or(block.key.strip_prefix("ForAllValues:"));
        name.unwrap_or(&block.key).starts_with("Date")
    });
    let mut values = dates.flat_map(|block| block.value.members()).flat_map(|test| test.value.one_or_many());
    matches!(effect, Some("Allow" | "Deny"))
        && values.all(|value| value.scalar().is_some_and(legacy_date::is_date))
}

fn sids(statements: &[Node]) -> Result<(), String> {
    let sids = statements.iter().filter_map(|one| one.get("Sid").and_then(Node::as_str));
    let given: Vec<&str> = sids.filter(|sid| !sid.is_empty()).collect();
    let mut seen = HashSet::new();
    let unique = given.iter().all(|sid| seen.insert(*sid));
    require(unique, "Statement IDs (SID) in a single policy must be unique.")?;
    let plain = |sid: &&str| sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let sentence = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                    [0-9A-Za-z]*";
    require(given.iter().all(plain), sentence)
}

/// Whether an element or its negation is there and lists something.
fn has_values(statement: &Node, plain: &str, negated: &str) -> bool {
    statement.get(plain).or(statement.get(negated)).is_some_and(|value| !value.one_or_many().is_empty())
}

/// Every text of some elements of a statement.
pub(super) fn texts<'n>(statement: &'n Node, names: [&str; 2]) -> impl Iterator<Item = &'n str> {
    let values = names.into_iter().filter_map(|name| statement.get(name)).collect::<Vec<_>>();
    values.into_iter().flat_map(Node::one_or_many).filter_map(Node::as_str)
}

/// Whether an action has the form `vendor:name`. No catalogue is looked into: IAM does not either.
fn action(text: &str) -> Result<(), String> {
    let mut parts = text.split(':');
    let vendor = parts.next().unwrap_or_default();
    match parts.count() {
        0 if vendor == "*" => return Ok(()),
        0 => {
            return require(
                false,
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            );
        }
        1 => {}
        _ => return require(false, "Actions/Condition can contain only one colon."),
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    require(vendor == "*" || vendor.bytes().all(fits), &format!("Vendor {vendor} is not valid"))
}
