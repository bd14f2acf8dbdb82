//! The answer in one word and one sentence.

use crate::case::{Case, Phase};
use crate::exchange::Decided;
use crate::finding::{Certainty, Finding, Severity};
use crate::link::Link;

/// What AWS answers, as far as the evidence decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The role is assumed.
    Admitted,
    /// The attempt fails and a cause was found.
    Refused,
    /// The evidence does not decide.
    Undetermined,
    /// Our verdict and AWS's answer differ although every fact was read.
    Disagreement,
}

impl Conclusion {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Conclusion::Admitted => "admitted",
            Conclusion::Refused => "refused",
            Conclusion::Undetermined => "undetermined",
            Conclusion::Disagreement => "disagreement",
        }
    }
}

pub(crate) fn conclude(case: &Case<'_>, findings: &[Finding]) -> (Conclusion, String) {
    let error = findings.iter().find(|finding| finding.severity == Severity::Error);
    let phase = case.phase();
    if let Some(finding) = error.filter(|finding| finding.certainty != Certainty::Possible) {
        return (Conclusion::Refused, refused(case, finding));
    }
    if phase == Phase::Admitted {
        return (Conclusion::Admitted, "the role was assumed, as the evidence shows".into());
    }
    if let Some(finding) = error {
        return (Conclusion::Undetermined, format!("{} is possible: {}", finding.cause, finding.title));
    }
    let decided = case.exchange(Link::Trust).decided();
    match (phase, decided) {
        (Phase::Unseen, Decided::Admitted) => {
            (Conclusion::Admitted, "everything that was read admits this caller".into())
        }
        (Phase::Exchange, Decided::Admitted) if case.exchange(Link::Trust).is_complete() => (
            Conclusion::Disagreement,
            "AWS refused what these facts admit: one of them must have changed since, or was not the one in force".into(),
        ),
        (Phase::Unseen, _) if nothing_read(case) => {
            (Conclusion::Undetermined, "nothing was recognised in what was given".into())
        }
        (Phase::Unseen, _) => {
            (Conclusion::Undetermined, "nothing that was read refuses this caller; what decides was not all read".into())
        }
        (Phase::Exchange, _) => {
            (Conclusion::Undetermined, "AWS refused the exchange; what was read does not tell why".into())
        }
        _ => (Conclusion::Undetermined, "the attempt failed; what was read does not tell why".into()),
    }
}

/// Whether no file or text that was given tells anything.
fn nothing_read(case: &Case<'_>) -> bool {
    let evidence = case.evidence();
    let attempt = &evidence.attempt;
    let told =
        !attempt.observations.is_empty() || !attempt.events.is_empty() || !attempt.identities.is_empty();
    let stated = evidence.documents.iter().any(|(id, document)| {
        !attempt.texts.contains(&id) && !evidence.unknown_files.contains(&document.name)
    });
    !told && !stated && evidence.caller.logged_requests.is_empty()
}

fn refused(case: &Case<'_>, finding: &Finding) -> String {
    let at = Link::of_slug(finding.cause).map_or("", Link::name);
    let role = case.requested().map(|requested| requested.arn.value.clone());
    match (Link::of_slug(finding.cause), role) {
        (Some(Link::Permission), Some(role)) => {
            format!("`{role}` is assumed, but what it asks for is refused at the link {at}")
        }
        (_, Some(role)) => format!("`{role}` is not assumed: it fails at the link {at}"),
        _ => format!("the attempt fails at the link {at}"),
    }
}
