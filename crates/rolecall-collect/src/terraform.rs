//! Roles that a Terraform configuration declares, its expressions worked out as far as the sources decide them.
//!
//! Variables by their defaults or by given values, locals, providers by their URL, policy documents, and the functions by
//! which trust policies are commonly written. What another value decides, such as an attribute that AWS sets, leaves the
//! role unread, and says so.

mod document;
mod functions;

use std::collections::BTreeMap;

use hcl::eval::{Context, Evaluate};
use hcl::structure::{Block, Body};
use hcl::{Map, Value};
use rolecall_model::json::edit::quoted;

/// What the sources do not say and whoever asks knows.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The account that the configuration is for; twelve digits.
    pub account: Option<String>,
    /// Its partition.
    pub partition: String,
    /// Values of variables.
    pub variables: BTreeMap<String, String>,
}

/// A role that a configuration declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The resource's own name, `aws_iam_role.LABEL`.
    pub label: String,
    /// Name of the role; none where it is not written out.
    pub name: Option<String>,
    /// The file.
    pub file: String,
    /// The trust policy as JSON, or why it could not be worked out.
    pub trust: Result<String, String>,
}

/// Rounds in which locals and documents that rest on one another are worked out.
const ROUNDS: usize = 8;

/// The roles of a configuration, given as names and texts of its files. Files that are no HCL are named with the reason.
#[must_use]
pub fn roles(files: &[(String, String)], given: &Given) -> (Vec<Declared>, Vec<(String, String)>) {
    let (mut bodies, mut flawed) = (Vec::new(), Vec::new());
    for (name, text) in files {
        match hcl::parse(text) {
            Ok(body) => bodies.push((name.as_str(), body)),
            Err(error) => flawed.push((name.clone(), last_line(&error.to_string()))),
        }
    }
    let whole = Configuration { bodies: &bodies, given };
    let scope = whole.scope();
    let context = context(&scope);
    let mut declared = Vec::new();
    for (file, role) in whole.blocks("resource", "aws_iam_role") {
        let text = |key: &str| {
            let value = attribute(&role.body, key)?.evaluate(&context);
            Some(value.map_err(|error| last_line(&error.to_string())))
        };
        let trust = match text("assume_role_policy") {
            Some(Ok(Value::String(text))) => Ok(text),
            Some(Ok(_)) => Err("`assume_role_policy` is no text".to_owned()),
            Some(Err(why)) => Err(why),
            None => Err("`assume_role_policy` is missing".to_owned()),
        };
        let name = match text("name") {
            Some(Ok(Value::String(name))) => Some(name),
            _ => None,
        };
        let label = format!("aws_iam_role.{}", label(role, 1));
        declared.push(Declared { label, name, file: file.to_owned(), trust });
    }
    (declared, flawed)
}

struct Configuration<'c> {
    bodies: &'c [(&'c str, Body)],
    given: &'c Given,
}

/// What names in expressions stand for, by their first word.
type Scope = Map<String, Value>;

impl<'c> Configuration<'c> {
    fn blocks(&self, kind: &'c str, first: &'c str) -> impl Iterator<Item = (&'c str, &'c Block)> {
        let fits = move |block: &&Block| {
            block.identifier.as_str() == kind && (first.is_empty() || label(block, 0) == first)
        };
        self.bodies
            .iter()
            .flat_map(move |(file, body)| body.blocks().filter(fits).map(move |block| (*file, block)))
    }

    fn scope(&self) -> Scope {
        let mut scope = Scope::new();
        scope.insert("var".into(), Value::Object(self.variables()));
        scope.insert("data".into(), Value::Object(self.identity()));
        scope.insert("local".into(), Value::Object(Map::new()));
        // One may rest on another, in whatever order they are written.
        for _ in 0..ROUNDS {
            let before = scope.clone();
            self.locals(&mut scope);
            self.providers(&mut scope);
            self.documents(&mut scope);
            if scope == before {
                break;
            }
        }
        scope
    }

    fn variables(&self) -> Map<String, Value> {
        let nothing = Context::new();
        let mut variables = Map::new();
        for (_, variable) in self.blocks("variable", "") {
            let default = attribute(&variable.body, "default").map(|value| value.evaluate(&nothing));
            if let Some(Ok(value)) = default {
                variables.insert(label(variable, 0).to_owned(), value);
            }
        }
        let given = self.given.variables.iter();
        variables.extend(given.map(|(name, value)| (name.clone(), Value::String(value.clone()))));
        variables
    }

