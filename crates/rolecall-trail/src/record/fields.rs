//! The free parts of a record: requestParameters, responseElements, additionalEventData.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

/// What stands in place of a secret (reference cloudtrail.md §2).
pub const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Members whose value is a secret in any operation; whatever is given for them, [`HIDDEN`] is written.
const SECRETS: [&str; 10] = [
    "secretAccessKey",
    "sessionToken",
    "webIdentityToken",
    "sAMLAssertion",
    "password",
    "oldPassword",
    "newPassword",
    "tokenCode",
    "token",
    "tradeInToken",
];

/// A JSON object in the making, members in the order given, written straight into bytes. Members whose
/// name stands for a secret are hidden, whatever value is given.
#[derive(Clone, PartialEq)]
pub struct Fields {
    /// JSON without the closing brace, and the ends of its members.
    body: Vec<u8>,
    ends: Vec<usize>,
}

impl fmt::Debug for Fields {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.body.clone();
        text.push(b'}');
        out.write_str(&String::from_utf8_lossy(&text))
    }
}

impl Default for Fields {
    fn default() -> Self {
        Fields { body: vec![b'{'], ends: Vec::new() }
    }
}

impl Fields {
    /// An object without members.
    #[must_use]
    pub fn new() -> Fields {
        Fields::default()
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Fields {
        self.member(name, |out| string(out, value))
    }

    /// Adds a text if there is one.
    #[must_use]
    pub fn text_if(self, name: &str, value: Option<&str>) -> Fields {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, name: &str, value: i64) -> Fields {
        self.member(name, |out| out.extend_from_slice(value.to_string().as_bytes()))
    }

    /// Adds a truth value.
    #[must_use]
    pub fn flag(self, name: &str, value: bool) -> Fields {
        self.member(name, |out| out.extend_from_slice(if value { b"true" } else { b"false" }))
    }

    /// Adds an object.
    #[must_use]
    pub fn object(self, name: &str, value: &Fields) -> Fields {
        self.member(name, |out| value.write(out))
    }

    /// Adds a list of texts.
    #[must_use]
    pub fn texts<'a>(self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Fields {
        self.member(name, |out| list(out, values, string))
    }

    /// Adds a list of objects.
    #[must_use]
    pub fn objects(self, name: &str, values: &[Fields]) -> Fields {
        self.member(name, |out| list(out, values, |out, value| value.write(out)))
    }

    /// Adds any JSON value; members within that are named like a secret are hidden too.
    #[must_use]
    pub fn json(self, name: &str, value: &Value) -> Fields {
        self.member(name, |out| any(out, value))
    }

    /// Whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Writes the object at the end of `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.body);
        out.push(b'}');
    }

    /// The object as a JSON value, for those who look into a record.
    #[must_use]
    pub fn value(&self) -> Value {
        let mut text = Vec::with_capacity(self.body.len() + 1);
        self.write(&mut text);
        serde_json::from_slice(&text).unwrap_or(Value::Null)
    }

    /// The text of a member of an object that is a member: `credentials`, `accessKeyId`.
    #[must_use]
    pub fn text_within(&self, object: &str, member: &str) -> Option<String> {
        let mut start = 1;
        for end in &self.ends {
            let inside = self.body.get(start..*end).and_then(|whole| after(whole, &format!("\"{object}\":")));
            if let Some(inside) = inside {
                return text_of(inside, member);
            }
            start = end + 1;
        }
        None
    }

    /// The object without the members that do not fit `limit` bytes, counted from the front.
    #[must_use]
    pub(crate) fn within(mut self, limit: usize) -> Fields {
        while self.body.len() >= limit && self.ends.pop().is_some() {
            self.body.truncate(self.ends.last().copied().unwrap_or(1));
        }
        self
    }

    fn member(mut self, name: &str, value: impl FnOnce(&mut Vec<u8>)) -> Fields {
        if !self.ends.is_empty() {
            self.body.push(b',');
        }
        string(&mut self.body, name);
        self.body.push(b':');
        if SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) {
            string(&mut self.body, HIDDEN);
        } else {
            value(&mut self.body);
        }
        self.ends.push(self.body.len());
        self
    }
}

fn after<'t>(text: &'t [u8], start: &str) -> Option<&'t [u8]> {
    text.strip_prefix(start.as_bytes())
}

/// The text of a member of an object. The first place where its name stands with quotes and a colon is looked at: inside
/// of a string the quotes would be escaped. Whatever is less simple than that is parsed.
fn text_of(object: &[u8], member: &str) -> Option<String> {
    let name = format!("\"{member}\":\"");
    let value = memchr::memmem::find(object, name.as_bytes()).and_then(|at| object.get(at + name.len()..))?;
    let value = value.get(..memchr::memchr(b'"', value)?)?;
    if value.contains(&b'\\') {
        let object: Value = serde_json::from_slice(object).ok()?;
        return object.get(member)?.as_str().map(str::to_owned);
    }
    String::from_utf8(value.to_vec()).ok()
}

/// Writes a JSON string.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    // Writing a string into a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}

fn any(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(members) => {
            members.iter().fold(Fields::new(), |all, (name, value)| all.json(name, value)).write(out);
        }
        Value::Array(items) => list(out, items, any),
        // Writing a value that was read just now into a vector cannot fail.
        plain => drop(serde_json::to_writer(out, plain)),
    }
}

fn list<T>(out: &mut Vec<u8>, values: impl IntoIterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, value);
    }
    out.push(b']');
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let members = serde_json::Map::<String, Value>::deserialize(input)?;
        Ok(members.iter().fold(Fields::new(), |fields, (name, value)| {
            fields.member(name, |out| {
                // Writing a value that was read just now into a vector cannot fail.
                let _ = serde_json::to_writer(out, value);
            })
        }))
    }
}
