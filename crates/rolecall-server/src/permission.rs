//! Whether a signed call is allowed: the engine decides, and the refusal says it in AWS's words (reference iam.md §1.2).

use rolecall_engine::authorize::{self, Decision, LayerKind, Reason, Verdict};
use rolecall_policy::context::Context;
use rolecall_state::view::View;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::operation::Operation;
use rolecall_wire::service::Service;

use crate::call::Call;
use crate::desk::Desk;
use crate::target::{Resource, Target};
use crate::who::Who;

/// Whether the caller may do this.
///
/// # Errors
/// `AccessDenied` with AWS's sentence.
pub fn check(call: &Call<'_>, operation: &Operation, target: Target) -> Result<(), Fault> {
    if matches!(target, Target::Free | Target::Itself) {
        return Ok(());
    }
    let resource = target.resource(call);
    let context = context(call, operation, &resource);
    allow(call, &operation.action(), &resource.arn, &context)
}

/// Whether the caller may do an action to a resource of its account, by identity policies, boundary and session policies.
///
/// # Errors
/// `AccessDenied` with AWS's sentence.
pub fn allow(call: &Call<'_>, action: &str, resource: &str, context: &Context) -> Result<(), Fault> {
    decide(call.desk, call.who, call.view, action, resource, context)
}

/// As [`allow`], for a caller whose call is not one of IAM's or STS's.
///
/// # Errors
/// `AccessDenied` with AWS's sentence.
pub fn decide(
    desk: &Desk,
    who: &Who,
    view: &View,
    action: &str,
    resource: &str,
    context: &Context,
) -> Result<(), Fault> {
    let layers = desk.compiled.layers(who, view);
    let caller = who.caller();
    let question =
        authorize::Call { caller: &caller, action, resource, resource_account: Some(&who.account), context };
    let verdict = authorize::verdict(&layers, &question);
    match verdict.decision {
        Decision::Allowed => Ok(()),
        _ => Err(denied(&who.arn(), action, resource, verdict)),
    }
}

/// AWS's sentence for a denial.
#[must_use]
pub fn denied(caller: &str, action: &str, resource: &str, verdict: Verdict) -> Fault {
    let why = match verdict.reason {
        Reason::Denied(layer) => format!(" with an explicit deny in {}", with_article(layer)),
        Reason::NotAllowed(layer) => format!(" because no {} allows the {action} action", layer.name()),
        _ => String::new(),
    };
    let sentence =
        format!("User: {caller} is not authorized to perform: {action} on resource: {resource}{why}");
    Fault::new(Code::AccessDenied, sentence)
}

/// Every condition key of a call.
#[must_use]
pub fn context(call: &Call<'_>, operation: &Operation, resource: &Resource) -> Context {
    let mut context = Context::new();
    call.who.keys(&mut context);
    // IAM is one for all regions; its calls are asked for in us-east-1 (reference iam.md §12).
    let region = if operation.service == Service::Iam { "us-east-1" } else { call.region };
    call.origin.keys(call.now, region, &mut context);
    context.set("aws:ResourceAccount", [call.account_id().to_owned()]);
    for tag in &resource.tags {
        context.set(&format!("aws:ResourceTag/{}", tag.key), [tag.value.clone()]);
        context.set(&format!("iam:ResourceTag/{}", tag.key), [tag.value.clone()]);
    }
    if let Some(boundary) = &resource.boundary {
        context.set("iam:PermissionsBoundary", [boundary.clone()]);
    }
    request_keys(call, &mut context);
    context
}

/// Keys that the parameters make.
fn request_keys(call: &Call<'_>, context: &mut Context) {
    let tags = call.params.list("Tags");
    let mut keys: Vec<String> = tags.iter().filter_map(|tag| tag.get("Key")).map(str::to_owned).collect();
    for tag in &tags {
        let (key, value) = (tag.get("Key").unwrap_or_default(), tag.get("Value").unwrap_or_default());
        context.set(&format!("aws:RequestTag/{key}"), [value.to_owned()]);
    }
    keys.extend(call.params.texts("TagKeys").into_iter().map(str::to_owned));
    if !keys.is_empty() {
        context.set_multivalued("aws:TagKeys", keys);
    }
    for (parameter, key) in [
        ("PolicyArn", "iam:PolicyARN"),
        ("PermissionsBoundary", "iam:PermissionsBoundary"),
        ("AWSServiceName", "iam:AWSServiceName"),
    ] {
        if let Some(value) = call.params.get(parameter) {
            context.set(key, [value.to_owned()]);
        }
    }
}

fn with_article(layer: LayerKind) -> String {
    let article = if layer == LayerKind::Identity { "an" } else { "a" };
    format!("{article} {}", layer.name())
}
