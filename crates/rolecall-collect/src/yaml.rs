//! YAML into the same tree as JSON, with places: manifests and pipeline definitions.

use std::collections::HashMap;

use rolecall_model::json::{Flaw, FlawKind, Kind, MAX_DEPTH, Member, Node};
use rolecall_model::span::Span;
use saphyr_parser::{Event, Parser, ScalarStyle};

/// More values than this in one text are refused, those that aliases repeat included: no manifest comes near it, and
/// nothing larger is unfolded from a small text.
const MAX_NODES: usize = 200_000;

/// Reads every document of a YAML text as far as it goes, and says what is wrong with it.
///
/// Plain scalars follow the core schema of YAML 1.2, so `on:` stays a key; values keep their text.
#[must_use]
pub fn parse(text: &str) -> (Vec<Node>, Vec<Flaw>) {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        offsets: Offsets::new(text),
        anchors: HashMap::new(),
        nodes: 0,
        documents: Vec::new(),
        flaw: None,
    };
    reader.stream();
    (reader.documents, reader.flaw.into_iter().collect())
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    offsets: Offsets<'t>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    documents: Vec<Node>,
    flaw: Option<Flaw>,
}

/// An event and its place.
type Step<'t> = (Event<'t>, Span);

impl<'t> Reader<'t> {
    fn stream(&mut self) {
        while let Some((event, span)) = self.next() {
            match event {
                Event::StreamEnd => return,
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                other => {
                    if let Some(node) = self.value(other, span, 0) {
                        self.documents.push(node);
                    }
                }
            }
            if self.flaw.is_some() {
                return;
            }
        }
    }

    fn next(&mut self) -> Option<Step<'t>> {
        match self.parser.next_event()? {
            Ok((event, span)) => {
                let span = self.offsets.span(span.start.index(), span.end.index());
                Some((event, span))
            }
            Err(error) => {
                let at = self.offsets.byte(error.marker().index());
                self.fail(Span::new(at, at), error.info().to_owned());
                None
            }
        }
    }

    fn fail(&mut self, span: Span, message: String) {
        self.flaw.get_or_insert(Flaw { span, message, kind: FlawKind::Syntax });
    }

    fn value(&mut self, event: Event<'t>, span: Span, depth: usize) -> Option<Node> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            self.fail(span, "the text is nested too deep or holds too many values".into());
            return None;
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let span = self.offsets.without_remark(span, style);
                let kind = scalar(&text, style);
                Some(self.anchored(anchor, Node { span, kind }))
            }
            Event::SequenceStart(anchor, _) => self.sequence(anchor, span, depth),
            Event::MappingStart(anchor, _) => self.mapping(anchor, span, depth),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                self.nodes += node.as_ref().map_or(0, count);
                node.map(|node| Node { span, ..node })
            }
            _ => None,
        }
    }

    fn anchored(&mut self, anchor: usize, node: Node) -> Node {
        if anchor > 0 {
            self.nodes += count(&node);
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn sequence(&mut self, anchor: usize, start: Span, depth: usize) -> Option<Node> {
        let mut elements: Vec<Node> = Vec::new();
        loop {
            let Some((event, span)) = self.next() else {
                let span =
                    Span { start: start.start, end: elements.last().map_or(start.end, |last| last.span.end) };
                return Some(Node { span, kind: Kind::Array(elements) });
            };
            if event == Event::SequenceEnd {
                let span = close(start, self.offsets.bracket(span), elements.last().map(|last| last.span));
                return Some(self.anchored(anchor, Node { span, kind: Kind::Array(elements) }));
            }
            elements.extend(self.value(event, span, depth + 1));
            if self.flaw.is_some() {
                return Some(Node { span: start, kind: Kind::Array(elements) });
            }
        }
    }

    fn mapping(&mut self, anchor: usize, start: Span, depth: usize) -> Option<Node> {
        let mut members: Vec<Member> = Vec::new();
        loop {
            let Some((event, key_span)) = self.next() else { return Some(whole(start, members)) };
            if event == Event::MappingEnd {
                let span =
                    close(start, self.offsets.bracket(key_span), members.last().map(|last| last.value.span));
                return Some(self.anchored(anchor, Node { span, kind: Kind::Object(members) }));
            }
            let key = self.value(event, key_span, depth + 1);
            let key_span = key.as_ref().map_or(key_span, |key| key.span);
            let Some((event, span)) = self.next() else { return Some(whole(start, members)) };
            let value = self.value(event, span, depth + 1);
            if let (Some(key), Some(value)) = (key.as_ref().and_then(Node::scalar), value) {
                members.push(Member { key: key.to_owned(), key_span, value });
            }
            if self.flaw.is_some() {
                return Some(whole(start, members));
            }
        }
    }
}

fn whole(start: Span, members: Vec<Member>) -> Node {
    let end = members.last().map_or(start.end, |last| last.value.span.end);
    Node { span: Span { start: start.start, end }, kind: Kind::Object(members) }
}

/// A block ends where its last value does, not at the start of whatever comes next.
fn close(start: Span, end: Span, last: Option<Span>) -> Span {
    let flow = end.end > end.start;
    Span { start: start.start, end: if flow { end.end } else { last.map_or(start.end, |last| last.end) } }
}

fn count(node: &Node) -> usize {
    1 + node.elements().iter().map(count).sum::<usize>()
        + node.members().iter().map(|member| count(&member.value)).sum::<usize>()
}

/// YAML 1.2.2, section 10.3 (core schema).
fn scalar(text: &str, style: ScalarStyle) -> Kind {
    if style != ScalarStyle::Plain {
        return Kind::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ if is_number(text) => Kind::Number(text.to_owned()),
        _ => Kind::String(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
        && digits.bytes().any(|byte| byte.is_ascii_digit())
}

/// The parser counts characters; places are bytes.
struct Offsets<'t> {
    text: &'t str,
    /// Byte of every 64th character; empty for ASCII.
    marks: Vec<usize>,
}

const STRIDE: usize = 64;

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(STRIDE).map(|(byte, _)| byte).collect()
        };
        Offsets { text, marks }
    }

    fn byte(&self, character: usize) -> usize {
        if self.marks.is_empty() {
            return character.min(self.text.len());
        }
        let Some(mark) = self.marks.get(character / STRIDE) else { return self.text.len() };
        let rest = self.text.get(*mark..).unwrap_or_default();
        rest.char_indices().nth(character % STRIDE).map_or(self.text.len(), |(byte, _)| mark + byte)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.byte(start), self.byte(end))
    }

    /// The closing bracket alone, for the same reason as a scalar; a block has none, and its end no length.
    fn bracket(&self, span: Span) -> Span {
        let slice = self.text.get(span.range()).unwrap_or_default();
        let length = slice.find(['}', ']']).map_or(slice.len(), |at| at + 1);
        Span::new(span.start as usize, span.start as usize + length)
    }

    /// The scalar alone: the parser lets blanks and a comment behind it belong to it.
    fn without_remark(&self, span: Span, style: ScalarStyle) -> Span {
        let slice = self.text.get(span.range()).unwrap_or_default();
        let length = match style {
            ScalarStyle::SingleQuoted => closing(slice, '\''),
            ScalarStyle::DoubleQuoted => closing(slice, '"'),
            ScalarStyle::Plain => {
                let remark = slice.match_indices('#').find(|(at, _)| {
                    slice.get(..*at).is_some_and(|before| before.ends_with([' ', '\t', '\n', '\r']))
                });
                slice.get(..remark.map_or(slice.len(), |(at, _)| at)).map_or(0, |kept| kept.trim_end().len())
            }
            _ => slice.len(),
        };
        let start = span.start as usize;
        Span::new(start, start + length)
    }
}

