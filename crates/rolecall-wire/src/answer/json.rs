//! The JSON rendering of a Query answer: the same structure, compact; a form no SDK asks for (reference
//! sts.md §1).

use super::Writer;
use std::fmt::Write as _;

impl Writer {
    pub(super) fn open_json(&mut self) {
        let name = self.operation.name;
        let _ = write!(self.out, "{{\"{name}Response\":{{");
        if self.operation.has_result {
            let _ = write!(self.out, "\"{name}Result\":{{");
        }
    }

    pub(super) fn close_json(&mut self, request_id: &str) {
        if self.operation.has_result {
            self.out.push('}');
        }
        self.comma();
        self.out.push_str("\"ResponseMetadata\":{\"RequestId\":");
        string_into(&mut self.out, request_id);
        self.out.push_str("}}}");
    }

    pub(super) fn leaf_json(&mut self, name: &str, value: impl FnOnce(&mut String)) {
        self.comma();
        string_into(&mut self.out, name);
        self.out.push(':');
        value(&mut self.out);
    }

    pub(super) fn item_json(&mut self, value: &str) {
        self.comma();
        string_into(&mut self.out, value);
    }

    pub(super) fn nest_json(
        &mut self,
        name: Option<&str>,
        around: [char; 2],
        fill: impl FnOnce(&mut Writer),
    ) {
        let [open, close] = around;
        match name {
            Some(name) => self.leaf_json(name, |out| out.push(open)),
            None => {
                self.comma();
                self.out.push(open);
            }
        }
        fill(self);
        self.out.push(close);
    }

    /// A comma unless this is the first in its object or array.
    fn comma(&mut self) {
        if !self.out.ends_with(['{', '[']) {
            self.out.push(',');
        }
    }
}

pub(super) fn string_into(out: &mut String, text: &str) {
    let _ = write!(out, "{}", serde_json::Value::from(text));
}
