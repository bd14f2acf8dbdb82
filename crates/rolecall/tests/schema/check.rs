//! Holds JSON to a JSON schema (draft 2020-12), as much of one as docs/*.schema.json use. Any other keyword is a failure,
//! so that nothing in a schema goes unchecked; so is a member that the schema does not name.

use serde_json::Value;

/// Keywords that say nothing of what is valid.
const SILENT: [&str; 6] = ["$schema", "$id", "$defs", "title", "description", "properties"];

/// What is wrong with a value, as `path: why`.
pub fn flaws(schema: &Value, value: &Value) -> Vec<String> {
    let mut flaws = Vec::new();
    Check { whole: schema, flaws: &mut flaws }.value(schema, value, "");
    flaws
}

struct Check<'a> {
    whole: &'a Value,
    flaws: &'a mut Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
            let holds = match keyword.as_str() {
                "type" => is_of(value, wanted.as_str().unwrap()),
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "minimum" => value.as_u64() >= wanted.as_u64(),
                "pattern" => is_slug(value.as_str().unwrap(), wanted.as_str().unwrap()),
                "required" => {
                    let names = wanted.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
                    names.into_iter().all(|name| value.get(name).is_some())
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.value(wanted, item, &format!("{path}/{index}"));
                    }
                    true
                }
                "$ref" => {
                    let target = self.whole.pointer(wanted.as_str().unwrap().trim_start_matches('#'));
                    self.value(target.expect("a reference leads somewhere"), value, path);
                    true
                }
                silent => SILENT.contains(&silent),
            };
            if !holds {
                self.flaws.push(format!("{path}: {value} breaks `{keyword}`"));
            }
        }
        self.members(schema, value, path);
    }

    fn members(&mut self, schema: &Value, value: &Value, path: &str) {
        let (Some(named), Some(members)) = (schema["properties"].as_object(), value.as_object()) else {
            return;
        };
        for (name, member) in members {
            let path = format!("{path}/{name}");
            match named.get(name) {
                Some(schema) => self.value(schema, member, &path),
                None => self.flaws.push(format!("{path}: the schema does not name it")),
            }
        }
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        _ => false,
    }
}

/// The one pattern in use: `^(link|link…)\.[a-z0-9-]+$`.
fn is_slug(text: &str, pattern: &str) -> bool {
    let links = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(r")\.[a-z0-9-]+$"));
    let links = links.expect("the pattern of slugs");
    let Some((link, fault)) = text.split_once('.') else { return false };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    links.split('|').any(|known| known == link) && !fault.is_empty() && fault.bytes().all(plain)
}
