//! YAML: manifests, templates and workflows, with tags and aliases seen for what they are.
//!
//! The reader of evidence gives nodes with places and unfolds aliases; what stands before a value in the text tells whether
//! it bears a tag (`!GetAtt`), is an alias, or an anchor that others repeat.

use rolecall_collect::parse_yaml;
use rolecall_model::json::{Kind as NodeKind, Node};

use crate::tree::{Entry, Kind, Part, Text, Tree};

/// Every document of a text.
///
/// # Errors
/// A sentence without a full stop where it is no sound YAML.
pub fn file(text: &str) -> Result<Vec<Tree>, String> {
    let (documents, flaws) = parse_yaml(text);
    if let Some(flaw) = flaws.first() {
        let line = super::line(text, flaw.span.start);
        return Err(format!("it is no sound YAML at line {line}: {}", flaw.message));
    }
    Ok(documents.iter().map(|node| value(text, node)).collect())
}

fn value(text: &str, node: &Node) -> Tree {
    let mark = mark(text, node);
    let kind = match (&node.kind, mark) {
        (NodeKind::String(sub), Mark::Sub) => Kind::Text(substituted(sub)),
        (_, Mark::Sub | Mark::Elsewhere) => Kind::Elsewhere,
        (NodeKind::Object(members), Mark::None) => Kind::Map(
            members
                .iter()
                .map(|member| Entry {
                    key: Text::of(member.key.clone()),
                    key_span: member.key_span,
                    value: value(text, &member.value),
                })
                .collect(),
        ),
        (NodeKind::Array(elements), Mark::None) => {
            Kind::List(elements.iter().map(|element| value(text, element)).collect())
        }
        (NodeKind::Null, Mark::None) => Kind::Null,
        (_, Mark::None) => Kind::Text(Text::of(node.scalar().unwrap_or_default())),
    };
    Tree { span: node.span, kind }
}

enum Mark {
    None,
    /// CloudFormation's `!Sub`: `${…}` is decided elsewhere, the rest is written out.
    Sub,
    /// Another tag, an alias, or an anchor.
    Elsewhere,
}

fn mark(text: &str, node: &Node) -> Mark {
    let (start, own) = (node.span.start as usize, text.get(node.span.range()).unwrap_or_default());
    let before = text.get(..start).unwrap_or_default().trim_end();
    let word = before.rsplit(|c: char| c.is_whitespace() || "[{,".contains(c)).next().unwrap_or_default();
    let quoted = own.starts_with(['"', '\'']);
    let word = match own.chars().next() {
        Some('!' | '&' | '*') if !quoted => own,
        _ => word,
    };
    match word {
        word if word == "!Sub" || word.starts_with("!Sub ") => Mark::Sub,
        word if word.starts_with(['!', '&', '*']) => Mark::Elsewhere,
        _ => Mark::None,
    }
}

/// `${Name}` is decided elsewhere; `${!Name}` is the text `${Name}` (CloudFormation User Guide, "Fn::Sub").
pub fn substituted(text: &str) -> Text {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Literal(before.to_owned()));
        }
        parts.push(match inside.strip_prefix('!') {
            Some(name) => Part::Literal(format!("${{{name}}}")),
            None => Part::Elsewhere,
        });
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Text::of_parts(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_aliases_are_decided_elsewhere() {
        let text = "a: !Sub 'x-${Y}'\nb: !GetAtt R.Arn\nc: !Join\n  - ''\n  - [x]\nd: &n name\ne: *n\nf: ['!x', !Ref Y, z]\n";
        let documents = file(text).unwrap();
        let root = &documents[0];
        assert!(root.get("a").unwrap().fits("x-1") && !root.get("a").unwrap().fits("y"));
        for key in ["b", "c", "d", "e"] {
            assert_eq!(root.get(key).unwrap().kind, Kind::Elsewhere, "{key}");
        }
        let items = root.get("f").unwrap().items();
        assert_eq!((items[0].literal(), items[2].literal()), (Some("!x"), Some("z")));
        assert_eq!(items[1].kind, Kind::Elsewhere);
    }
}
