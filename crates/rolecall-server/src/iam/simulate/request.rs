//! What a simulation is asked: actions, resources, who calls (reference simulator.md §1, §3).

use rolecall_model::arn::{Arn, is_account};
use rolecall_policy::document::Policy;
use rolecall_wire::fault::Fault;

use super::invalid;
use super::scenario::Document;
use crate::call::Call;

/// A request, read.
pub(super) struct Request {
    /// Actions, in the order of the results.
    pub actions: Vec<String>,
    /// Resources; `*` alone where none is given.
    pub resources: Vec<String>,
    /// Whether results are told resource by resource.
    pub by_resource: bool,
    /// `CallerArn`.
    pub caller: Option<String>,
    /// The account of `ResourceOwner`.
    pub owner: Option<String>,
    /// `ResourcePolicy`.
    pub resource_policy: Option<Document>,
}

/// THE TABLE of `ResourceHandlingOption`: scenarios of EC2, and the kinds of resources that each demands.
const SCENARIOS: [(&str, &[&str]); 6] = [
    ("EC2-Classic-InstanceStore", &["instance", "image", "security-group"]),
    ("EC2-Classic-EBS", &["instance", "image", "security-group", "volume"]),
    ("EC2-VPC-InstanceStore", &["instance", "image", "security-group", "network-interface"]),
    ("EC2-VPC-InstanceStore-Subnet", &["instance", "image", "security-group", "network-interface", "subnet"]),
    ("EC2-VPC-EBS", &["instance", "image", "security-group", "network-interface", "volume"]),
    ("EC2-VPC-EBS-Subnet", &["instance", "image", "security-group", "network-interface", "subnet", "volume"]),
];

impl Request {
    pub fn read(call: &Call<'_>) -> Result<Request, Fault> {
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let actions = owned(call.params.texts("ActionNames"));
        actions.iter().try_for_each(|action| is_action(action))?;
        let given = owned(call.params.texts("ResourceArns"));
        let by_resource = given.iter().any(|resource| resource != "*");
        let resources = if given.is_empty() { vec!["*".to_owned()] } else { given };
        handling(call, &resources)?;
        let resource_policy = match call.params.get("ResourcePolicy") {
            Some(text) => Some(Document::read("ResourcePolicy".to_owned(), text)?),
            None => None,
        };
        let (caller, owner) = (caller(call)?, owner(call)?);
        Ok(Request { actions, resources, by_resource, caller, owner, resource_policy })
    }
}

/// A full name: `service:Action`.
fn is_action(text: &str) -> Result<(), Fault> {
    let sound = text.split_once(':').is_some_and(|(service, name)| {
        let fits = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        fits(service) && fits(name)
    });
    if sound { Ok(()) } else { Err(invalid(format!("Invalid Action Name: {text}"))) }
}

/// Sessions, federated users and services cannot be simulated as callers.
fn caller(call: &Call<'_>) -> Result<Option<String>, Fault> {
    let Some(text) = call.params.get("CallerArn") else { return Ok(None) };
    let arn = Arn::parse(text).filter(|arn| arn.service == "iam" && is_account(&arn.account));
    match arn.is_some_and(|arn| arn.resource.starts_with("user/")) {
        true => Ok(Some(text.to_owned())),
        false => Err(invalid(format!("Invalid Caller Arn: {text} is not the ARN of an IAM user."))),
    }
}

fn owner(call: &Call<'_>) -> Result<Option<String>, Fault> {
    let Some(text) = call.params.get("ResourceOwner") else { return Ok(None) };
    let account =
        if is_account(text) { Some(text.to_owned()) } else { Arn::parse(text).map(|arn| arn.account) };
    let account = account.filter(|account| is_account(account));
    account.map(Some).ok_or_else(|| invalid(format!("Invalid Resource Owner: {text}")))
}

fn handling(call: &Call<'_>, resources: &[String]) -> Result<(), Fault> {
    let Some(option) = call.params.get("ResourceHandlingOption") else { return Ok(()) };
    let scenario = SCENARIOS.iter().find(|(name, _)| *name == option);
    let (_, kinds) =
        scenario.ok_or_else(|| invalid(format!("Invalid Resource Handling Option: {option}")))?;
    let has = |kind: &str| {
        resources.iter().any(|resource| {
            let sixth = resource.splitn(6, ':').nth(5).unwrap_or_default();
            sixth.split('/').next() == Some(kind)
        })
    };
    match kinds.iter().find(|kind| !has(kind)) {
        Some(kind) => Err(invalid(format!("{option} requires a resource of type {kind}"))),
        None => Ok(()),
    }
}

/// A policy that the simulator can read.
pub(super) fn readable(text: &str) -> Result<Policy, Fault> {
    let policy = Policy::from_text(text);
    let broken = policy.flaws.iter().any(|flaw| flaw.kind == rolecall_policy::document::FlawKind::Refused);
    if broken { Err(invalid("Syntax errors in policy.")) } else { Ok(policy) }
}
