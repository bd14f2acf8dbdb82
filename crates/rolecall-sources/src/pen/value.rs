//! Values written anew, in each language.

use rolecall_model::json::edit::{pretty, quoted};
use rolecall_model::json::{Kind, Member, Node};

use super::{Language, Pen};
use crate::tree::Tree;

impl Pen<'_> {
    /// A value laid out as its neighbour is: on several lines where that is.
    pub(super) fn like(&self, neighbour: &Tree, value: &Node) -> String {
        let slice = self.slice(neighbour.span);
        if matches!(value.kind, Kind::Object(_) | Kind::Array(_)) {
            let first = neighbour.entries().first();
            let own = |at: u32| self.indent(at).to_owned();
            let indent = own(neighbour.span.start);
            let unit =
                first.and_then(|entry| own(entry.key_span.start).strip_prefix(&indent).map(str::to_owned));
            let unit = unit.filter(|unit| !unit.is_empty() && slice.contains('\n'));
            let bare = first.is_none_or(|entry| !self.slice(entry.key_span).starts_with('"'));
            return self.written(value, &indent, unit.as_deref(), bare);
        }
        self.scalar(value.scalar().unwrap_or_default(), slice)
    }

    /// A value inside of a container, on one line.
    pub(super) fn inner_value(&self, container: &Tree, value: &Node) -> String {
        let first = container.entries().first();
        let bare = first.is_none_or(|entry| !self.slice(entry.key_span).starts_with('"'));
        let sibling = container.entries().iter().find(|entry| !entry.value.entries().is_empty());
        match (sibling, &value.kind) {
            (Some(sibling), Kind::Object(_)) => self.like(&sibling.value, value),
            (None, Kind::Object(_) | Kind::Array(_)) => {
                let outer = self.indent(container.span.start);
                let inner = first.map(|entry| self.indent(entry.key_span.start)).unwrap_or(outer);
                let unit = inner.strip_prefix(outer).filter(|unit| !unit.is_empty());
                let unit = unit.filter(|_| self.slice(container.span).contains('\n'));
                self.written(value, inner, unit, bare)
            }
            _ => self.written(value, "", None, bare),
        }
    }

    /// A value on several lines, `unit` deeper at each level, or on one.
    fn written(&self, value: &Node, indent: &str, unit: Option<&str>, bare: bool) -> String {
        match (self.language, unit) {
            (Language::Hcl, unit) => hcl(value, indent, unit, bare),
            (Language::Yaml, _) => yaml_flow(value),
            (Language::Json, Some(unit)) => pretty(value, indent, unit),
            (Language::Template, Some(unit)) => escaped(&pretty(value, indent, unit)),
            (Language::Json, None) => one_line(value),
            (Language::Template, None) => escaped(&one_line(value)),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// JSON on one line, with a blank after each comma and colon.
fn one_line(node: &Node) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match &node.kind {
        Kind::Object(members) => {
            let part = |member: &Member| format!("{}: {}", quoted(&member.key), one_line(&member.value));
            format!("{{{}}}", list(members.iter().map(part).collect()))
        }
        Kind::Array(elements) => format!("[{}]", list(elements.iter().map(one_line).collect())),
        Kind::String(text) => quoted(text),
        _ => node.scalar().unwrap_or("null").to_owned(),
    }
}

/// An expression of HCL; keys bare where `bare` and they can be.
pub fn hcl(node: &Node, indent: &str, unit: Option<&str>, bare: bool) -> String {
    let inner = format!("{indent}{}", unit.unwrap_or_default());
    let lines = |open: char, close: char, parts: Vec<String>, comma: &str| match (parts.is_empty(), unit) {
        (true, _) => format!("{open}{close}"),
        (false, Some(_)) => {
            format!("{open}\n{inner}{}\n{indent}{close}", parts.join(&format!("{comma}\n{inner}")))
        }
        (false, None) if open == '{' => format!("{open} {} {close}", parts.join(", ")),
        (false, None) => format!("{open}{}{close}", parts.join(", ")),
    };
    match &node.kind {
        Kind::Object(members) => {
            let key =
                |key: &str| if bare && is_identifier(key) { key.to_owned() } else { escaped(&quoted(key)) };
            let part = |member: &Member| {
                format!("{} = {}", key(&member.key), hcl(&member.value, &inner, unit, bare))
            };
            lines('{', '}', members.iter().map(part).collect(), "")
        }
        // A list of scalars fits on a line.
        Kind::Array(elements) if elements.iter().all(|element| element.scalar().is_some()) => {
            let parts: Vec<String> = elements.iter().map(|element| hcl(element, "", None, bare)).collect();
            format!("[{}]", parts.join(", "))
        }
        Kind::Array(elements) => {
            lines('[', ']', elements.iter().map(|element| hcl(element, &inner, unit, bare)).collect(), ",")
        }
        Kind::String(text) => escaped(&quoted(text)),
        _ => node.scalar().unwrap_or("null").to_owned(),
    }
}

/// Whether a name may stand bare as a key of HCL.
pub fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// A container of YAML in block style, every line indented; items of lists deeper than their key where `deeper`.
pub fn yaml(node: &Node, indent: &str, deeper: bool) -> String {
    let inner = format!("{indent}  ");
    let nested = |value: &Node| match &value.kind {
        Kind::Object(members) if !members.is_empty() => format!("\n{}", yaml(value, &inner, deeper)),
        Kind::Array(elements) if !elements.is_empty() => {
            format!("\n{}", yaml(value, if deeper { &inner } else { indent }, deeper))
        }
        _ => format!(" {}", yaml_flow(value)),
    };
    match &node.kind {
        Kind::Object(members) => {
            let line = |member: &Member| {
                format!("{indent}{}:{}", yaml_scalar(&member.key, ""), nested(&member.value))
            };
            members.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Kind::Array(elements) => {
            let line = |element: &Node| match &element.kind {
                Kind::Object(members) if !members.is_empty() => {
                    format!("{indent}- {}", yaml(element, &inner, deeper).trim_start())
                }
                _ => format!("{indent}- {}", yaml_flow(element)),
            };
            elements.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        _ => yaml_flow(node),
    }
}

/// A value of YAML on one line.
pub fn yaml_flow(node: &Node) -> String {
    match &node.kind {
        Kind::Object(_) | Kind::Array(_) => one_line(node),
        Kind::String(text) => yaml_scalar(text, ""),
        _ => node.scalar().unwrap_or("null").to_owned(),
    }
}

/// A scalar of YAML in the quotes of `old`: bare where that was bare and YAML reads it as this text, else in double quotes
/// (YAML 1.2.2, section 7.3).
pub fn yaml_scalar(text: &str, old: &str) -> String {
    match old.chars().next() {
        Some('\'') if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        Some('"' | '\'') => quoted(text),
        _ if is_plain(text) => text.to_owned(),
        _ => quoted(text),
    }
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+=*".contains(c);
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(':')
        && text.chars().all(plain)
        && !words.contains(&text.to_ascii_lowercase().as_str())
}
