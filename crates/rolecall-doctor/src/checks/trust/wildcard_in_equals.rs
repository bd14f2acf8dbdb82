//! A pattern stands under an operator that compares letter by letter.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403), although the subject in the policy seems to cover the
//! caller.
//!
//! ## Why
//! `StringEquals` knows no wildcards: `*` and `?` are read as themselves, so `system:serviceaccount:payments:*` is
//! compared with a name that ends in a star. IAM stores such a policy without a word.
//!
//! ## How to tell
//! The value holds `*` or `?`, and the operator is `StringEquals` or `StringEqualsIgnoreCase`.
//!
//! ## How to mend it
//! Best: write the exact subject. Where several callers are meant, move the key under `StringLike`, and mind who else the
//! pattern lets in.
//!
//! ## Source
//! IAM User Guide, "Condition operators" (policy reference rule 5.1); ValidatePolicy, "wildcard without like operator".

use super::{certainty, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::{Fault, at, is_pattern, nearest};
use crate::exchange::posted;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::trust_policy::TrustPolicyEditor;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.wildcard-in-equals",
    title: "a pattern stands under an operator that compares letter by letter",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role],
    source: include_str!("wildcard_in_equals.rs"),
    run: check,
};

/// Nothing of the token was read, and yet no subject can be this value.
fn by_itself(case: &Case<'_>) -> Option<Finding> {
    let (trust, severity) = super::posted(case)?;
    let (condition, value) = posted::slip(&trust.policy, posted::pattern_under_equals)?;
    let operator = &condition.operator.text;
    let title = format!("`{}` holds a wildcard, and `{operator}` takes it for a letter", value.text);
    let mut finding = Finding::new(&CHECK, Certainty::Likely, title)
        .because("An exact operator compares character by character, the star included, so this value can match nobody, whoever the caller is.")
        .at(at(trust.document, value), "read as a star, not as any text")
        .beside(at(trust.document, &condition.operator), "compares letter by letter");
    let like = operator.replace("StringEqualsIgnoreCase", "StringLike").replace("StringEquals", "StringLike");
    let title = format!("move `{}` under `{like}`, or write the exact value", condition.key.text);
    finding.severity = severity;
    if severity == Severity::Error {
        finding = finding.note(super::IN_VAIN);
    }
    Some(finding.fix(title, Safety::ShowOnly, &super::store(case)))
}

fn check(case: &Case<'_>) -> Option<Finding> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let Some((condition, _)) = trust.fault(|fault| *fault == Fault::WildcardInEquals) else {
        return by_itself(case);
    };
    let audience = condition.key.text.to_ascii_lowercase().ends_with(":aud");
    let actual = if audience { case.audience()? } else { case.subject()? }.text;
    let value = condition
        .values
        .iter()
        .find(|value| is_pattern(&value.text))
        .or(nearest(condition, &actual.value))?;
    let star = value.text.find(['*', '?']).unwrap_or(0);
    let mut place = at(trust.document, value);
    // The caret goes under the star itself, where the string has no escapes that would shift it.
    if place.span.unquoted().range().len() == value.text.len() {
        place.span = rolecall_model::span::Span::new(
            place.span.unquoted().start as usize + star,
            place.span.unquoted().start as usize + star + 1,
        );
    }
    let like = condition
        .operator
        .text
        .replace("StringEqualsIgnoreCase", "StringLike")
        .replace("StringEquals", "StringLike");
    let finding =
        Finding::new(&CHECK, certainty(case), format!("`{}` holds a wildcard, and `{}` takes it for a letter", value.text, condition.operator.text))
            .because("An exact operator compares character by character, the star included, so this value can match nobody. As a pattern it would match this caller.")
            .differs(place, "read as a star, not as any text", &value.text, &actual.value)
            .beside(at(trust.document, &condition.operator), "compares letter by letter")
            .beside(actual.at, "the caller presents this");
    let finding = with_admission(case, finding, format!("write the exact value `{}`", actual.value));
    let moved =
        TrustPolicyEditor::open(case).and_then(|editor| editor.edit(editor.move_under(condition, &like)?));
    Some(match moved {
        Some(edit) => finding.change(
            format!(
                "or move `{}` under `{like}`, which admits whomever the pattern covers",
                condition.key.text
            ),
            Safety::Review,
            vec![edit],
        ),
        None => finding,
    })
}
