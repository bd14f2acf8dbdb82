//! Which finding comes first: the one that stops the attempt earliest among those that explain what was seen.

use crate::case::{Case, Phase};
use crate::catalogue::CATALOGUE;
use crate::exchange::Decided;
use crate::explains::{Fit, fit};
use crate::finding::{Certainty, Finding, Severity};
use crate::link::Link;

/// Runs every check and puts the findings into order; the first one is the answer.
#[must_use]
pub fn findings(case: &Case<'_>) -> Vec<Finding> {
    let mut found: Vec<(usize, Fit, Finding)> = Vec::new();
    for (place, check) in CATALOGUE.iter().enumerate() {
        if let Some(finding) = (check.run)(case) {
            let fit = fit(case, finding.cause);
            found.push((place, fit, temper(case, finding, fit)));
        }
    }
    found.sort_by_key(|(place, fit, finding)| {
        (finding.severity, *fit, finding.certainty == Certainty::Possible, *place)
    });
    found.into_iter().map(|(_, _, finding)| finding).collect()
}

/// Causes of last resort: they say whom the program worked as, not what kept it from the role.
const LAST_RESORT: [&str; 2] = ["caller.sdk-too-old", "caller.wrong-identity"];

/// Once the role was assumed, nothing that precedes it can be wrong now: such findings are kept as notes.
fn temper(case: &Case<'_>, mut finding: Finding, fit: Fit) -> Finding {
    let past = matches!(case.phase(), Phase::After | Phase::Admitted);
    let precedes = Link::of_slug(finding.cause) != Some(Link::Permission);
    if past && precedes && fit == Fit::Beside && finding.severity == Severity::Error {
        finding.severity = Severity::Note;
        finding.certainty = Certainty::Possible;
        finding
            .notes
            .push("the role was assumed in the attempt that was seen, so this did not stop it".into());
    }
    // An SDK that goes on with the next source in silence hides the refusal that was decided here.
    let hidden =
        case.phase() == Phase::OtherIdentity && case.exchange(Link::Trust).decided() == Decided::Refused;
    if hidden && LAST_RESORT.contains(&finding.cause) {
        finding.certainty = Certainty::Possible;
    }
    finding
}
