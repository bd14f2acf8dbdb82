//! Containers in brackets: JSON, HCL, and YAML in flow style.

use rolecall_model::json::Node;
use rolecall_model::json::edit::Change;
use rolecall_model::span::Span;

use super::{Language, Pen, whole};
use crate::tree::{Entry, Tree};

impl Pen<'_> {
    pub(super) fn append_flow(&self, list: &Tree, items: &[Tree], more: &[Node]) -> Option<Vec<Change>> {
        let written = |item: &Node| match items.last() {
            Some(last) => self.like(last, item),
            None => self.inner_value(list, item),
        };
        let new: Vec<String> = more.iter().map(written).collect();
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        self.add(list, &spans, &new, true)
    }

    /// One value becomes a list.
    pub(super) fn listed(&self, single: &Tree, more: &[Node]) -> Option<Vec<Change>> {
        let old = self.slice(single.span);
        if self.language == Language::Yaml && !old.starts_with(['"', '\'', '{']) {
            let texts = std::iter::once(single.literal()).chain(more.iter().map(Node::scalar));
            let texts: Option<Vec<String>> =
                texts.map(|text| Some(super::value::yaml_scalar(text?, ""))).collect();
            let list = Change::new(single.span, format!("[{}]", texts?.join(", ")));
            return (!old.contains('\n')).then(|| vec![list]);
        }
        let at = |at: u32| Span { start: at, end: at };
        let new: String = more.iter().map(|item| format!(", {}", self.like(single, item))).collect();
        Some(vec![
            Change::new(at(single.span.start), "["),
            Change::new(at(single.span.end), format!("{new}]")),
        ])
    }

    pub(super) fn insert_flow(
        &self,
        map: &Tree,
        entries: &[Entry],
        key: &str,
        value: &str,
    ) -> Option<Vec<Change>> {
        self.insert_flow_written(map, entries, &self.key(key, entries), value)
    }

    pub(super) fn insert_flow_written(
        &self,
        map: &Tree,
        entries: &[Entry],
        key: &str,
        value: &str,
    ) -> Option<Vec<Change>> {
        let entry = format!("{key}{}{value}", self.sign(entries));
        let spans: Vec<Span> = entries.iter().map(whole).collect();
        // Lines of their own part the entries of HCL.
        let needs_comma = self.language != Language::Hcl || self.has_commas(&spans);
        self.add(map, &spans, &[entry], needs_comma)
    }

    /// What stands between key and value.
    fn sign(&self, entries: &[Entry]) -> String {
        let between = entries.first().map(|entry| {
            let span = Span { start: entry.key_span.end, end: entry.value.span.start };
            self.slice(span)
        });
        match (self.language, between) {
            // Several blanks align the signs of neighbours.
            (Language::Hcl, Some(between)) if between.trim() == ":" => ": ".into(),
            (Language::Hcl, _) => " = ".into(),
            (_, Some(between)) if between.trim() == ":" && !between.contains('\n') => between.to_owned(),
            _ => ": ".into(),
        }
    }

    pub(super) fn key(&self, key: &str, entries: &[Entry]) -> String {
        let bare = entries.last().is_none_or(|entry| !self.slice(entry.key_span).starts_with('"'));
        match self.language {
            Language::Hcl if bare && super::value::is_identifier(key) => key.to_owned(),
            Language::Yaml => {
                let old = entries.last().map(|entry| self.slice(entry.key_span)).unwrap_or_default();
                self.scalar(key, old)
            }
            _ => self.scalar(key, ""),
        }
    }

    fn has_commas(&self, spans: &[Span]) -> bool {
        let ends = spans.iter().map(|span| span.end);
        let starts = spans.iter().skip(1).map(|span| span.start);
        let mut between = ends.zip(starts).map(|(end, start)| self.slice(Span { start: end, end: start }));
        between.any(|between| between.trim_start().starts_with(','))
    }

    /// More elements after the last, on lines of their own where the last one has one.
    fn add(
        &self,
        container: &Tree,
        spans: &[Span],
        new: &[String],
        needs_comma: bool,
    ) -> Option<Vec<Change>> {
        let inside = Span { start: container.span.start + 1, end: container.span.end.saturating_sub(1) };
        let (open, close) = match self.slice(container.span).chars().next()? {
            '[' => ('[', ']'),
            '{' => ('{', '}'),
            _ => return None,
        };
        let Some(last) = spans.last() else {
            let blank = self.slice(inside).trim().is_empty();
            let pad = if open == '{' && self.language == Language::Hcl { " " } else { "" };
            let text = format!("{open}{pad}{}{pad}{close}", new.join(", "));
            return blank.then(|| vec![Change::new(container.span, text)]);
        };
        let at = |at: u32| Span { start: at, end: at };
        let rest = self.slice(Span { start: last.end, end: self.line_end(last.end) });
        let comma = rest.trim_start().starts_with(',');
        let behind = rest.trim_start().strip_prefix(',').unwrap_or(rest);
        let lines = self.text.get(last.end as usize..container.span.end as usize)?.contains('\n');
        if !(self.begins_line(last.start) && self.is_remark(behind) && lines) {
            return Some(vec![Change::new(at(last.end), format!(", {}", new.join(", ")))]);
        }
        let start = format!("{}{}", self.line_break(), self.indent(last.start));
        let comma_between = if comma || needs_comma { "," } else { "" };
        let mut changes = Vec::new();
        if !comma && needs_comma {
            changes.push(Change::new(at(last.end), ","));
        }
        let end = if comma { "," } else { "" };
        let lines = new.join(&format!("{comma_between}{start}"));
        changes.push(Change::new(at(self.line_end(last.end)), format!("{start}{lines}{end}")));
        Some(changes)
    }

    /// The elements without one of them: with its line where it has one, and without a comma too many.
    pub(super) fn remove_flow(&self, spans: &[Span], at: usize) -> Option<Vec<Change>> {
        let gone = *spans.get(at)?;
        let previous = at.checked_sub(1).and_then(|at| spans.get(at));
        let next = spans.get(at + 1);
        let rest = self.slice(Span { start: gone.end, end: self.line_end(gone.end) });
        let behind = rest.trim_start().strip_prefix(',').unwrap_or(rest);
        let own_lines = self.begins_line(gone.start) && self.is_remark(behind);
        let strict = matches!(self.language, Language::Json | Language::Template);
        match (previous, next) {
            (_, Some(next)) if !own_lines => {
                Some(vec![Change::new(Span { start: gone.start, end: next.start }, "")])
            }
            (Some(previous), None) if !own_lines || strict => {
                Some(vec![Change::new(Span { start: previous.end, end: gone.end }, "")])
            }
            (None, None) => Some(vec![Change::new(gone, "")]),
            _ => {
                let line = Span { start: self.line_start(gone.start), end: self.line_end(gone.end) };
                Some(vec![Change::new(self.with_break(line), "")])
            }
        }
    }

    /// A line with its line break.
    pub(super) fn with_break(&self, line: Span) -> Span {
        let rest = self.text.get(line.end as usize..).unwrap_or_default();
        let end = if rest.starts_with("\r\n") { 2 } else { u32::from(rest.starts_with('\n')) };
        Span { start: line.start, end: line.end + end }
    }
}
