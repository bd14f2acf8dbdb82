//! `rolecall simulate --batch`: one case per line in, one decision per line out (docs/simulate-batch.md).

use std::io::{BufRead, Write};

use rolecall_engine::authorize::{self, Call, Caller, Layers, Policies};
use rolecall_model::json::{self, Kind, Node};
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use serde::Serialize;

/// Longest line taken.
const LINE_LIMIT: usize = 16 * 1024 * 1024;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Decides every line. A line that is no case gets an `error` in place of a decision; the rest go on. Gives whether all
/// lines were cases.
///
/// # Errors
/// Fails where input cannot be read or output cannot be written.
pub fn run(input: impl BufRead, mut output: impl Write) -> std::io::Result<bool> {
    let mut sound = true;
    for line in input.split(b'\n') {
        let bytes = line?;
        let text = String::from_utf8_lossy(&bytes);
        if text.trim().is_empty() {
            continue;
        }
        let parsed = if bytes.len() > LINE_LIMIT { None } else { json::parse(&text).root };
        let id =
            parsed.as_ref().and_then(|root| root.get("id")?.as_str().map(str::to_owned)).unwrap_or_default();
        let decided = match &parsed {
            Some(root) => Case::read(root).map(|case| case.decide()),
            None => Err("the line is no JSON object".to_owned()),
        };
        sound &= decided.is_ok();
        let (decision, error) = match decided {
            Ok(decision) => (Some(decision), None),
            Err(error) => (None, Some(error)),
        };
        let line = serde_json::to_string(&Line { id: &id, decision, error }).unwrap_or_default();
        writeln!(output, "{line}")?;
    }
    output.flush()?;
    Ok(sound)
}

struct Case {
    identity: Vec<Policy>,
    boundary: Vec<Policy>,
    session: Vec<Policy>,
    vpce: Vec<Policy>,
    scp: Vec<Vec<Policy>>,
    rcp: Vec<Vec<Policy>>,
    resource_policy: Option<Policy>,
    caller: Caller,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Context,
}

impl Case {
    fn read(root: &Node) -> Result<Case, String> {
        let policies = root.get("policies").ok_or("`policies` is missing")?;
        let request = root.get("request").ok_or("`request` is missing")?;
        let list = |name: &str| {
            policies.get(name).map(|node| node.elements().iter().map(document).collect()).unwrap_or_default()
        };
        let levels = |name: &str| -> Vec<Vec<Policy>> {
            let levels = policies.get(name).map(Node::elements).unwrap_or_default();
            levels.iter().map(|level| level.one_or_many().iter().map(document).collect()).collect()
        };
        let text = |name: &str| request.get(name).and_then(Node::as_str).map(str::to_owned);
        Ok(Case {
            identity: list("identity"),
            boundary: list("boundary"),
            session: list("session"),
            vpce: list("vpce"),
            scp: levels("scp"),
            rcp: levels("rcp"),
            resource_policy: policies.get("resource").filter(|node| !node.is_null()).map(document),
            caller: caller(request.get("principal").ok_or("`request.principal` is missing")?)?,
            action: text("action").ok_or("`request.action` is missing")?,
            resource: text("resource").unwrap_or_else(|| "*".into()),
            resource_account: text("resource_account").filter(|account| !account.is_empty()),
            context: context(request),
        })
    }

    fn decide(&self) -> &'static str {
        let layers = Layers::compile(&Policies {
            identity: &self.identity,
            boundary: &self.boundary,
            scp: &self.scp,
            rcp: &self.rcp,
            session: &self.session,
            vpce: &self.vpce,
            resource: self.resource_policy.as_ref(),
        });
        let call = Call {
            caller: &self.caller,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
        };
        match authorize::decide(&layers, &call) {
            // Every fact is given here, so only an illegible statement leaves something open: never an Allow.
            authorize::Decision::Undetermined => authorize::Decision::ImplicitDeny.name(),
            decision => decision.name(),
        }
    }
}

/// A policy given as an object, or as its JSON text.
fn document(node: &Node) -> Policy {
    match node.as_str() {
        Some(text) => Policy::from_text(text),
        None => Policy::from_node(node),
    }
}

fn caller(node: &Node) -> Result<Caller, String> {
    if let Some(text) = node.as_str() {
        return Ok(Caller::from_arn(text, None));
    }
    let first = node.members().first().ok_or("`request.principal` is neither a string nor an object")?;
    let value = first.value.as_str().ok_or("`request.principal` has no text value")?;
    match first.key.as_str() {
        "Service" => Ok(Caller::service(value)),
        "Federated" => Ok(Caller::federated(value)),
        "CanonicalUser" => Ok(Caller::canonical(value)),
        "AWS" => Ok(Caller::from_arn(value, None)),
        other => Err(format!("`{other}` is no kind of principal")),
    }
}

fn context(request: &Node) -> Context {
    let mut context = Context::new();
    let many: Vec<String> = request
        .get("multivalued")
        .map(|node| node.elements().iter().filter_map(Node::as_str).map(str::to_ascii_lowercase).collect())
        .unwrap_or_default();
    for member in request.get("context").map(Node::members).unwrap_or_default() {
        let values = member.value.one_or_many().iter().filter(|node| !matches!(node.kind, Kind::Null));
        let values: Vec<String> = values.filter_map(|node| node.scalar().map(str::to_owned)).collect();
        if many.contains(&member.key.to_ascii_lowercase()) {
            context.set_multivalued(&member.key, values);
        } else {
            context.set(&member.key, values);
        }
    }
    context
}
