//! Containers by indentation: YAML in block style.

use rolecall_model::json::edit::Change;
use rolecall_model::json::{Kind, Node};
use rolecall_model::span::Span;

use super::{Pen, whole};
use crate::tree::{Entry, Tree};

impl Pen<'_> {
    /// `- item` after the last one.
    pub(super) fn append_block(&self, items: &[Tree], more: &[Node]) -> Option<Vec<Change>> {
        let last = items.last()?;
        let start = self.line_start(last.span.start);
        let before = self.text.get(start as usize..last.span.start as usize)?;
        let dash = before.rfind('-')?;
        let indent = before.get(..dash).filter(|blank| blank.trim().is_empty())?;
        let gap = before.get(dash + 1..)?;
        let old = if last.literal().is_some() { self.slice(last.span) } else { "" };
        let line = |item: &Node| {
            let text = match &item.kind {
                Kind::Object(_) | Kind::Array(_) => {
                    let inner = format!("{indent} {}", " ".repeat(gap.len()));
                    super::value::yaml(item, &inner, self.lists_are_deeper()).trim_start().to_owned()
                }
                _ => self.scalar(item.scalar()?, old),
            };
            Some(format!("{indent}-{gap}{text}"))
        };
        let lines: Option<Vec<String>> = more.iter().map(line).collect();
        Some(vec![self.after(last.span.end, &lines?.join("\n"))])
    }

    pub(super) fn insert_block(&self, entries: &[Entry], key: &str, value: &Node) -> Option<Vec<Change>> {
        let last = entries.last()?;
        let indent = self.column(last.key_span.start);
        let old = self.slice(last.key_span);
        let deeper = self.lists_are_deeper();
        let text = match &value.kind {
            Kind::Object(members) if !members.is_empty() => {
                format!("\n{}", super::value::yaml(value, &format!("{indent}  "), deeper))
            }
            Kind::Array(elements) if !elements.is_empty() => {
                let own = if deeper { format!("{indent}  ") } else { indent.clone() };
                format!("\n{}", super::value::yaml(value, &own, deeper))
            }
            _ => format!(" {}", super::value::yaml_flow(value)),
        };
        let line = format!("{indent}{}:{text}", super::value::yaml_scalar(key, old));
        Some(vec![self.after(whole(last).end, &line)])
    }

    pub(super) fn insert_block_written(
        &self,
        entries: &[Entry],
        key: &str,
        value: &str,
    ) -> Option<Vec<Change>> {
        let last = entries.last()?;
        let line = format!("{}{key}: {value}", self.column(last.key_span.start));
        Some(vec![self.after(whole(last).end, &line)])
    }

    /// Whether this text indents the items of a list beyond their key.
    fn lists_are_deeper(&self) -> bool {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut pairs = self.text.lines().zip(self.text.lines().skip(1));
        let first = pairs.find(|(key, item)| {
            key.trim_end().ends_with(':')
                && !key.trim_start().starts_with('-')
                && item.trim_start().starts_with("- ")
        });
        first.is_none_or(|(key, item)| indent(item) > indent(key))
    }

    /// A map of one entry as the value of a key that has none yet, or an empty one.
    pub fn fill(&self, entry: &Entry, key: &str, value: &str) -> Option<Vec<Change>> {
        let old = self.slice(entry.value.span);
        let rest = self.text.get(entry.key_span.end as usize..)?;
        let blanks = rest.len() - rest.trim_start().len();
        let from = entry.key_span.end + u32::try_from(blanks).ok()? + 1;
        let to = if old.is_empty() { from } else { entry.value.span.end };
        let end = self.line_end(to);
        let fits = ["", "{}", "null", "~"].contains(&old) && to <= self.line_end(from);
        if !rest.trim_start().starts_with(':')
            || !fits
            || !self.is_remark(self.slice(Span { start: to, end }))
        {
            return None;
        }
        let line = format!(
            "{}{}  {}: {}",
            self.line_break(),
            self.column(entry.key_span.start),
            super::value::yaml_scalar(key, ""),
            super::value::yaml_scalar(value, "")
        );
        let gone = (to > from).then(|| Change::new(Span { start: from, end: to }, ""));
        Some(gone.into_iter().chain([Change::new(Span { start: end, end }, line)]).collect())
    }

    /// The lines of an element; the first of several on the line of a dash goes with the blanks to the next.
    pub(super) fn remove_block(&self, spans: &[Span], at: usize) -> Option<Vec<Change>> {
        let gone = *spans.get(at)?;
        if spans.len() < 2 {
            return None;
        }
        let start = self.line_start(gone.start);
        let before = self.text.get(start as usize..gone.start as usize)?;
        let lead = before.trim();
        // Items begin after their dash, entries with their key.
        let of_item = lead == "-" && spans.iter().all(|span| self.is_dashed(*span));
        if !lead.is_empty() && !of_item {
            let next = spans.get(at + 1)?;
            return Some(vec![Change::new(Span { start: gone.start, end: next.start }, "")]);
        }
        let line = Span { start, end: self.line_end(gone.end) };
        Some(vec![Change::new(self.with_break(line), "")])
    }

    fn is_dashed(&self, span: Span) -> bool {
        let before = self.text.get(self.line_start(span.start) as usize..span.start as usize);
        before.is_some_and(|before| before.trim() == "-")
    }

    /// The lines of an entry, comments included; none where it shares its first line.
    pub fn lines_of(&self, entry: &Entry) -> Option<&str> {
        let span = whole(entry);
        let lines = Span { start: self.line_start(span.start), end: self.line_end(span.end) };
        self.begins_line(span.start).then(|| self.slice(lines))
    }

    /// One more entry whose value is lines as they are written, indented as the value of `beside` is.
    pub fn insert_lines(&self, map: &Tree, beside: &Entry, key: &str, lines: &str) -> Option<Change> {
        let last = map.entries().last()?;
        let key = super::value::yaml_scalar(key, self.slice(beside.key_span));
        let head = format!("{}{key}:", self.column(beside.key_span.start));
        Some(self.after(whole(last).end, &format!("{head}\n{lines}")))
    }

    /// Lines after the last entry of a map that is indented as they are.
    pub fn append_lines(&self, map: &Tree, lines: &str) -> Option<Change> {
        let last = map.entries().last()?;
        let indent = lines.len() - lines.trim_start().len();
        let same = self.column(last.key_span.start).len() == indent;
        same.then(|| self.after(whole(last).end, lines))
    }

    /// What goes and what comes: lines that come after one that goes take its place.
    pub fn joined(&self, gone: Vec<Change>, come: Vec<Change>) -> Vec<Change> {
        let ([old], [new]) = (gone.as_slice(), come.as_slice()) else {
            return gone.into_iter().chain(come).collect();
        };
        let inside = old.text.is_empty() && old.span.start < new.span.start && new.span.end <= old.span.end;
        if !inside {
            return gone.into_iter().chain(come).collect();
        }
        let lines = new.text.strip_prefix(self.line_break()).unwrap_or(&new.text);
        let end = if self.slice(old.span).ends_with('\n') { self.line_break() } else { "" };
        vec![Change::new(old.span, format!("{lines}{end}"))]
    }

    /// As many blanks as stand before a byte, a dash counting as one.
    pub fn column(&self, at: u32) -> String {
        let before = self.text.get(self.line_start(at) as usize..at as usize).unwrap_or_default();
        " ".repeat(before.chars().count())
    }

    /// Whole lines after the line in which a byte stands.
    pub fn after(&self, end: u32, lines: &str) -> Change {
        let lines = lines.replace("\r\n", "\n").replace('\n', self.line_break());
        let before = self.text.get(..end as usize).unwrap_or_default();
        if before.ends_with('\n') {
            return Change::new(Span { start: end, end }, format!("{lines}{}", self.line_break()));
        }
        let end = self.line_end(end);
        Change::new(Span { start: end, end }, format!("{}{lines}", self.line_break()))
    }
}
