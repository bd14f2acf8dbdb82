//! Policy variables: `${key}`, `${key, 'default'}` and the literal characters `${*}`, `${?}`, `${$}` (rules 6.1 to 6.6).

use crate::context::{Context, Lookup};

/// A variable of a policy value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    key: Box<str>,
    default: Option<Box<str>>,
}

/// What stands in a variable's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling<'a> {
    /// This text, to the letter: a star in a tag's value is a star (rule 3.8).
    Text(&'a str),
    /// Neither value nor default. An empty text never takes its place (rule 6.6).
    Unresolved,
    /// Nobody read the key.
    Unknown,
}

/// What `${…}` stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// One of the characters that would be special otherwise (rule 6.4).
    Literal(char),
    Variable(Variable),
}

impl Variable {
    /// Its key, in lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether it has a default.
    #[must_use]
    pub fn has_default(&self) -> bool {
        self.default.is_some()
    }

    /// Whether its key can be one: no spaces, no remains of a default that is written wrongly (rule 6.3). Tag keys may
    /// hold spaces.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let spaces = self.key.contains(' ') && !self.key.contains("tag/");
        !self.key.is_empty() && !spaces && !self.key.contains([',', '\''])
    }

    /// What stands in its place. The default counts only where the key has no value (rule 6.3); a multivalued key
    /// cannot be a variable at all (rule 6.1).
    #[must_use]
    pub fn fill<'a>(&'a self, context: &'a Context) -> Filling<'a> {
        match (context.get_folded(&self.key), &self.default) {
            (Lookup::Unknown, _) => Filling::Unknown,
            (Lookup::Present { values: [value], multivalued: false }, _) => Filling::Text(value),
            (Lookup::Absent | Lookup::Present { values: [], .. }, Some(default)) => Filling::Text(default),
            _ => Filling::Unresolved,
        }
    }
}

/// Reads a reference at the beginning of a text, and gives what follows. Text without a closing brace is none.
///
/// A default of another form than `, 'text'` makes the whole inside a key that no request has: such a variable never
/// resolves (rule 6.3; `IAM` refuses it, ValidatePolicy names it).
pub(crate) fn read(text: &str) -> Option<(Reference, &str)> {
    let inside = text.strip_prefix("${")?;
    if let Some((key, default, rest)) = with_default(inside) {
        let key = key.to_ascii_lowercase().into_boxed_str();
        return Some((Reference::Variable(Variable { key, default: Some(default.into()) }), rest));
    }
    let (inner, rest) = inside.split_once('}')?;
    let reference = match inner {
        "*" => Reference::Literal('*'),
        "?" => Reference::Literal('?'),
        "$" => Reference::Literal('$'),
        key => {
            Reference::Variable(Variable { key: key.to_ascii_lowercase().into_boxed_str(), default: None })
        }
    };
    Some((reference, rest))
}

/// Every variable of a text, the literal characters left out.
pub(crate) fn variables(text: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let here = rest.get(at..).unwrap_or_default();
        match read(here) {
            Some((Reference::Variable(variable), after)) => {
                found.push(variable);
                rest = after;
            }
            Some((Reference::Literal(_), after)) => rest = after,
            None => return found,
        }
    }
    found
}

/// Key, default and what follows, of `key, 'default'}…`. A default may hold braces.
fn with_default(inside: &str) -> Option<(&str, &str, &str)> {
    let (key, rest) =
        inside.get(..inside.find(['}', ','])?).zip(inside.split_once(", '").map(|(_, rest)| rest))?;
    if !inside.get(key.len()..)?.starts_with(", '") {
        return None;
    }
    let (default, rest) = rest.split_once("'}")?;
    Some((key, default, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let variable = |key: &str, default: Option<&str>| {
            Reference::Variable(Variable { key: key.into(), default: default.map(Into::into) })
        };
        let table = [
            ("${aws:UserName}/x", Some((variable("aws:username", None), "/x"))),
            ("${aws:username, 'any}one'}", Some((variable("aws:username", Some("any}one")), ""))),
            ("${aws:username, ''}", Some((variable("aws:username", Some("")), ""))),
            ("${aws:username,'x'}", Some((variable("aws:username,'x'", None), ""))),
            ("${aws:username, x}", Some((variable("aws:username, x", None), ""))),
            ("${a} and ${b, 'c'}", Some((variable("a", None), " and ${b, 'c'}"))),
            ("${*}", Some((Reference::Literal('*'), ""))),
            ("${$}{", Some((Reference::Literal('$'), "{"))),
            ("${open", None),
            ("$x", None),
        ];
        for (text, wanted) in table {
            assert_eq!(read(text), wanted, "{text}");
        }
        assert_eq!(variables("a${*}${k}b${l, 'm'}${").len(), 2);
    }

    #[test]
    fn fillings() {
        let mut context = Context::new();
        context.set("one", ["1".to_owned()]);
        context.set("empty", [String::new()]);
        context.set_multivalued("many", ["1".to_owned()]);
        context.set_unknown("unread");
        let fill = |text: &str| match read(text) {
            Some((Reference::Variable(variable), _)) => format!("{:?}", variable.fill(&context)),
            other => panic!("{other:?}"),
        };
        assert_eq!(fill("${ONE}"), "Text(\"1\")");
        assert_eq!(fill("${one, 'x'}"), "Text(\"1\")");
        assert_eq!(fill("${empty, 'x'}"), "Text(\"\")");
        assert_eq!(fill("${gone, 'x'}"), "Text(\"x\")");
        assert_eq!(fill("${gone}"), "Unresolved");
        assert_eq!(fill("${many}"), "Unresolved");
        assert_eq!(fill("${many, 'x'}"), "Unresolved");
        assert_eq!(fill("${unread, 'x'}"), "Unknown");
    }
}
