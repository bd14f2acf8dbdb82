//! Results as IAM writes them: one per action, with its resources inside (reference simulator.md §2).

use rolecall_engine::authorize::Decision;
use rolecall_model::span::Position;
use rolecall_wire::answer::Writer;

use super::context_keys::Keys;
use super::evaluate::{Finding, Matched};
use super::request::Request;

/// Writes the result of an action. Its decision is the most restrictive one of all resources.
pub(super) fn result(out: &mut Writer, action: &str, request: &Request, findings: &[Finding]) {
    out.text("EvalActionName", action);
    // IAM gives the ARN's template for several resources, which takes a catalogue of all services' resources.
    let name = match request.resources.as_slice() {
        [only] => only,
        _ => "*",
    };
    out.text("EvalResourceName", name);
    let strictest = [Decision::ExplicitDeny, Decision::ImplicitDeny, Decision::Allowed];
    let decision = strictest.into_iter().find(|one| findings.iter().any(|finding| finding.decision == *one));
    out.text("EvalDecision", decision.unwrap_or(Decision::ImplicitDeny).name());
    let mut statements: Vec<Matched> = Vec::new();
    let mut missing = Keys::default();
    for finding in findings.iter().filter(|finding| Some(finding.decision) == decision) {
        for matched in &finding.statements {
            if !statements.contains(matched) {
                statements.push(matched.clone());
            }
        }
    }
    findings.iter().flat_map(|finding| finding.missing.iter()).for_each(|key| missing.add(key));
    out.list("MatchedStatements", &statements, statement);
    out.texts("MissingContextValues", missing.iter());
    let all = |of: fn(&Finding) -> Option<bool>| {
        findings.iter().filter_map(of).reduce(|all, allowed| all && allowed)
    };
    organization(out, all(|finding| finding.by_organization));
    boundary(out, all(|finding| finding.by_boundary));
    if request.by_resource {
        details(out, findings.first().map(|finding| finding.details.as_slice()).unwrap_or_default());
        let resources = request.resources.iter().zip(findings);
        out.list("ResourceSpecificResults", resources, |out, (resource, finding)| {
            specific(out, resource, finding);
        });
    }
}

fn specific(out: &mut Writer, resource: &str, finding: &Finding) {
    out.text("EvalResourceName", resource);
    out.text("EvalResourceDecision", finding.decision.name());
    out.list("MatchedStatements", &finding.statements, statement);
    out.texts("MissingContextValues", finding.missing.iter());
    if !finding.details.is_empty() {
        details(out, &finding.details);
    }
    boundary(out, finding.by_boundary);
}

/// Empty within one account; between accounts what each kind of policy says.
fn details(out: &mut Writer, details: &[(&'static str, Decision)]) {
    let pairs = details.iter().map(|(name, decision)| (*name, *decision));
    out.map("EvalDecisionDetails", pairs, |out, name, decision| out.text(name, decision.name()));
}

fn organization(out: &mut Writer, allowed: Option<bool>) {
    if let Some(allowed) = allowed {
        out.structure("OrganizationsDecisionDetail", |out| out.bool("AllowedByOrganizations", allowed));
    }
}

fn boundary(out: &mut Writer, allowed: Option<bool>) {
    if let Some(allowed) = allowed {
        out.structure("PermissionsBoundaryDecisionDetail", |out| {
            out.bool("AllowedByPermissionsBoundary", allowed);
        });
    }
}

fn statement(out: &mut Writer, matched: &Matched) {
    out.text("SourcePolicyId", &matched.source);
    out.text("SourcePolicyType", "IAM Policy");
    place(out, "StartPosition", matched.place.start);
    place(out, "EndPosition", matched.place.end);
}

fn place(out: &mut Writer, name: &str, at: Position) {
    out.structure(name, |out| {
        out.int("Line", i64::from(at.line));
        out.int("Column", i64::from(at.column));
    });
}