/// Length of a text up to the end of its first quoted part, a tag before it included.
fn closing(slice: &str, quote: char) -> usize {
    let mut chars = slice.char_indices().skip_while(|(_, c)| *c != quote).skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let doubled = c == '\'' && quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'');
        if doubled || (c == '\\' && quote == '"') {
            chars.next();
        } else if c == quote {
            return at + quote.len_utf8();
        }
    }
    slice.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_with_places() {
        let text = "on:\n  push: {branches: [main]}\nname: \"Übung\"\nx: 'y'\nn: 3\n";
        let (documents, flaws) = parse(text);
        assert!(flaws.is_empty());
        let root = &documents[0];
        let main = &root.path(&["on", "push", "branches"]).unwrap().elements()[0];
        assert_eq!(&text[main.span.range()], "main");
        let x = root.get("x").unwrap();
        assert_eq!(&text[x.span.range()], "'y'");
        assert_eq!(root.get("n").unwrap().as_integer(), Some(3));
    }

    #[test]
    fn comments_are_no_part_of_a_value() {
        let text = "a: 'it''s'   # one\nb: \"x \\\" # y\" # two\nc: plain#text  # three\n'd' : e\nf: !Sub 'x' # four\ng: {} # five\nh: [x, y] # six\n";
        let (documents, _) = parse(text);
        let slice = |key: &str| &text[documents[0].get(key).unwrap().span.range()];
        assert_eq!(slice("a"), "'it''s'");
        assert_eq!(slice("b"), "\"x \\\" # y\"");
        assert_eq!((slice("c"), slice("d")), ("plain#text", "e"));
        assert!(slice("f").ends_with("'x'"), "{}", slice("f"));
        assert_eq!((slice("g"), slice("h")), ("{}", "[x, y]"));
        assert_eq!(&text[documents[0].members()[3].key_span.range()], "'d'");
    }

    #[test]
    fn several_documents_and_broken_ones() {
        let (documents, flaws) = parse("a: 1\n---\nb: 2\n");
        assert_eq!((documents.len(), flaws.len()), (2, 0));
        let (documents, flaws) = parse("kind: Pod\nspec:\n  a: [1, 2\n");
        assert_eq!(documents[0].get("kind").unwrap().as_str(), Some("Pod"));
        assert_eq!(flaws.len(), 1);
    }

    #[test]
    fn nothing_unfolds_without_bound() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let refs = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
        }
        let (_, flaws) = parse(&bomb);
        assert_eq!(flaws.len(), 1);
        let (_, flaws) = parse(&"[".repeat(50_000));
        assert_eq!(flaws.len(), 1);
    }
}
