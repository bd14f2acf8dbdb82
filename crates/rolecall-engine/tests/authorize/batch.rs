//! Cases in the form of `rolecall simulate --batch`, with `rule`, `says`, `expect` and, for facts that nobody read, a list
//! `unknown` of keys (`prefix*` for all that begin so).

use std::collections::BTreeSet;

use rolecall_engine::authorize::{Call, Caller, Layers, Policies};
use rolecall_model::json::{self, Node};
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;

pub struct Case {
    pub id: String,
    pub rule: String,
    pub says: String,
    pub expect: String,
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
    pub fn read(line: &str) -> Case {
        let root = json::parse(line).root.unwrap();
        let (policies, request) = (root.get("policies").unwrap(), root.get("request").unwrap());
        let list = |name: &str| elements(policies, name).iter().map(document).collect();
        let levels = |name: &str| {
            elements(policies, name).iter().map(|level| level.elements().iter().map(document).collect())
        };
        let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        Case {
            id: text(&root, "id").unwrap(),
            rule: text(&root, "rule").unwrap(),
            says: text(&root, "says").unwrap(),
            expect: text(&root, "expect").unwrap(),
            identity: list("identity"),
            boundary: list("boundary"),
            session: list("session"),
            vpce: list("vpce"),
            scp: levels("scp").collect(),
            rcp: levels("rcp").collect(),
            resource_policy: policies.get("resource").map(document),
            caller: caller(request.get("principal").unwrap()),
            action: text(request, "action").unwrap(),
            resource: text(request, "resource").unwrap(),
            resource_account: text(request, "resource_account"),
            context: context(request),
        }
    }

    pub fn layers(&self) -> Layers {
        Layers::compile(&Policies {
            identity: &self.identity,
            boundary: &self.boundary,
            scp: &self.scp,
            rcp: &self.rcp,
            session: &self.session,
            vpce: &self.vpce,
            resource: self.resource_policy.as_ref(),
        })
    }

    /// Keys that the request has or a policy asks for.
    pub fn keys(&self) -> BTreeSet<String> {
        let lists = [&self.identity, &self.boundary, &self.session, &self.vpce];
        let levels = self.scp.iter().chain(&self.rcp);
        let policies = lists.into_iter().chain(levels).flatten().chain(&self.resource_policy);
        let asked =
            policies.flat_map(|policy| &policy.statements).flat_map(|statement| &statement.conditions);
        let asked = asked.map(|condition| condition.key.text.to_lowercase());
        self.context.keys().map(|(key, _)| key.to_owned()).chain(asked).collect()
    }

    pub fn without_reading(&self, key: &str) -> Context {
        let mut context = self.context.clone();
        context.set_unknown(key);
        context
    }

    pub fn call(&self) -> Call<'_> {
        Call {
            caller: &self.caller,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
        }
    }
}

fn elements<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    node.get(name).map(Node::elements).unwrap_or_default()
}

fn texts(node: &Node) -> Vec<String> {
    node.elements().iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

fn document(node: &Node) -> Policy {
    node.as_str().map_or_else(|| Policy::from_node(node), Policy::from_text)
}

fn caller(node: &Node) -> Caller {
    if let Some(text) = node.as_str() {
        return Caller::from_arn(text, None);
    }
    let first = &node.members()[0];
    let name = first.value.as_str().unwrap();
    match first.key.as_str() {
        "Service" => Caller::service(name),
        "Federated" => Caller::federated(name),
        "CanonicalUser" => Caller::canonical(name),
        other => panic!("{other}"),
    }
}

fn context(request: &Node) -> Context {
    let mut context = Context::new();
    let multivalued = request.get("multivalued").map(texts).unwrap_or_default();
    for member in request.get("context").map(Node::members).unwrap_or_default() {
        if multivalued.contains(&member.key) {
            context.set_multivalued(&member.key, texts(&member.value));
        } else {
            context.set(&member.key, texts(&member.value));
        }
    }
    for key in request.get("unknown").map(texts).unwrap_or_default() {
        match key.strip_suffix('*') {
            Some(prefix) => context.set_unknown_prefix(prefix),
            None => context.set_unknown(&key),
        }
    }
    context
}
