//! Policy variables: `${key}`, `${key, 'default'}` and the literal characters `${*}`, `${?}`, `${$}` (rules 6.1 to 6.6).

use crate::context::{Context, Lookup};
use crate::pattern::Token;

/// A value of a policy, split into literal text, wildcards and variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Tokens(Vec<Token>),
    Variable { key: String, default: Option<String> },
}

/// A template with its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    /// Ready to match.
    Tokens(Vec<Token>),
    /// A variable has neither value nor default (rule 6.5).
    Unresolved,
    /// A variable was not read.
    Unknown,
}

impl Template {
    /// Splits a value. `wildcards`: whether `*` and `?` are patterns here. `variables`: whether `${…}` are.
    #[must_use]
    pub fn parse(text: &str, wildcards: bool, variables: bool) -> Template {
        let plain = |c: char| if wildcards { Token::of_pattern(c) } else { Token::Is(c) };
        let mut parts = Vec::new();
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some((inner, after)) = variable(rest).filter(|_| variables) {
                match inner {
                    "*" | "?" | "$" => tokens.extend(inner.chars().map(Token::Is)),
                    _ => {
                        parts.push(Part::Tokens(std::mem::take(&mut tokens)));
                        parts.push(key_and_default(inner));
                    }
                }
                rest = after;
                continue;
            }
            tokens.push(plain(c));
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        parts.push(Part::Tokens(tokens));
        Template { parts }
    }

    /// The tokens, where there is no variable.
    #[must_use]
    pub fn fixed(&self) -> Option<&[Token]> {
        match self.parts.as_slice() {
            [Part::Tokens(tokens)] => Some(tokens),
            _ => None,
        }
    }

    /// Fills variables in. What fills a variable is literal: a star in a tag's value is a star (rule 3.8).
    #[must_use]
    pub fn fill(&self, context: &Context) -> Filled {
        let mut out = Vec::new();
        for part in &self.parts {
            match part {
                Part::Tokens(tokens) => out.extend_from_slice(tokens),
                Part::Variable { key, default } => match (value(context, key), default) {
                    (Value::Unknown, _) => return Filled::Unknown,
                    (Value::Is(text), _) => out.extend(text.chars().map(Token::Is)),
                    (Value::None, Some(text)) => out.extend(text.chars().map(Token::Is)),
                    (Value::None, None) => return Filled::Unresolved,
                },
            }
        }
        Filled::Tokens(out)
    }

    /// Keys of its variables, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { key, .. } => Some(key.as_str()),
            Part::Tokens(_) => None,
        })
    }
}

enum Value<'a> {
    Is(&'a str),
    None,
    Unknown,
}

/// Multivalued keys cannot be variables (rule 6.1).
fn value<'a>(context: &'a Context, key: &str) -> Value<'a> {
    match context.get_folded(key) {
        Lookup::Present { values: [value], multivalued: false } => Value::Is(value),
        Lookup::Unknown => Value::Unknown,
        _ => Value::None,
    }
}

/// What stands between `${` and `}` at the beginning of a text, and what follows.
pub(crate) fn variable(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("${")?.split_once('}')
}

/// `key, 'default'`: a comma, one space, single quotes (rule 6.3).
fn key_and_default(inner: &str) -> Part {
    let (key, default) = match inner.split_once(',') {
        Some((key, rest)) => {
            (key, rest.trim_start().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')))
        }
        None => (inner, None),
    };
    Part::Variable { key: key.trim().to_ascii_lowercase(), default: default.map(str::to_owned) }
}
