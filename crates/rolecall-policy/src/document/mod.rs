//! A policy document as its author wrote it: every element with its place, in the author's order.

mod parse;

use rolecall_model::json::{self, Node};
use rolecall_model::span::Span;

/// A policy document. A broken one is read as far as it goes, with its flaws (rule 1.14).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The whole document.
    pub span: Span,
    /// `Version`; absent means 2008-10-17 (rule 1.2).
    pub version: Option<Word>,
    /// `Id`
    pub id: Option<Word>,
    /// Statements, in order; one that is not in an array counts as one.
    pub statements: Vec<Statement>,
    /// What could not be read, and what IAM would refuse whatever the policy is used for.
    pub flaws: Vec<PolicyFlaw>,
}

/// A scalar with its place; numbers and booleans as they were written (rule 1.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The text.
    pub text: String,
    /// Its place, quotes included.
    pub span: Span,
}

/// Allow or Deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

/// A statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// Its index in the document.
    pub index: usize,
    /// The whole statement.
    pub span: Span,
    /// `Sid`
    pub sid: Option<Word>,
    /// `Effect`; none where it is absent or neither `Allow` nor `Deny`.
    pub effect: Option<Effect>,
    /// Place of the effect.
    pub effect_span: Option<Span>,
    /// `Principal` or `NotPrincipal`
    pub principal: Option<PrincipalElement>,
    /// `Action` or `NotAction`
    pub action: Option<ActionElement>,
    /// `Resource` or `NotResource`
    pub resource: Option<ResourceElement>,
    /// One entry per operator and key, in order.
    pub conditions: Vec<Condition>,
    /// Place of the `Condition` element.
    pub condition_span: Option<Span>,
    /// Parts that could not be read: they must not be taken for absent (rule 1.14).
    pub broken: Broken,
}

/// Parts of a statement that could not be read, or not whole. An engine cannot tell what they would have said, so such a
/// part neither holds nor fails; an effect that is not legible may be a Deny.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// `Effect`
    pub effect: bool,
    /// `Principal` or `NotPrincipal`
    pub principal: bool,
    /// `Action` or `NotAction`
    pub action: bool,
    /// `Resource` or `NotResource`
    pub resource: bool,
    /// `Condition`, or an element that IAM does not know.
    pub condition: bool,
}

impl Broken {
    /// Everything: the statement is no statement at all.
    pub const ALL: Broken =
        Broken { effect: true, principal: true, action: true, resource: true, condition: true };

    /// Whether any part is broken.
    #[must_use]
    pub fn any(self) -> bool {
        self != Broken::default()
    }
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrincipalElement {
    /// Whether it is `NotPrincipal`.
    pub negated: bool,
    /// The whole element's value.
    pub span: Span,
    /// `"*"` in place of an object.
    pub everyone: Option<Span>,
    /// Kind and value of each principal.
    pub entries: Vec<PrincipalEntry>,
}

/// One principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalEntry {
    /// `AWS`, `Federated`, `Service`, `CanonicalUser`, or what was written.
    pub kind: Word,
    /// The principal.
    pub value: Word,
}

/// `Action` or `NotAction`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionElement {
    /// Whether it is `NotAction`.
    pub negated: bool,
    /// The whole element's value.
    pub span: Span,
    /// Patterns.
    pub patterns: Vec<Word>,
}

/// `Resource` or `NotResource`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceElement {
    /// Whether it is `NotResource`.
    pub negated: bool,
    /// The whole element's value.
    pub span: Span,
    /// Patterns.
    pub patterns: Vec<Word>,
}

/// One key under one operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// The operator as written, qualifiers included.
    pub operator: Word,
    /// The key as written.
    pub key: Word,
    /// Values.
    pub values: Vec<Word>,
    /// Key and values.
    pub span: Span,
}

/// A flaw of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFlaw {
    /// Where.
    pub span: Span,
    /// What kind.
    pub kind: FlawKind,
    /// IAM's own sentence where one is recorded (reference iam.md §4.2, §5.1), else ours.
    pub message: String,
}

/// Kinds of flaws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlawKind {
    /// IAM refuses to store the document.
    Refused,
    /// IAM stores it, and it means something else than it seems to.
    Misleading,
}

impl Policy {
    /// Reads a policy from a tree, which may be part of a larger document: places are those of the tree.
    #[must_use]
    pub fn from_node(node: &Node) -> Policy {
        parse::policy(node)
    }

    /// Reads a policy from JSON text. Of broken text as much is read as was there; nothing is known of what followed.
    #[must_use]
    pub fn from_text(text: &str) -> Policy {
        let parsed = json::parse(text);
        let mut policy = parsed.root.as_ref().map(parse::policy).unwrap_or_default();
        if let Some(flaw) = parsed.flaws.iter().find(|flaw| flaw.is_syntax()) {
            policy.cut_off(flaw);
        }
        policy
    }

    /// Whether `${…}` is a variable here: only under version 2012-10-17 (rule 1.3).
    #[must_use]
    pub fn uses_variables(&self) -> bool {
        self.version.as_ref().is_some_and(|version| version.text == "2012-10-17")
    }

    /// The last statement may lack parts, and there may have been further ones, a Deny among them (rule 1.14).
    fn cut_off(&mut self, flaw: &json::Flaw) {
        if let Some(last) = self.statements.last_mut() {
            last.broken = Broken::ALL;
        }
        let index = self.statements.len();
        let rest = Statement { index, span: flaw.span, broken: Broken::ALL, ..Statement::default() };
        self.statements.push(rest);
        let message = format!("This policy contains invalid Json: {}", flaw.message);
        self.flaws = vec![PolicyFlaw { span: flaw.span, kind: FlawKind::Refused, message }];
    }
}
