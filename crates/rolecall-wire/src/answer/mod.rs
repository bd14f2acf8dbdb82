//! Results of Query operations, written as XML or, for those who ask, as JSON (reference sts.md §1.1, iam.md
//! §1).

mod json;
pub mod xml;

use crate::http::{Answer, Head};
use crate::operation::Operation;
use crate::percent;
use rolecall_model::instant::Instant;

/// In which form a Query service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// What all SDKs read.
    Xml,
    /// What some hand-written clients ask for (sts.md §1).
    Json,
}

impl Format {
    /// JSON for `Accept: application/json`, else XML.
    #[must_use]
    pub fn asked(head: &Head<'_>) -> Format {
        let json = |accept: &str| {
            accept.split(',').any(|kind| kind.split(';').next().map(str::trim) == Some("application/json"))
        };
        if head.text("accept").is_some_and(json) { Format::Json } else { Format::Xml }
    }
}

/// Writes one result, members in the order of the calls; a member that does not apply is not written at all.
/// The envelope is the writer's: [`Writer::new`] opens it, [`Writer::finish`] closes it.
pub struct Writer {
    out: String,
    depth: usize,
    format: Format,
    operation: &'static Operation,
    /// Where the content of the result begins.
    content: usize,
}

impl Writer {
    /// Begins the answer of an operation of a Query service.
    #[must_use]
    pub fn new(operation: &'static Operation, format: Format) -> Writer {
        let mut writer = Writer { out: String::with_capacity(1024), depth: 0, format, operation, content: 0 };
        match format {
            Format::Xml => writer.open_xml(),
            Format::Json => writer.open_json(),
        }
        writer
    }

    /// Ends the answer. An operation without output has no result element, one with an empty output an empty
    /// element.
    #[must_use]
    pub fn finish(mut self, request_id: &str) -> Answer {
        let content_type = match self.format {
            Format::Xml => {
                self.close_xml(request_id);
                "text/xml"
            }
            Format::Json => {
                self.close_json(request_id);
                "application/json"
            }
        };
        Answer { status: 200, content_type, error_type: None, body: self.out.into_bytes() }
    }

    /// A text.
    pub fn text(&mut self, name: &str, value: &str) {
        match self.format {
            Format::Xml if value.is_empty() => self.empty_xml(name),
            Format::Xml => self.leaf_xml(name, |out| xml::escape_into(out, value)),
            Format::Json => self.leaf_json(name, |out| json::string_into(out, value)),
        }
    }

    /// A text, if there is one.
    pub fn text_if(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A policy document, which IAM gives percent-encoded (iam.md §1).
    pub fn document(&mut self, name: &str, text: &str) {
        self.text(name, &percent::encode(text));
    }

    /// A whole number.
    pub fn int(&mut self, name: &str, value: i64) {
        self.plain(name, &value.to_string());
    }

    /// `true` or `false`.
    pub fn bool(&mut self, name: &str, value: bool) {
        self.plain(name, if value { "true" } else { "false" });
    }

    /// An instant: `2026-03-01T13:38:15Z` in XML, seconds since 1970 in JSON.
    pub fn instant(&mut self, name: &str, value: Instant) {
        match self.format {
            Format::Xml => self.plain(name, &value.to_string()),
            Format::Json => self.plain(name, &value.0.to_string()),
        }
    }

    /// A structure, whose members `fill` writes; without any it is an empty element.
    pub fn structure(&mut self, name: &str, fill: impl FnOnce(&mut Writer)) {
        match self.format {
            Format::Xml => self.nest_xml(name, fill),
            Format::Json => self.nest_json(Some(name), ['{', '}'], fill),
        }
    }

    /// A list of structures, whose members `fill` writes; an empty list is an empty element.
    pub fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Writer, T),
    ) {
        match self.format {
            Format::Xml => self.nest_xml(name, |list| {
                for item in items {
                    list.nest_xml("member", |writer| fill(writer, item));
                }
            }),
            Format::Json => self.nest_json(Some(name), ['[', ']'], |list| {
                for item in items {
                    list.nest_json(None, ['{', '}'], |writer| fill(writer, item));
                }
            }),
        }
    }

    /// A list of texts.
    pub fn texts<T: AsRef<str>>(&mut self, name: &str, items: impl IntoIterator<Item = T>) {
        match self.format {
            Format::Xml => self.nest_xml(name, |list| {
                for item in items {
                    list.text("member", item.as_ref());
                }
            }),
            Format::Json => self.nest_json(Some(name), ['[', ']'], |list| {
                for item in items {
                    list.item_json(item.as_ref());
                }
            }),
        }
    }

    /// A map: in XML one `entry` with `key` and `value` for each pair, where `value` writes the value under
    /// the name it is given.
    pub fn map<'k, T>(
        &mut self,
        name: &str,
        pairs: impl IntoIterator<Item = (&'k str, T)>,
        mut value: impl FnMut(&mut Writer, &str, T),
    ) {
        match self.format {
            Format::Xml => self.nest_xml(name, |map| {
                for (key, item) in pairs {
                    map.nest_xml("entry", |entry| {
                        entry.text("key", key);
                        value(entry, "value", item);
                    });
                }
            }),
            Format::Json => self.nest_json(Some(name), ['{', '}'], |map| {
                for (key, item) in pairs {
                    value(map, key, item);
                }
            }),
        }
    }

    /// A value that needs no escapes in either form.
    fn plain(&mut self, name: &str, value: &str) {
        match self.format {
            Format::Xml => self.leaf_xml(name, |out| out.push_str(value)),
            Format::Json => self.leaf_json(name, |out| out.push_str(value)),
        }
    }
}
