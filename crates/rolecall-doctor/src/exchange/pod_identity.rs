//! EKS Pod Identity, the neighbour: the caller is a service, not a web identity.
//!
//! Source: Amazon EKS User Guide, "EKS Pod Identity role trust policy"; policy reference rule 10.15.

use rolecall_model::evidence::attempt::Symptom;
use rolecall_policy::document::{Condition, Statement};
use rolecall_policy::pattern;

use super::faults::matches_as_pattern;
use super::trust::TrustView;
use crate::case::Case;

const SERVICE: &str = "pods.eks.amazonaws.com";

/// Whether the role is meant for Pod Identity: its policy names the service, or an association names the role. Not where
/// STS was seen to refuse a web identity: that caller did not come by Pod Identity.
#[must_use]
pub fn is_meant(case: &Case<'_>, trust: &TrustView) -> bool {
    let came_as_web_identity =
        case.saw(|symptom| *symptom == Symptom::TrustDenied).is_some() || case.refused_in_trail();
    if came_as_web_identity && case.serviceaccount().associations.present().is_none() {
        return false;
    }
    statement(trust).is_some() || case.serviceaccount().associations.present().is_some()
}

fn statement(trust: &TrustView) -> Option<&Statement> {
    trust.policy.statements.iter().find(|statement| {
        let entries = statement.principal.iter().flat_map(|principal| &principal.entries);
        entries.into_iter().any(|entry| entry.value.text == SERVICE)
    })
}

/// Whether Pod Identity is in use here: an association was read.
fn in_use(case: &Case<'_>) -> bool {
    case.serviceaccount().associations.present().is_some()
}

/// The statement for the service that lacks `sts:TagSession`.
#[must_use]
pub fn tag_session_missing<'t>(case: &Case<'_>, trust: &'t TrustView) -> Option<&'t Statement> {
    let statement = statement(trust).filter(|_| in_use(case))?;
    let action = statement.action.as_ref().filter(|action| !action.negated)?;
    let covers = |name: &str| {
        action.patterns.iter().any(|p| pattern::matches(&p.text, name, pattern::Case::Insensitive))
    };
    (covers("sts:AssumeRole") && !covers("sts:TagSession")).then_some(statement)
}

/// The statement for the service and a condition of it that the service's call cannot fulfil: `aws:SourceArn` is the cluster's ARN, `aws:SourceAccount` its
/// account.
#[must_use]
pub fn failed_condition<'t>(case: &Case<'_>, trust: &'t TrustView) -> Option<(&'t Statement, &'t Condition)> {
    let statement = statement(trust).filter(|_| in_use(case))?;
    let cluster = case.issuer().cluster.present();
    let arn = cluster.and_then(|cluster| cluster.arn.as_ref()).map(|arn| arn.value.as_str());
    let account = arn.and_then(|arn| arn.split(':').nth(4));
    let failed = statement.conditions.iter().find(|condition| {
        let actual = match condition.key.text.to_ascii_lowercase().as_str() {
            "aws:sourcearn" => arn,
            "aws:sourceaccount" => account,
            _ => None,
        };
        let negated = condition.operator.text.contains("Not");
        let fits =
            |actual: &str| condition.values.iter().any(|value| matches_as_pattern(&value.text, actual));
        actual.is_some_and(|actual| fits(actual) == negated)
    });
    Some((statement, failed?))
}
