//! The engines that are compared, each behind the same three steps: compile, make a request ready, decide.

use std::collections::HashMap;
use std::fmt::Write;

use cedar_policy::{
    Authorizer, Context as CedarContext, Decision as CedarDecision, Entities, EntityUid, PolicySet,
    RestrictedExpression,
};
use iam_rs::{
    Arn, ContextValue, Decision as IamDecision, EvaluationOptions, IAMPolicy, IAMRequest, PolicyEvaluator,
    PrincipalId,
};
use rolecall_policy::compile::Compiled;
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use rolecall_policy::request::{Principal, PrincipalKind, Request as PolicyRequest};
use rolecall_policy::trace::{Outcome, Trace};
use serde_json::Value;

use crate::workload::{Request, Said, Workload};

/// An engine with its policies compiled.
pub trait Engine {
    /// A request made ready.
    type Ready;
    /// Makes a request ready.
    fn ready(&self, request: &Request) -> Self::Ready;
    /// Decides.
    fn decide(&self, request: &Self::Ready) -> Said;
}

/// rolecall.
pub struct Rolecall(Compiled);

/// What a request of rolecall borrows from.
pub struct RolecallRequest {
    kind: PrincipalKind,
    name: String,
    action: String,
    resource: String,
    context: Context,
}

impl Rolecall {
    /// Policies as read, for the figure of compiling alone.
    pub fn parse(workload: &Workload) -> Vec<Policy> {
        workload.policies.iter().map(|policy| Policy::from_text(&policy.to_string())).collect()
    }

    /// Compiles.
    pub fn compile(policies: &[Policy], on_resource: bool) -> Rolecall {
        let all: Vec<&Policy> = policies.iter().collect();
        Rolecall(match on_resource {
            true => Compiled::compile_resource_policies(&all),
            false => Compiled::compile(&all),
        })
    }

    /// Decides with the full account.
    pub fn trace(&self, request: &RolecallRequest) -> Trace {
        self.ask(request, |request| self.0.trace(request))
    }

    fn ask<T>(&self, request: &RolecallRequest, ask: impl FnOnce(&PolicyRequest<'_>) -> T) -> T {
        let names = [request.name.as_str()];
        let principal = Principal { kind: request.kind, names: &names, bounded: false };
        ask(&PolicyRequest {
            principal,
            action: &request.action,
            resource: Some(&request.resource),
            context: &request.context,
        })
    }
}

impl Engine for Rolecall {
    type Ready = RolecallRequest;

    fn ready(&self, request: &Request) -> RolecallRequest {
        let mut context = Context::new();
        request.context.iter().for_each(|(key, value)| context.set(key, [value.clone()]));
        RolecallRequest {
            kind: if request.principal.0 == "Federated" {
                PrincipalKind::Federated
            } else {
                PrincipalKind::Aws
            },
            name: request.principal.1.clone(),
            action: request.action.clone(),
            resource: request.resource.clone(),
            context,
        }
    }

    fn decide(&self, request: &RolecallRequest) -> Said {
        said(self.ask(request, |request| self.0.decide(request).outcome))
    }
}

/// What an outcome is called here.
pub fn said(outcome: Outcome) -> Said {
    match outcome {
        Outcome::Allow => Said::Allowed,
        Outcome::Deny => Said::ExplicitDeny,
        Outcome::NoMatch => Said::ImplicitDeny,
        Outcome::Undetermined => panic!("undetermined"),
    }
}

/// Crate `iam-rs`: one policy a document.
pub struct IamRs(PolicyEvaluator);

impl IamRs {
    /// Reads the policies. A trust policy's statements have no Resource, and this engine matches none such unless it is
    /// told to leave resources aside.
    pub fn compile(workload: &Workload) -> IamRs {
        let read = |policy: &Value| IAMPolicy::from_json(&policy.to_string()).unwrap();
        let options = EvaluationOptions {
            max_statements: 1_000_000,
            ignore_resource_constraints: workload.on_resource,
            ..EvaluationOptions::default()
        };
        IamRs(
            PolicyEvaluator::with_policies(workload.policies.iter().map(read).collect())
                .with_options(options),
        )
    }
}

impl Engine for IamRs {
    type Ready = IAMRequest;

    fn ready(&self, request: &Request) -> IAMRequest {
        let value = |key: &str, value: &str| match key {
            "aws:SecureTransport" => ContextValue::Boolean(value == "true"),
            _ => ContextValue::String(value.to_owned()),
        };
        let data: HashMap<String, ContextValue> =
            request.context.iter().map(|(key, text)| (key.clone(), value(key, text))).collect();
        let name = PrincipalId::String(request.principal.1.clone());
        let principal = match request.principal.0.as_str() {
            "Federated" => iam_rs::Principal::Federated(name),
            _ => iam_rs::Principal::Aws(name),
        };
        IAMRequest::new_with_context(
            principal,
            request.action.clone(),
            Arn::parse(&request.resource).unwrap(),
            iam_rs::Context::with_data(data),
        )
    }

