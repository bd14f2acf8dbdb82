//! Session policies: whether they are policies at all, and small enough (reference sts.md §4.3).

use rolecall_model::json;
use rolecall_policy::document::Policy;
use rolecall_policy::validate::{Gravity, Usage, validate};

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::verdict::Outcome;

/// Characters of plain text (reference sts.md §2.1).
const MAX_LENGTH: usize = 2048;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let Some(text) = scene.request.policy else { return Outcome::Pass };
    let parsed = json::parse(text);
    if parsed.root.is_none() || parsed.flaws.iter().any(json::Flaw::is_syntax) {
        return Outcome::Refuse(Refusal::SessionPolicy("The policy is not in the valid JSON format."));
    }
    if text.chars().count() > MAX_LENGTH {
        let violation = format!(
            "Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to {MAX_LENGTH}"
        );
        return Outcome::Refuse(Refusal::Validation(vec![violation]));
    }
    let flaws = validate(&Policy::from_text(text), Usage::Session);
    if flaws.iter().any(|flaw| flaw.gravity() == Gravity::Error) {
        return Outcome::Refuse(Refusal::SessionPolicy("Syntax errors in policy."));
    }
    Outcome::Pass
}
