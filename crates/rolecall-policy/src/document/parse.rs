//! From a tree to a policy: what cannot be read becomes a flaw, and its statement stays, marked as broken (rule 1.14).

use std::collections::HashSet;

use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::span::Span;

use super::{
    ActionElement, Broken, Condition, Effect, FlawKind, Policy, PolicyFlaw, PrincipalElement, PrincipalEntry,
    ResourceElement, Statement, Word,
};
use crate::condition::operator;

/// Elements of a statement.
const ELEMENTS: [&str; 9] = [
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

/// Kinds of principals (rule 7.1).
const KINDS: [&str; 4] = ["AWS", "Federated", "Service", "CanonicalUser"];

/// Objects with up to so many members are searched for repeated keys by looking at each.
const FEW: usize = 16;

/// IAM's sentence for most errors of grammar (reference iam.md §5.1).
const SYNTAX: &str = "Syntax errors in policy.";

pub(super) fn policy(node: &Node) -> Policy {
    let mut reader = Reader::default();
    let mut policy = Policy { span: node.span, ..Policy::default() };
    if !matches!(node.kind, Kind::Object(_)) {
        reader.refuse(node.span, SYNTAX);
        policy.statements.push(Statement { span: node.span, broken: Broken::ALL, ..Statement::default() });
        policy.flaws = reader.flaws;
        return policy;
    }
    reader.elements(node, &["Version", "Id", "Statement"]);
    policy.version = node.get("Version").and_then(|value| reader.word(value));
    policy.id = node.get("Id").and_then(|value| reader.word(value));
    let statements = node.get("Statement").map(Node::one_or_many).unwrap_or_default();
    if statements.is_empty() {
        reader.refuse(node.span, "Could not parse the policy: Statement is empty!");
    }
    policy.statements =
        statements.iter().enumerate().map(|(index, node)| reader.statement(index, node)).collect();
    let known = |version: &&Word| ["2012-10-17", "2008-10-17"].contains(&version.text.as_str());
    if let Some(version) = policy.version.as_ref().filter(|version| !known(version)) {
        reader.refuse(version.span, "The policy must contain a valid version string");
    }
    policy.flaws = reader.flaws;
    policy
}

#[derive(Default)]
struct Reader {
    flaws: Vec<PolicyFlaw>,
}

/// An element that was read, and whether a part of it could not be.
struct Read<T> {
    value: T,
    broken: bool,
}

impl Reader {
    fn refuse(&mut self, span: Span, message: impl Into<String>) {
        self.flaws.push(PolicyFlaw { span, kind: FlawKind::Refused, message: message.into() });
    }

    /// Tells of members that are not known, and gives whether there are any; tells of repeated ones.
    fn elements(&mut self, node: &Node, known: &[&str]) -> bool {
        let mut strange = false;
        for (member, _) in self.members(node) {
            if !known.contains(&member.key.as_str()) {
                strange = true;
                self.refuse(member.key_span, SYNTAX);
            }
        }
        strange
    }

    /// Members of an object, each with whether a later one of the same key takes its place: IAM keeps the last one
    /// (reference iam.md §4.2), although the grammar forbids repeating (rule 1.4).
    fn members<'n>(&mut self, node: &'n Node) -> Vec<(&'n Member, bool)> {
        let members = node.members();
        let mut seen = HashSet::new();
        let mut all: Vec<(&Member, bool)> = Vec::with_capacity(members.len());
        for member in members.iter().rev() {
            // Most objects are small: looking is then faster than hashing.
            let overridden = if members.len() <= FEW {
                all.iter().any(|(later, _)| later.key == member.key)
            } else {
                !seen.insert(member.key.as_str())
            };
            if overridden {
                let message = format!("`{}` stands twice; only the last one counts", member.key);
                self.flaws.push(PolicyFlaw { span: member.key_span, kind: FlawKind::Misleading, message });
            }
            all.push((member, overridden));
        }
        all.reverse();
        all
    }

    fn statement(&mut self, index: usize, node: &Node) -> Statement {
        let mut statement = Statement { index, span: node.span, ..Statement::default() };
        if !matches!(node.kind, Kind::Object(_)) {
            self.refuse(node.span, SYNTAX);
            statement.broken = Broken::ALL;
            return statement;
        }
        // What a strange element was meant to restrict is not known: `Conditions` for `Condition` (rule 1.14).
        statement.broken.condition = self.elements(node, &ELEMENTS);
        statement.sid = node.get("Sid").and_then(|value| self.word(value));
        self.effect(node, &mut statement);
        self.parts(node, &mut statement);
        if let Some(value) = node.get("Condition") {
            statement.condition_span = Some(value.span);
            let read = self.conditions(value);
            statement.conditions = read.value;
            statement.broken.condition |= read.broken;
        }
        statement
    }

    fn parts(&mut self, node: &Node, statement: &mut Statement) {
        if let Some(Read { value: (value, negated), broken }) = self.pair(node, "Principal", "NotPrincipal") {
            let read = self.principal(value, negated);
            statement.broken.principal = broken || read.broken;
            statement.principal = Some(read.value);
        }
        match self.pair(node, "Action", "NotAction") {
            Some(Read { value: (value, negated), broken }) => {
                let read = self.words(value);
                statement.broken.action = broken || read.broken;
                statement.action = Some(ActionElement { negated, span: value.span, patterns: read.value });
            }
            None => {
                statement.broken.action = true;
                self.refuse(node.span, "Missing required field Action");
            }
        }
        if let Some(Read { value: (value, negated), broken }) = self.pair(node, "Resource", "NotResource") {
            let read = self.words(value);
            statement.broken.resource = broken || read.broken;
            statement.resource = Some(ResourceElement { negated, span: value.span, patterns: read.value });
        }
    }

    fn effect(&mut self, node: &Node, statement: &mut Statement) {
        let Some(value) = node.get("Effect") else {
            statement.broken.effect = true;
            self.refuse(node.span, "Missing required field Effect");
            return;
        };
        statement.effect_span = Some(value.span);
        statement.effect = match value.as_str() {
            Some("Allow") => Some(Effect::Allow),
            Some("Deny") => Some(Effect::Deny),
            other => {
                statement.broken.effect = true;
                self.refuse(value.span, format!("Invalid effect: {}", other.unwrap_or(value.kind_name())));
                None
            }
        };
    }

    /// The value of an element or of its negation; both at once cannot be read (rule 1.10).
    fn pair<'n>(&mut self, node: &'n Node, plain: &str, negated: &str) -> Option<Read<(&'n Node, bool)>> {
        let broken = node.get(plain).is_some() && node.get(negated).is_some();
        let value = match (node.get(plain), node.get(negated)) {
            (Some(value), None) => (value, false),
            (None, Some(value)) => (value, true),
            (Some(value), Some(other)) => {
                self.refuse(other.span, SYNTAX);
                (value, false)
            }
            (None, None) => return None,
        };
        Some(Read { value, broken })
    }

    fn word(&mut self, node: &Node) -> Option<Word> {
        let word = node.scalar().map(|text| Word { text: text.to_owned(), span: node.span });
        if word.is_none() {
            self.refuse(node.span, SYNTAX);
        }
        word
    }

    fn words(&mut self, node: &Node) -> Read<Vec<Word>> {
        let nodes = node.one_or_many();
        let value: Vec<Word> = nodes.iter().filter_map(|value| self.word(value)).collect();
        Read { broken: value.len() < nodes.len(), value }
    }

    fn principal(&mut self, node: &Node, negated: bool) -> Read<PrincipalElement> {
        let mut element = PrincipalElement { negated, span: node.span, ..PrincipalElement::default() };
        let mut broken = false;
        match &node.kind {
            Kind::String(text) if text == "*" => element.everyone = Some(node.span),
            Kind::Object(members) => {
                if members.is_empty() {
                    self.refuse(node.span, "Missing required field Principal cannot be empty!");
                }
                for (member, _) in self.members(node).into_iter().filter(|(_, overridden)| !overridden) {
                    broken |= self.principals(member, &mut element.entries);
                }
            }
            _ => {
                broken = true;
                let written = node.scalar().unwrap_or(node.kind_name());
                self.refuse(node.span, format!("Invalid principal in policy: `{written}`"));
            }
        }
        Read { value: element, broken }
    }

    /// Adds the principals of one kind; gives whether a part could not be read.
    fn principals(&mut self, member: &Member, entries: &mut Vec<PrincipalEntry>) -> bool {
        let known = KINDS.contains(&member.key.as_str());
        if !known {
            let message = format!("Invalid principal in policy: `{}` is no kind of principal", member.key);
            self.refuse(member.key_span, message);
        }
        let kind = Word { text: member.key.clone(), span: member.key_span };
        let read = self.words(&member.value);
        entries.extend(read.value.into_iter().map(|value| PrincipalEntry { kind: kind.clone(), value }));
        read.broken || !known
    }

    fn conditions(&mut self, node: &Node) -> Read<Vec<Condition>> {
        let mut read = Read { value: Vec::new(), broken: false };
        if !matches!(node.kind, Kind::Object(_)) {
            self.refuse(node.span, SYNTAX);
            read.broken = true;
            return read;
        }
        for (block, _) in self.members(node).into_iter().filter(|(_, overridden)| !overridden) {
            if operator::parse(&block.key).is_none() {
                self.refuse(block.key_span, format!("Invalid Condition type : {}", block.key));
            }
            if !matches!(block.value.kind, Kind::Object(_)) {
                self.refuse(block.value.span, SYNTAX);
                read.broken = true;
            }
            self.keys(block, &mut read);
        }
        read
    }

    /// The keys under one operator. Keys that differ by letter case alone are an error; both count (rule 1.4).
    fn keys(&mut self, block: &Member, read: &mut Read<Vec<Condition>>) {
        let operator = Word { text: block.key.clone(), span: block.key_span };
        let mut seen = HashSet::new();
        for (member, _) in self.members(&block.value).into_iter().filter(|(_, overridden)| !overridden) {
            if !seen.insert(member.key.to_ascii_lowercase()) {
                let message = format!("`{}` stands twice under `{}`", member.key, block.key);
                self.refuse(member.key_span, message);
            }
            let words = self.words(&member.value);
            read.broken |= words.broken;
            let span = Span { start: member.key_span.start, end: member.value.span.end };
            let key = Word { text: member.key.clone(), span: member.key_span };
            read.value.push(Condition { operator: operator.clone(), key, values: words.value, span });
        }
    }
}
