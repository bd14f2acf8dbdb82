//! Environment variables as `env`, `export`, `declare -x`, a JSON object or YAML-like lines print them.

use rolecall_model::document::{At, DocumentId, Located};
use rolecall_model::evidence::caller::{Environment, Variable};
use rolecall_model::json::Node;
use rolecall_model::span::Span;

/// More variables than this are not an environment.
const MAX_VARIABLES: usize = 4096;

/// Reads `NAME=VALUE` lines; anything else is passed over.
pub(crate) fn lines(document: DocumentId, text: &str) -> Environment {
    let mut variables = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if variables.len() < MAX_VARIABLES {
            variables.extend(variable(document, line, start));
        }
        start += line.len();
    }
    Environment { variables }
}

fn variable(document: DocumentId, line: &str, start: usize) -> Option<Variable> {
    let bare = line.trim_end_matches(['\n', '\r']);
    let body = bare.trim_start();
    let body = ["declare -x ", "export ", "set "]
        .iter()
        .find_map(|prefix| body.strip_prefix(prefix))
        .unwrap_or(body);
    let split = body.find('=').or_else(|| body.find(": "))?;
    let name = body.get(..split)?.trim();
    let valid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !valid || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let raw = body.get(split + 1..)?;
    let value = raw.trim_start_matches(' ');
    let value =
        value.strip_prefix(['"', '\'']).and_then(|inner| inner.strip_suffix(['"', '\''])).unwrap_or(value);
    let end = start + bare.len();
    let value_start = end - raw.trim_start_matches(' ').len();
    Some(Variable {
        name: name.to_owned(),
        value: Located::new(value.to_owned(), At::new(document, Span::new(value_start, end))),
        at: At::new(document, Span::new(end - body.len(), end)),
    })
}

/// Reads a JSON object of variables.
pub(crate) fn object(document: DocumentId, node: &Node) -> Environment {
    let members = node.members().iter().take(MAX_VARIABLES);
    let variables = members.filter_map(|member| {
        let at = At::new(document, member.value.span);
        let whole = At::new(document, Span { start: member.key_span.start, end: member.value.span.end });
        Some(Variable {
            name: member.key.clone(),
            value: Located::new(member.value.scalar()?.to_owned(), at),
            at: whole,
        })
    });
    Environment { variables: variables.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let text = "A=1\nexport B=\"two words\"\ndeclare -x C='3'\nEMPTY=\nnot a line\nD: four\n";
        let environment = lines(DocumentId(0), text);
        let value = |name: &str| environment.get(name).map(|text| text.value.as_str());
        assert_eq!(value("A"), Some("1"));
        assert_eq!(value("B"), Some("two words"));
        assert_eq!(value("C"), Some("3"));
        assert_eq!(value("D"), Some("four"));
        assert_eq!(value("EMPTY"), Some(""));
        assert!(!environment.is_set("EMPTY"));
        let at = environment.get("A").unwrap().at.span;
        assert_eq!(&text[at.range()], "1");
    }
}
