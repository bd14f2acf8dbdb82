//! Policies and requests, from a file or from the generator.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

/// Policies and requests.
pub struct Workload {
    /// Its name in the table.
    pub name: String,
    /// Policy documents, as JSON.
    pub policies: Vec<Value>,
    /// Whether they stand on the resource, as a trust policy does.
    pub on_resource: bool,
    /// Requests.
    pub requests: Vec<Request>,
}

/// A request.
pub struct Request {
    /// Kind of the principal in a Principal element, and its name.
    pub principal: (String, String),
    /// Action.
    pub action: String,
    /// Resource.
    pub resource: String,
    /// Condition keys with one value each.
    pub context: Vec<(String, String)>,
    /// What is to come out, where it was told.
    pub expect: Option<Said>,
}

/// A decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A statement allows and none denies.
    Allowed,
    /// A statement denies.
    ExplicitDeny,
    /// No statement allows.
    ImplicitDeny,
}

/// Reads one of the files.
pub fn read(name: &str, packed: &[u8]) -> Workload {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let policies = &whole["policies"];
    let resource = Some(&policies["resource"]).filter(|value| !value.is_null());
    Workload {
        name: name.to_owned(),
        policies: match resource {
            Some(policy) => vec![policy.clone()],
            None => policies["identity"].as_array().unwrap().clone(),
        },
        on_resource: resource.is_some(),
        requests: whole["requests"].as_array().unwrap().iter().map(request).collect(),
    }
}

fn request(value: &Value) -> Request {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let context = value["context"].as_object().unwrap().iter();
    Request {
        principal: match &value["principal"] {
            Value::String(arn) => ("AWS".into(), arn.clone()),
            other => other
                .as_object()
                .unwrap()
                .iter()
                .map(|(kind, name)| (kind.clone(), text(name)))
                .next()
                .unwrap(),
        },
        action: text(&value["action"]),
        resource: text(&value["resource"]),
        context: context.map(|(key, values)| (key.clone(), text(&values[0]))).collect(),
        expect: match value["expect"].as_str() {
            Some("allowed") => Some(Said::Allowed),
            Some("explicitDeny") => Some(Said::ExplicitDeny),
            Some("implicitDeny") => Some(Said::ImplicitDeny),
            _ => None,
        },
    }
}
