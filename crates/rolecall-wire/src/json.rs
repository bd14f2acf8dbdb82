//! The input of a JSON operation: body, labels of the path and query as one object.

use crate::fault::{Code, Fault};
use crate::operation::{Labels, Member, Operation, Place, Shape};
use crate::query::Params;
use serde_json::{Map, Value};

/// The most bytes that a body may have.
pub const MAX_BYTES: usize = 2 << 20;

/// Reads the members of an operation. `labels` are those of the path, `query` holds the parameters of the
/// query alone. An empty body is an empty object. Fails with `SerializationException` for what is no JSON
/// object, is nested too deeply or is too long, and for numbers and booleans in path or query that are none.
pub fn read(
    operation: &Operation,
    labels: &Labels,
    query: &Params<'_>,
    body: &[u8],
) -> Result<Map<String, Value>, Fault> {
    let mut input = object(body)?;
    for member in operation.members {
        let value = match member.place {
            Place::Body => continue,
            Place::Path(label) => {
                labels.iter().find(|(have, _)| *have == label).map(|(_, value)| Value::from(value.as_str()))
            }
            Place::Query(name) => from_query(member, name, query)?,
        };
        // what stands in the body under the name of a label or of a query member is not that member
        input.remove(member.name);
        if let Some(value) = value {
            input.insert(member.name.to_owned(), value);
        }
    }
    Ok(input)
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Fault> {
    if body.len() > MAX_BYTES {
        return Err(Fault::new(Code::MalformedInput, "The request body is too long"));
    }
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body)
        .map_err(|_| Fault::new(Code::MalformedInput, "The request body is not a JSON object"))
}

/// A list is sent as repeated parameters.
fn from_query(member: &Member, name: &str, query: &Params<'_>) -> Result<Option<Value>, Fault> {
    let all = || query.iter().filter(|(have, _)| *have == name).map(|(_, value)| value);
    let Some(first) = all().next() else { return Ok(None) };
    let value = match member.shape {
        Shape::List { .. } | Shape::Any => Value::from(all().collect::<Vec<_>>()),
        Shape::Integer { .. } => first.parse::<i64>().map(Value::from).map_err(|_| unreadable(name))?,
        Shape::Boolean => first.parse::<bool>().map(Value::from).map_err(|_| unreadable(name))?,
        _ => Value::from(first),
    };
    Ok(Some(value))
}

fn unreadable(name: &str) -> Fault {
    Fault::new(Code::MalformedInput, format!("The query parameter {name} cannot be read"))
}
