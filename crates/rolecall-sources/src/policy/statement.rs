//! A statement of a source, in whatever notation: its elements with their places.

use rolecall_model::span::Span;

use super::plain::{Plain, PlainCondition};
use crate::tree::{Entry, Kind, Text, Tree};

/// A statement where it is written.
#[derive(Clone, Debug)]
pub struct Statement {
    pub span: Span,
    pub sid: Option<Tree>,
    /// None where the notation leaves it out, which means Allow.
    pub effect: Option<Tree>,
    pub actions: Vec<Tree>,
    pub principals: Vec<Principal>,
    pub conditions: Vec<Condition>,
    pub others: Vec<(String, Tree)>,
    pub form: Form,
}

/// Principals of one type.
#[derive(Clone, Debug)]
pub struct Principal {
    pub kind: Text,
    pub values: Tree,
}

/// One key under one operator.
#[derive(Clone, Debug)]
pub struct Condition {
    pub operator: Word,
    pub key: Word,
    pub values: Tree,
}

/// A text and its place.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: Text,
    pub span: Span,
}

/// How a statement is written.
#[derive(Clone, Debug)]
pub enum Form {
    /// As a map.
    Map(Tree),
    /// As a `statement` block of an `aws_iam_policy_document`: the places of its `condition` blocks, and where its last
    /// attribute or block ends.
    Block { conditions: Vec<Span>, last: u32 },
}

/// The statements of a policy that is written as a map.
///
/// # Errors
/// What is not legible, with its place.
pub fn of_map(policy: &Tree) -> Result<Vec<Statement>, (Span, String)> {
    let list = policy.get("Statement").ok_or((policy.span, "the policy shows no `Statement`".to_owned()))?;
    list.items().iter().map(one).collect()
}

fn one(tree: &Tree) -> Result<Statement, (Span, String)> {
    let Kind::Map(entries) = &tree.kind else {
        return Err((tree.span, "a statement comes from elsewhere".into()));
    };
    let mut statement = Statement {
        span: tree.span,
        sid: None,
        effect: None,
        actions: Vec::new(),
        principals: Vec::new(),
        conditions: Vec::new(),
        others: Vec::new(),
        form: Form::Map(tree.clone()),
    };
    for entry in entries {
        let value = entry.value.clone();
        match entry.key.literal() {
            Some("Sid") => statement.sid = Some(value),
            Some("Effect") => statement.effect = Some(value),
            Some("Action") => statement.actions.push(value),
            Some("Principal") => statement.principals = principals(&value),
            Some("Condition") => statement.conditions = conditions(&value)?,
            Some(other) => statement.others.push((other.to_owned(), value)),
            None => return Err((entry.key_span, "a key of a statement comes from elsewhere".into())),
        }
    }
    Ok(statement)
}

fn principals(value: &Tree) -> Vec<Principal> {
    match &value.kind {
        Kind::Map(kinds) => kinds
            .iter()
            .map(|entry| Principal { kind: entry.key.clone(), values: entry.value.clone() })
            .collect(),
        _ => vec![Principal { kind: Text::of("*"), values: value.clone() }],
    }
}

fn conditions(value: &Tree) -> Result<Vec<Condition>, (Span, String)> {
    let Kind::Map(operators) = &value.kind else {
        return Err((value.span, "the conditions come from elsewhere".into()));
    };
    let mut found = Vec::new();
    for operator in operators {
        let Kind::Map(keys) = &operator.value.kind else {
            return Err((operator.value.span, "the conditions come from elsewhere".into()));
        };
        let word = |entry: &Entry| Word { text: entry.key.clone(), span: entry.key_span };
        found.extend(keys.iter().map(|key| Condition {
            operator: word(operator),
            key: word(key),
            values: key.value.clone(),
        }));
    }
    Ok(found)
}

