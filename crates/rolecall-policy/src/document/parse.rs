//! From a tree to a policy: what cannot be read becomes a flaw, and its statement stays, marked unreadable.

use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::span::Span;

use super::{
    ActionElement, Condition, Effect, FlawKind, Policy, PolicyFlaw, PrincipalElement, PrincipalEntry,
    ResourceElement, Statement, Word,
};
use crate::condition::operator;

pub(super) fn policy(node: &Node) -> Policy {
    let mut reader = Reader { flaws: Vec::new(), unreadable: false };
    let mut policy = Policy { span: node.span, ..Policy::default() };
    if !matches!(node.kind, Kind::Object(_)) {
        reader.refuse(node.span, "Syntax errors in policy.");
        policy.statements.push(Statement { span: node.span, unreadable: true, ..Statement::default() });
        policy.flaws = reader.flaws;
        return policy;
    }
    reader.known_keys(node, &["Version", "Id", "Statement"]);
    policy.version = node.get("Version").and_then(|value| reader.word(value));
    policy.id = node.get("Id").and_then(|value| reader.word(value));
    let statements = node.get("Statement").map(Node::one_or_many).unwrap_or_default();
    if statements.is_empty() {
        reader.refuse(node.span, "Could not parse the policy: Statement is empty!");
    }
    policy.statements =
        statements.iter().enumerate().map(|(index, node)| reader.statement(index, node)).collect();
    if policy
        .version
        .as_ref()
        .is_some_and(|version| !["2012-10-17", "2008-10-17"].contains(&version.text.as_str()))
    {
        let span = policy.version.as_ref().map(|version| version.span).unwrap_or_default();
        reader.refuse(span, "The policy must contain a valid version string");
    }
    policy.flaws = reader.flaws;
    policy
}

struct Reader {
    flaws: Vec<PolicyFlaw>,
    /// Whether the statement being read has a part that could not be read.
    unreadable: bool,
}

impl Reader {
    fn refuse(&mut self, span: Span, message: impl Into<String>) {
        self.flaws.push(PolicyFlaw { span, kind: FlawKind::Refused, message: message.into() });
    }

    fn broken(&mut self, span: Span, message: impl Into<String>) {
        self.unreadable = true;
        self.refuse(span, message);
    }

    /// Unknown elements are refused by IAM; the same key twice keeps its last value (reference iam.md §4.2).
    fn known_keys(&mut self, node: &Node, known: &[&str]) {
        for (index, member) in node.members().iter().enumerate() {
            if !known.contains(&member.key.as_str()) {
                self.refuse(member.key_span, "Syntax errors in policy.");
            }
            self.twice(node.members(), index, member);
        }
    }

    fn twice(&mut self, members: &[Member], index: usize, member: &Member) {
        if members.iter().skip(index + 1).any(|later| later.key == member.key) {
            let message = format!("`{}` stands twice; only the last one counts", member.key);
            self.flaws.push(PolicyFlaw { span: member.key_span, kind: FlawKind::Misleading, message });
        }
    }

    fn statement(&mut self, index: usize, node: &Node) -> Statement {
        self.unreadable = false;
        let mut statement = Statement { index, span: node.span, ..Statement::default() };
        if !matches!(node.kind, Kind::Object(_)) {
            self.broken(node.span, "Syntax errors in policy.");
            statement.unreadable = true;
            return statement;
        }
        let known = [
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
        self.known_keys(node, &known);
        statement.sid = node.get("Sid").and_then(|value| self.word(value));
        self.effect(node, &mut statement);
        statement.principal = self
            .pair(node, "Principal", "NotPrincipal")
            .map(|(value, negated)| self.principal(value, negated));
        statement.action = self.pair(node, "Action", "NotAction").map(|(value, negated)| ActionElement {
            negated,
            span: value.span,
            patterns: self.words(value),
        });
        statement.resource = self.pair(node, "Resource", "NotResource").map(|(value, negated)| {
            ResourceElement { negated, span: value.span, patterns: self.words(value) }
        });
        if statement.action.is_none() {
            self.broken(node.span, "Missing required field Action");
        }
        if let Some(value) = node.get("Condition") {
            statement.condition_span = Some(value.span);
            statement.conditions = self.conditions(value);
        }
        statement.unreadable = self.unreadable;
        statement
    }

    fn effect(&mut self, node: &Node, statement: &mut Statement) {
        let Some(value) = node.get("Effect") else {
            self.broken(node.span, "Missing required field Effect");
            return;
        };
        statement.effect_span = Some(value.span);
        statement.effect = match value.as_str() {
            Some("Allow") => Some(Effect::Allow),
            Some("Deny") => Some(Effect::Deny),
            other => {
                self.broken(value.span, format!("Invalid effect: {}", other.unwrap_or(value.kind_name())));
                None
            }
        };
    }

    /// The value of an element or of its negation; both at once is an error (rule 1.10).
    fn pair<'n>(&mut self, node: &'n Node, plain: &str, negated: &str) -> Option<(&'n Node, bool)> {
        match (node.get(plain), node.get(negated)) {
            (Some(value), None) => Some((value, false)),
            (None, Some(value)) => Some((value, true)),
            (Some(value), Some(other)) => {
                self.broken(other.span, "Syntax errors in policy.");
                Some((value, false))
            }
            (None, None) => None,
        }
    }