    /// Account and partition, under whatever names the configuration asks for them.
    fn identity(&self) -> Map<String, Value> {
        let mut data: Map<String, Value> = Map::new();
        let mut put = |kind: &str, name: &str, attributes: Map<String, Value>| {
            let entry = data.entry(kind.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(names) = entry {
                names.insert(name.to_owned(), Value::Object(attributes));
            }
        };
        for (_, block) in self.blocks("data", "aws_caller_identity") {
            if let Some(account) = &self.given.account {
                let attributes = Map::from_iter([("account_id".to_owned(), Value::String(account.clone()))]);
                put("aws_caller_identity", label(block, 1), attributes);
            }
        }
        for (_, block) in self.blocks("data", "aws_partition") {
            let partition = Value::String(self.given.partition.clone());
            let attributes = Map::from_iter([("partition".to_owned(), partition)]);
            put("aws_partition", label(block, 1), attributes);
        }
        data
    }

    fn locals(&self, scope: &mut Scope) {
        for (_, block) in self.blocks("locals", "") {
            for local in block.body.attributes() {
                let worked_out = local.expr.evaluate(&context(scope));
                if let (Ok(value), Some(Value::Object(locals))) = (worked_out, scope.get_mut("local")) {
                    locals.insert(local.key.as_str().to_owned(), value);
                }
            }
        }
    }

    /// Providers that are declared or looked up: their ARN follows from their URL.
    fn providers(&self, scope: &mut Scope) {
        const KIND: &str = "aws_iam_openid_connect_provider";
        let Some(account) = &self.given.account else { return };
        for is_data in [false, true] {
            for (_, block) in self.blocks(if is_data { "data" } else { "resource" }, KIND) {
                let url = attribute(&block.body, "url").map(|url| url.evaluate(&context(scope)));
                let Some(Ok(Value::String(url))) = url else { continue };
                let name = url.strip_prefix("https://").unwrap_or(&url);
                let arn = format!("arn:{}:iam::{account}:oidc-provider/{name}", self.given.partition);
                let attributes = Map::from_iter([
                    ("arn".to_owned(), Value::String(arn)),
                    // The provider is kept without its scheme.
                    ("url".to_owned(), Value::String(name.to_owned())),
                ]);
                put(scope, is_data, KIND, label(block, 1), attributes);
            }
        }
    }

    fn documents(&self, scope: &mut Scope) {
        const KIND: &str = "aws_iam_policy_document";
        for (_, block) in self.blocks("data", KIND) {
            if let Ok(text) = document::policy(block, &context(scope)) {
                let attributes = Map::from_iter([("json".to_owned(), Value::String(text))]);
                put(scope, true, KIND, label(block, 1), attributes);
            }
        }
    }
}

fn put(scope: &mut Scope, is_data: bool, kind: &str, name: &str, attributes: Map<String, Value>) {
    let empty = || Value::Object(Map::new());
    let kinds = match (is_data, scope.get_mut("data")) {
        (true, Some(Value::Object(data))) => data.entry(kind.to_owned()).or_insert_with(empty),
        _ => scope.entry(kind.to_owned()).or_insert_with(empty),
    };
    if let Value::Object(names) = kinds {
        names.insert(name.to_owned(), Value::Object(attributes));
    }
}

fn context(scope: &Scope) -> Context<'static> {
    let mut context = functions::context();
    for (name, value) in scope {
        context.declare_var(name.as_str(), value.clone());
    }
    context
}

fn attribute<'b>(body: &'b Body, key: &str) -> Option<&'b hcl::Expression> {
    body.attributes().find(|attribute| attribute.key.as_str() == key).map(|attribute| &attribute.expr)
}

fn label(block: &Block, at: usize) -> &str {
    block.labels.get(at).map(hcl::structure::BlockLabel::as_str).unwrap_or_default()
}

/// A value as JSON.
fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(json).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| format!("{}: {}", quoted(key), json(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

fn last_line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.next_back().unwrap_or_default().trim_start_matches("= ").to_owned()
}

#[cfg(test)]
mod tests;