impl Statement {
    /// Whether it can be this statement.
    pub fn fits(&self, plain: &Plain) -> bool {
        self.head_fits(plain)
            && lists_fit(&self.actions, &plain.actions)
            && self.principals_fit(plain)
            && self.conditions_fit(&plain.conditions)
    }

    /// Whether Sid, effect and the elements that no fix changes are the same.
    pub fn head_fits(&self, plain: &Plain) -> bool {
        let sid = match (&self.sid, &plain.sid) {
            (Some(tree), Some(sid)) => tree.fits(sid),
            (None, None) => true,
            (Some(tree), None) => tree.kind == Kind::Null,
            (None, Some(_)) => false,
        };
        let effect = self.effect.as_ref().map_or(plain.effect == "Allow", |tree| tree.fits(&plain.effect));
        let others = self.others.len() == plain.others.len()
            && self.others.iter().all(|(key, tree)| {
                let same = plain.others.iter().find(|(other, _)| other == key);
                same.is_some_and(|(_, words)| tree.is_open() || flat(tree) == *words)
            });
        sid && effect && others
    }

    fn principals_fit(&self, plain: &Plain) -> bool {
        let known =
            |principal: &Principal| plain.principals.iter().any(|(kind, _)| principal.kind.fits(kind));
        self.principals.iter().all(known)
            && plain.principals.iter().all(|(kind, words)| {
                let own = self.principals.iter().filter(|principal| principal.kind.fits(kind));
                let own: Vec<Tree> = own.map(|principal| principal.values.clone()).collect();
                !own.is_empty() && lists_fit(&own, words)
            })
    }

    fn conditions_fit(&self, plain: &[PlainCondition]) -> bool {
        let meant = |condition: &Condition, wanted: &PlainCondition| {
            condition.operator.text.fits(&wanted.operator) && fits_key(&condition.key.text, &wanted.key)
        };
        self.conditions.iter().all(|condition| plain.iter().any(|wanted| meant(condition, wanted)))
            && plain.iter().all(|wanted| {
                let own = self.conditions.iter().filter(|condition| meant(condition, wanted));
                let own: Vec<Tree> = own.map(|condition| condition.values.clone()).collect();
                !own.is_empty() && lists_fit(&own, &wanted.values)
            })
    }

    /// The conditions on a key under an operator.
    pub fn conditions_on<'s>(&'s self, operator: &str, key: &str) -> Vec<&'s Condition> {
        let meant = |condition: &&Condition| {
            condition.operator.text.fits(operator) && fits_key(&condition.key.text, key)
        };
        self.conditions.iter().filter(meant).collect()
    }
}

/// Condition keys are compared without regard to case (IAM User Guide, "Condition").
fn fits_key(text: &Text, key: &str) -> bool {
    match text.literal() {
        Some(literal) => literal.eq_ignore_ascii_case(key),
        None => text.fits(key),
    }
}

/// Whether lists, taken together, can hold exactly these words, in whatever order.
pub fn lists_fit(lists: &[Tree], words: &[String]) -> bool {
    if lists.iter().any(|list| list.kind == Kind::Elsewhere) {
        return true;
    }
    let items: Vec<&Tree> = lists.iter().flat_map(Tree::items).collect();
    let mut left: Vec<&String> = words.iter().collect();
    let (open, written): (Vec<&Tree>, Vec<&Tree>) = items.iter().partition(|item| item.is_open());
    for item in written.into_iter().chain(open) {
        let Some(at) = left.iter().position(|word| item.fits(word)) else { return false };
        left.remove(at);
    }
    left.is_empty()
}

fn flat(tree: &Tree) -> Vec<String> {
    let of_map = tree.entries().iter().flat_map(|entry| {
        let key = entry.key.literal().unwrap_or_default();
        flat(&entry.value).into_iter().map(move |word| format!("{key}={word}"))
    });
    let scalars = tree.items().iter().filter_map(Tree::literal).map(str::to_owned);
    scalars.chain(of_map).collect()
}
