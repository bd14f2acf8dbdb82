//! Changes of a source: only the bytes that must change, in the notation and layout that stand there.

mod block;
mod flow;
mod value;

#[cfg(test)]
pub use value::yaml;
pub use value::{hcl, is_identifier};

use rolecall_model::json::Node;
use rolecall_model::json::edit::{Change, quoted};
use rolecall_model::span::Span;

use crate::tree::{Entry, Kind, Tree};

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSON in a file of its own.
    Json,
    /// JSON inside of a Terraform template, where `${` begins an expression.
    Template,
    /// Expressions of HCL.
    Hcl,
    /// YAML.
    Yaml,
}

/// Writes changes of a text.
#[derive(Clone, Copy, Debug)]
pub struct Pen<'t> {
    /// The whole text.
    pub text: &'t str,
    /// Its language where it is written.
    pub language: Language,
}

impl<'t> Pen<'t> {
    /// A pen for a text.
    pub fn new(text: &'t str, language: Language) -> Self {
        Pen { text, language }
    }

    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// A scalar as it is written, in the quotes of `old` where there are any.
    pub fn scalar(&self, value: &str, old: &str) -> String {
        match self.language {
            Language::Json => quoted(value),
            Language::Template | Language::Hcl => quoted(value).replace("${", "$${").replace("%{", "%%{"),
            Language::Yaml => value::yaml_scalar(value, old),
        }
    }

    /// Another text in place of a scalar that is written out; none where its form allows no such change.
    pub fn set(&self, span: Span, value: &str) -> Option<Change> {
        let old = self.slice(span);
        let is_block = self.language == Language::Yaml && old.starts_with(['|', '>']);
        let is_here_document = self.language == Language::Hcl && old.starts_with('<');
        let of_lines = self.language == Language::Yaml && old.contains('\n');
        if is_block || is_here_document || of_lines || old.is_empty() {
            return None;
        }
        Some(Change::new(span, self.scalar(value, old)))
    }

    /// A number in place of another.
    pub fn set_number(&self, span: Span, value: i64) -> Change {
        let quote = self.slice(span).chars().next().filter(|c| *c == '"' || *c == '\'');
        let quote = quote.map(String::from).unwrap_or_default();
        Change::new(span, format!("{quote}{value}{quote}"))
    }

    /// More items at the end of a list; a single value becomes a list.
    pub fn append(&self, list: &Tree, more: &[Node]) -> Option<Vec<Change>> {
        match &list.kind {
            Kind::List(items) if self.is_flow(list) => self.append_flow(list, items, more),
            Kind::List(items) => self.append_block(items, more),
            Kind::Elsewhere | Kind::Null => None,
            Kind::Map(_) if !self.is_flow(list) => None,
            Kind::Map(_) | Kind::Text(_) => self.listed(list, more),
        }
    }

    /// One more entry at the end of a map, its value given as JSON.
    pub fn insert(&self, map: &Tree, key: &str, value: &Node) -> Option<Vec<Change>> {
        let entries = map.entries();
        match map.kind {
            Kind::Map(_) if self.is_flow(map) => {
                let value = self.inner_value(map, value);
                self.insert_flow(map, entries, key, &value)
            }
            Kind::Map(_) => self.insert_block(entries, key, value),
            _ => None,
        }
    }

    /// One more entry, key and value as they are written elsewhere in this text.
    pub fn insert_written(&self, map: &Tree, key: &str, value: &str) -> Option<Vec<Change>> {
        let entries = map.entries();
        match map.kind {
            Kind::Map(_) if self.is_flow(map) => self.insert_flow_written(map, entries, key, value),
            Kind::Map(_) if !value.contains('\n') => self.insert_block_written(entries, key, value),
            _ => None,
        }
    }

    /// A key as those beside it are written.
    pub fn key_in(&self, map: &Tree, key: &str) -> String {
        self.key(key, map.entries())
    }