    fn decide(&self, request: &IAMRequest) -> Said {
        match self.0.evaluate(request).unwrap().decision {
            IamDecision::Allow => Said::Allowed,
            IamDecision::Deny => Said::ExplicitDeny,
            IamDecision::NotApplicable => Said::ImplicitDeny,
        }
    }
}

/// Crate `cedar-policy`: one `permit` or `forbid` a statement.
pub struct Cedar {
    policies: PolicySet,
    entities: Entities,
    authorizer: Authorizer,
}

impl Cedar {
    /// Translates and parses the policies.
    pub fn compile(workload: &Workload) -> Cedar {
        let mut text = String::new();
        for policy in &workload.policies {
            for statement in many(&policy["Statement"]) {
                translate(statement, &mut text);
            }
        }
        Cedar { policies: text.parse().unwrap(), entities: Entities::empty(), authorizer: Authorizer::new() }
    }
}

fn many(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Any of the tests; parentheses around.
fn any(value: &Value, test: impl Fn(&str) -> String) -> String {
    let tests: Vec<String> = many(value).iter().map(|value| test(value.as_str().unwrap())).collect();
    format!("({})", tests.join(" || "))
}

fn translate(statement: &Value, out: &mut String) {
    let effect = if statement["Effect"] == "Deny" { "forbid" } else { "permit" };
    let mut tests = vec![any(&statement["Action"], |action| like("action", &action.to_lowercase()))];
    if !statement["Resource"].is_null() {
        tests.push(any(&statement["Resource"], |resource| like("resource", resource)));
    }
    if !statement["Principal"].is_null() {
        tests.push(any(&statement["Principal"]["Federated"], |name| {
            format!("context.principal == {}", quoted(name))
        }));
    }
    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().unwrap() {
            tests.push(condition(operator, key, values));
        }
    }
    writeln!(out, "{effect}(principal, action, resource) when {{ {} }};", tests.join(" && ")).unwrap();
}

fn like(name: &str, pattern: &str) -> String {
    match pattern.contains('*') {
        true => format!("context.{name} like {}", quoted(pattern)),
        false => format!("context.{name} == {}", quoted(pattern)),
    }
}

fn condition(operator: &str, key: &str, values: &Value) -> String {
    let (has, at) = (format!("context has {}", quoted(key)), format!("context[{}]", quoted(key)));
    let test = |test: &dyn Fn(&str) -> String| any(values, test);
    let positive = match operator {
        "StringEquals" | "StringNotEquals" | "Bool" => test(&|value| format!("{at} == {}", quoted(value))),
        "StringLike" => test(&|value| format!("{at} like {}", quoted(value))),
        "IpAddress" => test(&|value| format!("{at}.isInRange(ip({}))", quoted(value))),
        "DateGreaterThan" => test(&|value| format!("{at} > datetime({})", quoted(value))),
        "NumericLessThanEquals" => test(&|value| format!("{at} <= {value}")),
        other => panic!("{other} has no equivalent here"),
    };
    match operator {
        "StringNotEquals" => format!("(!({has}) || !{positive})"),
        _ => format!("({has} && {positive})"),
    }
}

impl Engine for Cedar {
    type Ready = cedar_policy::Request;

    fn ready(&self, request: &Request) -> cedar_policy::Request {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let value = |key: &str, value: &str| match key {
            "aws:SourceIp" => RestrictedExpression::new_ip(value),
            "aws:TokenIssueTime" => RestrictedExpression::new_datetime(value),
            "aws:MultiFactorAuthAge" => RestrictedExpression::new_long(value.parse().unwrap()),
            _ => text(value),
        };
        let own = [
            ("action".to_owned(), text(&request.action.to_lowercase())),
            ("resource".to_owned(), text(&request.resource)),
            ("principal".to_owned(), text(&request.principal.1)),
        ];
        let keys = request.context.iter().map(|(key, text)| (key.clone(), value(key, text)));
        let context = CedarContext::from_pairs(own.into_iter().chain(keys)).unwrap();
        let uid = |text: &str| -> EntityUid { text.parse().unwrap() };
        cedar_policy::Request::new(uid("P::\"p\""), uid("Action::\"a\""), uid("R::\"r\""), context, None)
            .unwrap()
    }

    fn decide(&self, request: &cedar_policy::Request) -> Said {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        match response.decision() {
            CedarDecision::Allow => Said::Allowed,
            CedarDecision::Deny if response.diagnostics().reason().next().is_some() => Said::ExplicitDeny,
            CedarDecision::Deny => Said::ImplicitDeny,
        }
    }
}