    fn word(&mut self, node: &Node) -> Option<Word> {
        match node.scalar() {
            Some(text) => Some(Word { text: text.to_owned(), span: node.span }),
            None => {
                self.broken(node.span, "Syntax errors in policy.");
                None
            }
        }
    }

    fn words(&mut self, node: &Node) -> Vec<Word> {
        node.one_or_many().iter().filter_map(|value| self.word(value)).collect()
    }

    fn principal(&mut self, node: &Node, negated: bool) -> PrincipalElement {
        let mut element = PrincipalElement { negated, span: node.span, ..PrincipalElement::default() };
        match &node.kind {
            Kind::String(text) if text == "*" => element.everyone = Some(node.span),
            Kind::Object(members) => {
                if members.is_empty() {
                    self.refuse(node.span, "Missing required field Principal cannot be empty!");
                }
                for (index, member) in members.iter().enumerate() {
                    self.twice(members, index, member);
                    if members.iter().skip(index + 1).any(|later| later.key == member.key) {
                        continue;
                    }
                    let kind = Word { text: member.key.clone(), span: member.key_span };
                    if !["AWS", "Federated", "Service", "CanonicalUser"].contains(&member.key.as_str()) {
                        self.refuse(
                            member.key_span,
                            format!("Invalid principal in policy: `{}` is no kind of principal", member.key),
                        );
                    }
                    let values = self.words(&member.value);
                    element
                        .entries
                        .extend(values.into_iter().map(|value| PrincipalEntry { kind: kind.clone(), value }));
                }
            }
            _ => self.broken(node.span, "Invalid principal in policy"),
        }
        element
    }

    fn conditions(&mut self, node: &Node) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if !matches!(node.kind, Kind::Object(_)) {
            self.broken(node.span, "Syntax errors in policy.");
            return conditions;
        }
        let blocks = node.members();
        for (index, block) in blocks.iter().enumerate() {
            self.twice(blocks, index, block);
            if blocks.iter().skip(index + 1).any(|later| later.key == block.key) {
                continue;
            }
            if operator::parse(&block.key).is_none() {
                self.broken(block.key_span, format!("Invalid Condition type : {}", block.key));
            }
            if !matches!(block.value.kind, Kind::Object(_)) {
                self.broken(block.value.span, "Syntax errors in policy.");
            }
            self.keys(block, &mut conditions);
        }
        conditions
    }

    fn keys(&mut self, block: &Member, conditions: &mut Vec<Condition>) {
        let operator = Word { text: block.key.clone(), span: block.key_span };
        let keys = block.value.members();
        for (index, member) in keys.iter().enumerate() {
            self.twice(keys, index, member);
            let later = |later: &Member| later.key.eq_ignore_ascii_case(&member.key);
            if let Some(other) = keys.iter().skip(index + 1).find(|key| later(key)) {
                if other.key != member.key {
                    self.refuse(
                        other.key_span,
                        format!("`{}` and `{}` are the same key", member.key, other.key),
                    );
                } else {
                    continue;
                }
            }
            let values = self.words(&member.value);
            let span = Span { start: member.key_span.start, end: member.value.span.end };
            let key = Word { text: member.key.clone(), span: member.key_span };
            conditions.push(Condition { operator: operator.clone(), key, values, span });
        }
    }
}
