//! The policy simulator: SimulatePrincipalPolicy, SimulateCustomPolicy and the context keys of policies (reference
//! simulator.md).

mod answer;
mod context;
pub mod context_keys;
mod evaluate;
mod exclusion;
mod place;
mod request;
mod scenario;

use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::principal::Principal;
use crate::call::{Call, Changes, unchanged};
use request::Request;
use scenario::{Document, Scenario};

/// Evaluations that one page may cost; a page ends earlier where there are many resources.
const EVALUATIONS: usize = 20_000;

/// SimulatePrincipalPolicy: the policies of a user, group or role, and those that are given beside them.
///
/// # Errors
/// As IAM.
pub fn principal(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let request = Request::read(call)?;
    let principal = Principal::of(call, call.text("PolicySourceArn"))?;
    if request.resource_policy.is_some() && !matches!(principal, Principal::User(_)) {
        return Err(invalid("Resource-based policies can be simulated for IAM users only."));
    }
    let excluded = exclusion::read(call)?;
    let mut sources = principal.policies(call);
    sources.retain(|source| !excluded.iter().any(|exclusion| exclusion.covers(source)));
    let mut identity: Vec<Document> = sources.into_iter().map(Document::stored).collect();
    identity.extend(Document::given(call, "PolicyInputList")?);
    // A boundary that is passed takes the place of the one that is attached.
    let mut boundary = Document::given(call, "PermissionsBoundaryPolicyInputList")?;
    let spared = excluded.iter().any(exclusion::Exclusion::covers_boundary);
    if boundary.is_empty() && !spared {
        boundary.extend(principal.boundary(call).map(Document::stored));
    }
    let mut context = context::now(call);
    context::of_principal(call, &principal, &mut context);
    context::given(call, &mut context);
    let arn = principal.arn(call);
    let caller = request.caller.clone().unwrap_or(arn);
    let scenario = Scenario::new(call, &request, &caller, context, identity, boundary, &[]);
    answer(call, out, &request, &scenario)
}

/// SimulateCustomPolicy: the policies that are given, and nothing else.
///
/// # Errors
/// As IAM.
pub fn custom(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let request = Request::read(call)?;
    if request.resource_policy.is_some() && request.caller.is_none() {
        return Err(invalid("CallerArn is required when ResourcePolicy is given."));
    }
    let identity = Document::given(call, "PolicyInputList")?;
    let boundary = Document::given(call, "PermissionsBoundaryPolicyInputList")?;
    let levels = scenario::organization_levels(call)?;
    let mut context = context::now(call);
    context::given(call, &mut context);
    // Nobody in particular: a user that no resource policy names.
    let nobody = call.iam_arn("user", "/", "simulated");
    let caller = request.caller.clone().unwrap_or(nobody);
    let scenario = Scenario::new(call, &request, &caller, context, identity, boundary, &levels);
    answer(call, out, &request, &scenario)
}

fn answer(
    call: &Call<'_>,
    out: &mut Writer,
    request: &Request,
    scenario: &Scenario,
) -> Result<Changes, Fault> {
    let start = call.marker()?.map_or(Ok(0), |at| at.parse::<usize>());
    let start = start.map_err(|_| Fault::new(Code::ValidationError, "Invalid Marker."))?;
    let most = (EVALUATIONS / request.resources.len().max(1)).clamp(1, call.limit());
    let actions: Vec<&String> = request.actions.iter().skip(start).take(most).collect();
    let findings = actions.iter().map(|action| scenario.action(action, &request.resources));
    let findings = findings.collect::<Result<Vec<_>, Fault>>()?;
    out.list("EvaluationResults", actions.iter().zip(&findings), |out, (action, findings)| {
        answer::result(out, action, request, findings);
    });
    let end = start.saturating_add(actions.len());
    let more = end < request.actions.len();
    call.more(out, more.then(|| end.to_string()).as_deref());
    Ok(unchanged())
}

fn invalid(sentence: impl Into<String>) -> Fault {
    Fault::new(Code::InvalidInput, sentence.into())
}
