//! The XML of Query answers: two spaces of indentation, no declaration, empty elements for what is empty.

use super::Writer;

impl Writer {
    pub(super) fn open_xml(&mut self) {
        self.out.push('<');
        self.out.push_str(self.operation.name);
        self.out.push_str("Response xmlns=\"");
        self.out.push_str(self.operation.service.namespace().unwrap_or_default());
        self.out.push_str("\">\n");
        self.depth = 2;
        self.content = self.out.len();
        if self.operation.has_result {
            self.out.push_str("  <");
            self.out.push_str(self.operation.name);
            self.out.push_str("Result>\n");
        }
    }

    pub(super) fn close_xml(&mut self, request_id: &str) {
        self.depth = 1;
        if self.operation.has_result {
            let name = format!("{}Result", self.operation.name);
            self.close_element(&name, self.content);
        }
        self.out.push_str("  <ResponseMetadata>\n    <RequestId>");
        escape_into(&mut self.out, request_id);
        self.out.push_str("</RequestId>\n  </ResponseMetadata>\n</");
        self.out.push_str(self.operation.name);
        self.out.push_str("Response>\n");
    }

    pub(super) fn nest_xml(&mut self, name: &str, fill: impl FnOnce(&mut Writer)) {
        let start = self.out.len();
        self.tag(name, "<", ">\n");
        self.depth += 1;
        fill(self);
        self.depth -= 1;
        self.close_element(name, start);
    }

    /// Closes the element that began at `start`; if nothing was written since, it becomes an empty element.
    fn close_element(&mut self, name: &str, start: usize) {
        let opening = self.depth * 2 + name.len() + "<>\n".len();
        if self.out.len() == start + opening {
            self.out.truncate(start);
            self.empty_xml(name);
        } else {
            self.tag(name, "</", ">\n");
        }
    }

    pub(super) fn leaf_xml(&mut self, name: &str, value: impl FnOnce(&mut String)) {
        self.tag(name, "<", ">");
        value(&mut self.out);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    pub(super) fn empty_xml(&mut self, name: &str) {
        self.tag(name, "<", "/>\n");
    }

    fn tag(&mut self, name: &str, before: &str, after: &str) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(before);
        self.out.push_str(name);
        self.out.push_str(after);
    }
}

/// Appends text with `&`, `<`, `>` and carriage returns escaped. Quotes stay, as in recorded bodies.
/// Characters that XML cannot express at all become U+FFFD, so that hostile input never makes an answer
/// unreadable.
pub fn escape_into(out: &mut String, text: &str) {
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | 0..=8 | 0x0b..=0x1f | 0xef);
    if !text.bytes().any(special) {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}')
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes() {
        for (text, expected) in [
            ("plain 'a' \"b\"\n\t", "plain 'a' \"b\"\n\t"),
            ("<a>&amp;", "&lt;a&gt;&amp;amp;"),
            ("a\0b\u{1b}[0m\r\u{ffff}\u{fffd}é", "a\u{fffd}b\u{fffd}[0m&#xD;\u{fffd}\u{fffd}é"),
        ] {
            let mut out = String::new();
            super::escape_into(&mut out, text);
            assert_eq!(out, expected);
        }
    }
}