    /// A map of one entry on one line, key and value as they are written.
    pub fn map_of(&self, key: &str, value: &str) -> String {
        match self.language {
            Language::Hcl => format!("{{ {key} = {value} }}"),
            _ => format!("{{{key}: {value}}}"),
        }
    }

    /// A map without one of its entries.
    pub fn remove_entry(&self, map: &Tree, entry: &Entry) -> Option<Vec<Change>> {
        let entries = map.entries();
        let at = entries.iter().position(|other| other.key_span == entry.key_span)?;
        let spans: Vec<Span> = entries.iter().map(whole).collect();
        self.remove(map, &spans, at)
    }

    /// A list without one of its items.
    pub fn remove_item(&self, list: &Tree, at: usize) -> Option<Vec<Change>> {
        let Kind::List(items) = &list.kind else { return None };
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        self.remove(list, &spans, at)
    }

    fn remove(&self, container: &Tree, spans: &[Span], at: usize) -> Option<Vec<Change>> {
        if self.is_flow(container) { self.remove_flow(spans, at) } else { self.remove_block(spans, at) }
    }

    /// Whether a container is written with brackets.
    pub fn is_flow(&self, tree: &Tree) -> bool {
        self.language != Language::Yaml || self.slice(tree.span).starts_with(['{', '['])
    }

    /// The blanks with which the line of a byte begins.
    pub fn indent(&self, at: u32) -> &'t str {
        let line = self.text.get(self.line_start(at) as usize..).unwrap_or_default();
        let end = line.find(|c| c != ' ' && c != '\t').unwrap_or(line.len());
        line.get(..end).unwrap_or_default()
    }

    /// Where the line of a byte begins.
    pub fn line_start(&self, at: u32) -> u32 {
        let before = self.text.get(..at as usize).unwrap_or_default();
        u32::try_from(before.rfind('\n').map_or(0, |end| end + 1)).unwrap_or(at)
    }

    /// Where the line of a byte ends, before its line break.
    pub fn line_end(&self, at: u32) -> u32 {
        let rest = self.text.get(at as usize..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        let length =
            if rest.get(..length).is_some_and(|line| line.ends_with('\r')) { length - 1 } else { length };
        at + u32::try_from(length).unwrap_or(0)
    }

    /// The line break of this text.
    pub fn line_break(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// Whole lines go, and a blank one before them.
    pub fn without_lines(&self, block: Span) -> Change {
        let start = self.line_start(block.start);
        let before = start.checked_sub(1).map(|at| self.line_start(at)).filter(|before| {
            let line = self.text.get(*before as usize..start as usize).unwrap_or_default();
            line.trim().is_empty()
        });
        let line = Span { start: before.unwrap_or(start), end: self.line_end(block.end) };
        Change::new(self.with_break(line), "")
    }

    /// Whether only blanks stand before a byte on its line.
    pub fn begins_line(&self, at: u32) -> bool {
        let before = self.text.get(self.line_start(at) as usize..at as usize).unwrap_or_default();
        before.trim().is_empty()
    }

    /// The comment behind an entry that has a line of its own; nothing where there is none.
    pub fn remark_behind(&self, entry: &Entry) -> &'t str {
        let end = whole(entry).end;
        let rest = self.slice(Span { start: end, end: self.line_end(end) }).trim_start();
        let rest = rest.strip_prefix(',').unwrap_or(rest).trim();
        if self.begins_line(entry.key_span.start) && self.is_remark(rest) { rest } else { "" }
    }

    /// Whether nothing but a comment stands in a piece of a line.
    fn is_remark(&self, rest: &str) -> bool {
        let rest = rest.trim();
        let slashes = self.language == Language::Hcl && rest.starts_with("//");
        let hash = matches!(self.language, Language::Hcl | Language::Yaml) && rest.starts_with('#');
        rest.is_empty() || hash || slashes
    }
}

/// Key and value.
pub fn whole(entry: &Entry) -> Span {
    Span { start: entry.key_span.start, end: entry.value.span.end.max(entry.key_span.end) }
}
