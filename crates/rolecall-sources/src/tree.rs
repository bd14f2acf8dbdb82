//! Values of a source and where they stand, whatever notation they are written in.

use rolecall_model::span::Span;

/// A value and its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Bytes of the whole value, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// Kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing, or `null`.
    Null,
    /// A scalar.
    Text(Text),
    /// A list.
    List(Vec<Tree>),
    /// A map, in the author's order.
    Map(Vec<Entry>),
    /// An expression: what it comes to is decided elsewhere.
    Elsewhere,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Text,
    /// Bytes of the key, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Tree,
}

/// A text, parts of which may be decided elsewhere: `${aws_iam_role.x.arn}` in the midst of a string.
#[derive(Clone, Debug, PartialEq)]
pub struct Text(Vec<Part>);

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// These letters.
    Literal(String),
    /// Whatever the expression comes to.
    Elsewhere,
}

impl Text {
    /// A text that is written out.
    pub fn of(text: impl Into<String>) -> Text {
        Text(vec![Part::Literal(text.into())])
    }

    /// A text of parts.
    pub fn of_parts(parts: Vec<Part>) -> Text {
        let mut all: Vec<Part> = Vec::new();
        for part in parts {
            match (all.last_mut(), part) {
                (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(&text),
                (_, part) => all.push(part),
            }
        }
        if all.is_empty() { Text::of("") } else { Text(all) }
    }

    /// The text, where all of it is written out.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// What is written out behind the last expression.
    pub fn tail(&self) -> Option<&str> {
        match self.0.as_slice() {
            [_, .., Part::Literal(tail)] => Some(tail),
            _ => None,
        }
    }

    /// Whether it can come to `text`.
    pub fn fits(&self, text: &str) -> bool {
        if let Some(literal) = self.literal() {
            return literal == text;
        }
        let mut rest = text;
        let last = self.0.len().saturating_sub(1);
        for (at, part) in self.0.iter().enumerate() {
            let Part::Literal(literal) = part else { continue };
            let found = match at {
                0 => rest.strip_prefix(literal.as_str()),
                at if at == last => return rest.ends_with(literal.as_str()),
                _ => rest.split_once(literal.as_str()).map(|(_, after)| after),
            };
            match found {
                Some(after) => rest = after,
                None => return false,
            }
        }
        // Ends in an expression, which takes the rest.
        true
    }
}

impl Tree {
    /// An expression.
    pub fn elsewhere(span: Span) -> Tree {
        Tree { span, kind: Kind::Elsewhere }
    }

    /// The text of a scalar that is written out.
    pub fn literal(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => text.literal(),
            _ => None,
        }
    }

    /// Whether it can come to this text.
    pub fn fits(&self, wanted: &str) -> bool {
        match &self.kind {
            Kind::Text(text) => text.fits(wanted),
            Kind::Elsewhere => true,
            _ => false,
        }
    }

    /// Entries of a map; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The entry of a key that is written out.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key.literal() == Some(key))
    }

    /// The value of a key that is written out.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value behind a chain of keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Tree> {
        keys.iter().try_fold(self, |tree, key| tree.get(key))
    }

    /// Items of a list, or the value itself.
    pub fn items(&self) -> &[Tree] {
        match &self.kind {
            Kind::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether anything of it is decided elsewhere.
    pub fn is_open(&self) -> bool {
        match &self.kind {
            Kind::Null => false,
            Kind::Text(text) => text.literal().is_none(),
            Kind::List(items) => items.iter().any(Tree::is_open),
            Kind::Map(entries) => {
                entries.iter().any(|entry| entry.key.literal().is_none() || entry.value.is_open())
            }
            Kind::Elsewhere => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_what_they_can_come_to() {
        let literal = |text: &str| Part::Literal(text.into());
        let key = Text::of_parts(vec![Part::Elsewhere, literal(":sub")]);
        let middle = Text::of_parts(vec![literal("a"), Part::Elsewhere, literal("b"), Part::Elsewhere]);
        let table = [
            (&key, "idp.example.com:sub", true),
            (&key, "idp.example.com:aud", false),
            (&middle, "a-b-c", true),
            (&middle, "a-c", false),
            (&middle, "b", false),
        ];
        for (text, wanted, fits) in table {
            assert_eq!(text.fits(wanted), fits, "{wanted}");
        }
        assert!(Text::of("x").fits("x") && !Text::of("x").fits("xy"));
    }
}
